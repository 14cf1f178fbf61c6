/**
 * The report as PDF/A-3b (ISO 19005-3) with its proofs attached. The same report gives the same bytes:
 * its only date is that of its latest record, and nothing in it is random.
 */
import PDFDocument from 'pdfkit';
import type { Language } from '../../explain/area.ts';
import { type Block, paragraph, type Report } from '../content.ts';
import { drawBlock } from './blocks.ts';
import { type FontSet, loadFonts, STYLES } from './fonts.ts';
import { createTextSetter, type Measure, normalise } from './layout.ts';
import { COLORS, createPen, lineHeight, type Pen } from './pen.ts';
import { selectFont } from './select-font.ts';

const PAGE = { width: 595.28, height: 841.89 };
const MARGIN = 48;
const FOOTER_SIZE = 7.5;
const BETWEEN = ' · ';

/** @throws ReportError `FONTS_MISSING`. */
export async function renderPdf(report: Report): Promise<Uint8Array> {
  const texts = collectTexts(report).map(normalise);
  const language: Language = report.language === 'en' ? 'en' : 'zh';
  const fonts = await loadFonts(texts, language);
  const document = openDocument(report);
  for (const { name, bytes } of fonts.faces) document.registerFont(name, bytes);
  const chunks: Uint8Array[] = [];
  document.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => {
    document.on('end', resolve);
    document.on('error', reject);
  });
  const pen = createPen(document, createTextSetter(fonts, measureWith(document)), {
    left: MARGIN,
    top: MARGIN,
    width: PAGE.width - 2 * MARGIN,
    bottom: PAGE.height - MARGIN - lineHeight(FOOTER_SIZE),
  });
  drawReport(pen, report, countUncovered(texts, fonts));
  drawFooters(pen, report);
  for (const { name, mediaType, description, bytes } of report.attachments) {
    const at = new Date(report.at);
    // The package's types lack `relationship`, which PDF/A-3 asks for.
    const options: PDFKit.Mixins.PDFAttachmentOptions & { readonly relationship: string } = {
      name,
      type: mediaType,
      description,
      relationship: 'Supplement',
      creationDate: at,
      modifiedDate: at,
    };
    document.file(Buffer.from(bytes), options);
  }
  document.end();
  await ended;
  return Buffer.concat(chunks);
}

function openDocument({ title, footer, language, at }: Report): PDFKit.PDFDocument {
  const date = new Date(at);
  return new PDFDocument({
    size: [PAGE.width, PAGE.height],
    margin: 0,
    pdfVersion: '1.7',
    subset: 'PDF/A-3b',
    lang: language,
    displayTitle: true,
    bufferPages: true,
    info: {
      Title: `${title}${BETWEEN}${footer}`,
      Creator: 'Tabellion',
      Producer: 'Tabellion',
      CreationDate: date,
      ModDate: date,
    },
  });
}

const MEASURED_AT = 100;
const measureWith =
  (document: PDFKit.PDFDocument): Measure =>
  (face, text) => {
    selectFont(document, face, text);
    return document.fontSize(MEASURED_AT).widthOfString(text) / MEASURED_AT;
  };

function drawReport(pen: Pen, report: Report, uncovered: number): void {
  const { document } = pen;
  const { outline } = document;
  pen.drawText([report.title], { size: 20, style: 'bold', color: COLORS.accent });
  pen.y += 6;
  const notice: Block[] = uncovered === 0 ? [] : [paragraph(report.unprintable(uncovered))];
  for (const block of [...report.lead, ...notice]) drawBlock(pen, block);
  if (report.attachments.length > 0) {
    drawBlock(pen, { kind: 'heading', text: report.attachmentsTitle });
    const items = report.attachments.map(({ name }) => [{ kind: 'code', text: name } as const]);
    drawBlock(pen, { kind: 'list', items, tone: 'plain' });
  }
  for (const { title, blocks } of report.sections) {
    pen.y += 14;
    pen.keep(120);
    outline.addItem(title);
    pen.drawText([title], { size: 14, style: 'bold', color: COLORS.accent });
    document
      .lineWidth(1)
      .moveTo(pen.area.left, pen.y + 1)
      .lineTo(pen.area.left + pen.area.width, pen.y + 1)
      .stroke(COLORS.accent);
    pen.y += 7;
    for (const block of blocks) drawBlock(pen, block);
  }
}

/** Last of all, when it is known how many pages there are. */
function drawFooters({ document, setter, area, drawLine }: Pen, report: Report): void {
  const { start, count } = document.bufferedPageRange();
  for (let page = start; page < start + count; page += 1) {
    document.switchToPage(page);
    const text = [report.title, report.footer, report.page(page - start + 1, count)].join(BETWEEN);
    const [line] = setter.layOut([text], { width: area.width, size: FOOTER_SIZE });
    if (line)
      drawLine(
        line,
        area.left,
        area.bottom + lineHeight(FOOTER_SIZE) * 0.6,
        FOOTER_SIZE,
        '#555555',
      );
  }
}

/** Every text that may be drawn. */
function collectTexts(report: Report): string[] {
  const texts = [BETWEEN, report.page(1, 1), report.unprintable(1)];
  const visit = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value);
    else if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return;
    else for (const part of Object.values(value)) visit(part);
  };
  visit(report);
  return texts;
}

function countUncovered(texts: readonly string[], fonts: FontSet): number {
  const missing = new Set<string>();
  for (const character of texts.join('')) {
    const point = character.codePointAt(0)!;
    if (STYLES.some((style) => fonts.findFace(style, point) === undefined)) missing.add(character);
  }
  return missing.size;
}
