/** Sightings of a list as the own member's records, each once however often it is tried. */
import { sightInput } from '@tabellion/chaincode/label/record';
import { buildTree, toHex } from '@tabellion/proof';
import { performOwnAct } from '../act.ts';
import { checkInput } from '../document.ts';
import { ownMember, type Session } from '../session.ts';
import type { PlannedSighting } from './plan.ts';
import { listResponses, readVerifiedBatch } from './verified-batch.ts';

export interface SightingRun {
  /** By part: the batch that it became. */
  readonly batches: readonly string[];
  readonly sightings: readonly PlannedSighting[];
  readonly reason: string;
}

export interface RecordedSightings {
  readonly recorded: number;
  /** By an earlier run. */
  readonly before: number;
}

export async function recordSightings(
  session: Session,
  { batches, sightings, reason }: SightingRun,
): Promise<RecordedSightings> {
  const counts = { recorded: 0, before: 0 };
  for (const [part, batch] of batches.entries()) {
    const planned = sightings.filter((each) => each.part === part);
    if (planned.length === 0) continue;
    const isThere = await readOwn(session, batch);
    const { lines } = await readVerifiedBatch(session.client, batch);
    const leaves = lines.map(({ leaf }) => leaf);
    const tree = buildTree(leaves);
    for (const { index, happenedAt } of planned) {
      const label = { leaf: toHex(leaves[index]!), index };
      if (isThere(label.leaf, happenedAt)) {
        counts.before += 1;
        continue;
      }
      const path = tree.path(index).map(toHex);
      const said = { batch, label, path, sighting: 'SEEN', happenedAt, reason };
      const input = checkInput(sightInput, said);
      await performOwnAct(session, { transaction: 'label:sight', input });
      counts.recorded += 1;
    }
  }
  return counts;
}

/** Which sightings the own member has on record of that batch's labels. */
async function readOwn(session: Session, batch: string) {
  const member = ownMember(session);
  const own = new Set<string>();
  for (const { record } of (await listResponses(session.client, batch)).responses) {
    if (record.type !== 'tabellion.sighting' || record.act.member !== member) continue;
    if (record.sighting === 'SEEN') own.add(`${record.label?.leaf} ${record.happenedAt}`);
  }
  return (leaf: string, happenedAt: number): boolean => own.has(`${leaf} ${happenedAt}`);
}
