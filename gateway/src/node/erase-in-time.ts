/** Erases what is older than it is kept, at once and then every hour. */
import type { Logger } from 'pino';

/** How often what is too old is looked for, milliseconds. */
const ERASE_EVERY_MS = 3_600_000;

export interface ErasingParts {
  /** Resolves with how much was. */
  readonly erase: () => Promise<number>;
  /** For the operator. */
  readonly what: string;
  /** Throws while the clock is not to be believed: what it says is old may not be. */
  readonly assertClock?: (() => void) | undefined;
  readonly logger: Logger;
  readonly onFailure?: ((error: unknown) => void) | undefined;
}

/** Returns what ends it. */
export function eraseInTime(parts: ErasingParts): () => Promise<void> {
  const { what, assertClock, logger, onFailure } = parts;
  let erasing: Promise<void> = Promise.resolve();
  const erase = async () => {
    try {
      assertClock?.();
      const erased = await parts.erase();
      if (erased > 0) logger.info({ erased }, `erased: ${what}`);
    } catch (error) {
      onFailure?.(error);
      logger.error({ code: (error as { code?: string }).code }, `not erased: ${what}`);
    }
  };
  const run = () => {
    erasing = erasing.then(erase);
  };
  run();
  const timer = setInterval(run, ERASE_EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    return erasing;
  };
}
