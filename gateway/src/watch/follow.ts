/**
 * Follows the acts on labels in the ledger's order, behind the library, and raises alerts: what is asked
 * about when an alert arrives is there to be screened already.
 */
import { stateOf } from '../label/library-feed.ts';
import { digestOf, type LabelAct } from '../label/view.ts';
import type { ActFacts } from './alert-store.ts';
import { labelOf, type Matcher, type MatchPorts } from './match.ts';

export interface FollowPorts extends Pick<MatchPorts, 'feed' | 'view' | 'store'> {
  readonly matcher: Matcher;
}

/** Acts looked at at once. */
const PAGE = 200;

export function createFollower({ feed, view, store, matcher }: FollowPorts) {
  return {
    /** Looks at every act that the library has taken in. */
    async catchUp(signal: AbortSignal): Promise<void> {
      const genesis = view.genesis();
      if (genesis === undefined) return;
      const { deadlines } = store;
      const ledger = deadlines.ledgerOf(genesis);
      let after = deadlines.cursorOf(ledger, 'ALERTS');
      const advance = () => deadlines.advance(ledger, 'ALERTS', after);
      for (;;) {
        const height = feed.library.level?.height ?? 0;
        const acts = view.listActs(after, PAGE).filter(({ block }) => block < height);
        for (const act of acts) {
          if (signal.aborted) return;
          const facts = factsOf(act);
          const matches = facts === undefined ? [] : await matcher.matchAct(act);
          if (matches === undefined) return advance();
          after = [act.block, act.position];
          if (facts && matches.length > 0) store.raiseAll([{ facts, matches }], advance);
        }
        if (acts.length > 0) advance();
        if (acts.length < PAGE) return;
      }
    },
  };
}

/** Undefined of an act that changes nothing yet, as one declaration of several. */
function factsOf(act: LabelAct): ActFacts | undefined {
  const { record, key, block, position } = act;
  const place = { block, position, key, at: record.act.at, batch: digestOf(act) };
  if (record.type === 'tabellion.label-batch') {
    return { ...place, event: 'ASSERTED', label: null, dispute: null, answerBy: null };
  }
  const event = stateOf(record);
  if (event === undefined) return undefined;
  const label = labelOf(record)?.index ?? null;
  return { ...place, event, label, ...disputeOf(record) };
}

function disputeOf(record: LabelAct['record']): Pick<ActFacts, 'dispute' | 'answerBy'> {
  if (record.type === 'tabellion.dispute') return { dispute: record.id, answerBy: record.answerBy };
  const dispute = record.type === 'tabellion.dispute-answer' ? record.dispute : null;
  return { dispute, answerBy: null };
}
