import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalBytes, canonicalText, sha256, toHex } from '@tabellion/proof';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closedSeal, findChange, readSeal, SEAL_FILE, writeSeal } from './seal.ts';

const NAME = 'state.sqlite';
const TIP = 'a'.repeat(64);
const BLOCKS = { height: 1, end: 1, tip: TIP };
/** More than pieces of 65,536 bytes would fit. */
const LARGE = 300_000_000;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-seal-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function writeByte(offset: number): Promise<void> {
  const file = await open(join(directory, NAME), 'r+');
  await file.write(Uint8Array.of(7), 0, 1, offset);
  await file.close();
}

it('is as small for a large ledger as for any, and still finds one changed byte', async () => {
  await writeFile(join(directory, NAME), '');
  await truncate(join(directory, NAME), LARGE);
  await writeSeal(directory, closedSeal(directory, BLOCKS, [NAME]));
  const seal = await readSeal(directory);
  const [sealed] = seal!.files;
  expect(sealed!.pieces.length).toBeLessThanOrEqual(2048);
  expect(findChange(directory, sealed!)).toBeNull();
  const changed = 200_000_001;
  await writeByte(changed);
  const offset = findChange(directory, sealed!)?.place.offset ?? 0;
  expect(offset).toBeLessThanOrEqual(changed);
  expect(changed - offset).toBeLessThan(sealed!.piece!);
});

it('reads the seals of before, whose pieces were all of one length', async () => {
  const bytes = Buffer.alloc(100_000, 1);
  await writeFile(join(directory, NAME), bytes);
  const pieces = [bytes.subarray(0, 65_536), bytes.subarray(65_536)].map((it) => toHex(sha256(it)));
  const files = [{ name: NAME, size: bytes.length, pieces }];
  const seal = { v: 1, state: 'closed', ...BLOCKS, files };
  const digest = toHex(sha256(canonicalBytes(seal)));
  await writeFile(join(directory, SEAL_FILE), canonicalText({ seal, sha256: digest }));
  const [sealed] = (await readSeal(directory))!.files;
  expect(findChange(directory, sealed!)).toBeNull();
  await writeByte(70_000);
  expect(findChange(directory, sealed!)?.place.offset).toBe(65_536);
});
