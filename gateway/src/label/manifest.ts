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
  MAX_EVIDENCE,
  MAX_LABELS,
  nameEvidence,
  parseCanonical,
  TLP,
  type TransferStatement,
  toHex,
  transferStatement,
} from '@tabellion/proof';
import { isRefusal, normaliseAddress } from '@tabellion/screening';
import type { z } from 'zod';
import { BatchRoot } from '../evidence/batch-root.ts';
import { EvidenceError } from '../evidence/error.ts';
import { LineSplitter } from '../evidence/manifest.ts';
import { findTransferFault, transferId } from '../flow/transfer-line.ts';
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
  /** Categories, concepts and channels that stand in it. */
  readonly categories: ReadonlySet<string>;
  /** What its lines are, all of them. */
  readonly content: ManifestContent;
  /** What its transfers rest on, by `nameEvidence`. */
  readonly evidence: ReadonlySet<string>;
}
export type ManifestContent = 'LABELS' | 'TRANSFERS';

interface Place {
  /** Where the line begins, and its length without the line feed, bytes. */
  readonly offset: number;
  readonly length: number;
  readonly leaf: Uint8Array;
}
/** A statement where it stands. */
export interface LabelLine extends Place {
  readonly statement: LabelStatement;
  /** See `normaliseAddress`. */
  readonly key: Uint8Array;
}
export interface TransferLine extends Place {
  readonly statement: TransferStatement;
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
  onTransfer: (line: TransferLine) => void = () => undefined,
): AsyncGenerator<Uint8Array, LabelManifestFacts, undefined> {
  const splitter = new LineSplitter();
  const hash = createHash('sha256');
  const root = new BatchRoot();
  const categories = new Set<string>();
  const evidence = new Set<string>();
  const leaves = new Set<string>();
  const transfers = new Set<string>();
  let content: ManifestContent | undefined;
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
      content ??= read.content;
      if (content !== read.content)
        throw invalid(root.size, 'labels and transfers in one manifest');
      const { statement } = read;
      if (statement.type === 'tabellion.label') {
        for (const each of [statement.category, ...(statement.concepts ?? [])])
          categories.add(each);
      } else {
        const id = transferId(statement);
        if (transfers.size === transfers.add(id).size) throw invalid(root.size, 'stands twice');
        if (statement.channel !== undefined) categories.add(statement.channel);
        for (const link of statement.links) evidence.add(nameEvidence(link));
        if (evidence.size > MAX_EVIDENCE)
          throw invalid(root.size, 'more evidence than a batch names');
      }
      if (categories.size > MAX_CATEGORIES)
        throw invalid(root.size, 'more categories than there are');
      strictest = Math.max(strictest, TLP.indexOf(statement.tlp));
      const place = { offset, length: bytes.length, leaf };
      if (read.content === 'LABELS') onLine({ statement: read.statement, key: read.key, ...place });
      else onTransfer({ statement: read.statement, ...place });
      offset += bytes.length + 1;
    }
    hash.update(chunk);
    yield chunk;
  }
  splitter.finish();
  if (root.root === undefined) throw new EvidenceError('MANIFEST_INVALID', 'no lines');
  if (hash.digest('hex') !== digest)
    throw new EvidenceError('DIGEST_MISMATCH', 'the manifest has another digest');
  return {
    ...{ digest, root: toHex(root.root), size: root.size, tlp: TLP[strictest]!, categories },
    ...{ content: content!, evidence },
  };
}

/** Reads a whole manifest; see {@link checkLabelManifest}. */
export async function verifyLabelManifest(
  chunks: AsyncIterable<Uint8Array>,
  digest: string,
  onLine?: (line: LabelLine) => void,
  onTransfer?: (line: TransferLine) => void,
): Promise<LabelManifestFacts> {
  const reading = checkLabelManifest(chunks, digest, onLine, onTransfer);
  for (;;) {
    const step = await reading.next();
    if (step.done === true) return step.value;
  }
}

/** @throws LabelError `LABEL_INVALID`, naming the line and never what it says. */
function readStatement(bytes: Uint8Array, line: number) {
  const parsed = parseLine(bytes, line);
  if ((parsed as { type?: unknown } | null)?.type === 'tabellion.transfer') {
    const statement = expectStatement(transferStatement, parsed, line);
    const fault = findTransferFault(statement);
    if (fault !== undefined) throw invalid(line, fault);
    return { content: 'TRANSFERS' as const, statement };
  }
  const statement = expectStatement(labelStatement, parsed, line);
  const address = normaliseAddress(statement.address, statement.network);
  if (isRefusal(address)) throw invalid(line, address.code);
  if (address.address !== statement.address) throw invalid(line, 'address: not in canonical form');
  return { content: 'LABELS' as const, statement, key: address.key };
}

function expectStatement<T>(schema: z.ZodType<T>, value: unknown, line: number): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(line, parsed.error.issues[0]?.path.join('.') || '$');
}

function parseLine(bytes: Uint8Array, line: number): unknown {
  try {
    return parseCanonical(bytes, { maxBytes: MAX_STATEMENT_BYTES, maxDepth: 4 });
  } catch (error) {
    if (error instanceof JsonError) throw invalid(line, error.code);
    throw error;
  }
}

const invalid = (line: number, why: string) =>
  new LabelError('LABEL_INVALID', `line ${line}: ${why}`);
