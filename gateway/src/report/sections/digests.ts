import { type Block, type Cell, cell, code, column, paragraph, table } from '../content.ts';
import type { ReportContext } from '../context.ts';

/** What ties the item, its content and its records to the ledger. */
export function digestsSection(context: ReportContext): Block[] {
  const { life, words, content, digests, ledger } = context;
  const d = words.digests;
  const { acquisition, batch } = life.provenance;
  const { mirrorOf } = life.opening.record;
  const rows: [string, string][] = [
    [d.item, life.opening.record.item],
    [d.leaf, life.opening.record.leaf],
    ...contentRows(content, words),
    ...(mirrorOf === undefined ? [] : [[d.mirror, mirrorOf.sha256] as [string, string]]),
    ...(batch === null
      ? []
      : ([
          [d.batch, batch.key.slice('batch/'.length)],
          [d.root, batch.record.root],
          [d.manifest, batch.record.manifest],
        ] as [string, string][])),
    ...acquisition.record.recordings.map(({ kind, sha256 }): [string, string] => [
      d.recording(words.item.recordingKinds[kind]),
      sha256,
    ]),
    [d.head, life.head.last],
    [d.genesis, ledger.genesis],
    ...context.bundles.map(({ name, digest }): [string, string] => [d.bundle(name), digest]),
  ];
  const hasWeak =
    content?.commitment.type === 'tabellion.item' &&
    (content.commitment.digest.md5 ?? content.commitment.digest.sha1) !== undefined;
  return [
    table(
      d.caption,
      [column(d.what, 3), column(d.value, 6)],
      rows.map(([what, value]) => [cell(what), cell(code(value))]),
    ),
    ...(hasWeak ? [paragraph(d.weak)] : []),
    table(
      d.records,
      [column(words.timeline.number, 0.8), column(d.record, 5), column(d.transaction, 5)],
      [life.opening, ...life.steps].map(({ txId }, number): Cell[] => [
        cell(`${number}`),
        cell(code(digests[number] as string)),
        cell(code(txId)),
      ]),
    ),
  ];
}

function contentRows(
  content: ReportContext['content'],
  { digests: d }: ReportContext['words'],
): [string, string][] {
  if (content?.commitment.type !== 'tabellion.item') return [];
  const { sha256, sha1, md5 } = content.commitment.digest;
  const name = content.of === 'ITEM' ? d.content : d.sourceContent;
  return [
    [name('SHA-256'), sha256],
    ...(sha1 === undefined ? [] : [[name('SHA-1'), sha1] as [string, string]]),
    ...(md5 === undefined ? [] : [[name('MD5'), md5] as [string, string]]),
  ];
}
