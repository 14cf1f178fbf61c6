/** Whether a batch counts, and what of it can be had: what the ledger says of it is there in any case. */
import type { LabelBatchRecord } from '@tabellion/chaincode/label/record';
import { EXIT, type ExitCode } from '../../explain/exit-code.ts';
import type { ProjectedRecord } from '../../projection/records.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { formatTime } from '../table.ts';
import {
  isWithholding,
  listResponses,
  type Response,
  readBatchRecord,
  readManifest,
  type VerifiedBatch,
} from './verified-batch.ts';

export interface StandingBatch {
  readonly shown: ProjectedRecord<LabelBatchRecord>;
  /** What was said of it and of its labels, in the order of the ledger. */
  readonly responses: readonly Response[];
  /** Time of the ledger. */
  readonly at: number;
  /** WITHHELD and VOID: it counts for nobody. ABSENT: only this gateway knows no more of it. */
  readonly standing: 'COUNTS' | 'WITHHELD' | 'VOID' | 'ABSENT';
  /** Why it is void. */
  readonly code?: string;
  /** Its labels, where the manifest is here and is what the ledger says. */
  readonly batch?: VerifiedBatch;
}

/** @throws EvidenceError `DIGEST_MISMATCH`; as `readBatchRecord`. */
export async function readStandingBatch(
  client: GatewayClient,
  text: string | undefined,
): Promise<StandingBatch> {
  const shown = await readBatchRecord(client, text);
  const said = await listResponses(client, shown.key.slice('label-batch/'.length));
  const reading = await readManifest(client, shown);
  const found = { shown, ...said };
  // It would be void without having been kept back, too.
  if (reading.found === 'VOID') return { ...found, standing: 'VOID', code: reading.why.code };
  const batch = reading.found === 'WHOLE' && { batch: reading.batch };
  if (said.responses.some(isWithholding)) return { ...found, standing: 'WITHHELD', ...batch };
  return batch ? { ...found, standing: 'COUNTS', ...batch } : { ...found, standing: 'ABSENT' };
}

/** Which batch it is, for people. */
export function listHeadFields(found: StandingBatch): [string, string][] {
  const { key, record } = found.shown;
  return [
    ['Batch', key.slice('label-batch/'.length)],
    ['Asserted by', `${record.act.member}, ${formatTime(record.act.at)}`],
    ['Counts', describeStanding(found)],
  ];
}

export const STANDING_EXITS: Readonly<Record<StandingBatch['standing'], ExitCode>> = {
  COUNTS: EXIT.done,
  ABSENT: EXIT.unknown,
  WITHHELD: EXIT.incomplete,
  VOID: EXIT.mismatch,
};

/** For people. */
export function describeStanding({ standing, responses, code, batch }: StandingBatch): string {
  switch (standing) {
    case 'COUNTS':
      return 'yes: manifest and root are what the ledger says';
    case 'ABSENT':
      return 'not known here: this gateway has not got the manifest, see label missing';
    case 'VOID':
      return `for nobody: the manifest is not what the ledger says of it (${code})`;
    case 'WITHHELD': {
      const since = formatTime(responses.find(isWithholding)!.record.act.at);
      const here = batch === undefined ? 'not at this gateway either' : 'at this gateway by now';
      return `for nobody since ${since}: most members were not given the manifest, which is ${here}`;
    }
  }
}
