/** The address lists made of OFAC's SDN list: one address a line, one file for an asset. */
import type { LabelFacts } from '@tabellion/proof';
import { findNetworks } from '@tabellion/screening';
import { startDrafting } from './draft.ts';
import type { Entry, ReadOptions } from './entry.ts';
import { type Bytes, readTextLines } from './text-lines.ts';

const SOURCE = 'https://www.treasury.gov/ofac/downloads/sdnlist.txt';

/** @param asset OFAC's code, in the name of the file: XBT is Bitcoin. */
export async function* readOfac(
  chunks: Bytes,
  asset: string,
  options: ReadOptions,
): AsyncGenerator<Entry, void, undefined> {
  const drafting = startDrafting(options);
  for await (const { line, text, fault } of readTextLines(chunks)) {
    if (text === undefined) {
      yield { line, refused: 'ENTRY_MALFORMED', detail: fault! };
      continue;
    }
    if (text.trim() === '' || text.startsWith('#')) continue;
    yield drafting.take(line, {
      address: text,
      network: asset,
      networkField: 'asset',
      categories: [options.category ?? 'sanctioned'],
      label: options.label ?? `OFAC SDN list (${asset})`,
      provenance: options.provenance ?? 'authority_data',
      source: options.source ?? SOURCE,
      rest: {},
      notes: [],
    });
  }
}

export interface OfacOptions {
  readonly asset: string;
  /** Told of each label whose address is not written, being of another network. */
  readonly onLeftOut?: (facts: LabelFacts) => void;
}

/** Addresses alone: whatever else a label says has no place in this form. */
export async function* writeOfac(
  labels: AsyncIterable<LabelFacts> | Iterable<LabelFacts>,
  { asset, onLeftOut }: OfacOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const networks = new Set(findNetworks(asset).map(({ id }) => id));
  for await (const facts of labels) {
    if (networks.has(facts.network)) yield Buffer.from(`${facts.address}\n`);
    else onLeftOut?.(facts);
  }
}
