/** `audit`: reads the whole ledger again, from a gateway or from an embedded ledger's directory. */
import '@tabellion/proof/node';
import { parseTrust } from '@tabellion/proof';
import { auditLedger } from '../../audit/audit.ts';
import { auditManifests, type ManifestAudit } from '../../audit/manifest-audit.ts';
import { describeAudit } from '../../audit/report.ts';
import { openLedgerBlocks } from '../../ledger/stored-blocks.ts';
import type { Invocation } from '../context.ts';
import { parseTime, readSmallFile } from '../document.ts';
import { EXIT } from '../exit-code.ts';
import { CliError } from '../failure.ts';
import { readGatewayBlocks } from '../gateway-blocks.ts';
import type { Outcome } from '../output.ts';
import { createProgress } from '../progress.ts';
import { openSession } from '../session.ts';

export interface AuditOptions {
  readonly trust: string;
  readonly ledger?: string;
  readonly manifests?: string;
  readonly at?: string;
}

const MAX_TRUST_BYTES = 4 << 20;

export async function audit(invocation: Invocation<AuditOptions>): Promise<Outcome> {
  const { context, options } = invocation;
  if (options.ledger !== undefined && options.gateway !== undefined) {
    throw new CliError('USAGE', 'give --ledger or --gateway, not both');
  }
  const trust = parseTrust(await readSmallFile(options.trust, MAX_TRUST_BYTES));
  const blocks =
    options.ledger === undefined
      ? readGatewayBlocks((await openSession(invocation)).client)
      : openLedgerBlocks(options.ledger);
  const now = options.at === undefined ? context.now() : parseTime(options.at);
  const progress = createProgress(context, options);
  const result = await auditLedger({
    blocks,
    trust,
    now,
    onProgress: (blocksDone, bytesDone) => {
      if (context.signal.aborted) throw new CliError('INTERRUPTED', 'interrupted');
      progress.report({ blocksDone, bytesDone });
    },
  }).finally(() => progress.stop());
  try {
    const { report } = result;
    const manifests: ManifestAudit | undefined =
      options.manifests === undefined || report.outcome === 'BROKEN'
        ? undefined
        : await auditManifests(options.manifests, result.records);
    const broken = report.outcome === 'BROKEN' || (manifests?.mismatches.length ?? 0) > 0;
    return {
      document: { ...report, ledger: trust.ledger, at: now, ...(manifests && { manifests }) },
      text: describeAudit(report, trust, manifests),
      exit: broken ? EXIT.mismatch : EXIT.done,
    };
  } finally {
    result.close();
  }
}
