/** Dividing what is scarce among those who ask for it, so that nobody takes what the others need. */
import { Problem } from './problem.ts';

/**
 * An owner may hold as much as is still free: one alone comes to hold half, two a third each, and some
 * is always left for whoever comes next (Choudhury and Hahne's dynamic threshold, with factor 1).
 */
export function createShares(total: number, refuse = () => new Problem('OVERLOADED')) {
  const held = new Map<string, number>();
  let free = total;

  const give = (owner: string, amount: number) => {
    free += amount;
    const rest = held.get(owner)! - amount;
    if (rest > 0) held.set(owner, rest);
    else held.delete(owner);
  };

  return {
    /** Takes from what is free; returns the function that gives it back. @throws Problem `OVERLOADED`. */
    take(owner: string, amount = 1): () => void {
      const own = held.get(owner) ?? 0;
      if (own + amount > free) throw refuse();
      free -= amount;
      held.set(owner, own + amount);
      let isHeld = true;
      return () => {
        if (isHeld) give(owner, amount);
        isHeld = false;
      };
    },
  };
}
export type Shares = ReturnType<typeof createShares>;
