/** The anchorer's way to the ledger: the member's service key writes, the projection reads. */
import { journalHeadKey } from '@tabellion/chaincode/evidence/key';
import type { JournalHeadRecord } from '@tabellion/chaincode/evidence/record';
import { canonicalBytes, sha256, toHex } from '@tabellion/proof';
import { performAct, type Signer } from '../ledger/act.ts';
import { expectRecord } from '../ledger/compare-record.ts';
import { LedgerError, type LedgerPort } from '../ledger/port.ts';
import type { Projection } from '../projection/projection.ts';
import { createRecords } from '../projection/records.ts';
import type { JournalLedger } from './anchorer.ts';

/** A commit that takes longer is looked for in the projection the next time. */
const COMMIT_WAIT_MS = 30_000;

export function linkJournalLedger(
  ledger: LedgerPort,
  signers: ReadonlyMap<string, Signer>,
  projection: Projection,
): JournalLedger {
  const records = createRecords(projection.database);
  const selectRoot = projection.database.prepare(
    'SELECT digest FROM journal WHERE member = ? AND root = ?',
  );
  return {
    members: [...signers.keys()],
    async refresh() {
      await projection.catchUp(AbortSignal.timeout(COMMIT_WAIT_MS));
    },
    head(member) {
      const head = records.find<JournalHeadRecord>(journalHeadKey(member))?.record;
      return head && { sequence: head.sequence, digest: head.last };
    },
    findRoot: (member, root) =>
      (selectRoot.get(member, root) as { digest: string } | undefined)?.digest,
    async anchor(member, input) {
      const signer = signers.get(member)!;
      const request = { transaction: 'evidence:anchorJournal', args: [canonicalBytes(input)] };
      const { txId, result, status } = await performAct(
        ledger,
        signer,
        request,
        expectRecord(request, signer),
        {
          channel: ledger.channel,
          chaincode: ledger.chaincode,
          signal: AbortSignal.timeout(COMMIT_WAIT_MS),
        },
      );
      if (status.code !== 'VALID')
        throw new LedgerError('NOT_ACCEPTED', `committed as ${status.code}`, { txId });
      return toHex(sha256(result));
    },
  };
}
