/**
 * A dry run of `order:issue`: every refusal of the contract that can be told beforehand, by its own rules, and
 * what an addressee will likely reject. Nothing is written, and nothing of the contents is kept or repeated.
 */
import { ContractError, ERROR_CODES, type ErrorCode } from '@tabellion/chaincode/kernel/errors';
import type { Act, Governed } from '@tabellion/chaincode/kernel/schema';
import type { State } from '@tabellion/chaincode/kernel/state';
import { loadCurrent } from '@tabellion/chaincode/member/load';
import { type ReferenceRegister, role } from '@tabellion/chaincode/member/record';
import { assertContent, listFieldFaults } from '@tabellion/chaincode/order/content';
import { type IssueContext, issueOrder } from '@tabellion/chaincode/order/issue';
import { type Issuing, listRefusals, type Side } from '@tabellion/chaincode/order/issue-rules';
import { loadForIssue } from '@tabellion/chaincode/order/load';
import type { OrderProfile } from '@tabellion/chaincode/order/profile';
import {
  type IssueInput,
  issueInput,
  type OrderContent,
  orderContent,
} from '@tabellion/chaincode/order/record';
import { canonicalBytes, sha256, toHex } from '@tabellion/proof';
import { z } from 'zod';
import { DOUBTS, listDoubts, type PartyTexts } from './doubts.ts';
import { facts } from './facts.ts';
import { listIssuerRefusals } from './issuer-refusals.ts';
import { judgeScope } from './judge-scope.ts';

const MAX_FINDINGS = 256;
const texts = z
  .record(z.string().max(64), z.string().max(16_384))
  .refine((fields) => Object.keys(fields).length <= 64, { error: 'has more than 64 fields' });

export const orderDraft = z.strictObject({
  input: z
    .looseObject({})
    .meta({ description: 'As for `order:issue`; id and contents may be left out' }),
  contents: z.strictObject({ ADDRESSEE: texts.optional(), ENFORCING: texts.optional() }),
  role: role.optional().meta({ description: 'Who would issue it; else the caller’s role' }),
  facts: facts
    .omit({ kind: true, categories: true, addressee: true, at: true, role: true })
    .optional()
    .meta({ description: 'Of the case: whether they open the way that the profile is' }),
});
export type OrderDraft = z.infer<typeof orderDraft>;

const finding = z.strictObject({
  severity: z
    .enum(['REFUSED', 'DOUBTFUL'])
    .meta({ description: 'REFUSED: by the contract. DOUBTFUL: likely by who is to carry it out' }),
  code: z.enum([...ERROR_CODES, ...DOUBTS]),
  field: z.string(),
  text: z.string(),
});
type Finding = z.infer<typeof finding>;

export const orderCheck = z.strictObject({
  findings: z.array(finding).max(MAX_FINDINGS),
  refused: z.int(),
  doubtful: z.int(),
});
export type OrderCheck = z.infer<typeof orderCheck>;

export interface CheckContext {
  readonly state: State;
  /** Whose order it would be. */
  readonly issuer: Side;
  readonly findMember: (mspId: string) => Side | undefined;
  readonly act: Issuing;
}

const NO_DIGEST = '0'.repeat(64);
const NO_ORDER = '0'.repeat(32);
const NO_SALT = 'A'.repeat(43);

export async function checkOrder(draft: OrderDraft, context: CheckContext): Promise<OrderCheck> {
  const findings: Finding[] = [];
  for await (const found of listFindings(draft, context)) {
    findings.push(found);
    if (findings.length === MAX_FINDINGS) break;
  }
  const count = (severity: Finding['severity']) =>
    findings.filter((each) => each.severity === severity).length;
  return { findings, refused: count('REFUSED'), doubtful: count('DOUBTFUL') };
}

const refused = (code: ErrorCode, field: string, text: string): Finding => ({
  ...{ severity: 'REFUSED', code, field, text },
});
const refusedBy = ({ code, text }: ContractError, field = fieldOf(code)): Finding =>
  refused(code, field, text);

async function* listFindings(
  { input: given, contents, facts: known }: OrderDraft,
  context: CheckContext,
): AsyncGenerator<Finding> {
  const { act, state, issuer, findMember } = context;
  for (const refusal of listIssuerRefusals(issuer, act.role)) yield refusedBy(refusal);
  if (contents.ADDRESSEE === undefined)
    yield refused('CONTENT_MISSING', 'contents.ADDRESSEE', 'the addressee is given nothing');
  const parsed = issueInput.safeParse({
    id: NO_ORDER,
    ...given,
    contents: { ADDRESSEE: NO_DIGEST, ...(contents.ENFORCING && { ENFORCING: NO_DIGEST }) },
  });
  for (const { path, message } of parsed.error?.issues ?? [])
    yield refused('BAD_INPUT', path.map(String).join('.') || 'input', message);
  const profile = await findProfile(state, given.profile);
  yield* listContentRefusals(contents, profile);
  if (!parsed.success) return;

  const { data: input } = parsed;
  const unknown = await listUnknown(state, input);
  yield* unknown;
  if (unknown.length === 0) {
    const loaded = await loadForIssue(state, input).catch(catchRefusal);
    if (loaded instanceof ContractError) yield refusedBy(loaded, 'follows');
    else yield* listRuleRefusals(input, loaded, act);
  }
  if (profile === undefined) return;

  const { categories, addressee: name } = input;
  const doubted = { profile, categories, contents, at: act.at };
  for (const doubt of listDoubts(doubted)) yield { severity: 'DOUBTFUL', ...doubt };
  const addressee = findMember(name);
  if (known === undefined || addressee === undefined) return;
  const whole = { ...known, kind: profile.kind, categories, addressee: name };
  const parties = { issuer, addressee, named: addressee };
  const { closing, questions } = judgeScope(profile.scope, whole, parties);
  const doubts = [
    ...closing.map((each) => ({ ...each, code: 'SCOPE_NOT_MET' as const })),
    ...questions.map((each) => ({ ...each, code: 'SCOPE_NOT_KNOWN' as const })),
  ];
  for (const { code, article, text } of doubts)
    yield { severity: 'DOUBTFUL', code, field: 'facts', text: `${text} (${article})` };
}

function catchRefusal(error: unknown): ContractError {
  if (error instanceof ContractError) return error;
  throw error;
}

/** The current one, where the draft names it; that it does not is told apart. */
async function findProfile(state: State, named: unknown): Promise<OrderProfile | undefined> {
  const name = issueInput.shape.profile.safeParse(named);
  if (!name.success) return undefined;
  const found = await loadCurrent(state, 'orderProfile', name.data).catch(catchRefusal);
  return found instanceof ContractError ? undefined : found;
}

async function listUnknown(state: State, input: IssueInput): Promise<Finding[]> {
  const named: readonly (readonly [string, ReferenceRegister, Governed | undefined])[] = [
    ['profile', 'orderProfile', input.profile],
    ['legalBasis', 'legalBasis', input.legalBasis],
    ['calendars.ISSUER', 'calendar', input.calendars.ISSUER],
    ['calendars.ADDRESSEE', 'calendar', input.calendars.ADDRESSEE],
    ['calendars.ENFORCING', 'calendar', input.calendars.ENFORCING],
  ];
  const found: Finding[] = [];
  for (const [field, register, entry] of named) {
    if (entry === undefined) continue;
    const body = await loadCurrent(state, register, entry).catch(catchRefusal);
    if (body instanceof ContractError) found.push(refusedBy(body, field));
  }
  return found;
}

function* listRuleRefusals(
  input: IssueInput,
  context: IssueContext,
  act: Issuing,
): Generator<Finding> {
  const refusals = [...listRefusals(input, context, act)];
  for (const refusal of refusals) yield refusedBy(refusal);
  if (refusals.length > 0) return;
  try {
    issueOrder(input, context, { ...UNSIGNED, ...act });
  } catch (error) {
    yield refusedBy(catchRefusal(error));
  }
}

/** What of an act no rule on orders asks for. */
const UNSIGNED = {
  txId: NO_DIGEST,
  certificate: NO_DIGEST,
  person: 'nobody',
  keyCustody: 'person',
} as const satisfies Partial<Act>;

function* listContentRefusals(
  contents: PartyTexts,
  profile: OrderProfile | undefined,
): Generator<Finding> {
  for (const party of ['ADDRESSEE', 'ENFORCING'] as const) {
    const given = contents[party];
    if (given === undefined) continue;
    const found = [...listCopyRefusals(party, given, profile)];
    yield* found;
    if (found.length > 0 || profile === undefined) continue;
    // What is left is what only the whole copy shows, such as its size.
    const bytes = canonicalBytes({
      ...{ type: 'tabellion.order-content', v: 1, order: NO_ORDER, for: party, salt: NO_SALT },
      fields: toFields(given),
    });
    const digest = toHex(sha256(bytes));
    try {
      assertContent(bytes, { order: NO_ORDER, for: party, profile, digest });
    } catch (error) {
      yield refusedBy(catchRefusal(error), `contents.${party}`);
    }
  }
}

const toFields = (given: Readonly<Record<string, string>>) =>
  Object.entries(given).map(([id, text]) => ({ id, text }));

function* listCopyRefusals(
  party: OrderContent['for'],
  given: Readonly<Record<string, string>>,
  profile: OrderProfile | undefined,
): Generator<Finding> {
  const fields = toFields(given);
  const parsed = orderContent.shape.fields.safeParse(fields);
  for (const { path, message } of parsed.error?.issues ?? []) {
    const field = fields[Number(path[0])]?.id;
    const place = ['contents', party, ...(field === undefined ? [] : [field])].join('.');
    yield refused('BAD_INPUT', place, message);
  }
  if (profile === undefined) return;
  for (const { field, text } of listFieldFaults(profile, party, Object.keys(given)))
    yield refused('CONTENT_NOT_ALLOWED', `contents.${party}.${field}`, text);
}

function fieldOf(code: ErrorCode): string {
  switch (code) {
    case 'CATEGORY_NOT_ALLOWED':
    case 'DUPLICATE_ENTRY':
      return 'categories';
    case 'MEMBER_SUSPENDED':
    case 'NOT_ALLOWED':
    case 'ISSUER_NOT_ALLOWED':
      return 'role';
    case 'ADDRESSEE_NOT_ALLOWED':
    case 'NOT_ACCEPTED_BY_MEMBER':
    case 'ROUTE_CLOSED':
      return 'addressee';
    case 'ENFORCING_MISMATCH':
      return 'enforcing';
    case 'CALENDAR_MISMATCH':
    case 'CALENDAR_ENDS':
      return 'calendars';
    case 'NOT_A_PARTY':
      return 'follows';
    case 'ALREADY_EXISTS':
      return 'id';
    case 'BAD_INPUT':
    case 'CLOCK_UNKNOWN':
      return 'stated';
    default:
      return 'profile';
  }
}
