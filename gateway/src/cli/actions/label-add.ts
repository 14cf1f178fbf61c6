/** `label add`: one label, a batch of one. */
import '@tabellion/proof/node';
import { startDrafting } from '../../label/format/draft.ts';
import { LabelManifestWriter } from '../../label/write-manifest.ts';
import { withoutAbsent } from '../acquisition-input.ts';
import type { Invocation } from '../context.ts';
import { parseTime, readText } from '../document.ts';
import { CliError } from '../failure.ts';
import { type AssertFlags, draftStatement } from '../label/assert-options.ts';
import { assertPlan } from '../label/assert-plan.ts';
import { describeBatch } from '../label/run-import.ts';
import { readTaxonomyEntry } from '../label/taxonomy-entry.ts';
import type { Outcome } from '../output.ts';
import { openSession, ownMember } from '../session.ts';

export interface AddFlags extends AssertFlags {
  readonly network: string;
  readonly category: string;
  readonly concept?: readonly string[];
  readonly label: string;
  readonly source: string;
  readonly actor?: string;
  readonly observed?: string;
  readonly validFrom?: string;
  readonly validUntil?: string;
  readonly link?: readonly string[];
  readonly corrects?: string;
}

const MAX_ADDRESS = 256;

export async function addLabel(invocation: Invocation<AddFlags>): Promise<Outcome> {
  const { options, context } = invocation;
  const [given = ''] = invocation.args;
  const address = given === '-' ? (await readText(context, '-', MAX_ADDRESS)).trim() : given;
  const session = await openSession(invocation);
  const { governed, taxonomy } = await readTaxonomyEntry(session.client, options.taxonomy);
  const statement = draftStatement(options, governed);
  const time = (text: string | undefined) => (text === undefined ? undefined : parseTime(text));
  const entry = startDrafting({ taxonomy, tlp: options.tlp, pap: options.pap }).take(1, {
    address,
    network: options.network,
    categories: [options.category, ...(options.concept ?? [])],
    label: options.label,
    provenance: options.provenance,
    source: options.source,
    rest: withoutAbsent({
      actor: options.actor,
      observedAt: time(options.observed),
      validFrom: time(options.validFrom),
      validUntil: time(options.validUntil),
      links: options.link?.map(parseLink),
      corrects: options.corrects,
    }),
    notes: [],
  });
  if ('refused' in entry) throw new CliError('BAD_INPUT', `${entry.refused}: ${entry.detail}`);
  if ('merged' in entry) throw new Error('nothing stands before the first');
  const { facts, derived, burn } = entry;
  const { batches } = await assertPlan(session, {
    what: { type: 'tabellion.label-add', v: 1, member: ownMember(session), facts, statement },
    ...{ statement, strict: false, again: options.again === true, now: context.now },
    async *make(counts) {
      const writer = new LabelManifestWriter();
      writer.add(facts);
      counts.taken = 1;
      yield writer.finish();
    },
  });
  return {
    document: { ...batches[0], derived, ...(burn && { burn }) },
    text: [
      ...derived.map((note) => `derived: ${note}`),
      ...(burn ? ['a burn or null address: nobody holds its key'] : []),
      ...batches.map((batch) => describeBatch(batch)),
    ].join('\n'),
  };
}

function parseLink(text: string) {
  const [kind, id, ...rest] = text.split(':');
  if (rest.length === 0 && id !== undefined) return { kind, id };
  throw new CliError('USAGE', `${text} is not a link such as ITEM:9a…41`);
}
