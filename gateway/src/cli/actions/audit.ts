/** `audit`: reads the whole ledger again: from a gateway, from peers, or from an embedded ledger's directory. */
import '@tabellion/proof/node';
import { parseTrust, type Trust } from '@tabellion/proof';
import { auditLedger } from '../../audit/audit.ts';
import { type BlockSource, compareSources } from '../../audit/compare-sources.ts';
import { auditManifests, type ManifestAudit } from '../../audit/manifest-audit.ts';
import { describeAudit } from '../../audit/report.ts';
import { openLedgerBlocks } from '../../ledger/stored-blocks.ts';
import type { Invocation } from '../context.ts';
import { parseTime, readSmallFile } from '../document.ts';
import { EXIT } from '../exit-code.ts';
import { CliError } from '../failure.ts';
import { readGatewayBlocks } from '../gateway-blocks.ts';
import type { Outcome } from '../output.ts';
import { openPeers, type PeerOptions } from '../peer-blocks.ts';
import { createProgress } from '../progress.ts';
import { openSession } from '../session.ts';

export interface AuditOptions extends PeerOptions {
  readonly trust: string;
  readonly ledger?: string;
  readonly manifests?: string;
  readonly at?: string;
}

const MAX_TRUST_BYTES = 4 << 20;

export async function audit(invocation: Invocation<AuditOptions>): Promise<Outcome> {
  const { context, options } = invocation;
  const { ledger, gateway, fromPeer } = options;
  if ([ledger, gateway, fromPeer].filter((source) => source !== undefined).length > 1) {
    throw new CliError('USAGE', 'give one of --ledger, --gateway and --from-peer');
  }
  const trust = parseTrust(await readSmallFile(options.trust, MAX_TRUST_BYTES));
  const { blocks, heights } = compareSources(await openSources(invocation, trust));
  const now = options.at === undefined ? context.now() : parseTime(options.at);
  const progress = createProgress(context, options);
  const result = await auditLedger({
    blocks,
    trust,
    now,
    onProgress: (blocksDone, bytesDone) => {
      context.signal.throwIfAborted();
      progress.report({ blocksDone, bytesDone });
    },
  })
    .catch((error: unknown) => {
      if (context.signal.aborted) throw new CliError('INTERRUPTED', 'interrupted', error);
      throw error;
    })
    .finally(() => progress.stop());
  try {
    const { report } = result;
    const manifests: ManifestAudit | undefined =
      options.manifests === undefined || report.outcome === 'BROKEN'
        ? undefined
        : await auditManifests(options.manifests, result.records);
    const broken = report.outcome === 'BROKEN' || (manifests?.mismatches.length ?? 0) > 0;
    return {
      document: {
        ...report,
        ledger: trust.ledger,
        sources: heights(),
        at: now,
        ...(manifests && { manifests }),
      },
      text: describeAudit(report, trust, manifests, heights()),
      exit: broken ? EXIT.mismatch : EXIT.done,
    };
  } finally {
    result.close();
  }
}

async function openSources(
  invocation: Invocation<AuditOptions>,
  trust: Trust,
): Promise<readonly BlockSource[]> {
  const { ledger, fromPeer } = invocation.options;
  if (fromPeer !== undefined) return openPeers(invocation, trust);
  if (ledger !== undefined) return [{ name: ledger, blocks: openLedgerBlocks(ledger) }];
  const { client } = await openSession(invocation);
  return [{ name: client.gateway.href, blocks: readGatewayBlocks(client) }];
}
