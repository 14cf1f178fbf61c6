import type { ItemRecord } from '@tabellion/chaincode/custody/record';
import type { LocationRecord } from '@tabellion/chaincode/evidence/record';
import {
  commitmentBytes,
  committedBytes,
  itemId,
  leafHash,
  toBase64url,
  toHex,
  utf8,
} from '@tabellion/proof';
import { describe, expect, it } from 'vitest';
import type { ProjectedRecord } from '../projection/records.ts';
import { buildReport } from './build-report.ts';
import type { Report } from './content.ts';
import { ReportError } from './error.ts';
import { type ReportInput, SECTIONS } from './input.ts';
import { makeInput } from './testing.ts';
import { en } from './words/en.ts';
import { zh } from './words/zh.ts';

/** All that is said, part by part. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}
const sectionOf = (report: Report, id: string) =>
  textsOf(report.sections.find((section) => section.id === id));
const refusalOf = (input: ReportInput): string | undefined => {
  try {
    buildReport(input);
  } catch (error) {
    if (error instanceof ReportError) return error.code;
    throw error;
  }
  return undefined;
};
const withLife = (input: ReportInput, life: Partial<ReportInput['life']>): ReportInput => ({
  ...input,
  life: { ...input.life, ...life },
});

describe('the report', () => {
  it('has every section in a fixed order, whatever the order asked for', () => {
    const report = buildReport({ ...makeInput(), sections: [...SECTIONS].reverse() });
    expect(report.sections.map(({ id }) => id)).toEqual(SECTIONS);
  });

  it('names what was left out, and hides no flag with it', () => {
    const report = buildReport({ ...makeInput(), sections: ['verify'] });
    expect(report.sections.map(({ id }) => id)).toEqual(['verify']);
    const lead = textsOf(report.lead).join('\n');
    for (const id of SECTIONS) {
      if (id !== 'verify') expect(lead).toContain(en.sections[id]);
    }
    expect(lead).toContain(en.flags.SEAL_BROKEN);
    expect(lead).toContain(en.flags.TRANSIT_GAP);
    expect(lead).toContain(en.attention.objectionOverdue);
  });

  it('says first which lists it does not hold to their end', () => {
    const leadOf = (leftOut: ReportInput['life']['leftOut']) =>
      textsOf(buildReport(withLife(makeInput(), { leftOut })).lead).join('\n');
    const told = en.attention.leftOut(en.attention.lists.regularity, 1000);
    expect(leadOf(['regularity'])).toContain(told);
    expect(leadOf([])).not.toContain(told);
  });

  it('says whose word an authorisation is, and who reviewed their own work', () => {
    const report = buildReport(makeInput(15));
    expect(sectionOf(report, 'legal')).toContain(en.legal.stated);
    expect(sectionOf(report, 'legal')).toContain('CnAgencyMSP');
    const reviews = sectionOf(report, 'reviews');
    expect(reviews).toContain(en.reviews.selfReview);
    const at = reviews.indexOf(en.reviews.answers);
    expect(reviews.slice(at, at + 4)).toContain('01'.repeat(16));
    const lead = textsOf(report.lead).join('\n');
    expect(lead).toContain(en.attention.selfReview);
    expect(lead).toContain(en.flags.MIRROR_DENIED);
  });

  it('shows event time and recording time of each step side by side, with block and gap', () => {
    const input = makeInput(6);
    const report = buildReport(input);
    const table = report.sections
      .find(({ id }) => id === 'timeline')!
      .blocks.find((block) => block.kind === 'table')!;
    if (table.kind !== 'table') throw new Error('no table');
    for (const step of input.life.steps) {
      const row = table.rows.find(
        ({ cells }) => textsOf(cells[0])[0] === `${step.record.sequence}`,
      )!;
      const [, happened, recorded, what] = row.cells.map((cell) => textsOf(cell).join(' '));
      expect(happened).toContain(new Date(step.record.happenedAt).toISOString());
      expect(recorded).toContain(new Date(step.record.act.at).toISOString());
      expect(recorded).toContain(en.timeline.block(step.block, step.position));
      expect(what).toContain(en.steps[step.record.kind]);
      for (const flag of step.record.flags) expect(what).toContain(en.flags[flag]);
      expect(row.tone).toBe(step.record.flags.length > 0 ? 'warning' : 'plain');
    }
    // Step 3 was recorded 50 hours after it happened.
    expect(sectionOf(report, 'timeline').join(' ')).toContain(
      en.timeline.delay(en.timeline.days(2, 2)),
    );
    // Blocks ascend: the ledger's order, not that of claimed times.
    const blocks = table.rows.map(({ cells }) =>
      Number(/block (\d+)/.exec(textsOf(cells[2]).join(' '))?.[1]),
    );
    expect(blocks).toEqual([...blocks].sort((one, other) => one - other));
  });

  it('marks a record that came late to the ledger', () => {
    const input = makeInput(1);
    const [step] = input.life.steps;
    const report = buildReport(withLife(input, { steps: [{ ...step!, late: true }] }));
    expect(sectionOf(report, 'timeline')).toContain(en.timeline.late);
    expect(textsOf(report.lead).join('\n')).toContain(en.attention.late);
  });

  it('recomputes the chain and says where it breaks', () => {
    const input = makeInput(6);
    const whole = sectionOf(buildReport(input), 'timeline').join(' ');
    expect(whole).toContain(en.timeline.chain(7));
    const { bundles: _, ...rest } = input;
    const broken = (steps: ReportInput['life']['steps']) =>
      sectionOf(buildReport(withLife({ ...rest, bundles: [] }, { steps })), 'timeline').join(' ');
    expect(broken(input.life.steps.toSpliced(2, 1))).toContain(en.timeline.chainBroken(3));
    expect(broken(input.life.steps.slice(0, -1))).toContain(en.timeline.chainBroken(6));
    const forged = input.life.steps.map((step) =>
      step.record.sequence === 2
        ? { ...step, record: { ...step.record, reason: 'Something else' } }
        : step,
    );
    expect(broken(forged)).toContain(en.timeline.chainBroken(3));
  });

  it('leaves a corrected record standing and points both ways', () => {
    const texts = sectionOf(buildReport(makeInput(6)), 'timeline');
    expect(texts).toContain(en.timeline.corrects(5));
    expect(texts).toContain(en.timeline.corrected(6));
  });

  it.each([
    'en',
    'zh',
  ] as const)('tells steps of every kind, and what each says: %s', (language) => {
    const words = { en, zh }[language];
    const texts = sectionOf(buildReport({ ...makeInput(15), language }), 'timeline');
    for (const name of Object.values(words.steps)) expect(texts).toContain(name);
    for (const said of [
      'Store 4, shelf 2',
      'The owner',
      'ORDER/2026/77',
      'Keyword search on a working copy',
    ]) {
      expect(texts).toContain(said);
    }
    expect(texts).toContain(words.details.checks.DIFFERS);
    expect(texts).toContain(words.details.confirmations.DENIED);
    expect(texts).toContain(words.details.grounds.NOT_AUTHORISED);
    expect(texts).toContain(words.details.broken);
  });

  it('tells a physical exhibit, and takes its description from what was handed over', () => {
    const input = makeInput(2);
    const described = committedBytes({
      type: 'tabellion.exhibit',
      v: 1,
      exhibit: '2026-17/3',
      thing: 'mobile-phone',
      description: 'black, cracked',
      marks: [{ kind: 'imei', value: '4901542' }],
      salt: toBase64url(new Uint8Array(16)),
    });
    const { opening, provenance } = input.life;
    const record: ItemRecord = {
      ...opening.record,
      item: itemId(opening.record.act.member, leafHash(described)),
      leaf: toHex(leafHash(described)),
      origin: {
        kind: 'EXHIBIT',
        acquisition: provenance.acquisition.record.id,
        exhibit: '2026-17/3',
        thing: 'mobile-phone',
        storage: { place: 'Store 2', conditions: 'dry' },
        pictures: [{ kind: 'PHOTO', sha256: '22'.repeat(32), size: 3 }],
      },
    };
    const life = { opening: { ...opening, record }, provenance: { ...provenance, batch: null } };
    const report = buildReport({
      ...withLife(input, life),
      bundles: [{ name: 'phone.json', bytes: described }],
    });
    const texts = sectionOf(report, 'item');
    for (const said of ['2026-17/3', 'Store 2', 'black, cracked', '4901542']) {
      expect(texts).toContain(said);
    }
    // A commitment describes and proves nothing.
    expect(sectionOf(report, 'proof')).toContain(en.proof.noBundle);
    expect(report.attachments.map(({ mediaType }) => mediaType)).toEqual(['application/json']);
  });

  it('tells what an item was made from, and that the proof of the source says nothing of the making', () => {
    const input = makeInput(2);
    const { opening, provenance } = input.life;
    const record: ItemRecord = {
      ...opening.record,
      item: '33'.repeat(32),
      origin: {
        kind: 'DERIVED',
        source: opening.record.item,
        as: {
          form: 'CONVERSION',
          from: { id: 'cn-form', version: 1 },
          to: { id: 'sg-form', version: 2 },
        },
        tools: [{ name: 'converter', version: '3' }],
      },
    };
    const life = {
      opening: { ...opening, record },
      provenance: { ...provenance, sources: [opening] },
    };
    const report = buildReport({ ...withLife(input, life), bundles: [input.bundles[0]!] });
    expect(sectionOf(report, 'item')).toContain(en.item.conversion('cn-form@1', 'sg-form@2'));
    const name = report.attachments[0]!.name;
    expect(sectionOf(report, 'proof')).toContain(en.proof.compactOfSource(name));
    expect(sectionOf(report, 'verify').join(' ')).not.toContain('--file');
    expect(textsOf(report.sections)).toContain(en.digests.sourceContent('SHA-256'));
  });

  it('says that a place is still sealed, and when it was told too late', () => {
    const input = makeInput(1);
    const { provenance } = input.life;
    const { location, ...rest } = provenance.acquisition.record;
    const acquisition = {
      ...provenance.acquisition,
      record: {
        ...rest,
        delayedNotice: {
          basis: { id: 'cn-cpl-136', version: 1 },
          latest: 5,
          sealed: '44'.repeat(32),
        },
        crossBorder: 'SEALED' as const,
        touched: [],
      },
    };
    const sealed = { ...provenance, acquisition, answers: [] };
    const lead = (of: typeof sealed) =>
      textsOf(buildReport(withLife({ ...input, bundles: [] }, { provenance: of })).lead).join('\n');
    expect(lead(sealed)).toContain(en.attention.noticeSealed);
    const told: ProjectedRecord<LocationRecord> = {
      ...provenance.acquisition,
      block: 900,
      record: {
        type: 'tabellion.location',
        v: 1,
        acquisition: rest.id,
        cause: 'DISCLOSED',
        case: rest.case,
        legalBases: rest.legalBases,
        reason: 'The measure ended',
        location: location!,
        crossBorder: 'YES',
        touched: ['SG'],
        overdue: true,
        timeWindowSeconds: 900,
        act: rest.act,
      },
    };
    const after = lead({ ...sealed, locations: [told] });
    expect(after).not.toContain(en.attention.noticeSealed);
    expect(after).toContain(en.attention.disclosureOverdue);
    expect(after).toContain(en.attention.positionMissing);
  });

  it('says which states were silent, and that silence is not consent', () => {
    const texts = sectionOf(buildReport(makeInput()), 'sovereignty').join('\n');
    expect(texts).toContain(en.sovereignty.missing('MY'));
    expect(texts).toContain(en.sovereignty.positionNames.OBJECTION);
  });

  it('shows an objection without an answer as such, and a late answer as late', () => {
    const texts = sectionOf(buildReport(makeInput()), 'reviews');
    expect(texts).toContain(en.reviews.noReply);
    expect(texts).toContain(en.reviews.overdue);
    expect(texts).toContain(en.reviews.lateReply);
  });

  it.each([
    'ACCEPTED',
    'NOT_ACCEPTED',
    'NOT_STATED',
  ] as const)('says what the reader’s member makes of the authorisation: %s', (authorisation) => {
    const input = makeInput();
    const report = buildReport(withLife(input, { reader: { authorisation, standard: 'ADOPTED' } }));
    expect(sectionOf(report, 'legal')).toContain(en.legal.answers[authorisation]);
  });

  it('keeps opinions on authenticity apart, and never derives one', () => {
    const input = makeInput();
    const report = buildReport(input);
    expect(sectionOf(report, 'authenticity')).toContain(en.authenticity.results.INCONCLUSIVE);
    const none = buildReport(withLife(input, { authenticity: [] }));
    expect(sectionOf(none, 'authenticity')).toContain(en.authenticity.none);
    for (const language of ['en', 'zh'] as const) {
      const said = textsOf(buildReport({ ...input, language })).join('\n');
      expect(said).not.toMatch(
        /\b(is|are|be|proven|proved|as) (authentic|genuine)\b|(为真实|真实无误|证明真实)/i,
      );
    }
  });

  it('says that nothing is recorded as just that', () => {
    const input = makeInput();
    const report = buildReport(
      withLife(input, { objections: [], regularity: [], weights: [], authenticity: [] }),
    );
    expect(sectionOf(report, 'reviews').filter((text) => text === en.reviews.none)).toHaveLength(3);
  });

  it('takes the facts of the content from the commitment, and says so where there is none', () => {
    const input = makeInput();
    expect(sectionOf(buildReport(input), 'item')).toContain('seized/ledger.xlsx');
    const without = buildReport({ ...input, bundles: [] });
    expect(sectionOf(without, 'item')).toContain(en.item.noContent);
    expect(sectionOf(without, 'proof')).toContain(en.proof.noBundle);
    expect(sectionOf(without, 'verify')).toContain(en.verify.noBundle);
    expect(without.attachments).toEqual([]);
  });

  it('shows bytes of a name that are no text, and hides none', () => {
    const input = makeInput();
    const { item } = input.life.opening.record;
    const named = commitmentBytes({
      type: 'tabellion.item',
      v: 1,
      kind: 'file',
      digest: { sha256: '11'.repeat(32) },
      size: 1,
      path: toBase64url(Uint8Array.of(0x61, 0xff, 0x0a, 0x62)),
      salt: toBase64url(new Uint8Array(16)),
    });
    const source = { ...input.life.opening, record: { ...input.life.opening.record } };
    source.record.item = itemId(source.record.act.member, leafHash(named));
    const report = buildReport({
      ...withLife(input, { provenance: { ...input.life.provenance, sources: [source] } }),
      bundles: [{ name: 'a', bytes: named }],
    });
    expect(item).not.toBe(source.record.item);
    expect(sectionOf(report, 'item')).toContain('a\\xff\\nb');
    expect(sectionOf(report, 'item')).toContain(en.item.contentOfSource);
  });

  it('gives commands that check each proof, and names of its own to copy into them', () => {
    const input = makeInput();
    const [compact, custody] = input.bundles;
    const report = buildReport({
      ...input,
      bundles: [
        { name: '$(rm -rf ~).json', bytes: compact!.bytes },
        { name: custody!.name, bytes: custody!.bytes },
      ],
    });
    const short = input.life.opening.record.item.slice(0, 16);
    expect(report.attachments.map(({ name }) => name)).toEqual([
      `${short}.proof.json`,
      `${short}.custody.json`,
    ]);
    const texts = sectionOf(report, 'verify');
    expect(texts).toContain(`tabellion verify ${short}.proof.json --trust trust.json`);
    expect(texts).toContain(`tabellion verify ${short}.proof.json --trust trust.json --file FILE`);
    expect(texts).toContain(`tabellion verify ${short}.custody.json --trust trust.json`);
    expect(textsOf(report).join('\n')).not.toContain('rm -rf');
  });

  it('puts digests only into the code for telephones', () => {
    const report = buildReport(makeInput());
    const block = report.sections
      .find(({ id }) => id === 'verify')!
      .blocks.find(({ kind }) => kind === 'qr')!;
    const lines = block.kind === 'qr' ? block.text.split('\n') : [];
    expect(lines.length).toBeGreaterThan(4);
    expect(lines[0]).toBe('tabellion.report 1');
    for (const line of lines.slice(1)) expect(line).toMatch(/^[a-z]+ [0-9a-f]{64}$/);
  });

  it('refuses a proof of another item, of another batch, of another custody, and no proof at all', () => {
    const input = makeInput();
    const [compact, custody] = input.bundles;
    const { opening, provenance, steps } = input.life;
    const other = { ...opening, record: { ...opening.record, item: 'ee'.repeat(32) } };
    const only = (bundle: typeof compact) => ({ ...input, bundles: [bundle!] });
    expect(refusalOf(withLife(only(compact), { opening: other }))).toBe('BUNDLE_OF_ANOTHER_ITEM');
    const batch = { ...provenance.batch!, key: `batch/${'00'.repeat(32)}` };
    expect(refusalOf(withLife(only(compact), { provenance: { ...provenance, batch } }))).toBe(
      'BUNDLE_OF_ANOTHER_ITEM',
    );
    const changed = steps.map((step, at) =>
      at === 3 ? { ...step, record: { ...step.record, reason: 'Another' } } : step,
    );
    expect(refusalOf(withLife(only(custody), { steps: changed }))).toBe('BUNDLE_OF_ANOTHER_ITEM');
    expect(refusalOf({ ...input, bundles: [{ name: 'x', bytes: utf8('{}') }] })).toBe(
      'BUNDLE_MALFORMED',
    );
    expect(refusalOf({ ...input, bundles: [{ name: 'x', bytes: Uint8Array.of(0xff) }] })).toBe(
      'BUNDLE_MALFORMED',
    );
    expect(refusalOf(input)).toBeUndefined();
  });

  it('says the same in Chinese: every section, every flag, no English words of ours', () => {
    const report = buildReport({ ...makeInput(), language: 'zh' });
    expect(report.language).toBe('zh-Hans');
    expect(report.sections.map(({ title }) => title)).toEqual(Object.values(zh.sections));
    const said = textsOf(report).join('\n');
    expect(said).toContain(zh.flags.SEAL_BROKEN);
    for (const text of Object.values(en.flags)) expect(said).not.toContain(text);
    for (const text of Object.values(en.steps)) expect(said.split('\n')).not.toContain(text);
  });

  it('tells what an image states of its content, and that nobody recomputed it', () => {
    const container = { format: 'EWF' as const, size: 512, md5: 'ab'.repeat(16) };
    const shown = sectionOf(buildReport(makeInput(1, {}, { container })), 'item');
    expect(shown).toContain(`EWF 512 md5:${'ab'.repeat(16)}`);
    expect(shown).toContain(en.item.container);
    expect(sectionOf(buildReport(makeInput(1)), 'item')).not.toContain(en.item.container);
  });

  it('dates itself by its latest record', () => {
    const input = makeInput();
    const latest = Math.max(...input.life.weights.map(({ record }) => record.act.at));
    expect(buildReport(input).at).toBeGreaterThanOrEqual(latest);
  });
});
