import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEvidenceConsortium } from '../../../test/support/evidence-consortium.ts';
import { anchorBatch, forgetfulLog } from '../evidence/anchor.ts';
import { openLedgerBlocks } from '../ledger/stored-blocks.ts';
import { auditLedger } from './audit.ts';
const dir = await mkdtemp(join(tmpdir(), 'aud-'));
const c = await openEvidenceConsortium(dir);
const inv = await c.person('investigator');
const ids = await Promise.all(Array.from({ length: 25 }, () => c.acquire(inv)));
await Promise.all(ids.map(async (id) => { for (let i = 0; i < 40; i++) await anchorBatch({ acquisition: id, root: 'a'.repeat(64), size: 3, bytes: 10, manifest: 'b'.repeat(64), collectedAt: Date.now() }, c.portsOf(inv), forgetfulLog()); }));
const trust = await c.trust();
await c.close();
for (const loops of [1, 2]) {
const t=performance.now();
const { report, close } = await auditLedger({ blocks: openLedgerBlocks(join(dir, 'ledger')), trust, now: Date.now() });
close();
const s = (performance.now()-t)/1000;
process.stdout.write(`${loops} ${report.outcome} ${JSON.stringify(report.break)} ${report.height} blocks ${report.counts.transactions} tx ${s.toFixed(2)} s ${(report.counts.transactions/s).toFixed(0)} tx/s rss ${(process.memoryUsage().rss/1e6).toFixed(0)} MB\n`);
}
