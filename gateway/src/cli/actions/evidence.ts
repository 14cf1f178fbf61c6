/** `evidence list|show|find`. */
import { stat } from 'node:fs/promises';
import {
  acquisitionRecord,
  answerRecord,
  batchRecord,
  closingRecord,
  headRecord,
  locationRecord,
  segregationRecord,
} from '@tabellion/chaincode/evidence/record';
import { commitment, fromBase64url } from '@tabellion/proof';
import { z } from 'zod';
import { formatGoverned } from '../../text/governed.ts';
import { describeAuthorisation } from '../authorisation-text.ts';
import type { Invocation } from '../context.ts';
import { parseCount } from '../document.ts';
import { CliError } from '../failure.ts';
import { expectShape, type GatewayClient } from '../gateway-client.ts';
import { hashFile } from '../hash-file.ts';
import type { Outcome } from '../output.ts';
import { getPage } from '../page.ts';
import { openSession } from '../session.ts';
import { formatBytes, formatCount, formatFields, formatTable, formatTime } from '../table.ts';

const summary = z.looseObject({
  record: acquisitionRecord,
  crossBorder: z.string(),
  touched: z.array(z.string()),
  flags: z.array(z.string()),
});
const recorded = <T extends z.ZodType>(record: T) => z.looseObject({ record });
const view = summary.extend({
  head: headRecord,
  closing: recorded(closingRecord).nullable(),
  answers: z.array(recorded(answerRecord)),
  locations: z.array(recorded(locationRecord)),
  segregations: z.array(recorded(segregationRecord)),
  reader: z.looseObject({ authorisation: z.string(), standard: z.string() }),
});
const batchView = z.looseObject({ key: z.string(), record: batchRecord });
const foundItem = z.looseObject({
  acquisition: z.string(),
  batch: z.string().nullable(),
  index: z.int(),
  commitment,
});

export interface ListOptions {
  readonly case?: string;
  readonly member?: string;
  readonly touched?: string;
  readonly crossBorder?: string;
  readonly route?: string;
  readonly flag?: string;
  readonly limit: string;
  readonly cursor?: string;
}

export async function listAcquisitions(invocation: Invocation<ListOptions>): Promise<Outcome> {
  const { case: reference, member, touched, crossBorder, route, flag, cursor } = invocation.options;
  const limit = `${parseCount('--limit', invocation.options.limit)}`;
  const { client } = await openSession(invocation);
  const page = await getPage(client, '/v1/evidence/acquisitions', summary, {
    case: reference,
    member,
    touched,
    crossBorder,
    route,
    flag,
    limit,
    cursor,
  });
  const rows = page.items.map(({ record, crossBorder: border, flags }) => [
    record.id,
    record.case,
    record.act.member,
    record.route,
    border,
    flags.join(', '),
  ]);
  const table = formatTable(['ACQUISITION', 'CASE', 'MEMBER', 'ROUTE', 'ABROAD', 'FLAGS'], rows);
  return {
    document: page,
    text: page.next === null ? table : `${table}\n\nmore: --cursor ${page.next}`,
  };
}

export async function showEvidence(invocation: Invocation): Promise<Outcome> {
  const [id = ''] = invocation.args;
  const { client } = await openSession(invocation);
  if (/^[0-9a-f]{64}$/.test(id)) return showBatch(client, id);
  if (/^[0-9a-f]{32}$/.test(id)) return showAcquisition(client, id);
  throw new CliError('USAGE', 'give an acquisition (32 digits) or a batch (64 digits)');
}

async function showBatch(client: GatewayClient, digest: string): Promise<Outcome> {
  const found = expectShape(batchView, (await client.get(`/v1/evidence/batches/${digest}`)).body);
  const { record } = found;
  return {
    document: found,
    text: formatFields([
      ['Batch', digest],
      ['Acquisition', `${record.acquisition}, number ${record.sequence}`],
      ['Items', record.size],
      ['Size', formatBytes(record.bytes)],
      ['Root', record.root],
      ['Manifest', record.manifest],
      ['Collected at', formatTime(record.collectedAt)],
      ['Anchored at', formatTime(record.act.at)],
      ['By', `${record.act.person} of ${record.act.member}, ${record.act.role}`],
      ['Flags', record.flags.join(', ') || 'none'],
    ]),
  };
}

async function showAcquisition(client: GatewayClient, id: string): Promise<Outcome> {
  const path = `/v1/evidence/acquisitions/${id}`;
  const found = expectShape(view, (await client.get(path)).body);
  const batches = await getPage(client, `${path}/batches`, batchView, {});
  return {
    document: { ...found, batches },
    text: [describeAcquisition(found), describePositions(found), describeBatches(batches.items)]
      .filter((part) => part !== '')
      .join('\n\n'),
  };
}

type View = z.infer<typeof view>;

function describeAcquisition({ record, head, closing, reader, ...now }: View): string {
  return formatFields([
    ['Acquisition', record.id],
    ['Case', record.case],
    ['By', `${record.act.person} of ${record.act.member}, ${record.act.role}`],
    ['Recorded at', formatTime(record.act.at)],
    ['Route', record.route],
    ['Method', formatGoverned(record.method)],
    ['Standard', `${formatGoverned(record.standard)}, ${reader.standard} by you`],
    ['Authorisation', describeAuthorisation(record, reader.authorisation)],
    ['Reason', record.reason],
    ['Rests on', record.grounds.map(({ kind, reference }) => `${kind} ${reference}`).join(', ')],
    ['Abroad', now.crossBorder],
    ['Touches', now.touched.join(', ') || 'nobody known'],
    ['Flags', now.flags.join(', ') || 'none'],
    [
      'Anchored',
      `${formatCount(head.sequence, 'batch', 'batches')}, ${formatCount(head.items, 'item')}, ${formatBytes(head.bytes)}`,
    ],
    [
      'Closed',
      closing === null
        ? 'no: its totals are not stated'
        : `${formatTime(closing.record.act.at)}, ${closing.record.unread} sources unread`,
    ],
  ]);
}

function describePositions({ answers, locations }: View): string {
  const rows = [
    ...answers.map(({ record }) => [
      formatTime(record.act.at),
      record.act.jurisdiction,
      record.position,
      record.reason,
    ]),
    ...locations.map(({ record }) => [
      formatTime(record.act.at),
      record.act.jurisdiction,
      record.overdue ? `${record.cause}, OVERDUE` : record.cause,
      record.location.systemJurisdiction,
    ]),
  ];
  return rows.length === 0 ? '' : formatTable(['AT', 'BY', 'WHAT', 'SAYING'], rows);
}

function describeBatches(batches: readonly z.infer<typeof batchView>[]): string {
  const rows = batches.map(({ key, record }) => [
    `${record.sequence}`,
    key.slice('batch/'.length),
    `${record.size}`,
    formatBytes(record.bytes),
    formatTime(record.act.at),
  ]);
  return rows.length === 0
    ? ''
    : formatTable(['NO', 'BATCH', 'ITEMS', 'SIZE', 'ANCHORED AT'], rows);
}

export type FoundItem = z.infer<typeof foundItem>;

/** Items of this member's manifests with that digest. */
export async function lookUp(client: GatewayClient, sha256: string): Promise<readonly FoundItem[]> {
  const { body } = await client.post('/v1/evidence/find', { json: { sha256 } });
  return expectShape(z.object({ items: z.array(foundItem) }), body).items;
}

export async function findItems(invocation: Invocation): Promise<Outcome> {
  const [what = ''] = invocation.args;
  const { client } = await openSession(invocation);
  const sha256 = await readDigest(what);
  const items = await lookUp(client, sha256);
  const rows = items.map(({ acquisition, batch, index, commitment: item }) => [
    acquisition,
    batch ?? 'not on the ledger yet',
    `${index}`,
    new TextDecoder().decode(fromBase64url(item.path)),
  ]);
  return {
    document: { sha256, items },
    text:
      items.length === 0
        ? `no item with the digest ${sha256} in this member's manifests`
        : formatTable(['ACQUISITION', 'BATCH', 'INDEX', 'PATH'], rows),
  };
}

/** A file where there is one of that name, else a digest. */
async function readDigest(what: string): Promise<string> {
  const isFile = await stat(what).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile) return (await hashFile(what)).sha256;
  if (/^[0-9a-f]{64}$/i.test(what)) return what.toLowerCase();
  throw new CliError('FILE_UNREADABLE', `${what} is neither a file nor a SHA-256 digest`);
}
