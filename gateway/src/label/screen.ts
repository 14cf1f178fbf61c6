/**
 * Screening: one closed verdict for each address, with all that was asserted of it. That nothing can be
 * said is a verdict of its own, and never reads as "no label" (LBL-1, LBL-13).
 */
import { referencePrefix } from '@tabellion/chaincode/member/key';
import type { ReferenceRecord } from '@tabellion/chaincode/member/record';
import { type LabelStatement, toHex } from '@tabellion/proof';
import {
  isRefusal,
  isStanding,
  type LabelStatus,
  labelStatus,
  normaliseAddress,
  type Score,
  type ScoringRule,
  scoreLabel,
} from '@tabellion/screening';
import type { Projection } from '../projection/projection.ts';
import { createRecords } from '../projection/records.ts';
import type { LabelHit } from './index/label-index.ts';
import type { LibraryFeed } from './library-feed.ts';
import type { LabelManifestStore } from './manifest-store.ts';
import { createPresuming, type Presuming, type ShownPresumption } from './presumption.ts';
import { createLabelReader } from './read-label.ts';
import { countOverdue, readStanding } from './standing.ts';
import { createHistory, type LabelView } from './view.ts';

/** The entry of the register `scoring` that labels are scored by. */
export const SCORING = 'labels';

export const VERDICTS = [
  /** Somebody asserts a label that stands. */
  'LABELLED',
  /** Nobody does; labels that were withdrawn or have expired are shown. */
  'NO_LABEL',
  /** No address: mistyped, or of another network than stated. */
  'INVALID',
  /** An address of a kind that cannot be screened here. */
  'UNSUPPORTED',
  /** The library is not level with the ledger, or not complete: nothing can be said. */
  'STALE',
  /** The gateway failed: nothing can be said. */
  'ERROR',
] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface Query {
  readonly address: string;
  /** CAIP-2. */
  readonly network?: string | undefined;
  /** The caller's own, returned as it is. */
  readonly reference?: string | undefined;
}

/** One assertion, with what the ledger holds of it. */
export interface ShownLabel extends Omit<LabelStatement, 'type' | 'v' | 'salt' | 'address'> {
  readonly batch: string;
  readonly index: number;
  readonly leaf: string;
  /** MSP ID of the asserter. */
  readonly member: string;
  readonly assertedAt: number;
  readonly status: LabelStatus;
  /** Other members that came to the same or met the address again. */
  readonly supporters: readonly string[];
  readonly openDisputes: number;
  /** Of these, those that were not answered in time; absent where there are none. */
  readonly overdueDisputes?: number;
  /** Null where the members have agreed on no rule. */
  readonly score: Score | null;
  /** What the members' rules presume of what passed such an address (LBL-4); absent where nothing. */
  readonly presumptions?: readonly ShownPresumption[];
}

export interface ScreenAnswer {
  readonly submitted: string;
  readonly reference?: string;
  readonly verdict: Verdict;
  /** In canonical form. */
  readonly address?: string;
  /** What the address can belong to. */
  readonly networks?: readonly string[];
  /** Nobody holds its key: a warning. */
  readonly burn?: true;
  /** A reserved address: the verdict is its own, and says nothing of the ledger. */
  readonly test?: true;
  /** Why there is no finding. */
  readonly code?: string;
  readonly detail?: string;
  /** All that were ever made, in the ledger's order; there with LABELLED and NO_LABEL only. */
  readonly labels?: readonly ShownLabel[];
  /** Older ones that are not shown, and were not looked at. */
  readonly omitted?: number;
}

/** What the answers of one call rest on. */
export interface ScreenGround {
  /** Blocks. */
  readonly height: number;
  /** Time of the ledger then, milliseconds since 1970. */
  readonly at: number;
  readonly rule: { readonly id: string; readonly version: number } | null;
}

export interface Screen {
  /** As of now, or of an earlier height; all answers of one call rest on the same. */
  begin(height?: number): ScreenGround & {
    answer(query: Query): ScreenAnswer;
    /**
     * What there is of an address, by its key: read anew each time, so that whoever goes through the library keeps
     * none of it. @throws what reading it throws.
     */
    find(key: Uint8Array): Finding;
  };
}

/** Labels of one address that are looked at and shown, the newest. */
export const MAX_SHOWN = 100;
/** Labels that the answers of one call show. */
const MAX_PER_CALL = 5000;

export interface ScreenPorts {
  readonly feed: LibraryFeed;
  readonly view: LabelView;
  readonly manifests: LabelManifestStore;
  readonly projection: Pick<Projection, 'database' | 'height'>;
  /** Told of every failure behind an `ERROR`. */
  readonly onFailure?: ((error: unknown) => void) | undefined;
}

export function createScreen(ports: ScreenPorts): Screen {
  const { feed, view, manifests, projection, onFailure } = ports;
  const records = createRecords(projection.database);
  const readLabel = createLabelReader({ feed, view, manifests });

  const findRule = (height: number) => {
    const entries = records
      .list<ReferenceRecord>(referencePrefix('scoring', SCORING).slice(0, -1))
      .filter(({ block }) => block < height)
      .map(({ record }) => record.entry);
    const [newest] = entries.sort((one, other) => other.version - one.version);
    return newest?.register === 'scoring' ? newest : undefined;
  };

  const show = (
    key: Uint8Array,
    hit: LabelHit,
    { at, rule, presume }: Ground,
    history: ReturnType<typeof createHistory>,
  ): ShownLabel => {
    const { digest, batch, leaf, statement } = readLabel(key, hit);
    const responses = hit.changes.length === 0 ? [] : history(digest, leaf);
    const standing = readStanding({ statement, batch, responses });
    const status = labelStatus(standing, at);
    const overdue = countOverdue(standing, at);
    const presumptions = isStanding(status) ? presume(statement, batch.act.at, responses) : [];
    const { actor, concepts, corrects, links, observedAt, validFrom, validUntil } = statement;
    // In the order of the canonical form, in which the engine then writes it.
    return {
      ...(actor !== undefined && { actor }),
      assertedAt: batch.act.at,
      batch: digest,
      category: statement.category,
      ...(concepts !== undefined && { concepts }),
      ...(corrects !== undefined && { corrects }),
      index: hit.index,
      label: statement.label,
      leaf,
      ...(links !== undefined && { links }),
      member: batch.act.member,
      network: statement.network,
      ...(observedAt !== undefined && { observedAt }),
      openDisputes: standing.openDisputes,
      ...(overdue > 0 && { overdueDisputes: overdue }),
      pap: statement.pap,
      ...(presumptions.length > 0 && { presumptions }),
      provenance: statement.provenance,
      score: rule ? scoreLabel(standing, rule, at) : null,
      source: statement.source,
      status,
      supporters: standing.supporters,
      tlp: statement.tlp,
      ...(validFrom !== undefined && { validFrom }),
      ...(validUntil !== undefined && { validUntil }),
    };
  };

  /** Of the height asked about last: it changes with the ledger, not with who asks. */
  let last: (JudgedBy & { readonly height: number; readonly known: number }) | undefined;
  const readGround = (height: number): JudgedBy => {
    const known = projection.height;
    if (last?.height === height && last.known === known) return last;
    const at = view.timeAt(height);
    const entry = findRule(height);
    const rule = entry ? { id: entry.id, version: entry.version } : null;
    const presume = createPresuming({ records, view }, { height, at });
    const on = { at, rule: entry?.body, presume };
    last = { height, known, rule, on };
    return last;
  };

  /** Why nothing can be said now; undefined where something can. */
  const findStaleness = (asOf: number | undefined): string | undefined => {
    const { library, isIncomplete } = feed;
    const probe = asOf === undefined ? library.answer(PROBE) : library.answerAsOf(PROBE, asOf);
    if (probe.verdict !== 'STALE') return undefined;
    return isIncomplete ? 'INCOMPLETE' : probe.reason;
  };

  return {
    begin(asOf) {
      const height = asOf ?? feed.library.level?.height ?? 0;
      const staleness = findStaleness(asOf);
      const { rule, on } = readGround(height);
      const { at } = on;
      const history = createHistory(view, height);
      const answered = new Map<string, Finding>();
      let shown = 0;

      type Read = (key: Uint8Array, hits: readonly LabelHit[], omitted: number) => Finding;
      const readAll: Read = (key, hits, omitted) => {
        const labels = hits.map((hit) => show(key, hit, on, history));
        // What was not looked at may stand.
        const stands = omitted > 0 || labels.some(({ status }) => isStanding(status));
        return {
          verdict: stands ? 'LABELLED' : 'NO_LABEL',
          labels,
          ...(omitted > 0 && { omitted }),
        };
      };
      /** However often a call asks for the address. */
      const readOnce: Read = (key, hits, omitted) => {
        const name = toHex(key);
        const finding = answered.get(name) ?? readAll(key, hits, omitted);
        answered.set(name, finding);
        return finding;
      };

      const findBy = (key: Uint8Array, read: Read): Finding => {
        if (staleness !== undefined) return { verdict: 'STALE', code: staleness };
        const found = feed.library.answerAsOf(key, height, MAX_SHOWN);
        if (found.verdict === 'STALE') return { verdict: 'STALE', code: found.reason };
        return found.verdict === 'LABELLED'
          ? read(key, found.labels, found.older)
          : { verdict: 'NO_LABEL', labels: NONE };
      };

      const answer = (query: Query, echo: Echo): ScreenAnswer => {
        const read = normaliseAddress(query.address, query.network);
        if (isRefusal(read)) {
          const verdict = read.code === 'ADDRESS_UNSUPPORTED' ? 'UNSUPPORTED' : 'INVALID';
          return { ...echo, verdict, code: read.code, detail: read.detail };
        }
        const { address, networks, burn, reserved, key } = read;
        const known = { ...echo, address, networks, ...(burn && { burn }) };
        if (reserved !== undefined) return { ...known, verdict: reserved, test: true };
        // Before anything is read: a call costs no more than what it may show.
        if (shown > MAX_PER_CALL) return { ...known, verdict: 'ERROR', code: 'TOO_LARGE' };
        const finding = findBy(key, readOnce);
        // Counted for every answer: the same address asked for again makes the whole as large.
        shown += finding.labels?.length ?? 0;
        if (shown > MAX_PER_CALL) return { ...known, verdict: 'ERROR', code: 'TOO_LARGE' };
        return { ...known, ...finding };
      };

      return {
        height,
        at,
        rule,
        find: (key) => findBy(key, readAll),
        answer(query) {
          const { address: submitted, reference } = query;
          const echo = { submitted, ...(reference !== undefined && { reference }) };
          try {
            return answer(query, echo);
          } catch (error) {
            onFailure?.(error);
            return { ...echo, verdict: 'ERROR', code: 'INTERNAL' };
          }
        },
      };
    },
  };
}

const NONE: readonly ShownLabel[] = [];

/** What labels are judged by. */
interface Ground {
  readonly at: number;
  readonly rule: ScoringRule | undefined;
  readonly presume: Presuming;
}

interface JudgedBy {
  readonly rule: ScreenGround['rule'];
  readonly on: Ground;
}

type Echo = Pick<ScreenAnswer, 'submitted' | 'reference'>;
/** What the library says of a key. */
export type Finding = Pick<ScreenAnswer, 'verdict' | 'code' | 'labels' | 'omitted'>;

/** No address has this key: it only asks whether the library can say anything. */
export const PROBE = Uint8Array.of(0, 0);
