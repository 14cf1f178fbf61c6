/** What a gateway stands on: a ledger, and its members' authorities that are here. */
import type { MemberCa } from '../identity/ca.ts';
import type { Signer } from '../ledger/act.ts';
import type { MemberMsp } from '../ledger/embedded/network.ts';
import type { LedgerPort } from '../ledger/port.ts';

export interface NodeLedger {
  readonly ledger: LedgerPort;
  /** By MSP ID, of the members that this gateway serves. */
  readonly authorities: ReadonlyMap<string, MemberCa>;
  /** By MSP ID, of the same members: role `system`, `keyCustody=gateway`. */
  readonly serviceSigners: ReadonlyMap<string, Signer>;
  /** What an authority now says of revocations is to be in force on the ledger. */
  publishMsp(msp: MemberMsp): Promise<void>;
  /** Copies the ledger while it goes on, where it is kept in the gateway's own data directory. */
  readonly copyLedger?: (directory: string) => Promise<{ height: number }>;
  close(): Promise<void>;
}
