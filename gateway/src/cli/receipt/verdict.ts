/** What of a kept question holds: by itself, by the gateway's signature, by the members' ledger. */
import {
  fromBase64url,
  type Outcome,
  type ProvenAnchor,
  type ProvenSeal,
  type Trust,
  verifyAnchor,
  verifySeal,
} from '@tabellion/proof';
import { CliError } from '../failure.ts';
import { countVerdicts, type ListedAnswer, type VerdictCounts } from '../label/screen-text.ts';
import { checkFlow, checkScreening, type QuestionEntry } from './check.ts';
import type { KeptProof, KeptQuestion } from './form.ts';
import { checkOpening, listAsked } from './opening.ts';
import { createPrivateChecker, type PrivateChecker } from './private-checker.ts';

export interface Means {
  /** Whom to believe; without it nothing but the receipt itself is looked at. */
  readonly trust: Trust | undefined;
  /** Without them nothing is said of the ledger. */
  readonly proofs: ReadonlyMap<number, KeptProof> | undefined;
  /** Milliseconds since 1970, at which certificates must hold. */
  readonly now: number;
}

interface Content {
  readonly entry: QuestionEntry;
  /** Where addresses were answered: how often each verdict was given. */
  readonly counts?: VerdictCounts;
  /** Of an opening: what was asked. */
  readonly asked?: readonly object[];
}

export type ReceiptVerdict =
  | (Content & {
      readonly outcome: 'INTACT';
      readonly seal?: ProvenSeal;
      readonly anchor?: ProvenAnchor;
    })
  | {
      readonly outcome: Exclude<Outcome, 'INTACT'>;
      readonly code: string;
      /** What failed: the receipt itself, the signature, or the way to the ledger. */
      readonly at: 'receipt' | 'signature' | 'ledger';
      readonly why: string;
    };

/** For the receipts of one file, in their order. */
export function createJudge({ trust, proofs, now }: Means): (kept: KeptQuestion) => ReceiptVerdict {
  const checker = createPrivateChecker();
  return (kept) => {
    const own = judgeItself(kept, checker);
    if (own.outcome !== 'INTACT' || trust === undefined) return own;
    const bytes = fromBase64url(kept.entry);
    const { position } = kept;
    const proof = proofs?.get(position);
    if (proofs !== undefined && proof === undefined) {
      const why = `there is no proof of the entry at position ${position}`;
      throw new CliError('FILE_MALFORMED', why);
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
  };
}

const wayOf = ({ index, size, hashes, attestation }: KeptProof) => ({
  ...{ index, size, hashes, attestation },
});

function judgeItself(kept: KeptQuestion, checker: PrivateChecker): ReceiptVerdict {
  try {
    return { outcome: 'INTACT', ...readContent(kept, checker) };
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'RECEIPT_MISMATCH') throw error;
    return { outcome: 'MISMATCH', code: error.code, at: 'receipt', why: error.message };
  }
}

/** @throws CliError `RECEIPT_MISMATCH`, `FILE_MALFORMED`. */
function readContent(kept: KeptQuestion, checker: PrivateChecker): Content {
  switch (kept.type) {
    case 'tabellion.screening-receipt':
      return { entry: checkScreening(kept), counts: countAnswers(kept.answers) };
    case 'tabellion.flow-receipt':
      return { entry: checkFlow(kept) };
    case 'tabellion.evaluation-receipt':
      return { entry: checker.checkEvaluation(kept) };
    case 'tabellion.bucket-receipt':
      return { entry: checker.checkBuckets(kept), counts: countAnswers(kept.answers) };
    case 'tabellion.screening-opening': {
      const { entry, asked } = checkOpening(kept);
      return { entry, asked: listAsked(asked) };
    }
  }
}

const countAnswers = (answers: readonly Pick<ListedAnswer, 'verdict'>[]): VerdictCounts =>
  countVerdicts(answers as readonly ListedAnswer[]);
