/** A valid transaction of the contracts, as the checks of its records see it. */
import type { Envelope } from '@tabellion/proof';
import type { z } from 'zod';
import { assertHolds, type BreakPlace } from './break.ts';
import type { RECORD_KINDS, RecordName } from './record-kind.ts';

/** What the creator's certificate says; it has been checked against the configuration. */
export interface Signatory {
  readonly mspId: string;
  readonly commonName: string;
  /** Hex SHA-256 of the certificate's DER bytes. */
  readonly fingerprint: string;
  readonly attributes: Readonly<Record<string, string>>;
}

type RecordOf<Name extends RecordName> = z.infer<(typeof RECORD_KINDS)[Name]['schema']>;

export interface Written<Name extends RecordName = RecordName> {
  readonly name: Name;
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly record: RecordOf<Name>;
}

export type TransactionPlace = Required<BreakPlace>;

export interface AuditedTransaction {
  readonly place: TransactionPlace;
  readonly envelope: Envelope;
  readonly signatory: Signatory;
  /** Fabric function, `<word>:<verb>`. */
  readonly transaction: string;
  /** The one JSON argument, parsed. */
  readonly input: unknown;
  readonly written: readonly Written[];
}

/** The only record of that name that the transaction wrote. @throws AuditBreak. */
export function onlyWritten<Name extends RecordName>(
  tx: AuditedTransaction,
  name: Name,
): Written<Name> {
  const found = listWritten(tx, name);
  assertHolds(tx.place, found.length === 1, 'RECORD_UNEXPECTED', `${found.length} records ${name}`);
  return found[0] as Written<Name>;
}

export function listWritten<Name extends RecordName>(
  tx: AuditedTransaction,
  name: Name,
): Written<Name>[] {
  return tx.written.filter((entry): entry is Written<Name> => entry.name === name);
}
