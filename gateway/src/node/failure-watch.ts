/**
 * What a node must not go on after. When a write or an fsync has failed nobody can say what the disk
 * holds, and a later fsync may say that all is well although it is not
 * (https://www.usenix.org/conference/atc20/presentation/rebello). So the process ends at once, as if it
 * were killed, and the next one begins with what the disk has.
 */

/** The exit code of a process that ends so: EX_IOERR of sysexits.h. */
export const EXIT_DISK = 74;

/** https://sqlite.org/rescode.html: the low byte of an extended code. */
const SQLITE_IOERR = 10;
/** The device failed, or was made read-only because it had. */
const FAILED = new Set(['EIO', 'EROFS', 'ENXIO', 'ENODEV']);
const SYNCS = new Set(['fsync', 'fdatasync']);

export const VITAL_FAILURES = ['DISK_FAILED', 'LEDGER_STOPPED'] as const;

/** An error that ends the node. */
export interface VitalFailure {
  readonly kind: (typeof VITAL_FAILURES)[number];
  /** Where it began. */
  readonly cause: Error;
}

export interface FailureWatch {
  /** Resolves with the first failure that the node must not outlive. */
  readonly failed: Promise<VitalFailure>;
  /** Whoever met an error shows it here; most are none of these. */
  readonly tell: (error: unknown) => void;
}

export function watchFailures(): FailureWatch {
  const { promise, resolve } = Promise.withResolvers<VitalFailure>();
  return {
    failed: promise,
    tell: (error) => {
      const failure = findVitalFailure(error);
      if (failure) resolve(failure);
    },
  };
}

/** However deep it is among the causes; undefined if there is none. */
export function findVitalFailure(error: unknown): VitalFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  // The second place of manifests is another disk: what it refuses is refused, and all else goes on.
  if ('code' in error && error.code === 'ESCROW_FAILED') return undefined;
  const inner = findVitalFailure(error.cause) ?? findAmongSuppressed(error);
  if (inner) return inner;
  if (isDiskFailure(error)) return { kind: 'DISK_FAILED', cause: error };
  // The embedded ledger takes no more blocks; it closes with the same code and without a cause.
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (code !== 'STOPPED' || !(cause instanceof Error)) return undefined;
  return { kind: 'LEDGER_STOPPED', cause: findRoot(cause) };
}

/** Where several parts could not be closed. */
function findAmongSuppressed(error: Error): VitalFailure | undefined {
  if (!(error instanceof SuppressedError)) return undefined;
  return findVitalFailure(error.suppressed) ?? findVitalFailure(error.error);
}

function isDiskFailure(error: Error): boolean {
  const { code, syscall, errcode } = error as {
    code?: unknown;
    syscall?: unknown;
    errcode?: unknown;
  };
  if (typeof errcode === 'number') return errcode % 256 === SQLITE_IOERR;
  return FAILED.has(String(code)) || SYNCS.has(String(syscall));
}

const findRoot = (error: Error): Error =>
  error.cause instanceof Error ? findRoot(error.cause) : error;
