/** `custody …` and `exhibit move`: one step of an item each. */
import type { ItemHeadRecord, StepVerb } from '@tabellion/chaincode/custody/record';
import { canonicalBytes, sha256, toHex } from '@tabellion/proof';
import { parseAuthorisation, parseGoverned, parseTool } from '../acquisition-input.ts';
import { describeActed } from '../act.ts';
import type { Action, Invocation } from '../context.ts';
import { findStepKey } from '../custody/find-step.ts';
import { type CheckFlags, checkContent, resolveItem } from '../custody/handed-over.ts';
import { readItem, takeStep } from '../custody/take-step.ts';
import { parseTime } from '../document.ts';
import { CliError } from '../failure.ts';
import { hashFile } from '../hash-file.ts';
import type { Outcome } from '../output.ts';
import { readRecording } from '../read-recording.ts';
import { openSession, ownMember, type Session } from '../session.ts';

export interface StepFlags extends CheckFlags {
  readonly reason: string;
  readonly happened?: string;
  readonly to?: string;
  readonly foundSeal?: readonly string[];
  readonly brokenSeal?: readonly string[];
  readonly seal?: readonly string[];
  readonly witness?: readonly string[];
  readonly picture?: readonly string[];
  readonly method?: string;
  readonly tool?: readonly string[];
  readonly report?: string;
  readonly place?: string;
  readonly conditions?: string;
  readonly receipt?: string;
  readonly legalBasis?: string;
  readonly authority?: string;
  readonly hold?: string;
  readonly corrects?: string;
  readonly statement?: string;
  readonly position?: string;
  readonly sha256?: string;
  readonly original?: string;
}

interface Asked {
  readonly session: Session;
  readonly item: string;
  readonly flags: StepFlags;
}

/** What a step says besides its chain, time and reason; what only the head knows comes last. */
type Body = object | ((head: ItemHeadRecord) => object);

const listSeals = ({ foundSeal = [], brokenSeal = [] }: StepFlags) => [
  ...foundSeal.map((seal) => ({ seal, intact: true })),
  ...brokenSeal.map((seal) => ({ seal, intact: false })),
];
const listPictures = ({ picture = [] }: StepFlags) => Promise.all(picture.map(readRecording));

const receive = async ({ item, flags }: Asked) => ({
  foundSeals: listSeals(flags),
  checked: await checkContent(item, flags),
});
const nothing = async () => ({});

const BODIES: Readonly<Record<StepVerb, (asked: Asked) => Promise<Body>>> = {
  offer: async ({ flags }) => ({ to: parseReceiver(flags.to!) }),
  accept: receive,
  refuse: nothing,
  withdraw: nothing,
  takeOver: receive,
  examine: async ({ item, flags }) => ({
    method: flags.method,
    tools: (flags.tool ?? []).map(parseTool),
    ...(flags.report !== undefined && { report: await hashFile(flags.report) }),
    checked: await checkContent(item, flags),
    recordings: await listPictures(flags),
  }),
  seal: async ({ flags }) => ({
    seals: flags.seal ?? [],
    witnesses: flags.witness ?? [],
    pictures: await listPictures(flags),
  }),
  unseal: async ({ flags }) => ({
    foundSeals: listSeals(flags),
    witnesses: flags.witness ?? [],
    pictures: await listPictures(flags),
  }),
  move: async ({ flags: { place, conditions, ...flags } }) => ({
    storage: { place, conditions },
    foundSeals: listSeals(flags),
  }),
  return: async ({ flags: { to, receipt } }) => ({
    to,
    ...(receipt !== undefined && { receipt: (await hashFile(receipt)).sha256 }),
  }),
  hold: async ({ flags }) => ({ legalBasis: parseGoverned(flags.legalBasis!) }),
  lift:
    async ({ session, flags }) =>
    (head) => ({ hold: flags.hold ?? findOwnHold(head, ownMember(session)) }),
  dispose: async ({ flags }) => ({
    legalBasis: parseGoverned(flags.legalBasis!),
    authority: parseAuthorisation(flags.authority!),
    witnesses: flags.witness ?? [],
  }),
  correct: async ({ session, item, flags }) => ({
    corrects: await findCorrected(session, item, flags.corrects!),
    statement: flags.statement,
  }),
  confirm: async ({ flags: { position, original, sha256: digest } }) => ({
    position,
    sha256: digest ?? (await digestOriginal(original)),
  }),
};

/** The action of one verb. */
export function stepAction(verb: StepVerb): Action<StepFlags> {
  return async (invocation: Invocation<StepFlags>): Promise<Outcome> => {
    const { options: flags, context, args } = invocation;
    const session = await openSession(invocation);
    const item = await resolveItem(args[0] as string);
    const body = await BODIES[verb]({ session, item, flags });
    const told = flags.happened === undefined ? undefined : parseTime(flags.happened);
    const acted = await takeStep(session, verb, item, (head) => ({
      reason: flags.reason,
      // Not told apart from the head's, a clock that lags behind another member's by moments would refuse.
      happenedAt: told ?? Math.max(context.now(), head.happenedAt),
      ...(typeof body === 'function' ? body(head) : body),
    }));
    const {
      kind,
      sequence,
      flags: noted,
    } = acted.record as {
      kind: string;
      sequence: number;
      flags: readonly string[];
    };
    const remarks = noted.length === 0 ? '' : `, flagged ${noted.join(', ')}`;
    return {
      document: { item, ...describeActed(acted) },
      text: `${kind} recorded as step ${sequence} of ${item}${remarks} (${acted.txId})`,
    };
  };
}

/** `MEMBER` or `MEMBER/person`. */
function parseReceiver(text: string): { member: string; person?: string } {
  const [member = '', person, ...rest] = text.split('/');
  if (member === '' || person === '' || rest.length > 0) {
    throw new CliError('USAGE', `${text} is not a receiver such as SgAgencyMSP or SgAgencyMSP/p-…`);
  }
  return person === undefined ? { member } : { member, person };
}

function findOwnHold({ holds }: ItemHeadRecord, member: string): string {
  const own = holds.filter((hold) => hold.member === member);
  if (own.length === 1) return own[0]!.hold;
  throw new CliError(
    'USAGE',
    own.length === 0
      ? 'no hold of your member is in force on it'
      : `give --hold with one of ${own.map(({ hold }) => hold).join(', ')}`,
  );
}

/** The digest of a record of the item: given as such, or by its number in the time line. */
async function findCorrected(session: Session, item: string, corrects: string): Promise<string> {
  if (/^[0-9a-f]{64}$/.test(corrects)) return corrects;
  if (!/^\d{1,10}$/.test(corrects)) {
    throw new CliError(
      'USAGE',
      'give --corrects with the number of a step or the digest of a record',
    );
  }
  if (corrects === '0') {
    const { opening } = await readItem(session.client, item);
    return toHex(sha256(canonicalBytes(opening.record)));
  }
  return findStepKey(session.client, item, Number(corrects));
}

async function digestOriginal(file: string | undefined): Promise<string> {
  if (file !== undefined) return (await hashFile(file)).sha256;
  throw new CliError('USAGE', 'give the original with --original, or its digest with --sha256');
}
