/**
 * The report as one HTML file: no script, nothing from elsewhere, and a policy in the file that forbids
 * both. Well-formed as XML too.
 */
import { createHash } from 'node:crypto';
import type { Attachment, Block, Cell, Inline, Line, Report, Section, Tone } from './content.ts';
import { STYLE } from './html-style.ts';
import { drawCode } from './qr.ts';
import { makeVisible } from './visible.ts';

export function renderHtml(report: Report): Uint8Array {
  const { language, title, lead, sections, footer } = report;
  const styleDigest = createHash('sha256').update(STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${styleDigest}'`;
  const text = `<!DOCTYPE html>
<html lang="${language}" dir="ltr" xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="${escapeText(policy)}"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="referrer" content="no-referrer"/>
<title>${escapeText(`${title} · ${footer}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${escapeText(title)}</h1></header>
<main>
${lead.map((block) => renderBlock(block, 'h2')).join('\n')}
${renderAttachments(report)}
${renderContents(report)}
${sections.map(renderSection).join('\n')}
</main>
<footer><p>${escapeText(footer)}</p></footer>
</body>
</html>
`;
  return new TextEncoder().encode(text);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and attribute values alike. */
const escapeText = (text: string): string =>
  makeVisible(text).replace(/[&<>"']/g, (character) => ESCAPES[character] as string);

function renderInline(inline: Inline): string {
  if (typeof inline === 'string') return escapeText(inline);
  const text = escapeText(inline.text);
  switch (inline.kind) {
    case 'strong':
      return `<strong>${text}</strong>`;
    case 'quoted':
      return `<bdi>${text}</bdi>`;
    case 'code':
      return `<code dir="ltr">${text}</code>`;
    case 'time':
      return `<time datetime="${text}">${text}</time>`;
  }
}

const renderLine = (line: Line): string => line.map(renderInline).join('');
const renderCell = (cell: Cell): string =>
  cell.length === 1
    ? renderLine(cell[0] as Line)
    : cell.map((line) => `<p>${renderLine(line)}</p>`).join('');
const toneClass = (tone: Tone): string => (tone === 'warning' ? ' class="warning"' : '');

function renderBlock(block: Block, level: 'h2' | 'h3'): string {
  switch (block.kind) {
    case 'paragraph':
      return `<p${toneClass(block.tone)}>${renderLine(block.line)}</p>`;
    case 'heading':
      return `<${level}>${escapeText(block.text)}</${level}>`;
    case 'list':
      return `<ul${toneClass(block.tone)}>${block.items.map((item) => `<li>${renderLine(item)}</li>`).join('')}</ul>`;
    case 'fields':
      return `<table class="fields"><caption>${escapeText(block.caption)}</caption><tbody>
${block.rows.map(({ name, value }) => `<tr><th scope="row" class="w27">${escapeText(name)}</th><td>${renderCell(value)}</td></tr>`).join('\n')}
</tbody></table>`;
    case 'table':
      return renderTable(block);
    case 'commands':
      return `<pre dir="ltr"><code>${block.lines.map(escapeText).join('\n')}</code></pre>`;
    case 'qr':
      return renderCode(block.text, block.caption);
  }
}

function renderTable({ caption, columns, rows }: Extract<Block, { kind: 'table' }>): string {
  const total = columns.reduce((sum, { share }) => sum + share, 0);
  const head = columns.map(({ title, share }) => {
    const width = Math.max(1, Math.round((share / total) * 100));
    return `<th scope="col" class="w${width}">${escapeText(title)}</th>`;
  });
  return `<table><caption>${escapeText(caption)}</caption><thead><tr>${head.join('')}</tr></thead><tbody>
${rows.map(({ cells, tone }) => `<tr${toneClass(tone)}>${cells.map((cell) => `<td>${renderCell(cell)}</td>`).join('')}</tr>`).join('\n')}
</tbody></table>`;
}

function renderCode(text: string, caption: string): string {
  const { size, squares } = drawCode(text);
  const path = squares.map(({ x, y, width }) => `M${x} ${y}h${width}v1h-${width}z`).join('');
  return `<figure><svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeText(caption)}" viewBox="0 0 ${size} ${size}" width="240" height="240" shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#fff"/><path d="${path}" fill="#000"/></svg><figcaption>${escapeText(caption)}</figcaption><pre dir="ltr"><code>${escapeText(text)}</code></pre></figure>`;
}

const renderSection = ({ id, title, blocks }: Section): string =>
  `<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${escapeText(title)}</h2>
${blocks.map((block) => renderBlock(block, 'h3')).join('\n')}
</section>`;

const renderContents = ({ contentsTitle, sections }: Report): string =>
  `<nav aria-labelledby="contents-title"><h2 id="contents-title">${escapeText(contentsTitle)}</h2><ol>${sections.map(({ id, title }) => `<li><a href="#${id}">${escapeText(title)}</a></li>`).join('')}</ol></nav>`;

function renderAttachments({ attachments, attachmentsTitle }: Report): string {
  if (attachments.length === 0) return '';
  const link = ({ name, mediaType, bytes }: Attachment) =>
    `<li><a download="${escapeText(name)}" href="data:${mediaType};base64,${Buffer.from(bytes).toString('base64')}">${escapeText(name)}</a></li>`;
  return `<h2>${escapeText(attachmentsTitle)}</h2><ul>${attachments.map(link).join('')}</ul>`;
}
