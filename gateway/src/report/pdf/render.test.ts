import { inflateSync } from 'node:zlib';
import { create } from 'fontkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildReport } from '../build-report.ts';
import { makeInput } from '../testing.ts';
import { loadFonts, STYLES } from './fonts.ts';
import { renderPdf } from './render.ts';
import { hideLayout } from './select-font.ts';

/** Embedded files of a PDF by its own objects: name and content, without the package that wrote it. */
function extractFiles(
  pdf: Uint8Array,
): Map<string, { bytes: Buffer; type: string; relation: string }> {
  const raw = Buffer.from(pdf).toString('latin1');
  const objects = new Map(
    [...raw.matchAll(/(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g)].map((match) => [
      match[1] as string,
      match[2] as string,
    ]),
  );
  const files = new Map<string, { bytes: Buffer; type: string; relation: string }>();
  for (const body of objects.values()) {
    if (!body.includes('/Type /Filespec')) continue;
    const file = objects.get(/\/F (\d+) 0 R/.exec(body)![1]!)!;
    const stream = /stream\r?\n([\s\S]*?)\r?\nendstream/.exec(file)![1]!;
    const bytes = Buffer.from(stream, 'latin1');
    files.set(/\/UF \(([^)]*)\)/.exec(body)![1]!, {
      bytes: file.includes('/FlateDecode') ? inflateSync(bytes) : bytes,
      type: /\/Subtype \/(\S+)/
        .exec(file)![1]!
        .replaceAll(/#([0-9a-f]{2})/gi, (_, hex: string) =>
          String.fromCharCode(Number.parseInt(hex, 16)),
        ),
      relation: /\/AFRelationship \/(\w+)/.exec(body)![1]!,
    });
  }
  return files;
}

describe('the report as PDF', () => {
  const input = makeInput(6, { path: 'Отчёт 報告 تقرير דוח.pdf' });
  const report = buildReport(input);
  let pdf: Uint8Array;
  beforeAll(async () => {
    pdf = await renderPdf(report);
  });
  const raw = () => Buffer.from(pdf).toString('latin1');

  it('says that it is PDF/A-3b, in the report’s language', () => {
    expect(raw().startsWith('%PDF-1.7')).toBe(true);
    expect(raw()).toContain('<pdfaid:part>3</pdfaid:part>');
    expect(raw()).toContain('<pdfaid:conformance>B</pdfaid:conformance>');
    expect(raw()).toContain('/Lang (en)');
  });

  it('carries the proofs, byte for byte, with type and relation', () => {
    const files = extractFiles(pdf);
    expect(files.size).toBe(2);
    report.attachments.forEach(({ name }, index) => {
      const file = files.get(name)!;
      expect(file.bytes.equals(input.bundles[index]!.bytes), name).toBe(true);
      expect(file.type).toBe('application/vnd.tabellion.proof+json');
      expect(file.relation).toBe('Supplement');
    });
  });

  it('has no action, no script and no link to anywhere', () => {
    expect(raw()).not.toMatch(/\/(JavaScript|JS|URI|Launch|OpenAction|SubmitForm|GoToR)\b/);
  });

  it('is the same bytes for the same input, and others for another', async () => {
    expect(Buffer.from(await renderPdf(buildReport(input))).equals(pdf)).toBe(true);
    const other = await renderPdf(buildReport({ ...input, height: input.height + 1 }));
    expect(Buffer.from(other).equals(pdf)).toBe(false);
  });

  it('bears no other date than that of the latest record', () => {
    const stamp = new Date(report.at).toISOString().replaceAll(/[-:T]|\..*/g, '');
    const dates = [...raw().matchAll(/\(D:(\d{14})Z\)/g)].map((match) => match[1]);
    expect(dates.length).toBeGreaterThan(2);
    expect(new Set(dates)).toEqual(new Set([stamp]));
  });
});

describe('a text that the shaper fails at', () => {
  const name = 'ᠮᠣᠩᠭᠣᠯ';
  /** Glyphs of a text; 0 is the box for what the font has not. */
  const shape = (font: Buffer, text: string): number[] => {
    const opened = create(font);
    if (!('layout' in opened)) throw new Error('a collection');
    return opened.layout(text).glyphs.map(({ id }) => id);
  };

  it('is set letter by letter, and the report is made', async () => {
    const { findFace } = await loadFonts([name], 'en');
    const faceOf = (letter: string) => findFace('regular', letter.codePointAt(0)!)!;
    const { bytes } = faceOf(name);
    const letters = [...name].filter((letter) => faceOf(letter).bytes === bytes).join('');
    // If this no longer throws, the shaper has learned it, and another font is wanted here.
    expect(() => shape(bytes, letters)).toThrow();
    expect(shape(hideLayout(bytes), letters)).not.toContain(0);
    const pdf = await renderPdf(buildReport(makeInput(1, { path: name })));
    expect(Buffer.from(pdf).toString('latin1')).toContain('NotoSansMongolian');
  });
});

describe('fonts', () => {
  it('cover the scripts of names: one face at least for each letter', async () => {
    const letters = 'Aéß Жё Ωλ عربي עבר ไทย हिन्दी 汉字 漢字 かな カナ 한국어 Việt';
    const fonts = await loadFonts([letters], 'en');
    const missing = [...letters.replaceAll(' ', '')].filter(
      (letter) => fonts.findFace('regular', letter.codePointAt(0)!) === undefined,
    );
    expect(missing).toEqual([]);
  });

  it.each([
    ...['Armenian Հայաստան', 'Georgian საქართველო', 'Bengali বাংলা', 'Gujarati ગુજરાતી'],
    ...['Gurmukhi ਪੰਜਾਬੀ', 'Kannada ಕನ್ನಡ', 'Malayalam മലയാളം', 'Oriya ଓଡ଼ିଆ', 'Sinhala සිංහල'],
    ...['Tamil தமிழ்', 'Telugu తెలుగు', 'Khmer ភាសាខ្មែរ', 'Lao ພາສາລາວ', 'Myanmar မြန်မာ'],
    ...['Tibetan བོད་ཡིག', 'Mongolian ᠮᠣᠩᠭᠣᠯ', 'Yi ꆈꌠꉙ', 'Ethiopic አማርኛ', 'Syriac ܣܘܪܝܝܐ'],
    ...['Thaana ދިވެހި', 'Nko ߒߞߏ', 'Tifinagh ⵜⴰⵎⴰⵣⵉⵖⵜ', 'Cherokee ᏣᎳᎩ', 'Canadian ᐃᓄᒃᑎᑐᑦ'],
    ...['Uyghur ئۇيغۇرچە', 'Urdu اردو', 'Zhuang Vahcuengh', 'Emoji 😀', 'Symbols ☂'],
  ])('cover %s, bold and of one pitch too', async (text) => {
    const fonts = await loadFonts([text], 'en');
    const lacking = STYLES.flatMap((style) =>
      [...text].filter((letter) => fonts.findFace(style, letter.codePointAt(0)!) === undefined),
    );
    expect(lacking).toEqual([]);
  });

  it('say what they lack', async () => {
    const fonts = await loadFonts(['𓀀'], 'en');
    expect(fonts.findFace('regular', '𓀀'.codePointAt(0)!)).toBeUndefined();
  });

  it('take Chinese punctuation from the Chinese font in Chinese text', async () => {
    const quote = '“'.codePointAt(0)!;
    const [chinese, english] = [await loadFonts(['“'], 'zh'), await loadFonts(['“'], 'en')];
    expect(chinese.findFace('regular', quote)?.name).toMatch(/^noto-sans-sc-/);
    expect(english.findFace('regular', quote)?.name).toMatch(/^noto-sans-latin/);
  });
});
