/**
 * Watches of a member whose owners may have left it: a delegate sees that they are there, and takes them
 * over or ends them. Which addresses they are about shows only once they are the delegate's own.
 */
import { Problem } from '../http/problem.ts';
import { MAX_OWN_WATCHES } from './limits.ts';
import type { Viewer, Watch, WatchStore } from './store.ts';

export type Oversight = ReturnType<typeof createOversight>;

export function createOversight(store: WatchStore) {
  /** @throws Problem `NOT_FOUND`, also of another member's; `NOT_ALLOWED` for what every member has by itself. */
  const find = (id: string, member: string): Watch & { readonly owner: string } => {
    const found = store.find(id);
    if (found?.member !== member) throw new Problem('NOT_FOUND');
    const { owner } = found;
    if (owner === null) throw new Problem('NOT_ALLOWED', 'every member has this watch');
    return { ...found, owner };
  };

  return {
    find,
    /** Those that somebody made, whoever may see them, in the order in which they were made. */
    list: store.listOwned,
    /** @throws Problem `NOT_FOUND`, `NOT_ALLOWED`, `LIMIT_REACHED`. */
    assertRoom(id: string, { member, who }: Viewer): void {
      const { owner } = find(id, member);
      const { own } = store.count({ member, who });
      if (owner !== who && own >= MAX_OWN_WATCHES)
        throw new Problem('LIMIT_REACHED', `at most ${MAX_OWN_WATCHES} watches of one`);
    },
    /** With its addresses and alerts. @throws Problem `NOT_FOUND`, `NOT_ALLOWED`. */
    takeOver(id: string, { member, who }: Viewer): Watch {
      store.setOwner(find(id, member), who);
      return find(id, member);
    },
    /** @throws Problem `NOT_FOUND`, `NOT_ALLOWED`. */
    end: (id: string, { member }: Viewer): void => store.remove(find(id, member)),
  };
}
