/** `report`: the life of one item as a document for people, with its proofs attached. */
import { memberRecord } from '@tabellion/chaincode/member/record';
import { custodyBundle, MAX_BUNDLE_BYTES, parseStrict } from '@tabellion/proof';
import { z } from 'zod';
import type { ItemLife } from '../../custody/life.ts';
import type { Language } from '../../explain/area.ts';
import { buildReport } from '../../report/build-report.ts';
import { renderHtml } from '../../report/html.ts';
import { type ReportInput, SECTIONS, type SectionId } from '../../report/input.ts';
import type { Invocation } from '../context.ts';
import { resolveItem } from '../custody/item-name.ts';
import { readItemLife } from '../custody/read-life.ts';
import { readSmallFile } from '../document.ts';
import { CliError } from '../failure.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { listAll } from '../page.ts';
import { askMember, readReferences } from '../registers.ts';
import { chooseFormat } from '../report-format.ts';
import { openSession } from '../session.ts';
import { readTrust } from '../trust-pin.ts';

const REGISTERS = ['legalBasis', 'method', 'standard'] as const;

export interface ReportOptions {
  readonly out: string;
  readonly lang: Language;
  readonly sections?: string;
  readonly bundle?: readonly string[];
  readonly withoutProof?: true;
  readonly force?: true;
}

export async function writeReport(invocation: Invocation<ReportOptions>): Promise<Outcome> {
  const { options, args } = invocation;
  const format = chooseFormat(options.out);
  const sections = chooseSections(options.sections);
  if (options.withoutProof && options.bundle !== undefined) {
    throw new CliError('USAGE', '--bundle and --without-proof exclude each other');
  }
  const session = await openSession(invocation);
  const item = await resolveItem(session, args[0] as string);
  const { client } = session;
  const trust = await readTrust(session);
  const { life, height } = await readItemLife(client, item);
  const reader = await askMember(client);
  const report = buildReport({
    life,
    height,
    ledger: {
      consortium: trust.consortium,
      kind: trust.ledger,
      channel: trust.channel,
      genesis: trust.genesis,
    },
    ...(await readRegisters(client)),
    reader,
    bundles: await collectBundles(client, life, reader, {
      ...options,
      handedOver: args[0] === item ? undefined : args[0],
    }),
    language: options.lang,
    sections,
  });
  const bytes =
    format === 'html'
      ? renderHtml(report)
      : await (await import('../../report/pdf/render.ts')).renderPdf(report);
  await writeNewFile(options.out, bytes, options.force === true);
  const attached = report.attachments.map(({ name }) => name);
  return {
    document: {
      file: options.out,
      item,
      format,
      language: options.lang,
      sections,
      height,
      bytes: bytes.length,
      attached,
    },
    text: [
      `${options.out}: custody report of ${item}, up to block ${height - 1}`,
      attached.length === 0 ? 'no proof is attached' : `attached: ${attached.join(', ')}`,
    ].join('\n'),
  };
}

function chooseSections(names: string | undefined): readonly SectionId[] {
  if (names === undefined) return SECTIONS;
  const wanted = names.split(',').map((name) => name.trim());
  const unknown = wanted.find((name) => !(SECTIONS as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new CliError('USAGE', `there is no section ${unknown}; there are ${SECTIONS.join(', ')}`);
  }
  return SECTIONS.filter((id) => wanted.includes(id));
}

async function readRegisters(
  client: GatewayClient,
): Promise<Pick<ReportInput, 'members' | 'references'>> {
  const members = await listAll(
    client,
    '/v1/member/members',
    z.looseObject({ record: memberRecord }),
  );
  const references = await readReferences(client, REGISTERS);
  return { members: members.items.map(({ record }) => record), references };
}

interface BundleChoice extends Pick<ReportOptions, 'bundle' | 'withoutProof'> {
  /** The file by which the item was named. */
  readonly handedOver: string | undefined;
}

/**
 * The files that were named; beside them the proof of custody from the gateway unless one of them is one;
 * and if none was named, of the content what was handed over with the item or, of an item of the caller's own member, what the gateway has.
 */
async function collectBundles(
  client: GatewayClient,
  { opening: { record }, provenance: { batch } }: ItemLife,
  reader: string,
  { bundle, withoutProof, handedOver }: BundleChoice,
): Promise<ReportInput['bundles']> {
  const readFile = async (name: string) => ({
    name,
    bytes: await readSmallFile(name, MAX_BUNDLE_BYTES),
  });
  const fetchProof = async (path: string) => ({ name: path, bytes: await client.getBytes(path) });
  if (withoutProof) return [];
  const { origin, item } = record;
  const given = await Promise.all((bundle ?? []).map(readFile));
  if (given.some(({ bytes }) => isCustodyProof(bytes))) return given;
  // Without it the report's time line would be unproved.
  const custody = await fetchProof(`/v1/custody/items/${item}/proof`);
  if (given.length > 0) return [...given, custody];
  if (handedOver !== undefined) return [await readFile(handedOver), custody];
  if (origin.kind !== 'ANCHORED' || batch?.record.act.member !== reader) return [custody];
  return [await fetchProof(`/v1/evidence/batches/${origin.batch}/proofs/${origin.index}`), custody];
}

function isCustodyProof(bytes: Uint8Array): boolean {
  try {
    return custodyBundle.safeParse(parseStrict(bytes, { maxBytes: MAX_BUNDLE_BYTES })).success;
  } catch {
    // What it is instead is told when it is held to the item.
    return false;
  }
}
