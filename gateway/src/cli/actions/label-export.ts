/** `label export`: labels that stand, in formats that others read. */
import '@tabellion/proof/node';
import { randomUUID } from 'node:crypto';
import type { LabelBatchRecord } from '@tabellion/chaincode/label/record';
import { findNetworks } from '@tabellion/screening';
import { writeLabelCsv } from '../../label/format/csv.ts';
import { type RemarkedLabel, writeMisp } from '../../label/format/misp-write.ts';
import { writeOfac } from '../../label/format/ofac.ts';
import type { Remark } from '../../label/format/remark.ts';
import { writeTagPack } from '../../label/format/tagpack-write.ts';
import type { ProjectedRecord } from '../../projection/records.ts';
import type { Invocation } from '../context.ts';
import { parseCount } from '../document.ts';
import { numberFile } from '../exchange/number-file.ts';
import { CliError } from '../failure.ts';
import type { GatewayClient } from '../gateway-client.ts';
import type { PackFormat } from '../label/read-pack.ts';
import { readTaxonomyEntry } from '../label/taxonomy-entry.ts';
import {
  assertNamed,
  expectWhole,
  isWithholding,
  listResponses,
  type Response,
  readBatchRecord,
  readManifest,
  shownBatch,
  subjectOf,
} from '../label/verified-batch.ts';
import { writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { listAll } from '../page.ts';
import { openSession, ownMember } from '../session.ts';
import { formatCount } from '../table.ts';

export interface ExportFlags {
  readonly format: PackFormat;
  readonly output: string;
  readonly force?: true;
  readonly batch?: string;
  readonly member?: string;
  readonly asset?: string;
  readonly title: string;
  readonly event?: string;
  /** Labels a file at most. */
  readonly split?: string;
  readonly taxonomy: string;
  readonly withdrawn?: true;
}

interface ExportCounts {
  labels: number;
  withdrawn: number;
  /** Left out, for the format has no place for their networks. */
  otherNetwork: number;
  /** Left out, for they count for nobody. */
  voidBatches: number;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export async function exportLabels(invocation: Invocation<ExportFlags>): Promise<Outcome> {
  const { options, context } = invocation;
  const { format, output, batch, member, asset, title, event, split } = options;
  const limit = split === undefined ? undefined : parseCount('--split', split);
  if ((format === 'ofac') !== (asset !== undefined)) {
    throw new CliError('USAGE', '--asset goes with --format ofac, and with nothing else');
  }
  if (asset !== undefined && findNetworks(asset).length === 0) {
    throw new CliError('USAGE', `no network is known for the asset ${asset}`);
  }
  if (event !== undefined && (!UUID.test(event) || limit !== undefined)) {
    throw new CliError('USAGE', '--event takes a UUID, and does not go with --split');
  }
  if (limit === 0) throw new CliError('USAGE', '--split takes a number from 1');
  if (batch !== undefined && member !== undefined) {
    throw new CliError('USAGE', 'give --batch or --member');
  }
  const session = await openSession(invocation);
  const { client } = session;
  const creator = ownMember(session);
  const { taxonomy } = await readTaxonomyEntry(client, options.taxonomy);
  const batches = await pickBatches(client, { batch, member });
  const counts: ExportCounts = { labels: 0, withdrawn: 0, otherNetwork: 0, voidBatches: 0 };
  const labels = listStanding(client, batches, counts, options.withdrawn === true);
  const write = (part: AsyncIterable<RemarkedLabel>, uuid: string) => {
    switch (format) {
      case 'tagpack':
        return writeTagPack(listFacts(part), { title, creator, taxonomy });
      case 'csv':
        return writeLabelCsv(listFacts(part));
      case 'misp':
        return writeMisp(part, { info: title, uuid, at: context.now(), organisation: creator });
      case 'ofac':
        return writeOfac(listFacts(part), {
          asset: asset!,
          onLeftOut: () => {
            counts.otherNetwork += 1;
            counts.labels -= 1;
          },
        });
    }
  };
  const files: string[] = [];
  const events: string[] = [];
  for await (const part of splitLabels(labels, limit)) {
    const file = limit === undefined ? output : numberFile(output, files.length + 1);
    const uuid = event ?? randomUUID();
    await writeNewFile(file, write(part, uuid), options.force === true, 0o600);
    files.push(file);
    if (format === 'misp') events.push(uuid);
  }
  const last = files.length === 1 ? '' : ` to ${files.at(-1)}`;
  return {
    document: {
      ...{ output: limit === undefined ? output : files, batches: batches.length, ...counts },
      ...(format === 'misp' && { events }),
    },
    text: [
      `${formatCount(counts.labels, 'label')} of ${formatCount(batches.length, 'batch', 'batches')} written to ${files[0]}${last}`,
      ...(counts.withdrawn > 0
        ? [`${counts.withdrawn} withdrawn ${options.withdrawn ? 'among them' : 'left out'}`]
        : []),
      ...(counts.otherNetwork > 0
        ? [`${counts.otherNetwork} of other networks left out, for which this form has no place`]
        : []),
      ...(counts.voidBatches > 0
        ? [`${formatCount(counts.voidBatches, 'batch', 'batches')} left out: they count for nobody`]
        : []),
    ].join('\n'),
  };
}

/** For formats that have no place for what was said of a label. */
async function* listFacts(labels: AsyncIterable<RemarkedLabel>) {
  for await (const { facts } of labels) yield facts;
}

/** As they come, in parts of at most `limit`; at least one part. Each must be read before the next. */
async function* splitLabels(
  labels: AsyncGenerator<RemarkedLabel, void, undefined>,
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<AsyncIterable<RemarkedLabel>, void, undefined> {
  let next = await labels.next();
  const take = async function* () {
    for (let taken = 0; taken < limit && next.done !== true; taken += 1) {
      yield next.value;
      next = await labels.next();
    }
  };
  do yield take();
  while (next.done !== true);
}

async function pickBatches(
  client: GatewayClient,
  { batch, member }: { batch: string | undefined; member: string | undefined },
): Promise<readonly ProjectedRecord<LabelBatchRecord>[]> {
  if (batch !== undefined) return [await readBatchRecord(client, batch)];
  const query = { member, limit: '200' };
  const { items } = await listAll(client, '/v1/label/batches', shownBatch, query);
  for (const item of items) assertNamed(item, item.key.slice('label-batch/'.length));
  return items;
}

/** What a withdrawn label said stays on the ledger, but is not handed on as if it still were said. */
async function* listStanding(
  client: GatewayClient,
  batches: readonly ProjectedRecord<LabelBatchRecord>[],
  counts: ExportCounts,
  withWithdrawn: boolean,
): AsyncGenerator<RemarkedLabel, void, undefined> {
  for (const shown of batches) {
    if (shown.record.content === 'TRANSFERS') continue;
    const { responses } = await listResponses(client, shown.key.slice('label-batch/'.length));
    // It counts for nobody, and whether its labels can still be had is nobody's promise.
    if (responses.some(isWithholding)) {
      counts.voidBatches += 1;
      continue;
    }
    const reading = await readManifest(client, shown);
    // Nor does one that is not what the ledger says, and it keeps nobody from the others.
    if (reading.found === 'VOID') {
      counts.voidBatches += 1;
      continue;
    }
    const { lines } = expectWhole(reading);
    const withdrawn = responses
      .filter(({ record }) => record.type === 'tabellion.withdrawal')
      .map(subjectOf);
    const isAll = withdrawn.includes(undefined);
    const gone = new Set(withdrawn.map((label) => label?.index));
    for (const [index, { statement }] of lines.entries()) {
      if (isAll || gone.has(index)) {
        counts.withdrawn += 1;
        if (!withWithdrawn) continue;
      }
      counts.labels += 1;
      const { type: _type, v: _v, salt: _salt, ...facts } = statement;
      const said = responses.filter((each) => [undefined, index].includes(subjectOf(each)?.index));
      yield { facts, remarks: said.flatMap(remarkOf) };
    }
  }
}

/** A member's reason is for members, and stays with them. */
function remarkOf({ record }: Response): Remark[] {
  const of = 'ADDRESS';
  if (record.type === 'tabellion.sighting') {
    const { sighting: kind, happenedAt: at, act } = record;
    return [{ remark: 'SIGHTING', of, kind, at, source: act.member }];
  }
  if (record.type === 'tabellion.opinion') {
    const { opinion: value, act } = record;
    return [{ remark: 'OPINION', of, value, author: act.member, at: act.at }];
  }
  return [];
}
