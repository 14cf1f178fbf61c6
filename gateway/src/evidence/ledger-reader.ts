/** Reads from the ledger itself what anchoring depends on; the gateway's own way, no projection. */
import { readArgument as readCustody } from '@tabellion/chaincode/custody/record';
import { readArgument as readDisclosure } from '@tabellion/chaincode/disclosure/record';
import {
  acquisitionKey,
  batchKey,
  headKey,
  locationHeadKey,
} from '@tabellion/chaincode/evidence/key';
import {
  type AcquisitionRecord,
  acquisitionRecord,
  headRecord,
  locationHeadRecord,
  readArgument as readEvidence,
} from '@tabellion/chaincode/evidence/record';
import { readArgument as readLabel } from '@tabellion/chaincode/label/record';
import { memberKey, parameterKey } from '@tabellion/chaincode/member/key';
import {
  memberRecord,
  type ParameterName,
  parameterRecord,
  readArgument as readMember,
} from '@tabellion/chaincode/member/record';
import { readArgument as readOrder } from '@tabellion/chaincode/order/record';
import { readArgument as readReview } from '@tabellion/chaincode/review/record';
import { parseCanonical, utf8 } from '@tabellion/proof';
import type { z } from 'zod';
import type { Signer } from '../ledger/act.ts';
import { LedgerError, type LedgerPort, type Signed } from '../ledger/port.ts';
import type { AnchorContext, AnchorReader } from './anchor.ts';
import { EvidenceError } from './error.ts';

/** What changes seldom: read again after so long, milliseconds, and when a record shows a change. */
const TERMS_MS = 10_000;
type Terms = Omit<AnchorContext, 'acquisition' | 'head'>;

/** Each word reads its own keys, of the form that its contract accepts. */
const READERS = [
  ['member', readMember],
  ['evidence', readEvidence],
  ['custody', readCustody],
  ['review', readReview],
  ['disclosure', readDisclosure],
  ['label', readLabel],
  ['order', readOrder],
] as const;

type Evaluator = Pick<LedgerPort, 'prepare' | 'evaluate'>;

export interface LedgerReader extends AnchorReader {
  /** Whether the acquisition takes no more batches. */
  isClosed(acquisition: string): Promise<boolean>;
}

export function createLedgerReader(ledger: Evaluator, signer: Signer): LedgerReader {
  const readBytes = (key: string) => readKey(ledger, signer, key);
  const read = async <T>(schema: z.ZodType<T>, key: string): Promise<T> =>
    schema.parse(parseCanonical(await readBytes(key)));
  const readParameter = async (name: ParameterName) =>
    (await read(parameterRecord, parameterKey(name))).value;
  /** The acquisition asked for last: its record never changes. */
  let kept: { readonly id: string; readonly record: AcquisitionRecord } | undefined;
  const readAcquisition = async (id: string) => {
    if (kept?.id === id) return kept.record;
    const record = await orUnknown(read(acquisitionRecord, acquisitionKey(id)));
    kept = { id, record };
    return record;
  };
  const readTerms = async (id: string): Promise<Terms> => {
    const [place, member, batchMaxItems, volatileGapSeconds, timeWindowSeconds] = await Promise.all(
      [
        read(locationHeadRecord, locationHeadKey(id)),
        read(memberRecord, memberKey(signer.mspId)),
        readParameter('batchMaxItems'),
        readParameter('volatileGapSeconds'),
        readParameter('timeWindowSeconds'),
      ],
    );
    return {
      touched: place.touched,
      jurisdiction: member.jurisdiction,
      parameters: { batchMaxItems, volatileGapSeconds, timeWindowSeconds },
    };
  };
  let remembered: { readonly id: string; readonly terms: Terms; readonly at: number } | undefined;
  const recallTerms = async (id: string, fresh: boolean) => {
    const isFit = !fresh && remembered?.id === id && performance.now() - remembered.at < TERMS_MS;
    if (isFit) return remembered!.terms;
    const at = performance.now();
    const terms = await readTerms(id);
    remembered = { id, terms, at };
    return terms;
  };

  return {
    async readContext(id, { fresh = false } = {}): Promise<AnchorContext> {
      const acquisition = await readAcquisition(id);
      const [head, terms] = await Promise.all([
        read(headRecord, headKey(id)),
        recallTerms(id, fresh),
      ]);
      return { acquisition, head, ...terms };
    },
    isClosed: async (id) => (await read(headRecord, headKey(id))).closed,
    async hasBatch(digest) {
      try {
        await readBytes(batchKey(digest));
        return true;
      } catch (error) {
        if (isNotFound(error)) return false;
        throw error;
      }
    },
  };
}

/** The exact bytes under a ledger key. @throws LedgerError `CONTRACT` with `NOT_FOUND`. */
export async function readKey(ledger: Evaluator, signer: Signer, key: string): Promise<Uint8Array> {
  return ledger.evaluate(await askFor(ledger, signer, key));
}

/**
 * An endorsed, never submitted read of a key: `common.Envelope` bytes.
 * @throws LedgerError `CONTRACT` with `NOT_FOUND`.
 */
export async function attestKey(
  ledger: Pick<LedgerPort, 'prepare' | 'attest'>,
  signer: Signer,
  key: string,
): Promise<Uint8Array> {
  return ledger.attest(await askFor(ledger, signer, key));
}

/** As {@link attestKey}, for a read that answers from more than one key. */
export async function attestAnswer(
  ledger: Pick<LedgerPort, 'prepare' | 'attest'>,
  signer: Signer,
  transaction: string,
  argument: string,
): Promise<Uint8Array> {
  return ledger.attest(await ask(ledger, signer, transaction, argument));
}

async function askFor(
  ledger: Pick<LedgerPort, 'prepare'>,
  signer: Signer,
  key: string,
): Promise<Signed> {
  const word = READERS.find(([, argument]) => argument.safeParse(key).success)?.[0];
  if (word === undefined) throw new TypeError(`no word reads ${key}`);
  return ask(ledger, signer, `${word}:read`, key);
}

async function ask(
  ledger: Pick<LedgerPort, 'prepare'>,
  signer: Signer,
  transaction: string,
  argument: string,
): Promise<Signed> {
  const { proposal } = await ledger.prepare({
    transaction,
    args: [utf8(argument)],
    creator: signer.creator,
  });
  return { bytes: proposal, signature: await signer.sign(proposal) };
}

async function orUnknown<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new EvidenceError('ACQUISITION_UNKNOWN', 'no such acquisition', { cause: error });
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof LedgerError && error.contractCode === 'NOT_FOUND';
}
