/** `custody …` and `exhibit move`: one step of an item each. */
import type { ItemHeadRecord, StepVerb } from '@tabellion/chaincode/custody/record';
import { canonicalBytes, sha256, toHex } from '@tabellion/proof';
import {
  parseAuthorisation,
  parseGoverned,
  parseTool,
  withoutAbsent,
} from '../acquisition-input.ts';
import { describeActed } from '../act.ts';
import type { Action, Invocation } from '../context.ts';
import { findStepKey } from '../custody/find-step.ts';
import { type CheckFlags, checkContent } from '../custody/handed-over.ts';
import { resolveItem } from '../custody/item-name.ts';
import { readItem, takeStep } from '../custody/take-step.ts';
import { parseTime } from '../document.ts';
import { CliError } from '../failure.ts';
import { hashFile } from '../hash-file.ts';
import type { Outcome } from '../output.ts';
import { listPersons } from '../person.ts';
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
  readonly ground?: string;
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

const check = ({ session, item, flags }: Asked) =>
  checkContent(
    async () => ({ ...(await readItem(session.client, item)).opening.record, item }),
    flags,
  );
const receive = async (asked: Asked) => ({
  foundSeals: listSeals(asked.flags),
  checked: await check(asked),
});
const nothing = async () => ({});

const BODIES: Readonly<Record<StepVerb, (asked: Asked) => Promise<Body>>> = {
  offer: async ({ flags }) => ({ to: parseReceiver(flags.to!) }),
  accept: receive,
  refuse: nothing,
  withdraw: nothing,
  takeOver: receive,
  examine: async ({ flags, ...asked }) => ({
    method: flags.method,
    tools: (flags.tool ?? []).map(parseTool),
    ...(flags.report !== undefined && { report: await hashFile(flags.report) }),
    checked: await check({ flags, ...asked }),
    recordings: await listPictures(flags),
  }),
  seal: async ({ flags }) => ({
    seals: flags.seal ?? [],
    witnesses: await listPersons(flags.witness),
    pictures: await listPictures(flags),
  }),
  unseal: async ({ flags }) => ({
    foundSeals: listSeals(flags),
    witnesses: await listPersons(flags.witness),
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
    witnesses: await listPersons(flags.witness),
  }),
  correct: async ({ session, item, flags }) => ({
    corrects: await findCorrected(session, item, flags.corrects!),
    statement: flags.statement,
  }),
  confirm: async ({ flags: { position, ground, ...flags } }) => {
    const sha256 = await digestOriginal(flags);
    if (position === 'DENIED' && ground === undefined) {
      throw new CliError('USAGE', 'say on what ground with --ground');
    }
    if (sha256 === undefined && (position === 'CONFIRMED' || ground === 'CONTENT_DIFFERS')) {
      throw new CliError('USAGE', 'give the original with --original, or its digest with --sha256');
    }
    return withoutAbsent({ position, ground, sha256 });
  },
};

/** The action of one verb. */
export function stepAction(verb: StepVerb): Action<StepFlags> {
  return async (invocation: Invocation<StepFlags>): Promise<Outcome> => {
    const { options: flags, context, args } = invocation;
    const session = await openSession(invocation);
    const item = await resolveItem(session, args[0] as string);
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
  if (own.length === 0) {
    throw new CliError('HOLD_UNKNOWN', 'no legal hold of your member is in force on it');
  }
  const choice = own.map(({ hold }) => hold).join(', ');
  throw new CliError('USAGE', `your member has several holds on it: give --hold, one of ${choice}`);
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

async function digestOriginal({
  sha256,
  original,
}: Pick<StepFlags, 'sha256' | 'original'>): Promise<string | undefined> {
  return original === undefined ? sha256 : (await hashFile(original)).sha256;
}
