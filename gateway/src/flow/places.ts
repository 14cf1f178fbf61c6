/**
 * How many questions about flows are worked on at once. One can take seconds and tens of megabytes, and all of them
 * share one thread: more at once would not be answered sooner, and would be held in memory for longer.
 */
import type { Principal } from '../http/deps.ts';
import { Problem } from '../http/problem.ts';
import { pseudonymOf } from '../http/pseudonym.ts';
import { createShares, type Shares } from '../http/shares.ts';

/** Of all members; see `createShares`: one member alone gets three of them, one person alone two. */
const PLACES = 6;
const MEMBER_PLACES = PLACES / 2;

/** About as long as the largest question takes, seconds. */
const RETRY_AFTER = '5';

export interface Places {
  /** Returns what gives the place back. @throws Problem `OVERLOADED`. */
  take(asker: Principal): () => void;
}

export function createPlaces(): Places {
  const members = createShares(PLACES, refuse);
  const people = new Map<string, Shares>();
  return {
    take(asker) {
      const { member } = asker;
      const leaveMember = members.take(member);
      const own = people.get(member) ?? createShares(MEMBER_PLACES, refuse);
      people.set(member, own);
      try {
        const leavePerson = own.take(pseudonymOf(asker));
        return () => {
          leavePerson();
          leaveMember();
        };
      } catch (error) {
        leaveMember();
        throw error;
      }
    },
  };
}

const refuse = () =>
  new Problem('OVERLOADED', 'as many questions about flows are worked on as can be at once', {
    headers: { 'retry-after': RETRY_AFTER },
  });
