/** A file of the ledger that is not as it was written, and where. */
import { LedgerError } from './port.ts';

export interface DamagePlace {
  /** Name within the ledger's directory. */
  readonly file: string;
  /** First byte that is not right, or of the smallest part known to hold it. */
  readonly offset?: number;
  /** The block that is kept there. */
  readonly block?: number;
}

export class LedgerDamage extends LedgerError {
  readonly place: DamagePlace;
  /** What is wrong there, without the place. */
  readonly why: string;

  constructor(place: DamagePlace, why: string, cause?: unknown) {
    super('DAMAGED', `${describePlace(place)}: ${why}`, { cause });
    this.place = place;
    this.why = why;
  }
}

export function describePlace({ file, offset, block }: DamagePlace): string {
  return [
    file,
    ...(offset === undefined ? [] : [`byte ${offset}`]),
    ...(block === undefined ? [] : [`block ${block}`]),
  ].join(', ');
}

/** Whether SQLite says that a file is not a whole database: SQLITE_CORRUPT, SQLITE_NOTADB. */
export function isDatabaseDamage(error: unknown): boolean {
  const code = (error as { errcode?: number } | null)?.errcode;
  return code !== undefined && [11, 26].includes(code & 0xff);
}
