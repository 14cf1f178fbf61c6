/**
 * The proofs inside a bag, each held to its file and to a trust file that does not come from the bag. Goes
 * through the bag twice more: once for the list, once for the proofs, of which one at a time is in memory.
 */
import { MAX_BUNDLE_BYTES, type Verdict } from '@tabellion/proof';
import { ExchangeError } from '../exchange-error.ts';
import { type BagLine, bagLine, LINES } from './bag-line.ts';
import { toPayloadName } from './bag-name.ts';
import { openBagSource, readEntries } from './bag-source.ts';
import { DEFAULT_LIMITS, ReadBudget, type ReadLimits } from './read-budget.ts';

export interface FoundFile {
  readonly sha256: string;
  readonly size: number;
}
export interface ReadBag {
  readonly path: string;
  /** As `readBag` found it. */
  readonly top: string;
  readonly limits?: Partial<ReadLimits>;
}
export type VerifyFile = (proof: Uint8Array, file: FoundFile) => Verdict;

export interface ProofResult {
  readonly payload: string;
  readonly kind: 'proof' | 'custody';
  readonly verdict: Verdict;
}
export interface BagProofs {
  readonly results: readonly ProofResult[];
  /** Files of the payload that no proof belongs to. */
  readonly unproven: readonly string[];
}

const malformed = (why: string, cause?: unknown) =>
  new ExchangeError('BAG_MALFORMED', why, { cause });

/**
 * @param payload by its name below the bag's own directory, as the bag was read a moment ago.
 * @throws ExchangeError `BAG_MALFORMED` for a list that says what cannot be, `BAG_MISMATCH` for one that
 * names a file otherwise than its proof does, or a proof that is missing.
 */
export async function checkProofs(
  bag: ReadBag,
  payload: ReadonlyMap<string, FoundFile>,
  verify: VerifyFile,
): Promise<BagProofs> {
  const lines = await readLines(bag);
  const wanted = new Map<string, readonly [BagLine, ProofResult['kind']]>();
  for (const line of lines) {
    if (!payload.has(line.payload)) {
      throw malformed(`${LINES} names ${JSON.stringify(line.payload)}, which is not there`);
    }
    if (line.proof !== undefined) wanted.set(line.proof, [line, 'proof']);
    if (line.custody !== undefined) wanted.set(line.custody, [line, 'custody']);
  }
  const results: ProofResult[] = [];
  for await (const [name, bytes] of readTags(bag, (tag) => wanted.has(tag))) {
    const [line, kind] = wanted.get(name)!;
    wanted.delete(name);
    const verdict = verify(bytes, payload.get(line.payload)!);
    assertNamed(line, verdict);
    results.push({ payload: line.payload, kind, verdict });
  }
  const [missing] = wanted.keys();
  if (missing !== undefined) throw new ExchangeError('BAG_MISMATCH', `${missing} is missing`);
  const proven = new Set(results.map((result) => result.payload));
  return { results, unproven: [...payload.keys()].filter((name) => !proven.has(name)) };
}

async function readLines(bag: ReadBag): Promise<BagLine[]> {
  const lines: BagLine[] = [];
  for await (const [, bytes] of readTags(bag, (tag) => tag === LINES)) {
    for (const [at, text] of bytes.toString('utf8').split('\n').entries()) {
      if (text === '') continue;
      try {
        lines.push(bagLine.parse(JSON.parse(text)));
      } catch (error) {
        throw malformed(`${LINES}:${at + 1} is no line of ours`, error);
      }
    }
  }
  return lines;
}

/** A proof that names another file than the list does would let one pass for the other. */
function assertNamed({ payload, path }: BagLine, { claims, custody }: Verdict): void {
  const named = claims?.path ?? custody?.content?.path;
  const isOther =
    toPayloadName(Buffer.from(path, 'base64url').toString('latin1')) !== payload ||
    (named !== undefined && named !== path);
  if (!isOther) return;
  const why = `${JSON.stringify(payload)} was anchored under another name`;
  throw new ExchangeError('BAG_MISMATCH', why);
}

async function* readTags(
  { path, top, limits = {} }: ReadBag,
  isWanted: (name: string) => boolean,
): AsyncGenerator<readonly [name: string, bytes: Buffer]> {
  const source = await openBagSource(path);
  const allowed = { ...DEFAULT_LIMITS, ...limits };
  for await (const entry of readEntries(source, new ReadBudget(allowed, source.packed))) {
    const name = entry.name.slice(top.length);
    if (!entry.name.startsWith(top) || !isWanted(name)) continue;
    // Each file by itself: together they may be as large as the bag.
    const most = name === LINES ? allowed.maxTagBytes : MAX_BUNDLE_BYTES;
    const budget = new ReadBudget({ ...allowed, maxTagBytes: most }, undefined);
    yield [name, await budget.readTag(entry.open())] as const;
  }
}
