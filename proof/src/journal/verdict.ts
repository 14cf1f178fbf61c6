/** What is said of a journal entry besides the verdicts of proofs. */
import type { RefusalCode } from '../bundle/refusal.ts';
import { refusalCode } from '../bundle/refusal.ts';
import { type Outcome, VERDICTS } from '../bundle/verdict.ts';

export const ENTRY_VERDICTS = {
  /** The certificate is no member's system whose key a gateway holds: a person's, for example. */
  NOT_A_GATEWAY: 'UNTRUSTED',
  /** The entry speaks of another ledger than the trust file. */
  OTHER_LEDGER: 'UNTRUSTED',
} as const satisfies Record<string, Exclude<Outcome, 'INTACT'>>;
export type EntryVerdictCode = keyof typeof ENTRY_VERDICTS;

class EntryRefusal extends Error {
  override readonly name = 'EntryRefusal';
  readonly code: EntryVerdictCode;

  constructor(code: EntryVerdictCode) {
    super(code);
    this.code = code;
  }
}

export function demandOfEntry(condition: boolean, code: EntryVerdictCode): asserts condition {
  if (!condition) throw new EntryRefusal(code);
}

export type Judged<T> =
  | { readonly outcome: 'INTACT'; readonly code: 'INTACT'; readonly found: T }
  | {
      readonly outcome: Exclude<Outcome, 'INTACT'>;
      readonly code: RefusalCode | EntryVerdictCode;
      readonly found?: undefined;
    };

/** The verdict on what `work` looks at; never throws. */
export function judge<T>(work: () => T): Judged<T> {
  try {
    return { outcome: 'INTACT', code: 'INTACT', found: work() };
  } catch (error) {
    if (error instanceof EntryRefusal) {
      return { outcome: ENTRY_VERDICTS[error.code], code: error.code };
    }
    const code = refusalCode(error);
    return { outcome: VERDICTS[code], code };
  }
}
