import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildBatchRecord } from '@tabellion/chaincode/evidence/anchor';
import {
  canonicalBytes,
  committedBytes,
  encodeBundle,
  encodeCustodyBundle,
  itemId,
  leafHash,
  toBase64url,
  toHex,
  utf8,
} from '@tabellion/proof';
import { beforeEach, describe, expect, it } from 'vitest';
import { openingOf, openScene, PEOPLE } from '../../../../chaincode/test/custody-scene.ts';
import {
  digest,
  sampleAcquisition,
  sampleAct,
  sampleAnchor,
} from '../../../../chaincode/test/samples.ts';
import type { Session } from '../session.ts';
import { makeTestDirectory } from '../testing.ts';
import { resolveItem } from './item-name.ts';

const COMMITMENT = committedBytes({
  ...{ type: 'tabellion.item', v: 1, kind: 'file', size: 1, salt: 'A'.repeat(22) },
  digest: { sha256: digest('1') },
  path: toBase64url(utf8('a.txt')),
});
const LEAF = leafHash(COMMITMENT);
const nameBy = (member: string) => itemId(member, LEAF);
const failing = (code: string) => expect.objectContaining({ code });

let at: (name: string) => string;
const put = async (bytes: Uint8Array) => {
  await writeFile(at('file'), bytes);
  return at('file');
};

/** A gateway that knows the items which these members began, and a person of CN. */
async function sessionWith(...members: readonly string[]): Promise<Session> {
  const scene = openScene();
  const { record, also } = await scene.open();
  const items = members.map((member, block) => ({
    ...{ key: `item/${nameBy(member)}`, txId: digest('1'), block, position: 0, late: false },
    record: {
      ...(record as object),
      item: nameBy(member),
      leaf: toHex(LEAF),
      act: sampleAct({ member }),
    },
    ...{ head: also?.[0]?.record, acquisition: openingOf().origin.acquisition, flags: [] },
  }));
  const get = async (path: string, { query = {} }: { query?: Record<string, string> } = {}) => {
    expect(path).toBe('/v1/custody/items');
    const found = items.filter((item) => item.record.leaf === query.leaf);
    return { body: { items: found, next: null, height: 9 } };
  };
  return { client: { get }, settings: { mspId: 'CnMSP' } } as unknown as Session;
}
const offline = () => sessionWith();

beforeEach(async () => {
  const directory = await makeTestDirectory();
  at = (name) => join(directory, name);
});

describe('an item', () => {
  it('is named by its digits, and by nothing that is neither digits nor a file', async () => {
    const item = nameBy('SgMSP');
    expect(await resolveItem(await offline(), item)).toBe(item);
    await expect(resolveItem(await offline(), item.slice(1))).rejects.toEqual(failing('USAGE'));
    await expect(resolveItem(await offline(), at('absent'))).rejects.toEqual(failing('USAGE'));
    await expect(resolveItem(await offline(), at('.'))).rejects.toEqual(failing('USAGE'));
  });

  it('is named by its own proof without asking: it is of the member that anchored it', async () => {
    const record = buildBatchRecord(
      sampleAnchor({ root: toHex(LEAF), size: 1 }),
      {
        acquisition: sampleAcquisition(),
        touched: [],
        parameters: { volatileGapSeconds: 3600, timeWindowSeconds: 900 },
      },
      sampleAct({ member: 'SgMSP' }),
    );
    const place = { index: 0, size: 1, hashes: [], attestation: utf8('not looked at') };
    const proof = { ...place, commitment: COMMITMENT, record: canonicalBytes(record) };
    expect(await resolveItem(await offline(), await put(encodeBundle(proof)))).toBe(
      nameBy('SgMSP'),
    );
  });

  it('is named by the proof of its custody, with or without the commitment', async () => {
    const { record, also } = await openScene().open();
    const proof = {
      ...{ opening: canonicalBytes(record), steps: [], head: canonicalBytes(also?.[0]?.record) },
      attestation: utf8('not looked at'),
    };
    for (const bundle of [proof, { ...proof, commitment: COMMITMENT }]) {
      const file = await put(encodeCustodyBundle(bundle));
      expect(await resolveItem(await offline(), file)).toBe(openingOf().item);
    }
  });

  it('is named by a bare commitment: the own member’s first, and no other’s by guessing', async () => {
    const file = await put(COMMITMENT);
    const resolve = async (...members: string[]) =>
      resolveItem(await sessionWith(...members), file);
    expect(await resolve('SgMSP')).toBe(nameBy('SgMSP'));
    expect(await resolve('SgMSP', 'CnMSP', 'DeMSP')).toBe(nameBy('CnMSP'));
    const several = expect.objectContaining({
      code: 'ITEM_AMBIGUOUS',
      message: expect.stringContaining(`${nameBy('DeMSP')}  begun by DeMSP`),
    });
    await expect(resolve('SgMSP', 'DeMSP')).rejects.toEqual(several);
    await expect(resolve()).rejects.toEqual(failing('ITEM_NOT_OPENED'));
  });

  it('is not named by a file that is none of these', async () => {
    const { record } = await openScene().act(PEOPLE.investigator, 'custody:open', openingOf());
    for (const bytes of [
      utf8(''),
      utf8('no JSON'),
      utf8('{}'),
      utf8('{"type":"tabellion.proof"}'),
      canonicalBytes(record),
    ]) {
      const refused = resolveItem(await offline(), await put(bytes));
      await expect(refused).rejects.toEqual(failing('FILE_MALFORMED'));
    }
  });
});
