/** What a step says, put together from options or a file, in the contract's own form. */
import { type StepVerb, stepInputs } from '@tabellion/chaincode/order/record';
import { parseGoverned, withoutAbsent } from '../acquisition-input.ts';
import type { Context } from '../context.ts';
import { parseTime, readObject } from '../document.ts';
import { CliError } from '../failure.ts';
import { hashFile } from '../hash-file.ts';

export interface SaysOptions {
  readonly input?: string;
  readonly channel?: string;
  /** A file; the ledger gets its digest. */
  readonly proof?: string;
  readonly received?: string;
  readonly gate?: string;
  readonly ground?: string;
  readonly legalBasis?: string;
  readonly extent?: string;
  readonly acquisition?: readonly string[];
  readonly defect?: string;
  readonly preserved?: boolean;
  readonly law?: string;
  readonly outcome?: string;
  readonly production?: string;
  readonly clock?: string;
  readonly due?: string;
}

/**
 * Options go before the file; what neither says of a receipt is now, and of a yield is none.
 * @throws CliError `USAGE`, `FILE_UNREADABLE`, and what {@link readObject} says of the file.
 */
export async function readSays(
  context: Context,
  verb: StepVerb,
  options: SaysOptions,
): Promise<object> {
  const { input, channel, gate, ground, extent, defect, preserved, law, outcome, production } =
    options;
  const { proof, received, legalBasis } = options;
  const { shape } = stepInputs[verb];
  const said = {
    ...{ channel, gate, ground, extent, defect, preserved, law, outcome, production },
    ...(proof !== undefined && { proof: (await hashFile(proof)).sha256 }),
    ...(received !== undefined && { receivedAt: parseTime(received) }),
    ...(legalBasis !== undefined && { legalBasis: parseGoverned(legalBasis) }),
    ...(options.acquisition && { acquisitions: options.acquisition }),
    ...readClock(options),
  };
  return {
    ...('receivedAt' in shape && { receivedAt: context.now() }),
    ...('acquisitions' in shape && { acquisitions: [] }),
    ...(input !== undefined && withTimes(await readObject(context, input))),
    ...withoutAbsent(said),
  };
}

/** In a file as on the command line people write times, and the ledger takes milliseconds. */
function withTimes(given: { receivedAt?: unknown; deadline?: unknown }): object {
  const { receivedAt, deadline } = given;
  const isDated = typeof deadline === 'object' && deadline !== null && 'due' in deadline;
  return {
    ...given,
    ...(typeof receivedAt === 'string' && { receivedAt: parseTime(receivedAt) }),
    ...(isDated &&
      typeof deadline.due === 'string' && {
        deadline: { ...deadline, due: parseTime(deadline.due) },
      }),
  };
}

/** With an instant, the deadline that is set anew; else the clock that is meant. */
function readClock({ clock, due }: SaysOptions): object {
  if (due === undefined) return clock === undefined ? {} : { clock };
  if (clock === undefined) throw new CliError('USAGE', '--due is of the clock that --clock names');
  return { deadline: { clock, due: parseTime(due) } };
}
