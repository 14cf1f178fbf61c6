/** Labels of the accounts that following meets, as far as one question may read them. */
import type { LabelBatchRecord } from '@tabellion/chaincode/label/record';
import {
  type Account,
  accountId,
  findStop,
  isRefusal,
  isStanding,
  normaliseAddress,
  type StopReason,
} from '@tabellion/screening';
import { Problem } from '../http/problem.ts';
import type { Screen, ShownLabel } from '../label/screen.ts';
import type { LabelView } from '../label/view.ts';
import type { Turn } from './turns.ts';

export interface AccountLabels {
  /** That stand. */
  readonly labels: readonly ShownLabel[];
  /** Whether there are others, not looked at, that may stand. */
  readonly isCut: boolean;
}
/** Undefined where the question had read as many labels as one may. */
export type LabelReader = (account: Account) => Promise<AccountLabels | undefined>;

/** Labels read for one question. */
export const MAX_LABELS = 5000;

export function createLabelReader(
  ground: Pick<ReturnType<Screen['begin']>, 'find'>,
  turn: Turn,
  limit: number = MAX_LABELS,
): LabelReader {
  const known = new Map<string, AccountLabels | undefined>();
  let count = 0;

  /** @throws Problem `NOT_READY`. */
  const read = ({ address, network: of }: Account): AccountLabels => {
    const normal = normaliseAddress(address, of);
    const found = isRefusal(normal) ? undefined : ground.find(normal.key);
    if (found?.verdict === 'STALE')
      throw new Problem('NOT_READY', `the label library is ${found.code}`);
    const all = found?.labels ?? [];
    count += all.length;
    const labels = all.filter(({ network, status }) => network === of && isStanding(status));
    return { labels, isCut: found?.omitted !== undefined };
  };

  return async (account) => {
    const id = accountId(account);
    if (known.has(id)) return known.get(id);
    await turn();
    const labels = count < limit ? read(account) : undefined;
    known.set(id, labels);
    return labels;
  };
}

/** Why following ends at an account, by its labels; an exchange before anything else. */
export function createStops(view: Pick<LabelView, 'findBatch' | 'taxonomyOf'>, read: LabelReader) {
  const parents = new Map<string, ReadonlyMap<string, string | undefined>>();
  const parentsOf = (batch: string) => {
    const { taxonomy } = (view.findBatch(batch) as { record: LabelBatchRecord }).record;
    const name = `${taxonomy.id}@${taxonomy.version}`;
    const known =
      parents.get(name) ??
      new Map(view.taxonomyOf(taxonomy).categories.map(({ id, parent }) => [id, parent]));
    parents.set(name, known);
    return known;
  };
  return async (account: Account): Promise<StopReason | 'READ_LIMIT' | undefined> => {
    const found = await read(account);
    if (found === undefined) return 'READ_LIMIT';
    const stops = found.labels.map(({ batch, category }) => findStop(category, parentsOf(batch)));
    return stops.find((stop) => stop === 'EXCHANGE') ?? stops.find((stop) => stop !== undefined);
  };
}
