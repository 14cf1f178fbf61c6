/** `acquire`: records one act of collection and prints its id. */
import { randomBytes } from 'node:crypto';
import { acquireInput, location as locationSchema } from '@tabellion/chaincode/evidence/record';
import { chooseUntouched } from '../../ledger/untouched-endorsers.ts';
import { type AcquireFlags, draftAcquisition, parseGoverned } from '../acquisition-input.ts';
import { type Act, describeActed, performOwnAct } from '../act.ts';
import type { Invocation } from '../context.ts';
import { checkInput, parseTime, readObject } from '../document.ts';
import { CliError } from '../failure.ts';
import type { Outcome } from '../output.ts';
import { readRecording } from '../read-recording.ts';
import { sealLocation } from '../sealed-location.ts';
import { openSession, ownMember, type Session } from '../session.ts';
import { readTrust } from '../trust-pin.ts';

export interface AcquireOptions extends AcquireFlags {
  readonly input?: string;
  readonly recording?: readonly string[];
  readonly delayNotice?: string;
  readonly delayBasis?: string;
}

export async function acquire(invocation: Invocation<AcquireOptions>): Promise<Outcome> {
  const { context, options } = invocation;
  const session = await openSession(invocation);
  const id = randomBytes(16).toString('hex');
  const draft = draftAcquisition(options, {
    document: options.input === undefined ? {} : await readObject(context, options.input),
    id,
    now: context.now(),
    recordings: await Promise.all((options.recording ?? []).map(readRecording)),
  });
  const acted = await performOwnAct(session, await toAct(session, id, draft, options));
  return { document: { id, ...describeActed(acted) }, text: id };
}

/** With a delayed notice the location is sealed here; the ledger gets its digest, and no more. */
async function toAct(
  session: Session,
  id: string,
  draft: Record<string, unknown>,
  { delayNotice, delayBasis }: AcquireOptions,
): Promise<Act> {
  const transaction = 'evidence:acquire';
  if (delayNotice === undefined && delayBasis === undefined) {
    return { transaction, input: checkInput(acquireInput, draft) };
  }
  if (delayNotice === undefined || delayBasis === undefined) {
    throw new CliError('USAGE', 'give --delay-notice and --delay-basis together');
  }
  const { location, ...facts } = draft;
  const notice = { basis: parseGoverned(delayBasis), latest: parseTime(delayNotice) };
  const unsealed = { ...facts, delayedNotice: { ...notice, sealed: '0'.repeat(64) } };
  checkInput(acquireInput, unsealed);
  const place = checkInput(locationSchema, location);
  const endorsers = chooseUntouched(ownMember(session), place, await readTrust(session));
  const seal = await sealLocation(session.paths, id, place);
  const input = checkInput(acquireInput, {
    ...facts,
    delayedNotice: { ...notice, sealed: seal.digest },
  });
  return { transaction, input, transient: { location: seal.bytes }, endorsers };
}
