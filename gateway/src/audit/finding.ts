/** What an auditor must be able to list: not breaks of the ledger, but facts that people answer for. */
import type { BreakPlace } from './break.ts';

export const FINDINGS = {
  LATE_TRANSACTION:
    'the time of the transaction lies before that of earlier blocks, less the window',
  INVALID_TRANSACTION: 'the transaction was ordered and is invalid; it changed nothing',
  ODD_ENCODING: 'encoded as no client of ours does, and valid all the same',
  UNILATERAL_CROSS_BORDER: 'collected abroad without the other state (EVD-7)',
  OBJECTION: 'a touched state objects (CNS-5)',
  UNANSWERED: 'a touched state has not taken a position (CNS-5)',
  NOTICE_OVERDUE: 'a delayed notice was not given in time (CNS-5)',
  NOTICE_PENDING: 'a notice to the touched state is delayed',
  JURISDICTION_UNKNOWN: 'where the data were is not known (EVD-6)',
  VOLATILE_LATE: 'volatile data were anchored late (EVD-12)',
  FULL_COPY_UNSEGREGATED: 'a full copy has not been separated (EVD-9)',
  ACCESS_LIMITS_UNSTATED: 'no statement on access limits (EVD-17)',
  ACCESS_LIMITS_NOT_RESPECTED: 'access limits were not respected (EVD-17)',
  STANDARD_NOT_ADOPTED: 'the standard followed is not one that the member adopted (EVD-15)',
  CERTIFICATE_NOT_IN_FORCE: 'the certificate was not valid at the time that the transaction claims',
  GATEWAY_HELD_KEY: 'signed with a key that a gateway holds',
  NOT_CLOSED: 'the acquisition has not been closed: its totals are not stated',
  UNREAD_SOURCES: 'sources could not be read',
  CONFIGURATION_CHANGED: 'the configuration of the channel changed',
  DEFINITION_CHANGED: 'the contracts were defined anew',
} as const;

export type FindingCode = keyof typeof FINDINGS;

export interface Finding extends Partial<BreakPlace> {
  readonly code: FindingCode;
  /** What it is about: an acquisition, a batch, a jurisdiction. No personal data. */
  readonly subject: string;
}

/** Findings listed one by one; beyond this only counted, so that memory stays bounded. */
const LISTED_PER_CODE = 1_000;

export class FindingLog {
  readonly #listed: Finding[] = [];
  readonly #counts = new Map<FindingCode, number>();

  add(code: FindingCode, subject: string, place: Partial<BreakPlace> = {}): void {
    const count = (this.#counts.get(code) ?? 0) + 1;
    this.#counts.set(code, count);
    if (count <= LISTED_PER_CODE) this.#listed.push({ code, subject, ...place });
  }

  /** In the order in which they were met. */
  get listed(): readonly Finding[] {
    return this.#listed;
  }

  /** All of them by code, those not listed included. */
  get counts(): Readonly<Partial<Record<FindingCode, number>>> {
    return Object.fromEntries(this.#counts);
  }
}
