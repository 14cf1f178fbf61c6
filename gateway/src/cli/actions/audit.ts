/** `audit`: reads the whole ledger again: from a gateway, from peers, or from an embedded ledger's directory. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import '@tabellion/proof/node';
import { parseTrust, type Trust } from '@tabellion/proof';
import { auditLedger } from '../../audit/audit.ts';
import { type BlockSource, compareSources } from '../../audit/compare-sources.ts';
import { auditLabelManifests } from '../../audit/label-manifest-audit.ts';
import {
  auditManifests,
  listMemberManifests,
  type ManifestAudit,
} from '../../audit/manifest-audit.ts';
import { describeAudit } from '../../audit/report.ts';
import type { RecordReader } from '../../audit/stored-record.ts';
import { EXIT } from '../../explain/exit-code.ts';
import { openLedgerBlocks } from '../../ledger/stored-blocks.ts';
import { checkFiles, type FilesReport, hasTornTail } from '../../ledger/stored-files.ts';
import type { Invocation } from '../context.ts';
import { parseTime, readSmallFile } from '../document.ts';
import { CliError } from '../failure.ts';
import { readGatewayBlocks } from '../gateway-blocks.ts';
import type { Outcome } from '../output.ts';
import { openPeers, type PeerOptions } from '../peer-blocks.ts';
import { createProgress } from '../progress.ts';
import { openSession } from '../session.ts';

export interface AuditOptions extends PeerOptions {
  readonly trust: string;
  readonly ledger?: string;
  readonly fromData?: string;
  readonly escrow?: string;
  readonly manifests?: string;
  readonly at?: string;
}

const MAX_TRUST_BYTES = 4 << 20;

export async function audit(invocation: Invocation<AuditOptions>): Promise<Outcome> {
  const { context, options } = invocation;
  const { signal } = context;
  const { escrow, fromData, fromPeer, gateway, ledger } = options;
  if ([ledger, gateway, fromPeer, fromData].filter((source) => source !== undefined).length > 1) {
    throw new CliError('USAGE', 'give one of --ledger, --from-data, --gateway and --from-peer');
  }
  if (escrow !== undefined && fromData === undefined) {
    throw new CliError('USAGE', '--escrow goes with --from-data');
  }
  if (escrow !== undefined) await assertReadable(escrow);
  const trust = parseTrust(await readSmallFile(options.trust, MAX_TRUST_BYTES));
  const tellInterrupted = (error: unknown): never => {
    if (signal.aborted) throw new CliError('INTERRUPTED', 'interrupted', error);
    throw error;
  };
  const files =
    fromData === undefined
      ? undefined
      : await checkFiles(locateLedger(fromData), { signal }).catch(tellInterrupted);
  const { blocks, heights } = compareSources(await openSources(invocation, trust, files));
  const now = options.at === undefined ? context.now() : parseTime(options.at);
  const progress = createProgress(context, options);
  const result = await auditLedger({
    blocks,
    trust,
    now,
    onProgress: (blocksDone, bytesDone) => {
      signal.throwIfAborted();
      progress.report({ blocksDone, bytesDone });
    },
  })
    .catch(tellInterrupted)
    .finally(() => progress.stop());
  try {
    const { report } = result;
    const manifests =
      report.outcome === 'BROKEN' ? undefined : await readManifests(options, result.records);
    const labelManifests =
      report.outcome === 'BROKEN' || fromData === undefined
        ? undefined
        : await auditLabelManifests(
            join(fromData, 'gateway', 'labels'),
            result.records,
            signal,
          ).catch(tellInterrupted);
    const broken =
      report.outcome === 'BROKEN' ||
      files?.outcome === 'DAMAGED' ||
      (manifests?.mismatches.length ?? 0) > 0 ||
      labelManifests?.isDamaged === true ||
      // A gateway keeps every manifest; a directory that is named may hold some of them.
      (fromData !== undefined && (manifests?.missing.length ?? 0) > 0);
    return {
      document: {
        ...report,
        ledger: trust.ledger,
        sources: heights(),
        at: now,
        ...(files && { files }),
        ...(manifests && { manifests }),
        ...(labelManifests && { labelManifests }),
      },
      text: describeAudit(report, trust, { files, manifests, labelManifests, sources: heights() }),
      exit: broken ? EXIT.mismatch : EXIT.done,
    };
  } finally {
    result.close();
  }
}

async function openSources(
  invocation: Invocation<AuditOptions>,
  trust: Trust,
  files: FilesReport | undefined,
): Promise<readonly BlockSource[]> {
  const { fromData, fromPeer, ledger } = invocation.options;
  if (fromPeer !== undefined) return openPeers(invocation, trust);
  if (ledger !== undefined) return [{ name: ledger, blocks: openLedgerBlocks(ledger) }];
  if (fromData !== undefined && files) {
    const directory = locateLedger(fromData);
    return [{ name: directory, blocks: openCheckedBlocks(directory, files) }];
  }
  const { client } = await openSession(invocation);
  return [{ name: client.gateway.href, blocks: readGatewayBlocks(client) }];
}

const locateLedger = (data: string): string => join(data, 'ledger');

function openCheckedBlocks(directory: string, files: FilesReport): AsyncIterable<Uint8Array> {
  if (!files.hasBlocks) return noBlocks();
  return openLedgerBlocks(directory, hasTornTail(files) ? files.height : undefined);
}

async function* noBlocks(): AsyncGenerator<Uint8Array> {}

/** Undefined where none were asked for. */
async function readManifests(
  { escrow, fromData, manifests }: AuditOptions,
  records: RecordReader,
): Promise<ManifestAudit | undefined> {
  if (manifests !== undefined) return auditManifests([{ directory: manifests }], records);
  if (fromData === undefined) return undefined;
  const copies = [
    join(fromData, 'gateway', 'manifests'),
    ...(escrow === undefined ? [] : [escrow]),
  ];
  const directories = await Promise.all(copies.map((root) => listMemberManifests(root, records)));
  return auditManifests(directories.flat(), records);
}

/** A place that was named and is not there holds no manifest back: it tells nothing. */
async function assertReadable(directory: string): Promise<void> {
  await readdir(directory).catch((cause) => {
    throw new CliError('FILE_UNREADABLE', `cannot read ${directory}`, cause);
  });
}
