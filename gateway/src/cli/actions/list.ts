/** `list export|import`: digests to and from the lists of hashdeep and sha256sum. */
import { basename } from 'node:path';
import type { AnchorReader } from '../../evidence/anchor.ts';
import { type BytePath, toBytePath } from '../../evidence/byte-path.ts';
import { anchorList, type SizedFile } from '../../evidence/list/anchor-list.ts';
import { HashListError } from '../../evidence/list/hash-list-error.ts';
import { type ListDeviation, measureList } from '../../evidence/list/measure-list.ts';
import { KnownItems, loadKnownItems } from '../../evidence/tree/known-items.ts';
import { showName } from '../../text/shown-name.ts';
import { openAnchorPorts } from '../anchor-ports.ts';
import { anchorDirectory, describeAnchored } from '../anchor-report.ts';
import type { Invocation } from '../context.ts';
import { CliError } from '../failure.ts';
import { hashFile } from '../hash-file.ts';
import {
  asListed,
  assertAcquisitionId,
  loadSource,
  mapGroups,
  readListFile,
  type SourceOptions,
} from '../known-source.ts';
import { assertFits, chooseForm, writeList } from '../list-file.ts';
import { writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { createProgress } from '../progress.ts';
import { openSession } from '../session.ts';

export interface ListExportOptions extends Pick<SourceOptions, 'acquisition' | 'manifest'> {
  readonly format: 'hashdeep' | 'sha256sum';
  readonly zero?: true;
  readonly output: string;
  readonly force?: true;
}

export async function exportList(invocation: Invocation<ListExportOptions>): Promise<Outcome> {
  const { format, zero, output, force } = invocation.options;
  if (zero === true && format !== 'sha256sum') {
    throw new CliError('USAGE', '--zero belongs to --format sha256sum');
  }
  using known = new KnownItems();
  const source = await loadSource(known, invocation);
  const unsure = source.isOrdered ? undefined : known.findContradiction();
  if (unsure !== undefined) {
    throw new CliError(
      'USAGE',
      `there are several versions of ${showName(unsure)}, and manifests alone do not say which is the latest: use --acquisition`,
    );
  }
  const form = chooseForm(format, zero === true, known, [
    `Written by tabellion list export, of ${source.names.length === 1 ? source.names[0] : 'manifests'}`,
  ]);
  assertFits(known, form);
  await writeNewFile(output, writeList(known, form), force === true);
  const counts = countItems(known);
  const left = counts.links + source.notFiles;
  return {
    document: { output, format, ...counts, notFiles: source.notFiles },
    text: [
      `${counts.files} files listed in ${output}`,
      ...(counts.versions > 0 ? [`${counts.versions} earlier versions are not listed`] : []),
      ...(left > 0 ? [`${left} items are no files and not listed (${counts.links} links)`] : []),
    ].join('\n'),
  };
}

function countItems(known: KnownItems) {
  let [files, links] = [0, 0];
  for (const { kind } of known.latest()) {
    if (kind === 'link') links += 1;
    else files += 1;
  }
  return { files, links, versions: known.count - files - links };
}

export interface ListImportOptions {
  readonly acquisition: string;
  readonly tool: string;
  readonly files?: string;
  readonly exhibit?: string;
  readonly seal?: string;
}

/** Deviations named in a refusal. */
const NAMED = 5;

export async function importList(invocation: Invocation<ListImportOptions>): Promise<Outcome> {
  const { context, options, args } = invocation;
  const [file = ''] = args;
  const { acquisition, tool, files, exhibit, seal } = options;
  assertAcquisitionId(acquisition);
  using known = new KnownItems();
  const list = await loadList(known, file);
  if (files !== undefined) await measure(known, toBytePath(files), context.signal);
  if (!known.hasAll('size')) {
    throw new HashListError(
      'LIST_WITHOUT_SIZES',
      'the list has no sizes, which every commitment states: give the files with --files, or a list of hashdeep',
    );
  }
  const session = await openSession(invocation);
  const ports = await openAnchorPorts(session);
  const progress = createProgress(context, options);
  try {
    await assertToolRecorded(ports.reader, acquisition, tool);
    const result = await anchorList(
      known,
      {
        acquisition,
        list,
        stateDirectory: anchorDirectory(session.paths),
        ...(exhibit !== undefined && { exhibit }),
        ...(seal !== undefined && { seal }),
        signal: context.signal,
        now: context.now,
        onProgress: (state) => progress.report(state),
      },
      ports,
    );
    const { batches, added, totals } = result;
    return {
      document: {
        acquisition,
        tool,
        list: { sha256: list.sha256, size: list.size },
        listed: known.count,
        added,
        known: result.known,
        batches: batches.map(({ batch, txId, root, size, bytes }) => ({
          batch,
          txId,
          root,
          size,
          bytes,
        })),
        totals,
      },
      text: [
        `${added} items taken in from ${file}, itself among them; ${result.known} known from before`,
        describeAnchored(batches.length, totals),
        `their digests are those of ${tool}: ${files === undefined ? 'the files were not read' : 'the files were read and have them'}`,
      ].join('\n'),
    };
  } catch (error) {
    if (!context.signal.aborted) throw error;
    throw new CliError('INTERRUPTED', 'interrupted: run the same command again to go on', error);
  } finally {
    progress.stop();
  }
}

/** The whole list, read twice: what was read must be what is anchored as the list. */
async function loadList(known: KnownItems, file: string): Promise<SizedFile> {
  const before = await hashFile(file);
  await loadKnownItems(known, mapGroups(readListFile(file), asListed));
  const after = await hashFile(file);
  if (before.sha256 !== after.sha256) {
    throw new HashListError('LIST_MALFORMED', `${file} changed while it was read`);
  }
  if (known.count === 0) throw new HashListError('LIST_MALFORMED', `${file} lists no files`);
  const twice = known.findContradiction();
  if (twice !== undefined) {
    throw new HashListError(
      'LIST_MALFORMED',
      `${file} lists ${showName(twice)} with several digests; nothing of it was used`,
    );
  }
  return { ...after, name: toBytePath(basename(file)) };
}

/** @throws HashListError `LIST_MISMATCH`; CliError `FILE_UNREADABLE` if nothing worse was found. */
async function measure(known: KnownItems, directory: BytePath, signal: AbortSignal): Promise<void> {
  const named: ListDeviation[] = [];
  const counts = { missing: 0, altered: 0, unread: 0 };
  await measureList(
    known,
    directory,
    (deviation) => {
      counts[deviation.code] += 1;
      if (named.length < NAMED) named.push(deviation);
    },
    signal,
  );
  const text = [
    `${counts.altered} altered, ${counts.missing} missing, ${counts.unread} unread; nothing was anchored`,
    ...named.map(({ code, name, detail }) =>
      `  ${code}: ${showName(name)} ${detail ?? ''}`.trimEnd(),
    ),
  ].join('\n');
  if (counts.altered + counts.missing > 0) throw new HashListError('LIST_MISMATCH', text);
  if (counts.unread > 0) throw new CliError('FILE_UNREADABLE', text);
}

/** A commitment has no place for who hashed: the acquisition says which tools were used. */
async function assertToolRecorded(
  reader: AnchorReader,
  acquisition: string,
  tool: string,
): Promise<void> {
  const { acquisition: record } = await reader.readContext(acquisition);
  const recorded = record.tools.map(({ name, version }) => `${name}@${version}`);
  if (recorded.includes(tool)) return;
  throw new CliError(
    'TOOL_NOT_RECORDED',
    `the acquisition names ${recorded.join(', ') || 'no tools'}: the digests of ${tool} belong to one that was recorded with --tool ${tool}`,
  );
}
