/** The look of the HTML report on screen and paper. The reader's own fonts show every script. */
/** Widths of columns; style attributes would need a policy that lets anything in. */
const WIDTHS = Array.from(
  { length: 100 },
  (_, index) => `.w${index + 1} { width: ${index + 1}%; }`,
);

export const STYLE = `
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, "Noto Sans", "Noto Sans SC", sans-serif; color: #1a1a1a; background: #fff;
  max-width: 62rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.8rem; margin: 0 0 1rem; }
h2 { font-size: 1.3rem; margin: 2.2rem 0 .8rem; border-bottom: 2px solid #1f4e79; padding-bottom: .2rem; }
h3 { font-size: 1.05rem; margin: 1.4rem 0 .5rem; }
p { margin: .5rem 0; }
td p { margin: 0 0 .15rem; }
a { color: #0b4f8a; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; margin: 1rem 0; font-size: .875rem; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { border: 1px solid #8c8c8c; padding: .35rem .5rem; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
thead th { background: #e8eef4; }
.fields th { background: #f3f3f3; font-weight: 600; }
code, pre { font-family: ui-monospace, "Noto Sans Mono", Menlo, Consolas, monospace; font-size: .92em; }
code { overflow-wrap: anywhere; }
pre { background: #f3f3f3; border: 1px solid #8c8c8c; padding: .6rem; white-space: pre-wrap; overflow-wrap: anywhere; }
time { white-space: nowrap; }
.warning { background: #fff4d6; }
p.warning, ul.warning { border-left: 5px solid #a05a00; padding: .5rem .5rem .5rem .8rem; }
ul.warning { padding-left: 2rem; }
figure { margin: 1rem 0; break-inside: avoid; }
footer { margin-top: 2rem; border-top: 1px solid #8c8c8c; font-size: .85rem; }
@page { size: A4; margin: 18mm 15mm; }
@media print {
  body { max-width: none; padding: 0 1px; font-size: 10.5pt; }
  table { font-size: 8.5pt; }
  h2, h3, caption { break-after: avoid; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
  a { color: inherit; text-decoration: none; }
  .warning { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
${WIDTHS.join('\n')}
`;
