/**
 * Keeps the number of calls in flight below what the peer takes; the rest wait in order, until their
 * signal fires, whose reason is then thrown.
 */
export type Limiter = <T>(call: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

export function createLimiter(limit: number): Limiter {
  const waiting = new Set<() => void>();
  let free = limit;

  const awaitTurn = (signal: AbortSignal | undefined) =>
    new Promise<void>((resolve, reject) => {
      const leave = () => {
        waiting.delete(enter);
        reject(signal?.reason);
      };
      const enter = () => {
        waiting.delete(enter);
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      waiting.add(enter);
      signal?.addEventListener('abort', leave, { once: true });
    });

  return async (call, signal) => {
    signal?.throwIfAborted();
    if (free > 0) free -= 1;
    else await awaitTurn(signal);
    try {
      return await call();
    } finally {
      const [next] = waiting;
      if (next) next();
      else free += 1;
    }
  };
}
