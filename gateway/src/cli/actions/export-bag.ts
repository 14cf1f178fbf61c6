/** `export bag`: anchored files with their proofs, as a BagIt bag. */
import '@tabellion/proof/node';
import { basename } from 'node:path';
import { parseTrust } from '@tabellion/proof';
import { fillBag } from '../../exchange/bag/fill-bag.ts';
import { type BagForm, packTar, packZip, writeBagDirectory } from '../../exchange/bag/pack-bag.ts';
import { buildAcquisitionGraph } from '../../exchange/case/acquisition-graph.ts';
import type { LedgerName } from '../../exchange/case/case-node.ts';
import { writeCase } from '../../exchange/case/write-case.ts';
import type { Invocation } from '../context.ts';
import { packItems } from '../exchange/bag-items.ts';
import { openAcquisition } from '../exchange/export-source.ts';
import { CliError } from '../failure.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { openSession, ownMember } from '../session.ts';
import { formatBytes, formatCount } from '../table.ts';
import { assertPinned } from '../trust-pin.ts';

export interface BagOptions {
  readonly form?: BagForm;
  readonly output: string;
  /** Proofs of files of other members. */
  readonly bundle?: readonly string[];
  readonly force?: true;
}

export async function exportBag(invocation: Invocation<BagOptions>): Promise<Outcome> {
  const { context, options, args } = invocation;
  const { output, force } = options;
  const form = options.form ?? guessForm(output);
  if (form === 'directory' && force === true) {
    throw new CliError('USAGE', 'a directory is never replaced: remove it, or name another');
  }
  const session = await openSession(invocation);
  const trust = await session.client.getBytes('/v1/trust', { signedIn: false });
  const ledger = parseTrust(trust);
  await assertPinned(session.paths, ledger);
  const baggedAt = context.now();
  const packed = await packItems(session, args, {
    trust: ledger,
    now: baggedAt,
    bundles: options.bundle ?? [],
  });
  const items = packed.map(({ item }) => item);
  const descriptions = new Map<string, Uint8Array>();
  for (const id of new Set(packed.map(({ acquisition }) => acquisition))) {
    const described = await describeAcquisition(session.client, ledger, id);
    descriptions.set(`acquisitions/${id}.jsonld`, described);
  }
  const entries = fillBag({
    items,
    trust,
    descriptions,
    member: ownMember(session),
    baggedAt,
  });
  const top = basename(output).replace(/\.(zip|tar)$/, '');
  const archive = { top, mtime: new Date(baggedAt) };
  if (form === 'zip') await writeNewFile(output, packZip(entries, archive), force === true);
  else if (form === 'tar') await writeNewFile(output, packTar(entries, archive), force === true);
  else await writeDirectory(entries, output);
  const bytes = items.reduce((sum, { size }) => sum + size, 0);
  const custody = items.filter((item) => item.custody !== undefined).length;
  return {
    document: { output, form, items: items.length, bytes, custody },
    text: `${formatCount(items.length, 'item')} (${formatBytes(bytes)}) with their proofs in ${output}, ${formatCount(custody, 'chain')} of custody among them`,
  };
}

function guessForm(output: string): BagForm {
  if (output.endsWith('.zip')) return 'zip';
  return output.endsWith('.tar') ? 'tar' : 'directory';
}

/** Where the items come from, as CASE; which other items there were is not told. */
async function describeAcquisition(
  client: GatewayClient,
  ledger: LedgerName,
  id: string,
): Promise<Uint8Array> {
  const { facts, batches } = await openAcquisition(client, id);
  const bare = batches.map((batch) => ({ batch, items: [] }));
  const parts: Uint8Array[] = [];
  for await (const part of writeCase(buildAcquisitionGraph(ledger, facts, bare))) parts.push(part);
  return Buffer.concat(parts);
}

async function writeDirectory(entries: ReturnType<typeof fillBag>, output: string): Promise<void> {
  try {
    await writeBagDirectory(entries, output);
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') {
      throw new CliError('FILE_EXISTS', `${output} is there already: name another`, error);
    }
    if (syscall === undefined) throw error;
    throw new CliError('FILE_UNWRITABLE', `cannot write ${output}`, error);
  }
}
