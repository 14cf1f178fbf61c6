/** An audit as people read it. */
import type { Trust } from '@tabellion/proof';
import { describeFact, FILE_DAMAGES, FILE_NOTES } from '../ledger/file-damage.ts';
import type { FilesReport } from '../ledger/stored-files.ts';
import type { AuditReport } from './audit.ts';
import type { SourceHeight } from './compare-sources.ts';
import { FINDINGS, type Finding } from './finding.ts';
import { LABEL_MANIFEST_FINDINGS, type LabelManifestAudit } from './label-manifest-audit.ts';
import type { ManifestAudit } from './manifest-audit.ts';

export interface AuditedBesides {
  readonly files?: FilesReport | undefined;
  readonly manifests?: ManifestAudit | undefined;
  readonly labelManifests?: LabelManifestAudit | undefined;
  readonly sources: readonly SourceHeight[];
}

export function describeAudit(
  report: AuditReport,
  trust: Trust,
  { files, manifests, labelManifests, sources }: AuditedBesides,
): string {
  return [
    ...describeOutcome(report),
    ...(files === undefined ? [] : describeFiles(files)),
    '',
    ...sources.map(({ name, height }) => `read from ${name}: ${height} blocks`),
    ...describeCounts(report),
    ...(manifests === undefined ? [] : describeManifests(manifests)),
    ...(labelManifests === undefined ? [] : describeLabelManifests(labelManifests)),
    ...describeListed(report, FINDINGS, describeFinding),
    ...(trust.ledger === 'embedded'
      ? ['', 'The ledger is embedded: one operator holds the keys of all members.']
      : []),
  ].join('\n');
}

function describeOutcome({ outcome, break: broken, height }: AuditReport): string[] {
  if (outcome === 'CLEAN' || broken === null) return [`CLEAN: all ${height} blocks hold together`];
  const { code, block, transaction, txId, detail } = broken;
  const place =
    transaction === undefined ? `block ${block}` : `block ${block}, transaction ${transaction}`;
  return [
    `BROKEN ${code} at ${place}`,
    `  ${detail}`,
    ...(txId === undefined || txId === '' ? [] : [`  transaction ID ${txId}`]),
    `  Nothing after this place was judged.`,
  ];
}

function describeFiles({ closed, damage, notes, outcome }: FilesReport): string[] {
  const known = closed ? 'every byte of every file' : 'every row of every file';
  return [
    outcome === 'CLEAN'
      ? `FILES CLEAN: ${known} is as the ledger wrote it`
      : `FILES DAMAGED: ${damage.length} places`,
    ...damage.map((one) => `  ${describeFact(one)} (${FILE_DAMAGES[one.code]})`),
    ...notes.map((one) => `  note: ${describeFact(one)} (${FILE_NOTES[one.code]})`),
  ];
}

function describeCounts({ height, head, counts }: AuditReport): string[] {
  return [
    `last block ${head}`,
    `${height} blocks, ${counts.transactions} transactions (${counts.invalid} invalid)`,
    `${counts.acquisitions} acquisitions, ${counts.batches} batches, ${counts.items} items, ${counts.bytes} bytes`,
    `${counts.inCustody} items in custody, ${counts.custodySteps} steps`,
  ];
}

function describeManifests({ checked, mismatches, missing }: ManifestAudit): string[] {
  return [
    `${checked} manifests recomputed, ${mismatches.length} not as anchored, ${missing.length} missing`,
    ...mismatches.map(({ manifest, why }) => `  NOT AS ANCHORED ${manifest}: ${why}`),
    ...missing.map((batch) => `  missing: manifest ${batch}`),
  ];
}

function describeLabelManifests(audit: LabelManifestAudit): string[] {
  const { batches, whole, waiting } = audit;
  return [
    `${batches} label batches, ${whole} with a manifest that is what they say; ${waiting} manifests that no batch names`,
    ...describeListed(
      audit,
      LABEL_MANIFEST_FINDINGS,
      ({ batch, manifest, detail }) =>
        `  manifest ${manifest}${batch === null ? '' : ` of batch ${batch}`}: ${detail}`,
    ),
  ];
}

function describeListed<Code extends string, One extends { readonly code: Code }>(
  {
    findings,
    findingCounts,
  }: {
    readonly findings: readonly One[];
    readonly findingCounts: Readonly<Partial<Record<Code, number>>>;
  },
  meanings: Readonly<Record<Code, string>>,
  describe: (one: One) => string,
): string[] {
  const codes = Object.keys(findingCounts) as Code[];
  return codes.flatMap((code) => {
    const listed = findings.filter((finding) => finding.code === code);
    const count = findingCounts[code] ?? 0;
    const more = count - listed.length;
    return [
      '',
      `${code} (${count}): ${meanings[code]}`,
      ...listed.map(describe),
      ...(more > 0 ? [`  … and ${more} more`] : []),
    ];
  });
}

const describeFinding = ({ subject, block, transaction }: Finding): string =>
  block === undefined
    ? `  ${subject}`
    : `  ${subject} (block ${block}${transaction === undefined ? '' : `, transaction ${transaction}`})`;
