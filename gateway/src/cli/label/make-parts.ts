/** From lists to manifests, with the fate of every line. */
import { type LabelFacts, MAX_LABELS, toHex } from '@tabellion/proof';
import {
  type AcceptedEntry,
  type Entry,
  type EntryRefusalCode,
  LabelFormatError,
  type LabelFormatErrorCode,
  type MergedEntry,
  type RefusedEntry,
} from '../../label/format/entry.ts';
import { LabelManifestWriter, type MadeLabelManifest } from '../../label/write-manifest.ts';
import { type PackReading, readPack } from './read-pack.ts';

/** What became of one line. `part` and `index` say where the label stands: in which manifest, and where. */
export type LineFate = { readonly file: string } & (
  | {
      readonly line: number;
      readonly fate: 'TAKEN';
      readonly part: number;
      readonly index: number;
      readonly leaf: string;
      readonly derived?: readonly string[];
      readonly burn?: true;
      /** MISP's sightings and opinions: acts of their own, which an import does not make. */
      readonly sightings?: number;
      readonly opinions?: number;
    }
  | { readonly line: number; readonly fate: 'MERGED'; readonly into: number }
  | {
      readonly line: number;
      readonly fate: 'REFUSED';
      readonly code: EntryRefusalCode;
      readonly detail: string;
    }
  /** The whole file. */
  | { readonly fate: 'REFUSED'; readonly code: LabelFormatErrorCode; readonly detail: string }
);

export interface ImportCounts {
  /** Entries that were found. */
  lines: number;
  taken: number;
  /** Of those taken: something was derived or left out. */
  derived: number;
  /** Of those taken: nobody holds the address's key. */
  burn: number;
  merged: number;
  /** By code. */
  refused: Record<string, number>;
  /** Files refused as a whole; their lines are not counted. */
  files: number;
  sightings: number;
  opinions: number;
}

export const startCounts = (): ImportCounts => ({
  ...{ lines: 0, taken: 0, derived: 0, burn: 0, merged: 0, refused: {}, files: 0 },
  ...{ sightings: 0, opinions: 0 },
});

export const countRefused = ({ refused }: Pick<ImportCounts, 'refused'>): number =>
  Object.values(refused).reduce((sum, count) => sum + count, 0);

/** Labels, or what else stands in manifests. */
export interface PartSource<F> {
  read(file: string, onRead: (bytes: number) => void): AsyncGenerator<Entry<F>, void, undefined>;
  /** Returns the leaf. */
  add(writer: LabelManifestWriter, facts: F): Uint8Array;
  /** Whether there is room for it, besides the number of lines. */
  fits?(writer: LabelManifestWriter, facts: F): boolean;
}

export const labelSource = (reading: PackReading): PartSource<LabelFacts> => ({
  read: (file, onRead) => readPack(file, reading, onRead),
  add: (writer, facts) => writer.add(facts),
});

export interface MakingPorts {
  readonly counts: ImportCounts;
  readonly onFate: (fate: LineFate) => void;
  /** Bytes of a file that were read. */
  readonly onRead: (bytes: number) => void;
  readonly onFileDone: () => void;
}

/**
 * Yields a manifest whenever one is full, and the last. A line that is refused stops no other; nor does a
 * file that is not of the format.
 * @throws CliError `FILE_UNREADABLE`: what cannot be read is no list with nothing in it.
 */
export async function* makeParts<F>(
  files: readonly string[],
  { read, add, fits = () => true }: PartSource<F>,
  ports: MakingPorts,
  maxLabels: number = MAX_LABELS,
): AsyncGenerator<MadeLabelManifest, void, undefined> {
  const { counts, onFate } = ports;
  let part = 0;
  let writer = new LabelManifestWriter();
  for (const file of files) {
    const before = counts.lines;
    try {
      for await (const entry of read(file, ports.onRead)) {
        counts.lines += 1;
        if ('facts' in entry) {
          if (writer.size === maxLabels || !fits(writer, entry.facts)) {
            yield writer.finish();
            writer = new LabelManifestWriter();
            part += 1;
          }
          const index = writer.size;
          const leaf = toHex(add(writer, entry.facts));
          onFate(tellTaken(entry, { file, part, index, leaf }, counts));
        } else onFate(tellOther(file, entry, counts));
      }
    } catch (error) {
      // Of a list that breaks off after lines were taken, those would stand for the whole.
      if (!(error instanceof LabelFormatError) || counts.lines > before) throw error;
      counts.files += 1;
      counts.refused[error.code] = (counts.refused[error.code] ?? 0) + 1;
      onFate({ file, fate: 'REFUSED', code: error.code, detail: error.message });
    }
    ports.onFileDone();
  }
  if (writer.size > 0) yield writer.finish();
}

type Accepted = AcceptedEntry<unknown>;

function tellTaken(
  { line, derived, burn, sightings = [], opinions = [] }: Accepted,
  place: { file: string; part: number; index: number; leaf: string },
  counts: ImportCounts,
): LineFate {
  counts.taken += 1;
  if (derived.length > 0) counts.derived += 1;
  if (burn) counts.burn += 1;
  counts.sightings += sightings.length;
  counts.opinions += opinions.length;
  return {
    ...{ ...place, line, fate: 'TAKEN' },
    ...(derived.length > 0 && { derived }),
    ...(burn && { burn }),
    ...(sightings.length > 0 && { sightings: sightings.length }),
    ...(opinions.length > 0 && { opinions: opinions.length }),
  };
}

function tellOther(
  file: string,
  entry: RefusedEntry | MergedEntry,
  counts: ImportCounts,
): LineFate {
  const { line } = entry;
  if ('merged' in entry) {
    counts.merged += 1;
    return { file, line, fate: 'MERGED', into: entry.merged };
  }
  const { refused: code, detail } = entry;
  counts.refused[code] = (counts.refused[code] ?? 0) + 1;
  return { file, line, fate: 'REFUSED', code, detail };
}
