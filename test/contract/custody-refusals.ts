/** Every refusal of the word `custody`, each one change away from an act that is taken. */

import { MAX_APART } from '@tabellion/chaincode/custody/bounds';
import { MAX_HOLDS } from '@tabellion/chaincode/custody/record';
import type { ErrorCode } from '@tabellion/chaincode/kernel/errors';
import type { Role } from '@tabellion/chaincode/member/record';
import { derivationOf, SAYS } from '../../chaincode/test/custody-scene.ts';
import { digest } from '../../chaincode/test/samples.ts';
import { anchorItems, following, openItem, takeStep } from './custody-scene.ts';
import type { Attempt } from './refusal.ts';
import { newId } from './scene.ts';
import type { World } from './world.ts';

const mirrorOf = { jurisdiction: 'DE', custodian: 'DeMSP', sha256: digest('5') };

export function custodyRefusals(world: () => World) {
  const person = (member: string, role: Role) => world().person(member, role);
  const attempt = async (
    item: string,
    name: string,
    says: object = {},
    [member, role]: readonly [string, Role] = ['CnMSP', 'investigator'],
  ): Promise<Attempt> => ({
    by: await person(member, role),
    name,
    input: await following(world(), item, says),
  });
  const take = async (
    item: string,
    name: string,
    says: object,
    [member, role]: readonly [string, Role] = ['CnMSP', 'investigator'],
  ) => {
    const { code, txId } = await takeStep(world(), await person(member, role), name, item, says);
    if (code !== 'VALID') throw new Error(`${name} was ${code}`);
    return txId;
  };
  const offered = async () => {
    const item = await openItem(world());
    await take(item, 'custody:offer', SAYS.offer('SgMSP'));
    return item;
  };
  const judge = ['DeMSP', 'judicialReviewer'] as const;

  return {
    BATCH_OF_OTHER_ACQUISITION: async () => {
      const [one, other] = [await anchorItems(world(), 2), await anchorItems(world(), 2)];
      const input = one.openingOf(1);
      return {
        name: 'custody:open',
        input: { ...input, origin: { ...input.origin, acquisition: other.acquisition } },
      };
    },
    PATH_MISMATCH: async () => {
      const { openingOf } = await anchorItems(world(), 2);
      const { item, leaf } = openingOf(0);
      return { name: 'custody:open', input: openingOf(1, { item, leaf }) };
    },
    MIRROR_AT_HOME: async () => {
      const { openingOf } = await anchorItems(world(), 1);
      const home = { ...mirrorOf, jurisdiction: 'CN' };
      return { name: 'custody:open', input: openingOf(0, { mirrorOf: home }) };
    },
    MIRROR_OF_MIRROR: async () => {
      const original = await openItem(world(), { mirrorOf });
      const { openingOf } = await anchorItems(world(), 1);
      return { name: 'custody:open', input: openingOf(0, { mirrorOf: { ...mirrorOf, original } }) };
    },
    NOT_A_MIRROR: async () =>
      attempt(
        await openItem(world()),
        'custody:confirm',
        { position: 'DENIED', sha256: digest('5') },
        judge,
      ),
    MIRROR_DIGEST_DIFFERS: async () =>
      attempt(
        await openItem(world(), { mirrorOf }),
        'custody:confirm',
        { position: 'CONFIRMED', sha256: digest('6') },
        judge,
      ),
    MIRROR_GROUND_MISMATCH: async () =>
      attempt(
        await openItem(world(), { mirrorOf }),
        'custody:confirm',
        { position: 'DENIED', ground: 'CONTENT_DIFFERS', sha256: mirrorOf.sha256 },
        judge,
      ),
    NOT_THE_ORIGINALS_STATE: async () =>
      attempt(
        await openItem(world(), { mirrorOf }),
        'custody:confirm',
        { position: 'CONFIRMED', sha256: digest('5') },
        ['SgMSP', 'judicialReviewer'],
      ),
    DERIVED_TOO_OFTEN: async () => {
      let source = await openItem(world());
      for (let depth = 1; depth < 64; depth += 1) {
        const input = derivationOf(source, { leaf: newId(32) });
        await world().act(await person('CnMSP', 'investigator'), 'custody:derive', input);
        source = input.item;
      }
      return { name: 'custody:derive', input: derivationOf(source, { leaf: newId(32) }) };
    },
    STEP_OUT_OF_ORDER: async () => attempt(await offered(), 'custody:seal', SAYS.seal('S-1')),
    NOT_THE_HOLDER: async () =>
      attempt(await openItem(world()), 'custody:offer', SAYS.offer('SgMSP'), ['CnMSP', 'analyst']),
    ALREADY_HOLDER: async () => {
      const item = await openItem(world());
      await take(item, 'custody:offer', SAYS.offer('CnMSP'));
      return attempt(item, 'custody:accept', SAYS.accept);
    },
    NOT_THE_RECEIVER: async () =>
      attempt(await offered(), 'custody:accept', SAYS.accept, ['DeMSP', 'investigator']),
    RECEIVER_CANNOT_HOLD: async () =>
      attempt(await openItem(world()), 'custody:offer', SAYS.offer('XxMSP')),
    NOT_THE_AUTHOR: async () => {
      const item = await openItem(world());
      const hold = await take(item, 'custody:hold', SAYS.hold, judge);
      return attempt(item, 'custody:lift', { hold }, ['SgMSP', 'judicialReviewer']);
    },
    NOT_A_RECORD_OF_ITEM: async () =>
      attempt(await openItem(world()), 'custody:correct', {
        corrects: digest('9'),
        statement: 'it was otherwise',
      }),
    ITEM_SEALED: async () =>
      attempt(await openItem(world(), { seals: ['S-1'] }), 'custody:examine', SAYS.examine),
    ITEM_NOT_SEALED: async () =>
      attempt(await openItem(world()), 'custody:unseal', SAYS.unseal('S-1')),
    ITEM_ON_HOLD: async () => {
      const item = await openItem(world());
      await take(item, 'custody:hold', SAYS.hold, judge);
      return attempt(item, 'custody:dispose', SAYS.dispose);
    },
    HOLD_UNKNOWN: async () =>
      attempt(await openItem(world()), 'custody:lift', { hold: digest('9') }, judge),
    TOO_MANY_HOLDS: async () => {
      const item = await openItem(world());
      for (let count = 0; count < MAX_HOLDS; count += 1) {
        await take(item, 'custody:hold', SAYS.hold, judge);
      }
      return attempt(item, 'custody:hold', SAYS.hold, judge);
    },
    STEPS_USED_UP: async () => {
      const item = await openItem(world());
      for (let count = 0; count < MAX_APART; count += 1) {
        const hold = await take(item, 'custody:hold', SAYS.hold, judge);
        await take(item, 'custody:lift', { hold }, judge);
      }
      return attempt(item, 'custody:hold', SAYS.hold, judge);
    },
    NOT_AN_EXHIBIT: async () => attempt(await openItem(world()), 'custody:move', SAYS.move),
  } satisfies Partial<Record<ErrorCode, () => Promise<Attempt>>>;
}
