import { toBase64 } from "../base/platform.ts";
import { readInter } from "./_font.ts";

/** Makes the page's style sheet, which contains the figures' font. */
export async function pageStyle(): Promise<string> {
  const inter = toBase64(await readInter());
  const source = `url(data:font/woff2;base64,${inter})`;
  return `@font-face { font-family: Inter; src: ${source} format("woff2"); }\n${STYLE}`;
}

const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fff;
  --ink: #1a1d21;
  --muted: #59606b;
  --line: #dfe2e7;
  --shade: #c3c8d0;
  --accent: #005c93;
  --warning: #a33d00;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #131518;
    --ink: #e6e8ec;
    --muted: #a2a9b5;
    --line: #2e3238;
    --shade: #4a505a;
    --accent: #6cb6ee;
    --warning: #ff9d66;
  }
  /* The figures' blue is the only colour that is too dim on a dark page. */
  .plot [stroke="#0072B2"] { stroke: #3a9bdf; }
  .plot [fill="#0072B2"] { fill: #3a9bdf; }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; text-size-adjust: 100%; -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto;
  padding: 2.5rem 1.25rem 4rem;
  max-width: 51rem;
  background: var(--paper);
  color: var(--ink);
  font: 1rem/1.6 system-ui, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: break-word;
}
a { color: var(--accent); text-underline-offset: 0.2em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
h1, h2 { line-height: 1.2; letter-spacing: -0.015em; text-wrap: balance; }
h1 { margin: 0 0 0.75rem; font-size: clamp(1.75rem, 5vw, 2.5rem); }
h2 { margin: 4rem 0 1.25rem; padding-top: 1.25rem; border-top: 1px solid var(--line); font-size: 1.5rem; }
.kind { margin: 0 0 0.5rem; color: var(--muted); font-size: 0.875rem; }
.summary, .note, figcaption { max-width: 44rem; }
.summary { margin: 0; color: var(--muted); }
.key-figures {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(6.5rem, 1fr));
  gap: 1rem;
  margin: 2rem 0 0;
  padding: 1rem 0;
  border: solid var(--line);
  border-width: 1px 0;
}
.key-figures dt { color: var(--muted); font-size: 0.8125rem; line-height: 1.4; }
.key-figures dd { margin: 0.125rem 0 0; font-size: 1.375rem; font-variant-numeric: tabular-nums; }
.note { margin: 0.5rem 0 0; color: var(--muted); font-size: 0.875rem; }
nav { margin: 2rem 0 0; }
nav h2 { margin: 0 0 0.25rem; padding: 0; border: 0; font-size: 1rem; letter-spacing: 0; }
nav ul { margin: 0; padding: 0; list-style: none; columns: 2 16rem; column-gap: 2rem; }
nav li { break-inside: avoid; }
nav ul ul { padding-left: 1rem; columns: auto; font-size: 0.9375rem; }
figure { margin: 2rem 0 2.5rem; }
/* What is wider than the page scrolls; a shade lies on each side where more of it is. */
.plot, .scroll {
  overflow-x: auto;
  background:
    linear-gradient(to right, var(--paper) 40%, transparent) local left / 2.5rem 100% no-repeat,
    linear-gradient(to left, var(--paper) 40%, transparent) local right / 2.5rem 100% no-repeat,
    linear-gradient(to right, var(--shade), transparent) left / 0.75rem 100% no-repeat,
    linear-gradient(to left, var(--shade), transparent) right / 0.75rem 100% no-repeat;
}
.plot svg { display: block; max-width: 100%; min-width: 28rem; height: auto; }
/* A cell of a heat map is a pixel of its picture. */
.plot image { image-rendering: pixelated; }
/* Neighbouring cells of a grid meet without seams at any zoom. */
.plot .mark-rect path { shape-rendering: crispEdges; }
figcaption { margin-top: 0.75rem; color: var(--muted); font-size: 0.9375rem; line-height: 1.5; }
figcaption strong { display: block; color: var(--ink); font-weight: 600; }
.scroll { margin: 1.5rem 0; }
table { min-width: min(100%, 30rem); border-collapse: collapse; font-size: 0.9375rem; line-height: 1.4; }
/* On a narrow page captions and headings of groups stay in sight while the table below them scrolls. */
caption, .held { position: sticky; left: 0; max-width: calc(100vw - 2.5rem); }
.held { display: inline-block; }
caption { overflow-wrap: anywhere; padding-bottom: 0.5rem; color: var(--muted); text-align: left; }
th, td { padding: 0.375rem 0.5625rem; border-bottom: 1px solid var(--line); vertical-align: baseline; }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
th { font-weight: 500; }
thead th { color: var(--muted); font-size: 0.875rem; vertical-align: bottom; }
th[scope=rowgroup] { padding: 1.25rem 0 0.375rem; font-weight: 600; }
.text { text-align: left; }
/* Digests and paths break, so that one of them does not make the table wider than the page. */
.settings td { overflow-wrap: anywhere; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
td.number { white-space: nowrap; }
.findings { padding-left: 1.25rem; }
.findings li { margin: 0.5rem 0; }
.findings strong { font-weight: 600; }
.findings .warning { color: var(--warning); }
.findings .advice { color: var(--muted); }
details { margin: 1rem 0 2.5rem; }
figure + details { margin-top: -1.5rem; }
.unchecked { padding-left: 1.25rem; }
summary { width: fit-content; color: var(--accent); cursor: pointer; }
footer { margin-top: 4rem; color: var(--muted); font-size: 0.875rem; }
@media print {
  :root { color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav, summary { display: none; }
  h2 { margin-top: 2rem; break-after: avoid; }
  figure, tr { break-inside: avoid; }
  .plot, .scroll { overflow: visible; background: none; }
  .plot svg { min-width: 0; max-height: 22cm; }
}
`;
