/** Whatever is sent in place of a valid input: a known refusal, or records as the schemas describe. */
import { ERROR_CODES } from '@tabellion/chaincode/kernel/errors';
import type { Role } from '@tabellion/chaincode/member/record';
import { utf8 } from '@tabellion/proof';
import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import { exhibitOf } from '../../chaincode/test/custody-scene.ts';
import { digest, sampleAcquire, sampleAnchor } from '../../chaincode/test/samples.ts';
import { LedgerError } from '../../gateway/src/ledger/port.ts';
import { type AnchoredItems, anchorItems, following, openItem, SAYS } from './custody-scene.ts';
import {
  draftOrder,
  publishOrders,
  type RunningOrder,
  received,
  stepInput,
} from './order-scene.ts';
import {
  acquireAbroad,
  CHARTER,
  closedWithItems,
  GROUNDS,
  newId,
  sampleGrant,
  sampleObjection,
  TREATY,
} from './scene.ts';
import { openWorld, type World } from './world.ts';

let world: World;
let acquisition: string;
let closed: string;
let anchored: AnchoredItems;
let chain: object;
let draft: ReturnType<typeof draftOrder>;
let order: RunningOrder;
let opened = 0;
/** Another item each time, as long as there is one. */
const next = () => opened++ % anchored.items.length;
const mirrorOf = { jurisdiction: 'DE', custodian: 'DeMSP', sha256: digest('5') };
beforeAll(async () => {
  world = await openWorld();
  await world.found();
  acquisition = await acquireAbroad(world);
  closed = await closedWithItems(world);
  anchored = await anchorItems(world, 64);
  chain = await following(world, await openItem(world));
  await publishOrders(world);
  draft = draftOrder('epoc');
  order = await received(world, 'epoc');
});
afterAll(() => world.close());

type Path = (string | number)[];
function listPaths(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, each]) => listPaths(each, [...path, key]))];
}
function replaceAt(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const copy: Record<string, unknown> = Array.isArray(value)
    ? ([...value] as never)
    : { ...(value as object) };
  const replaced = replaceAt(copy[key], rest, by);
  if (replaced === undefined) delete copy[key];
  else copy[key] = replaced;
  return copy;
}

const valid: readonly (readonly [string, Role, () => unknown, string?])[] = [
  [
    'evidence:acquire',
    'investigator',
    () => sampleAcquire({ id: newId(), legalBases: [CHARTER, TREATY], grounds: GROUNDS }),
  ],
  ['evidence:anchor', 'investigator', () => sampleAnchor({ acquisition })],
  [
    'review:object',
    'liaisonAuthority',
    () => sampleObjection({ kind: 'ACQUISITION', id: acquisition }),
  ],
  ['disclosure:grant', 'prosecutor', () => sampleGrant(closed)],
  ['custody:open', 'investigator', () => anchored.openingOf(next(), { mirrorOf })],
  [
    'custody:register',
    'investigator',
    () => {
      const { origin, ...exhibit } = exhibitOf({ leaf: newId(32) });
      return { ...exhibit, origin: { ...origin, acquisition } };
    },
  ],
  [
    'custody:examine',
    'investigator',
    () => ({ ...chain, ...SAYS.examine, report: { sha256: digest('1'), size: 1 } }),
  ],
  ['order:issue', 'judicialReviewer', () => draft.input, 'DeMSP'],
  [
    'order:reportDefect',
    'delegate',
    () => stepInput(order, { defect: 'INCOMPLETE', preserved: true }),
    'ExMSP',
  ],
  ['member:found', 'delegate', () => world.founding],
  [
    'member:propose',
    'delegate',
    () => ({
      id: digest('d'),
      change: { kind: 'PUBLISH', entry: { ...world.founding.reference[2], version: 2 } },
      legalBasis: CHARTER,
      reason: 'agreed',
    }),
  ],
];

const oddities = fc.oneof(
  fc.constantFrom(undefined, null, true, '', 'UNKNOWN', '__proto__', [], {}, -1, 0, 2 ** 53 - 1),
  fc.string({ maxLength: 300 }),
  fc.integer(),
  fc.json({ maxDepth: 2 }).map((text) => JSON.parse(text) as unknown),
);

it.each(valid.map(([name, ...rest]) => [name, rest] as const))('%s', async (name, rest) => {
  const [role, input, mspId = 'CnMSP'] = rest;
  const person = await world.person(mspId, role);
  const { transient } = draft;
  await fc.assert(
    fc.asyncProperty(fc.nat(), oddities, async (choice, odd) => {
      const whole = input();
      const paths = listPaths(whole);
      const changed = replaceAt(whole, paths[choice % paths.length]!, odd) ?? null;
      const args = [utf8(JSON.stringify(changed))];
      try {
        await world.submit(person, await world.endorse(person, name, null, { args, transient }));
      } catch (error) {
        if (!(error instanceof LedgerError)) throw error;
        if (!ERROR_CODES.some((code) => code === error.contractCode)) throw error;
      }
    }),
    { numRuns: 60 },
  );
});
