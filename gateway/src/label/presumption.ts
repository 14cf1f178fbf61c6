/** What the members' rules presume of what passed a mixer, and what was said against it (LBL-4). */
import type { Governed } from '@tabellion/chaincode/kernel/schema';
import type {
  PresumptionRule,
  ReferenceEntry,
  ReferenceRecord,
} from '@tabellion/chaincode/member/record';
import type { LabelStatement } from '@tabellion/proof';
import { judgePresumption, type PresumptionStanding, type Rebuttal } from '@tabellion/screening';
import type { createRecords } from '../projection/records.ts';
import type { Taxonomy } from './format/taxonomy.ts';
import type { LabelResponse, LabelView } from './view.ts';

type TaxonomySource = Pick<LabelView, 'taxonomyOf'>;

export interface Presumption {
  readonly rule: Governed;
  readonly body: PresumptionRule;
}

/** As it is shown beside labels and transfers: never a verdict. */
export interface ShownPresumption extends PresumptionStanding {
  readonly rule: Governed;
  readonly presumed: PresumptionRule['presumed'];
  /** Jurisdictions in which it is law; elsewhere nothing is presumed. */
  readonly adoptedBy: readonly string[];
}

/** The rules as they stood at a height, in blocks: of each the newest version, if anybody has adopted it. */
export function listPresumptions(
  records: ReturnType<typeof createRecords>,
  height: number,
): Presumption[] {
  const newest = new Map<string, Extract<ReferenceEntry, { register: 'presumption' }>>();
  for (const { block, record } of records.list<ReferenceRecord>('reference/presumption')) {
    const { entry } = record;
    if (block >= height || entry.register !== 'presumption') continue;
    const known = newest.get(entry.id);
    if (known === undefined || known.version < entry.version) newest.set(entry.id, entry);
  }
  return [...newest.values()]
    .filter(({ body }) => body.adoptedBy.length > 0)
    .sort((one, other) => (one.id < other.id ? -1 : 1))
    .map(({ id, version, body }) => ({ rule: { id, version }, body }));
}

/** Whether a label in these categories is one that the rule speaks of. */
export function isCovered(
  { body: { taxonomy, categories } }: Presumption,
  labelled: readonly string[],
  view: TaxonomySource,
): boolean {
  const { isWithin } = view.taxonomyOf(taxonomy);
  return labelled.some((id) => categories.some((category) => isWithin(id, category)));
}

/** Disputes that rebut it, with their answers; a rebuttal of an earlier version of the rule counts. */
export function listRebuttals(
  responses: readonly LabelResponse[],
  { rule: { id } }: Presumption,
): Rebuttal[] {
  const rebuttals = new Map<string, Rebuttal>();
  for (const { record } of responses) {
    if (record.type === 'tabellion.dispute' && record.presumption?.id === id) {
      const { id: dispute, onBehalfOf, act } = record;
      const { member, at } = act;
      rebuttals.set(dispute, { dispute, member, onBehalfOf, at, answer: 'NONE' });
    }
    if (record.type === 'tabellion.dispute-answer') {
      const rebuttal = rebuttals.get(record.dispute);
      if (rebuttal === undefined) continue;
      // What was corrected or withdrawn is shown as that, and holds nothing against anybody.
      const answer = record.position === 'MAINTAINED' ? 'MAINTAINED' : 'REBUTTED';
      rebuttals.set(record.dispute, { ...rebuttal, answer });
    }
  }
  return [...rebuttals.values()];
}

export const showPresumption = (
  { rule, body: { presumed, adoptedBy } }: Presumption,
  standing: PresumptionStanding,
): ShownPresumption => ({ rule, presumed, adoptedBy, ...standing });

/** What the rules presume of a label that was asserted at that time, and of what was said of it. */
export type Presuming = (
  label: Pick<LabelStatement, 'category' | 'concepts'>,
  since: number,
  responses: readonly LabelResponse[],
) => ShownPresumption[];

/** By the rules as they stood at a height, whose time `at` is; taxonomies are read once. */
export function createPresuming(
  { records, view }: { records: ReturnType<typeof createRecords>; view: TaxonomySource },
  { height, at }: { height: number; at: number },
): Presuming {
  const rules = listPresumptions(records, height);
  const known = new Map<string, Taxonomy>();
  const taxonomyOf: TaxonomySource['taxonomyOf'] = (taxonomy) => {
    const name = `${taxonomy.id} ${taxonomy.version}`;
    const found = known.get(name) ?? view.taxonomyOf(taxonomy);
    known.set(name, found);
    return found;
  };
  return ({ category, concepts = [] }, since, responses) =>
    rules
      .filter((rule) => isCovered(rule, [category, ...concepts], { taxonomyOf }))
      .map((rule) => {
        const rebuttals = listRebuttals(responses, rule);
        return showPresumption(rule, judgePresumption(rule.body, { since, rebuttals, at }));
      });
}
