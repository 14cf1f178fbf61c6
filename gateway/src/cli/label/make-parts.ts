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
import type { PlannedSighting } from './plan.ts';
import { type PackReading, readPack } from './read-pack.ts';
import { type RemarkCounts, type ToldRemark, tellRemarks } from './tell-remarks.ts';

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
      readonly remarks?: readonly ToldRemark[];
    }
  | {
      readonly line: number;
      readonly fate: 'MERGED';
      readonly into: number;
      readonly remarks?: readonly ToldRemark[];
    }
  | {
      readonly line: number;
      readonly fate: 'REFUSED';
      readonly code: EntryRefusalCode;
      readonly detail: string;
      readonly remarks?: readonly ToldRemark[];
    }
  /** The whole file. */
  | { readonly fate: 'REFUSED'; readonly code: LabelFormatErrorCode; readonly detail: string }
);

export interface ImportCounts extends RemarkCounts {
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
}

export const startCounts = (): ImportCounts => ({
  ...{ lines: 0, taken: 0, derived: 0, burn: 0, merged: 0, refused: {}, files: 0 },
  ...{ sightings: 0, recordable: 0, opinions: 0, notes: 0, unreadable: 0 },
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
  /** Of lists in which others say something of an address. */
  readonly sightings?: {
    readonly now: () => number;
    /** Of a label that is taken: when somebody met its address, as the list says. */
    readonly onSighting: (sighting: PlannedSighting) => void;
  };
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
          onFate(tellTaken(entry, { file, part, index, leaf }, ports));
        } else onFate(tellOther(file, entry, ports));
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
  { line, derived, burn, remarks = [] }: Accepted,
  place: { file: string; part: number; index: number; leaf: string },
  { counts, sightings }: MakingPorts,
): LineFate {
  counts.taken += 1;
  if (derived.length > 0) counts.derived += 1;
  if (burn) counts.burn += 1;
  const { told, seenAt } = tellRemarks(remarks, 'TAKEN', { counts, now: sightings?.now() });
  const { part, index } = place;
  if (seenAt !== undefined) sightings?.onSighting({ part, index, happenedAt: seenAt });
  return {
    ...{ ...place, line, fate: 'TAKEN' },
    ...(derived.length > 0 && { derived }),
    ...(burn && { burn }),
    ...(told.length > 0 && { remarks: told }),
  };
}

function tellOther(
  file: string,
  entry: RefusedEntry | MergedEntry,
  { counts }: MakingPorts,
): LineFate {
  const { line, remarks = [] } = entry;
  const fate = 'merged' in entry ? 'MERGED' : 'REFUSED';
  const { told } = tellRemarks(remarks, fate, { counts });
  const said = told.length > 0 && { remarks: told };
  if ('merged' in entry) {
    counts.merged += 1;
    return { file, line, fate: 'MERGED', into: entry.merged, ...said };
  }
  const { refused: code, detail } = entry;
  counts.refused[code] = (counts.refused[code] ?? 0) + 1;
  return { file, line, fate: 'REFUSED', code, detail, ...said };
}
