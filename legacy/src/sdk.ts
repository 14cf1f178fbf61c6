/** The older SDK, loaded when it is first needed: whoever does not use it need not install it. */
import type { Client } from 'fabric-common';
import { LedgerError } from '../../gateway/src/ledger/port.ts';

/** Why a channel on Fabric 2.2 to 2.5 cannot be reached; one sentence for whoever reads it. */
export const NOT_INSTALLED =
  'the older Fabric SDK is not installed here: run `npm ci --prefix legacy`';

const silent = () => undefined;

/** @throws LedgerError `UNAVAILABLE` where the SDK is not installed. */
export async function loadSdk(): Promise<typeof Client> {
  // The SDK would write addresses, and whole messages at its lower levels, to standard output. It
  // takes its logger from here as it is loaded.
  const shared = globalThis as { hfc?: object };
  shared.hfc ??= { logger: { error: silent, warn: silent, info: silent, debug: silent } };
  try {
    return (await import('fabric-common')).Client;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new LedgerError('UNAVAILABLE', NOT_INSTALLED, { cause });
  }
}
