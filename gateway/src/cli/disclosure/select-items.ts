/** Which items of an acquisition a set is to hold. */
import { acquisitionId } from '@tabellion/chaincode/evidence/record';
import { digestHex } from '@tabellion/chaincode/kernel/schema';
import {
  canonicalBytes,
  commitment,
  compareBytes,
  leafHash,
  MAX_SET_ITEMS,
  toHex,
} from '@tabellion/proof';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { parseDigits, readText } from '../document.ts';
import { CliError } from '../failure.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { listAll } from '../page.ts';

export interface SelectFlags {
  readonly all?: true;
  readonly items?: string;
  readonly item?: readonly string[];
  readonly except?: string;
}

const itemEntry = z.looseObject({
  acquisition: acquisitionId,
  batch: digestHex.nullable(),
  commitment,
});

const DIGEST = /^[0-9a-f]{64}$/;

interface Item {
  readonly leaf: Uint8Array;
  /** Of the content, hex. */
  readonly sha256: string;
}

/**
 * The leaf hashes of the items meant, ascending, each once.
 * @throws CliError `USAGE`, `BAD_INPUT`; `NOT_ANCHORED` for a digest that no item of the acquisition has.
 */
export async function selectLeaves(
  context: Context,
  client: GatewayClient,
  acquisition: string,
  flags: SelectFlags,
): Promise<Uint8Array[]> {
  const { all, items, item, except } = flags;
  const ways = [all === true, items !== undefined || item !== undefined, except !== undefined];
  if (ways.filter(Boolean).length !== 1) {
    throw new CliError('USAGE', 'give --all, or --items and --item, or --except');
  }
  const named = [
    ...(item ?? []).map((digest) => parseDigits('an item', 64, digest)),
    ...(items === undefined ? [] : await readDigests(context, items)),
    ...(except === undefined ? [] : await readDigests(context, except)),
  ];
  const known = await listItems(client, acquisition);
  const chosen = new Set(named.flatMap((digest) => findNamed(known, digest)));
  const isShown = (each: Item) =>
    all === true || (except === undefined ? chosen.has(each) : !chosen.has(each));
  return unique(known.filter(isShown).map(({ leaf }) => leaf));
}

async function listItems(client: GatewayClient, acquisition: string): Promise<readonly Item[]> {
  const path = `/v1/evidence/acquisitions/${acquisition}/items`;
  const { items } = await listAll(client, path, itemEntry, { limit: '200' });
  return items
    .filter(({ batch }) => batch !== null)
    .map((entry) => ({
      leaf: leafHash(canonicalBytes(entry.commitment)),
      sha256: entry.commitment.digest.sha256,
    }));
}

/** One content may have been anchored under several names: all of them are meant. */
function findNamed(known: readonly Item[], digest: string): readonly Item[] {
  const found = known.filter(({ leaf, sha256 }) => sha256 === digest || toHex(leaf) === digest);
  if (found.length > 0) return found;
  throw new CliError('NOT_ANCHORED', `no item of this acquisition has ${digest}`);
}

async function readDigests(context: Context, source: string): Promise<readonly string[]> {
  const lines = (await readText(context, source, 80 * MAX_SET_ITEMS)).split(/\r?\n/);
  return lines.flatMap((text, at) => {
    const line = text.trim();
    if (line === '' || DIGEST.test(line)) return line === '' ? [] : [line];
    throw new CliError('BAD_INPUT', `${source}, line ${at + 1}: no digest and no leaf hash`);
  });
}

const unique = (leaves: readonly Uint8Array[]): Uint8Array[] =>
  [...leaves]
    .sort(compareBytes)
    .filter((leaf, at, all) => at === 0 || compareBytes(all[at - 1]!, leaf) !== 0);
