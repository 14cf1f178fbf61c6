/** What method and route oblige a collector to (EVD-3..7, 17). */
import { assertRule } from '../kernel/errors.ts';
import type { MemberKind, ReferenceEntry } from '../member/record.ts';
import type { AcquireInput, CrossBorder, GroundKind } from './record.ts';

type Body<R> = Extract<ReferenceEntry, { register: R }>['body'];
export type Method = Body<'method'>;
export type LegalBasis = Body<'legalBasis'>;

const VISUAL = ['VIDEO', 'PHOTO', 'SCREEN_CAPTURE'];

/** @throws ContractError `RECORDING_REQUIRED`, `ORDER_REQUIRED`. */
export function assertMethodObligations(input: AcquireInput, method: Method): void {
  const { recordings, noRecordingReason, grounds } = input;
  const owes = (obligation: Method['obligations'][number]) =>
    method.obligations.includes(obligation);
  assertRule(
    !owes('RECORDING') || recordings.some(({ kind }) => VISUAL.includes(kind)),
    'RECORDING_REQUIRED',
    `this method needs one of ${VISUAL.join(', ')}`,
  );
  assertRule(
    !owes('RECORDING_OR_REASON') || recordings.length > 0 || noRecordingReason !== undefined,
    'RECORDING_REQUIRED',
    'give a recording or noRecordingReason',
  );
  assertRule(
    !owes('ORDER') || grounds.some(({ kind }) => kind === 'ORDER'),
    'ORDER_REQUIRED',
    'this method needs a ground of kind ORDER',
  );
}

/** The grounds that carry a route; a unilateral collection may have any of them. */
const GROUNDS: Record<Exclude<AcquireInput['route'], 'DOMESTIC'>, readonly GroundKind[]> = {
  MUTUAL_ASSISTANCE: ['TREATY'],
  POLICE_COOPERATION: ['TREATY', 'CONSENT'],
  PROVIDER_DIRECT: ['ORDER', 'TREATY', 'CONSENT'],
  UNILATERAL: ['ORDER', 'TREATY', 'CONSENT'],
};

/**
 * Whether the claim that the data are public is believed. It is the collector's own word and spares it
 * every ground abroad, so it counts only with a statement that access limits were respected: what lies
 * behind a log-in or a robots rule is not released to the public (EVD-6, EVD-17).
 */
export function isPublic({ publiclyReleased, accessLimits }: AcquireInput): boolean {
  return publiclyReleased === 'YES' && accessLimits?.respected === true;
}

/**
 * A domestic route needs domestic facts and a basis for collection at home. Routes of assistance name
 * what they rest on; so does a unilateral collection of non-public data on a system that is or may be
 * foreign. Each ground needs a legal basis that opens it (EVD-6, EVD-7, part 12 no. 6).
 * @throws ContractError `ROUTE_NOT_ALLOWED`, `ROUTE_CONTRADICTS_FACTS`, `GROUND_REQUIRED`,
 * `BASIS_DOES_NOT_OPEN`.
 */
export function assertRoute(
  input: AcquireInput,
  crossBorder: CrossBorder,
  legalBases: readonly LegalBasis[],
  kind: MemberKind,
): void {
  const { route } = input;
  const opened = new Set(legalBases.flatMap(({ opens }) => opens));
  if (route === 'DOMESTIC') {
    assertRule(crossBorder === 'NO', 'ROUTE_CONTRADICTS_FACTS', `cross-border is ${crossBorder}`);
    assertRule(opened.has('DOMESTIC'), 'BASIS_DOES_NOT_OPEN', 'no basis opens DOMESTIC');
    return;
  }
  assertRule(kind === 'STATE', 'ROUTE_NOT_ALLOWED', `${kind} collects on route DOMESTIC only`);
  if (route === 'UNILATERAL' && (crossBorder === 'NO' || isPublic(input))) return;
  const grounds = input.grounds.filter((ground) => GROUNDS[route].includes(ground.kind));
  assertRule(
    grounds.length > 0,
    'GROUND_REQUIRED',
    `${route} needs ${GROUNDS[route].join(' or ')}`,
  );
  assertRule(
    grounds.some((ground) => opened.has(ground.kind)),
    'BASIS_DOES_NOT_OPEN',
    `no basis opens ${grounds.map((ground) => ground.kind).join(' or ')}`,
  );
}
