/** What an ordering node checks before it takes a transaction; all else is judged at commit. */
import {
  HEADER_TYPE,
  readEnvelopeHeader,
  readTransaction,
  type TransactionHeader,
} from '@tabellion/proof';
import { LedgerError, type Signed } from '../port.ts';
import { encodeEnvelope } from '../transaction.ts';
import type { ChannelIdentities } from './identities.ts';
import type { TransientStore } from './transient-store.ts';

/** `Orderer.BatchSize.AbsoluteMaxBytes` of Fabric's samples. */
const MAX_ENVELOPE_BYTES = 10 * 1024 * 1024;

export interface AdmissionContext {
  readonly channel: string;
  readonly transients: TransientStore;
  now(): number;
  identities(): ChannelIdentities;
  isTaken(txId: string): boolean;
}

export interface Admitted {
  /** `common.Envelope` bytes. */
  readonly envelope: Uint8Array;
  readonly txId: string;
}

/**
 * @throws LedgerError `NOT_ACCEPTED`, `UNKNOWN_MEMBER`, `IDENTITY_REFUSED`, `DUPLICATE_TRANSACTION`.
 */
export function admitTransaction(payload: Signed, context: AdmissionContext): Admitted {
  const envelope = encodeEnvelope(payload.bytes, payload.signature);
  if (envelope.length > MAX_ENVELOPE_BYTES) {
    throw new LedgerError('NOT_ACCEPTED', `an envelope has at most ${MAX_ENVELOPE_BYTES} bytes`);
  }
  const header = decodeHeader(envelope);
  const { txId } = header;
  const refuse = (why: string) => new LedgerError('NOT_ACCEPTED', why, { txId });
  if (header.type !== HEADER_TYPE.ENDORSER_TRANSACTION || header.channel !== context.channel) {
    throw refuse('not a transaction for this channel');
  }
  const creator = context.identities().readCurrent(header.creator.bytes, context.now());
  if (!creator.isSignatureValid(payload.bytes, payload.signature)) {
    throw refuse('not signed by its creator');
  }
  if (context.isTaken(txId)) {
    throw new LedgerError('DUPLICATE_TRANSACTION', 'the transaction ID is taken', { txId });
  }
  if (!hasPrivateValues(payload.bytes, context.transients)) {
    throw refuse('its private values are no longer held: endorse again');
  }
  return { envelope, txId };
}

function decodeHeader(envelope: Uint8Array): TransactionHeader {
  try {
    return readEnvelopeHeader(envelope);
  } catch (cause) {
    throw new LedgerError('NOT_ACCEPTED', 'not a transaction envelope', { cause });
  }
}

function hasPrivateValues(payload: Uint8Array, transients: TransientStore): boolean {
  try {
    const { rwset, txId } = readTransaction(payload);
    return transients.covers(txId, rwset);
  } catch {
    // Not a transaction that could become valid: the validator says why.
    return true;
  }
}
