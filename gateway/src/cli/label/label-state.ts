/** What stands on the ledger of one label, and the number beside it. */
import { referenceRecord } from '@tabellion/chaincode/member/record';
import { toHex } from '@tabellion/proof';
import { type LabelStatus, labelStatus, type Score, scoreLabel } from '@tabellion/screening';
import { z } from 'zod';
import type { LabelLine } from '../../label/manifest.ts';
import { SCORING } from '../../label/screen.ts';
import { countOverdue, readStanding } from '../../label/standing.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { listAll } from '../page.ts';
import {
  type Response,
  type Responses,
  responsesTo,
  type VerifiedBatch,
} from './verified-batch.ts';

export interface LabelState {
  readonly leaf: string;
  readonly status: LabelStatus;
  readonly supporters: readonly string[];
  readonly openDisputes: number;
  /** Of these, those that were not answered in time. */
  readonly overdueDisputes: number;
  /** Null where the members have agreed on no rule. */
  readonly score: Score | null;
  /** What was said of it and of all its batch. */
  readonly responses: readonly Response[];
}

const scoring = z.looseObject({ record: referenceRecord });

/** Judges labels by the rule in force, at the ledger’s time. */
export async function openJudge(
  client: GatewayClient,
  { shown, digest }: VerifiedBatch,
  { responses, at }: Responses,
): Promise<(line: LabelLine) => LabelState> {
  const { items } = await listAll(client, '/v1/member/reference/scoring', scoring);
  const [newest] = items
    .map(({ record }) => record.entry)
    .filter(({ id }) => id === SCORING)
    .sort((one, other) => other.version - one.version);
  const rule = newest?.register === 'scoring' ? newest.body : undefined;
  const own = responses.filter(({ record }) => record.batch === digest);
  return ({ statement, leaf: bytes }) => {
    const leaf = toHex(bytes);
    const said = responsesTo(own, leaf);
    const standing = readStanding({ statement, batch: shown.record, responses: said });
    const { supporters, openDisputes } = standing;
    return {
      ...{ leaf, supporters, openDisputes, responses: said },
      overdueDisputes: countOverdue(standing, at),
      status: labelStatus(standing, at),
      score: rule ? scoreLabel(standing, rule, at) : null,
    };
  };
}
