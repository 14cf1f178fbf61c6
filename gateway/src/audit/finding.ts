/** What an auditor must be able to list: not breaks of the ledger, but facts that people answer for. */
import type { BreakPlace } from './break.ts';
import { CodedLog } from './coded-log.ts';

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
  ORDER_OF_OTHERS: 'an acquisition rests on an order to which its member is no party',
  NOT_CLOSED: 'the acquisition has not been closed: its totals are not stated',
  UNREAD_SOURCES: 'sources could not be read',
  RECORDED_LATE: 'a step of custody was recorded long after it happened (EVD-2)',
  TRANSIT_GAP: 'a long time lies between offer and acceptance (EVD-2)',
  SEAL_BROKEN: 'a seal was found broken',
  SEALS_DIFFER: 'other seals were found than those on record',
  CONTENT_DIFFERS: 'the content was found to differ from what was anchored',
  CONTENT_NOT_CHECKED: 'the content was taken on without being hashed anew',
  AUTHORISATION_NOT_ACCEPTED: 'the receiver does not accept that kind of authorisation (EVD-20)',
  AUTHORISATION_NOT_STATED: 'no authorisation is stated that the receiver could accept (EVD-20)',
  MIRROR_UNCONFIRMED: 'a mirror copy that the original’s state has not confirmed (EVD-11)',
  MIRROR_DENIED: 'the original’s state denies the mirror copy (EVD-11)',
  MIRROR_POSITION_CHANGED:
    'the original’s state says otherwise of a mirror copy than before (EVD-11)',
  OFFER_OPEN: 'an item is on offer, and neither accepted nor refused (EVD-22)',
  CORRECTED: 'an earlier record of custody was corrected; both stand (O-7)',
  OBJECTION_OPEN: 'an objection has not been answered yet (EVD-10)',
  OBJECTION_OVERDUE: 'an objection was not answered in time (EVD-10)',
  CHALLENGED: 'how the evidence was obtained is challenged (EVD-13)',
  EXCLUDED: 'evidence was excluded for how it was obtained (EVD-13)',
  SELF_REVIEW: 'answered, examined or weighed by the person whose own work it is (ORD-26)',
  MANIPULATION_SIGNS: 'an examination found signs of manipulation (EVD-16)',
  DISPUTE_OPEN: 'a dispute of a label has not been answered yet (LBL-13)',
  DISPUTE_OVERDUE: 'a dispute of a label was not answered in time (LBL-13)',
  PRESUMPTION_REBUTTED: 'what a rule presumes of assets from a mixer was rebutted (LBL-4)',
  LABEL_WITHDRAWN: 'labels were withdrawn by the member that asserted them (LBL-13)',
  LABEL_MISSED: 'a member was not given the manifest of a label batch (LBL-1)',
  LABEL_WITHHELD: 'a label batch is void: most members were not given its manifest (LBL-1)',
  LABEL_EXPIRED: 'labels were declared out of use by the member that asserted them (LBL-13)',
  ORDER_OVERDUE: 'a clock of an order was marked as over (ORD-2)',
  ORDER_UNMARKED:
    'a clock of an order was over at the time of the audit, and the blocks hold no mark of it (ORD-2)',
  ORDER_PROVISIONAL:
    'a clock of an order ran beyond the end of its calendar, and its provisional end has passed (ORD-2)',
  ORDER_LATE: 'a step of an order came when the clock by which it was owed was over (ORD-2)',
  ORDER_HELD_BACK:
    'a step of an order claims a time before the end of a clock, and was ordered after it (O-2)',
  ORDER_LAPSED: 'an order lapsed with a clock (ORD-24)',
  ORDER_UNVALIDATED: 'an order that was to be validated afterwards ended without (ORD-25)',
  ORDER_NOT_NOTIFIED: 'the enforcing authority was not notified: an exception is claimed (CNS-5)',
  ORDER_ENDED_AFTER_DELIVERY:
    'after data were delivered the order was withdrawn, objected to or lapsed (ORD-25)',
  ORDER_OPEN_ENDED: 'an order keeps something without a date at which that ends (ORD-24)',
  DISCLOSED: 'people outside the membership were given access (O-3)',
  CONFIGURATION_CHANGED: 'the configuration of the channel changed',
  DEFINITION_CHANGED: 'the contracts were defined anew',
} as const;

export type FindingCode = keyof typeof FINDINGS;

export interface Finding extends Partial<BreakPlace> {
  readonly code: FindingCode;
  /** What it is about: an acquisition, a batch, a jurisdiction. No personal data. */
  readonly subject: string;
}

export class FindingLog extends CodedLog<Finding> {
  add(code: FindingCode, subject: string, place: Partial<BreakPlace> = {}): void {
    this.put({ code, subject, ...place });
  }
}
