/**
 * The manifest of a label batch: the exact bytes of its statements, each followed by a line feed, in the
 * order of the Merkle leaves. The ledger holds its SHA-256 and the root over its lines; every member that
 * fetches it checks all of it (LBL-1).
 */
import { createHash } from 'node:crypto';
import {
  JsonError,
  type LabelStatement,
  labelStatement,
  leafHash,
  MAX_LABELS,
  parseCanonical,
  TLP,
  toHex,
} from '@tabellion/proof';
import { isRefusal, normaliseAddress } from '@tabellion/screening';
import { BatchRoot } from '../evidence/batch-root.ts';
import { EvidenceError } from '../evidence/error.ts';
import { LineSplitter } from '../evidence/manifest.ts';
import { LabelError } from './error.ts';

/** Longest statement, bytes: every field at its longest fits. */
export const MAX_STATEMENT_BYTES = 8192;

/** No taxonomy has more; the names of a manifest are kept in memory. */
const MAX_CATEGORIES = 512;

export interface LabelManifestFacts {
  /** SHA-256 of the manifest's bytes, hex. */
  readonly digest: string;
  /** Merkle root over its lines, hex. */
  readonly root: string;
  /** Lines. */
  readonly size: number;
  /** The strictest marking of a line. */
  readonly tlp: LabelStatement['tlp'];
  /** Categories and concepts that stand in it. */
  readonly categories: ReadonlySet<string>;
}

/** A statement where it stands. */
export interface LabelLine {
  readonly statement: LabelStatement;
  /** See `normaliseAddress`. */
  readonly key: Uint8Array;
  /** Where the line begins, and its length without the line feed, bytes. */
  readonly offset: number;
  readonly length: number;
  readonly leaf: Uint8Array;
}

/**
 * Passes a manifest's bytes on while it reads them; the facts are the generator's return value. Holds one
 * piece and one line.
 * @throws LabelError `LABEL_INVALID`; EvidenceError `DIGEST_MISMATCH`, `MANIFEST_INVALID`, `TOO_LARGE`.
 */
export async function* checkLabelManifest(
  chunks: AsyncIterable<Uint8Array>,
  digest: string,
  onLine: (line: LabelLine) => void = () => undefined,
): AsyncGenerator<Uint8Array, LabelManifestFacts, undefined> {
  const splitter = new LineSplitter();
  const hash = createHash('sha256');
  const root = new BatchRoot();
  const categories = new Set<string>();
  const leaves = new Set<string>();
  let strictest = 0;
  let offset = 0;
  for await (const chunk of chunks) {
    for (const bytes of splitter.split(chunk)) {
      if (root.size === MAX_LABELS)
        throw new EvidenceError('TOO_LARGE', 'more labels than a batch holds');
      const read = readStatement(bytes, root.size + 1);
      const leaf = leafHash(bytes);
      // Acts on a label name its leaf: of two alike only one could be withdrawn or disputed.
      if (leaves.size === leaves.add(toHex(leaf)).size)
        throw invalid(root.size + 1, 'stands twice');
      root.add(leaf);
      const { category, concepts = [], tlp } = read.statement;
      for (const each of [category, ...concepts]) categories.add(each);
      if (categories.size > MAX_CATEGORIES)
        throw invalid(root.size, 'more categories than there are');
      strictest = Math.max(strictest, TLP.indexOf(tlp));
      onLine({ ...read, offset, length: bytes.length, leaf });
      offset += bytes.length + 1;
    }
    hash.update(chunk);
    yield chunk;
  }
  splitter.finish();
  if (root.root === undefined) throw new EvidenceError('MANIFEST_INVALID', 'no lines');
  if (hash.digest('hex') !== digest)
    throw new EvidenceError('DIGEST_MISMATCH', 'the manifest has another digest');
  return { digest, root: toHex(root.root), size: root.size, tlp: TLP[strictest]!, categories };
}

/** Reads a whole manifest; see {@link checkLabelManifest}. */
export async function verifyLabelManifest(
  chunks: AsyncIterable<Uint8Array>,
  digest: string,
  onLine?: (line: LabelLine) => void,
): Promise<LabelManifestFacts> {
  const reading = checkLabelManifest(chunks, digest, onLine);
  for (;;) {
    const step = await reading.next();
    if (step.done === true) return step.value;
  }
}

/** @throws LabelError `LABEL_INVALID`, naming the line and never what it says. */
function readStatement(bytes: Uint8Array, line: number) {
  const statement = parseStatement(bytes, line);
  const address = normaliseAddress(statement.address, statement.network);
  if (isRefusal(address)) throw invalid(line, address.code);
  if (address.address !== statement.address) throw invalid(line, 'address: not in canonical form');
  return { statement, key: address.key };
}

function parseStatement(bytes: Uint8Array, line: number): LabelStatement {
  try {
    const limits = { maxBytes: MAX_STATEMENT_BYTES, maxDepth: 4 };
    const parsed = labelStatement.safeParse(parseCanonical(bytes, limits));
    if (parsed.success) return parsed.data;
    throw invalid(line, parsed.error.issues[0]?.path.join('.') || '$');
  } catch (error) {
    if (error instanceof JsonError) throw invalid(line, error.code);
    throw error;
  }
}

const invalid = (line: number, why: string) =>
  new LabelError('LABEL_INVALID', `line ${line}: ${why}`);
