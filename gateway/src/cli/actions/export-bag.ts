/** `export bag`: anchored files with their proofs, as a BagIt bag. */
import { createReadStream } from 'node:fs';
import { basename, resolve } from 'node:path';
import { parseTrust } from '@tabellion/proof';
import { toBytePath } from '../../evidence/byte-path.ts';
import { type BagItem, fillBag } from '../../exchange/bag/fill-bag.ts';
import { type BagForm, packTar, packZip, writeBagDirectory } from '../../exchange/bag/pack-bag.ts';
import { buildAcquisitionGraph } from '../../exchange/case/acquisition-graph.ts';
import type { LedgerName } from '../../exchange/case/case-node.ts';
import { writeCase } from '../../exchange/case/write-case.ts';
import type { Invocation } from '../context.ts';
import { openAcquisition } from '../exchange/export-source.ts';
import { CliError } from '../failure.ts';
import { type AnchoredItem, findContent } from '../find-anchored.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { openSession, ownMember } from '../session.ts';
import { formatBytes, formatCount } from '../table.ts';
import { assertPinned } from '../trust-pin.ts';

export interface BagOptions {
  readonly form?: BagForm;
  readonly output: string;
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
  const items: BagItem[] = [];
  const descriptions = new Map<string, Uint8Array>();
  for (const file of args) {
    const found = await findItem(session.client, file);
    items.push(await openItem(session.client, file, found));
    const name = `acquisitions/${found.acquisition}.jsonld`;
    if (descriptions.has(name)) continue;
    descriptions.set(name, await describeAcquisition(session.client, ledger, found.acquisition));
  }
  const baggedAt = context.now();
  const entries = fillBag({
    items,
    trust,
    descriptions,
    member: ownMember(session),
    baggedAt,
  });
  const top = basename(output).replace(/\.(zip|tar)$/, '');
  const packed = { top, mtime: new Date(baggedAt) };
  if (form === 'zip') await writeNewFile(output, packZip(entries, packed), force === true);
  else if (form === 'tar') await writeNewFile(output, packTar(entries, packed), force === true);
  else await writeDirectory(entries, output);
  const bytes = items.reduce((sum, { size }) => sum + size, 0);
  return {
    document: { output, form, items: items.length, bytes },
    text: `${formatCount(items.length, 'item')} (${formatBytes(bytes)}) with their proofs in ${output}`,
  };
}

function guessForm(output: string): BagForm {
  if (output.endsWith('.zip')) return 'zip';
  return output.endsWith('.tar') ? 'tar' : 'directory';
}

/** The file's bytes are compared with its commitment once more while they are packed. */
async function openItem(
  client: GatewayClient,
  file: string,
  { batch, index, commitment }: AnchoredItem,
): Promise<BagItem> {
  const { path, digest, size } = commitment;
  return {
    name: Buffer.from(path, 'base64url').toString('latin1'),
    sha256: digest.sha256,
    size,
    open: () => createReadStream(file, { highWaterMark: 1 << 20 }),
    proof: await client.getBytes(`/v1/evidence/batches/${batch}/proofs/${index}`),
  };
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

/** Many files may have one content: the item is meant whose name is most like the file's. */
async function findItem(client: GatewayClient, file: string): Promise<AnchoredItem> {
  const wanted = toBytePath(resolve(file)).split('/').reverse();
  const likeness = ({ commitment }: AnchoredItem): number => {
    const name = Buffer.from(commitment.path, 'base64url').toString('latin1').split('/').reverse();
    const differs = name.findIndex((part, at) => part !== wanted[at]);
    return differs === -1 ? name.length : differs;
  };
  const items = await findContent(client, file);
  return items.reduce((best, item) => (likeness(item) > likeness(best) ? item : best));
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
