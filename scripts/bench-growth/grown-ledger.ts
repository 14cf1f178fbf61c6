/** An embedded consortium whose ledger holds as many records as wanted. */
import { contracts } from '@tabellion/chaincode';
import { type BatchRecord, batchRecord } from '@tabellion/chaincode/evidence/record';
import { parseCanonical, utf8 } from '@tabellion/proof';
import { readKey } from '../../gateway/src/evidence/ledger-reader.ts';
import {
  type EvidenceConsortium,
  openEvidenceConsortium,
} from '../../test/support/evidence-consortium.ts';
import { anchorBatches, type Client, transact } from '../bench-fabric/transactions.ts';
import { FillContract, makeRecord } from './fill-contract.ts';

const RECORDS_EACH = 1000;
const KEYS = 2000;

export interface GrownLedger {
  readonly client: Client;
  /** Keys of records that are there, evenly spread. */
  readonly keys: readonly string[];
  /** Reads one record by its key. */
  read(key: string): Promise<Uint8Array>;
  close(): Promise<void>;
}

export async function growLedger(directory: string, records: number): Promise<GrownLedger> {
  const consortium = await openEvidenceConsortium(directory);
  const { ledger, service: signer, close } = consortium;
  ledger.install([...contracts, FillContract]);
  const client = { ledger, signer };
  const like = await anchorOne(consortium, client);
  for (let first = 0; first < records; first += RECORDS_EACH) {
    const count = Math.min(RECORDS_EACH, records - first);
    const args = [JSON.stringify(like), `${first}`, `${count}`].map(utf8);
    await transact(client, 'fill:records', args);
  }
  const keys = Array.from(
    { length: KEYS },
    (_, at) => makeRecord(like, Math.floor((at * records) / KEYS)).key,
  );
  return { client, keys, read: (key) => readKey(ledger, signer, key), close };
}

/** A real batch, which the others are made after. */
async function anchorOne({ ledger }: EvidenceConsortium, client: Client): Promise<BatchRecord> {
  const anchor = await anchorBatches(client, 1);
  const from = await ledger.height();
  await anchor(client);
  for await (const { name, payload } of ledger.events(from)) {
    if (name !== 'evidence:anchor') continue;
    const { record } = parseCanonical(payload) as { record: unknown };
    return batchRecord.parse(record);
  }
  throw new Error('no batch was anchored');
}
