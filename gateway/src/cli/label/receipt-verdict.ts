/** What of a kept screening holds: by itself, by the gateway's signature, by the members' ledger. */
import {
  fromBase64url,
  type Outcome,
  type ProvenAnchor,
  type ProvenSeal,
  type Trust,
  verifyAnchor,
  verifySeal,
} from '@tabellion/proof';
import type { ScreenAnswer } from '../../label/screen.ts';
import { CliError } from '../failure.ts';
import {
  checkOpening,
  checkPrivate,
  checkReceipt,
  type KeptProof,
  type KeptScreening,
  type OpenedEntry,
} from './receipt.ts';
import { countVerdicts, type VerdictCounts } from './screen-text.ts';

export interface Means {
  /** Whom to believe; without it nothing but the receipt itself is looked at. */
  readonly trust: Trust | undefined;
  /** Without them nothing is said of the ledger. */
  readonly proofs: ReadonlyMap<number, KeptProof> | undefined;
  /** Milliseconds since 1970, at which certificates must hold. */
  readonly now: number;
}

export type ReceiptVerdict =
  | {
      readonly outcome: 'INTACT';
      readonly entry: OpenedEntry['entry'];
      /** Of a receipt: how often each verdict was given. */
      readonly counts?: VerdictCounts;
      /** Of an opening: what was asked; null where the gateway was not told. */
      readonly asked?: OpenedEntry['asked'];
      readonly seal?: ProvenSeal;
      readonly anchor?: ProvenAnchor;
    }
  | {
      readonly outcome: Exclude<Outcome, 'INTACT'>;
      readonly code: string;
      /** What failed: the receipt itself, the signature, or the way to the ledger. */
      readonly at: 'receipt' | 'signature' | 'ledger';
      readonly why: string;
    };

/** @throws CliError for what cannot be read at all. */
export function judgeScreening(kept: KeptScreening, { trust, proofs, now }: Means): ReceiptVerdict {
  const own = judgeItself(kept);
  if (own.outcome !== 'INTACT' || trust === undefined) return own;
  const bytes = fromBase64url(kept.entry);
  const { position } = kept;
  const proof = proofs?.get(position);
  if (proofs !== undefined && proof === undefined) {
    throw new CliError('FILE_MALFORMED', `there is no proof of the entry at position ${position}`);
  }
  const anchor = proof && verifyAnchor(bytes, wayOf(proof), trust, { now });
  if (anchor !== undefined && anchor.outcome !== 'INTACT') {
    const why = 'the entry is not shown to be on the ledger';
    return { outcome: anchor.outcome, code: anchor.code, at: 'ledger', why };
  }
  const anchored = anchor?.found;
  if (!('seal' in kept)) return { ...own, ...(anchored && { anchor: anchored }) };
  const { seal } = kept;
  const by = anchored?.anchoredAt ?? now;
  const signed = verifySeal({ entry: bytes, position, seal }, trust, { by });
  if (signed.outcome !== 'INTACT') {
    const why = 'the entry is not shown to be signed by a gateway of its member';
    return { outcome: signed.outcome, code: signed.code, at: 'signature', why };
  }
  return { ...own, seal: signed.found, ...(anchored && { anchor: anchored }) };
}

const wayOf = ({ index, size, hashes, attestation }: KeptProof) => ({
  ...{ index, size, hashes, attestation },
});

function judgeItself(kept: KeptScreening): ReceiptVerdict {
  try {
    if ('opening' in kept) return { outcome: 'INTACT', ...checkOpening(kept) };
    if ('question' in kept) return { outcome: 'INTACT', entry: checkPrivate(kept), asked: null };
    const counts = countVerdicts(kept.answers as ScreenAnswer[]);
    return { outcome: 'INTACT', entry: checkReceipt(kept), counts };
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'RECEIPT_MISMATCH') throw error;
    return { outcome: 'MISMATCH', code: error.code, at: 'receipt', why: error.message };
  }
}
