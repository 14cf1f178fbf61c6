/** From labels that are read to batches that are asserted. */
import type { MadeLabelManifest } from '../../label/write-manifest.ts';
import { CliError } from '../failure.ts';
import type { Session } from '../session.ts';
import type { BatchStatement } from './assert-options.ts';
import { type AssertedPart, assertParts } from './assert-parts.ts';
import { countRefused, type ImportCounts, startCounts } from './make-parts.ts';
import { openPlan, type Part, type Plan, type PlannedSighting } from './plan.ts';
import { type RecordedSightings, recordSightings } from './record-sightings.ts';

export interface Assertion {
  /** Everything that decides what is asserted. */
  readonly what: object;
  readonly statement: BatchStatement;
  readonly again: boolean;
  /** Nothing is asserted where a line was refused. */
  readonly strict: boolean;
  readonly now: () => number;
  /** Whether sightings of the list are to be the own member's records. */
  readonly sight?: boolean;
  /** @param report where the fate of every line is to be kept. */
  make(
    counts: ImportCounts,
    report: string,
    onSighting: (sighting: PlannedSighting) => void,
  ): AsyncIterable<MadeLabelManifest>;
}

export interface AssertedPlan {
  readonly counts: ImportCounts;
  readonly batches: readonly AssertedPart[];
  /** What was read, was read by an earlier run. */
  readonly resumed: boolean;
  readonly sighted?: RecordedSightings;
}

/** @param withReport called with the report's path before the state may go. */
export async function assertPlan(
  session: Session,
  { what, statement, again, strict, now, make, sight = false }: Assertion,
  withReport: (report: string) => Promise<void> = async () => undefined,
): Promise<AssertedPlan> {
  await using directory = await openPlan(session.paths.work, what, { again });
  let { plan } = directory;
  const resumed = plan !== undefined;
  if (plan === undefined) {
    const counts = startCounts();
    const parts: Part[] = [];
    const sightings: PlannedSighting[] = [];
    const onSighting = (sighting: PlannedSighting) => sightings.push(sighting);
    for await (const made of make(counts, directory.report, onSighting)) {
      parts.push(await directory.keepManifest(made));
    }
    plan = { type: 'tabellion.label-plan', v: 1, counts, parts, sightings } satisfies Plan;
    if (strict && countRefused(counts) > 0) {
      await withReport(directory.report);
      await directory.remove();
      return { counts, batches: [], resumed };
    }
    await directory.keep(plan);
  }
  try {
    const batches = await assertParts(session, directory, plan, { statement, now });
    await withReport(directory.report);
    const asserted = { counts: plan.counts, batches, resumed };
    if (!sight) return asserted;
    const { sightings } = plan;
    const names = batches.map(({ batch }) => batch);
    const run = { batches: names, sightings, reason: statement.reason };
    return { ...asserted, sighted: await recordSightings(session, run) };
  } catch (error) {
    if (!session.signal.aborted) throw error;
    throw new CliError('INTERRUPTED', 'interrupted: run the same command again to go on', error);
  }
}
