/**
 * One number beside all that is said of a label, and the terms that make it, so that everybody can see
 * why. Whole numbers throughout; the rule is the members' (LBL-13).
 */
import type { Provenance } from '@tabellion/proof';

/** As the members agreed on it: a governed entry of the register `scoring`. */
export interface ScoringRule {
  readonly weights: Readonly<Record<Provenance, number>>;
  readonly halfLifeDays: number;
  readonly corroboration: number;
  readonly corroborationsMax: number;
  readonly falsePositive: number;
  readonly falsePositivesMax: number;
  readonly openDispute: number;
  readonly opinion: number;
}

/** What stands on the ledger of one label, its batch's acts included. Times are milliseconds since 1970. */
export interface LabelStanding {
  readonly provenance: Provenance;
  /** When the address was last observed, else when the label was asserted. */
  readonly observedAt: number;
  readonly validFrom?: number | undefined;
  readonly validUntil?: number | undefined;
  /** Members other than the asserter that came to the same or met the address again. */
  readonly corroborations: number;
  /** Members that found it harmless. */
  readonly falsePositives: number;
  /** The latest opinion of each other member, 0 to 100. */
  readonly opinions: readonly number[];
  readonly openDisputes: number;
  readonly withdrawn: boolean;
  /** Its batch is void, because most members were not given the manifest. */
  readonly withheld?: boolean;
}

/** PROPOSED until another member comes to the same (LBL-13). */
export const LABEL_STATUSES = [
  'PROPOSED',
  'ACTIVE',
  'DISPUTED',
  'NOT_YET_VALID',
  'EXPIRED',
  'WITHDRAWN',
  'WITHHELD',
] as const;
export type LabelStatus = (typeof LABEL_STATUSES)[number];

/** @param at the ledger's time, milliseconds since 1970. The first that applies, from the end on. */
export function labelStatus(standing: LabelStanding, at: number): LabelStatus {
  if (standing.withheld) return 'WITHHELD';
  if (standing.withdrawn) return 'WITHDRAWN';
  if (standing.validUntil !== undefined && at > standing.validUntil) return 'EXPIRED';
  if (standing.validFrom !== undefined && at < standing.validFrom) return 'NOT_YET_VALID';
  if (standing.openDisputes > 0) return 'DISPUTED';
  return standing.corroborations > 0 ? 'ACTIVE' : 'PROPOSED';
}

/** Whether somebody says it, if only from some day on: the ledger's time may lag behind that day. */
export const isStanding = (status: LabelStatus): boolean =>
  status !== 'EXPIRED' && status !== 'WITHDRAWN' && status !== 'WITHHELD';

export const SCORE_TERMS = [
  'PROVENANCE',
  'AGE',
  'CORROBORATION',
  'FALSE_POSITIVE',
  'OPEN_DISPUTE',
  'OPINION',
] as const;
export interface ScoreTerm {
  readonly term: (typeof SCORE_TERMS)[number];
  /** Added to the sum; below zero where it takes away. */
  readonly points: number;
}

export interface Score {
  /** 0 to 100: the sum of the terms, cut at both ends. */
  readonly score: number;
  /** Those that are not zero. */
  readonly terms: readonly ScoreTerm[];
}

const DAY_MS = 86_400_000;

/** @param at the ledger's time, milliseconds since 1970. */
export function scoreLabel(standing: LabelStanding, rule: ScoringRule, at: number): Score {
  const weight = rule.weights[standing.provenance];
  // Keys in the order of the canonical form, in which terms are written with every label shown.
  const all: ScoreTerm[] = [
    { points: weight, term: 'PROVENANCE' },
    { points: decay(weight, at - standing.observedAt, rule.halfLifeDays) - weight, term: 'AGE' },
    {
      points: rule.corroboration * Math.min(standing.corroborations, rule.corroborationsMax),
      term: 'CORROBORATION',
    },
    {
      points: -rule.falsePositive * Math.min(standing.falsePositives, rule.falsePositivesMax),
      term: 'FALSE_POSITIVE',
    },
    { points: standing.openDisputes > 0 ? -rule.openDispute : 0, term: 'OPEN_DISPUTE' },
    { points: weighOpinions(standing.opinions, rule.opinion), term: 'OPINION' },
  ];
  const terms = all.filter(({ points }) => points !== 0);
  const sum = terms.reduce((total, { points }) => total + points, 0);
  return { score: Math.max(0, Math.min(100, sum)), terms };
}

/** Halved for each half-life, and on a straight line in between, in whole days; never below zero. */
function decay(weight: number, ageMs: number, halfLifeDays: number): number {
  const days = Math.max(0, Math.floor(ageMs / DAY_MS));
  const halvings = Math.floor(days / halfLifeDays);
  if (halvings > 7) return 0;
  const whole = 2 * halfLifeDays * 2 ** halvings;
  return Math.floor((weight * (2 * halfLifeDays - (days % halfLifeDays))) / whole);
}

/** 50 is neutral. */
function weighOpinions(opinions: readonly number[], most: number): number {
  if (opinions.length === 0) return 0;
  const sum = opinions.reduce((total, opinion) => total + opinion - 50, 0);
  return Math.trunc((sum * most) / (50 * opinions.length));
}
