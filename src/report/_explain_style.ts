/** The look of pages with tracks. */

/** Rules that come after those of all pages. */
export const EXPLAIN_STYLE: string = `
:root { --up: #00795c; --down: #a8417f; --signal: #8b939f; --measured: #0072b2; --predicted: #c24e00; --wash: #f3f5f8; --g0: #0072b2; --g1: #00795c; --g2: #c24e00; --g3: #a8417f; --g4: #8a6100; --g5: #59606b; }
@media screen and (prefers-color-scheme: dark) {
  :root { --up: #2fc79b; --down: #e58dc0; --signal: #6b7480; --measured: #4aa8ea; --predicted: #ff8a4c; --wash: #1c2025; --g0: #4aa8ea; --g1: #2fc79b; --g2: #ff8a4c; --g3: #e58dc0; --g4: #e0b040; --g5: #a2a9b5; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
html { scroll-padding-top: 6rem; }
body { max-width: 66rem; }
[hidden] { display: none !important; }
button, select, input { font: inherit; color: inherit; }
button, select {
  min-height: 2.25rem; padding: 0.125rem 0.625rem; border: 1px solid var(--shade); border-radius: 0.375rem;
  background: var(--paper); cursor: pointer;
}
button:hover, select:hover { border-color: var(--accent); }
button[aria-disabled=true] { color: var(--muted); border-color: var(--line); cursor: default; }
.toolbar, .hint, .chooser { display: none; }
.bar { margin: 2rem 0 0; }
.bar dl { display: flex; flex-wrap: wrap; gap: 0 1.75rem; margin: 0; }
.bar dt { color: var(--muted); font-size: 0.75rem; line-height: 1.3; }
.bar dd { margin: 0; font-size: 1.0625rem; line-height: 1.3; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.alive .bar {
  position: sticky; z-index: 3; top: 0; display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 2rem;
  margin: 2rem -0.75rem 0; padding: 0.625rem 0.75rem;
  border-bottom: 1px solid var(--line); background: var(--paper);
}
.alive .bar + section > h2 { margin-top: 2rem; border-top: 0; padding-top: 0; }
.alive .bar .named { display: none; }
.alive .chooser { display: flex; flex: 0 1 auto; align-items: center; gap: 0.375rem; min-width: 0; max-width: 100%; }
.chooser label { color: var(--muted); font-size: 0.875rem; white-space: nowrap; }
.chooser select { flex: 0 1 auto; min-width: 0; max-width: 22rem; text-overflow: ellipsis; }
.alive .toolbar { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: 0.5rem 1.5rem; }
.buttons { display: flex; gap: 0.375rem; margin-left: auto; }
.zoom-in, .zoom-out, .previous, .next { width: 2.25rem; padding: 0; font-size: 1.125rem; }
.check { display: inline-flex; align-items: center; gap: 0.5rem; min-height: 2.25rem; font-size: 0.9375rem; cursor: pointer; }
.check input { width: 1.125rem; height: 1.125rem; margin: 0; accent-color: var(--accent); }
.line { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1.5rem; min-height: 1.6em; margin: 0.75rem 0 0; font-size: 0.9375rem; font-variant-numeric: tabular-nums; }
.shown { color: var(--muted); }
.stage { --gutter: 3.25rem; position: relative; margin: 0.25rem 0 0; }
.over { position: absolute; inset: 0 0 0 var(--gutter); }
.axis, .lane { margin-left: var(--gutter); }
.axis { position: relative; height: 1.625rem; overflow: hidden; color: var(--muted); font-size: 0.75rem; line-height: 1; font-variant-numeric: tabular-nums; }
.axis span { position: absolute; top: 0.375rem; transform: translateX(-50%); white-space: nowrap; }
.axis span::after { content: ""; position: absolute; left: 50%; width: 1px; height: 0.3125rem; background: var(--shade); }
.distances span::after { top: 1rem; }
.coordinates span::after { top: -0.375rem; }
.axis .first { transform: none; }
.axis .first::after { left: 0; }
.axis .last { transform: translateX(-100%); }
.axis .last::after { left: 100%; }
.track { border-top: 1px solid var(--line); padding: 0.25rem 0 0.375rem; }
.track:last-of-type { border-bottom: 1px solid var(--line); }
.head { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; margin: 0; font-size: 0.8125rem; line-height: 1.5; }
.head .name { font-weight: 600; overflow-wrap: anywhere; }
.head .value { margin-left: auto; font-variant-numeric: tabular-nums; }
.lane { position: relative; height: 4rem; }
.lane.measured { height: 2.25rem; margin-top: 0.375rem; }
.lane svg { display: block; width: 100%; height: 100%; overflow: hidden; }
.lane .high, .lane .low {
  position: absolute; right: calc(100% + 0.375rem); color: var(--muted); font-size: 0.6875rem; line-height: 1; white-space: nowrap;
  font-variant-numeric: tabular-nums;
}
.lane .high { top: 0; }
.lane .low { bottom: 0; }
.lane path { vector-effect: non-scaling-stroke; fill: none; }
.lane .up { fill: var(--up); }
.lane .down { fill: var(--down); }
.lane .faint { fill-opacity: 0.35; }
.letter-A { fill: var(--g1); }
.letter-C { fill: var(--g0); }
.letter-G { fill: var(--g4); }
.letter-T { fill: var(--g2); }
.lane .signal { fill: var(--signal); }
.lane .zero { stroke: var(--ink); stroke-opacity: 0.35; }
.lane .whiskers { stroke: var(--ink); stroke-opacity: 0.6; }
.lane .dashes { stroke: var(--ink); stroke-width: 5px; }
.lane .band { fill-opacity: 0.16; }
.lane .null, .key .null { fill: var(--signal); fill-opacity: 0.35; }
.lane .line { stroke-width: 1.75; stroke-linejoin: round; }
.key .line, .sample .line { fill: none; stroke-width: 2; }
.key .band { fill-opacity: 0.25; }
.line.g0 { stroke: var(--g0); stroke-dasharray: 1.5 3; stroke-linecap: round; }
.line.g1 { stroke: var(--g1); stroke-dasharray: 7 3; }
.line.g2 { stroke: var(--g2); }
.line.g3 { stroke: var(--g3); }
.line.g4 { stroke: var(--g4); stroke-dasharray: 7 3 1.5 3; }
.line.g5 { stroke: var(--g5); stroke-dasharray: 12 3; }
.band.g0 { fill: var(--g0); }
.band.g1 { fill: var(--g1); }
.band.g2 { fill: var(--g2); }
.band.g3 { fill: var(--g3); }
.band.g4 { fill: var(--g4); }
.band.g5 { fill: var(--g5); }
.lane .hidden { display: none; }
.sample { width: 1.75rem; height: 0.5rem; margin-right: 0.5rem; vertical-align: 0.125rem; }
.alive .key .on-button { display: none; }
html:not(.alive) .filter { display: none; }
.filter input { min-height: 2.25rem; margin: 0 0.5rem; padding: 0.125rem 0.625rem; border: 1px solid var(--shade); border-radius: 0.375rem; background: var(--paper); }
.groups { display: flex; flex-wrap: wrap; gap: 0.375rem; }
.groups [aria-pressed=false] { opacity: 0.5; text-decoration: line-through; }
.centre { position: absolute; top: 1.625rem; bottom: 0; width: 0; border-left: 1px dashed var(--muted); opacity: 0.7; }
.centre.arrow::before {
  content: ""; position: absolute; top: -0.125rem; left: -1px; width: 1.125rem; height: 0.5rem;
  border: solid var(--ink); border-width: 1.5px 0 0 1.5px;
}
.centre.arrow::after {
  content: ""; position: absolute; top: -0.3125rem; left: 1.0625rem; border: solid transparent; border-width: 0.25rem 0 0.25rem 0.4375rem; border-left-color: var(--ink);
}
.cursor, .brush { position: absolute; top: 1.625rem; bottom: 0; background: var(--accent); opacity: 0.16; }
.cursor { outline: 1px solid var(--accent); }
.brush { opacity: 0.25; }
.layer { position: absolute; inset: 0; cursor: crosshair; touch-action: pan-y; user-select: none; -webkit-user-select: none; }
.layer:focus-visible { outline-offset: 0; }
.alive .hint { display: block; margin: 0.625rem 0 0; color: var(--muted); font-size: 0.8125rem; line-height: 1.5; }
.hint.wanted { color: var(--ink); font-weight: 600; }
.key { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; margin: 0.75rem 0; padding: 0; list-style: none; font-size: 0.875rem; }
.key svg:not(.sample) { width: 0.875rem; height: 0.875rem; margin-right: 0.5rem; vertical-align: -0.125rem; }
svg.cell { display: block; width: 100%; min-width: 9rem; height: 20px; overflow: visible; }
svg.cell svg { overflow: visible; }
.cell .up, .key .up { fill: var(--up); }
.cell .down, .key .down { fill: var(--down); }
.key .signal { fill: var(--signal); }
.key .dashes { stroke: var(--ink); stroke-width: 2; }
.key .whiskers { stroke: var(--ink); stroke-width: 1.5; }
.cell .total { fill: var(--signal); }
.cell .zero { stroke: var(--shade); }
.cell .whisker { stroke: var(--ink); stroke-width: 1.5; }
.cell .interval { stroke: var(--predicted); stroke-width: 2; stroke-opacity: 0.45; }
.cell .error { stroke: var(--shade); stroke-width: 1.5; stroke-dasharray: 2 2; }
.cell .observed { fill: var(--measured); }
.cell .predicted { fill: none; stroke: var(--predicted); stroke-width: 2; }
.ends { display: flex; justify-content: space-between; gap: 1rem; font-variant-numeric: tabular-nums; }
main table { width: 100%; }
main th:first-child { min-width: 6rem; }
td:has(svg.cell) { width: 45%; vertical-align: middle; }
.genes td:has(svg.cell) { width: 22%; }
.genes td, .genes tbody th { vertical-align: middle; }
.groups button { font-size: 0.9375rem; }
.predictions td, .predictions tbody th { padding-top: 0.125rem; padding-bottom: 0.125rem; vertical-align: middle; }
.choose { min-height: 0; padding: 0.125rem 0.5rem; border-color: transparent; background: none; text-align: left; color: var(--accent); }
html:not(.alive) .choose { padding: 0; color: var(--ink); pointer-events: none; }
tr.chosen { background: var(--wash); }
.chosen .choose { color: var(--ink); font-weight: 600; }
.numbers td, .numbers thead tr:last-child th { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.numbers th { text-align: left; white-space: nowrap; }
.numbers caption div { display: inline; margin-left: 0.25em; }
@media (max-width: 40rem) {
  .alive .bar { gap: 0.375rem 1rem; }
  .alive .chooser { width: 100%; }
  .chooser select { flex: 1; }
  .bar dl { gap: 0 1.125rem; }
  .alive .bar .extra { display: none; }
  .bar dd { font-size: 0.9375rem; }
  .stage { --gutter: 2.75rem; }
  .lane { height: 3.25rem; }
  .lane.measured { height: 1.875rem; }
  .buttons { margin-left: 0; }
  svg.cell { min-width: 5.5rem; }
  .genes td { white-space: nowrap; }
  .predictions td:has(svg.cell) { width: auto; }
  .predictions tr > * { padding-left: 0.25rem; padding-right: 0.25rem; }
  main .predictions th:first-child { min-width: 0; }
  .predictions .choose { padding-left: 0; padding-right: 0; }
  .predictions tr > :nth-child(n+4):not(:last-child), .of-error { display: none; }
}
@media print {
  .filter, .alive .toolbar, .alive .hint, .alive .chooser, .cursor, .brush, details.numbers { display: none; }
  .alive .key .on-button { display: block; }
  .alive .bar { position: static; margin: 1rem 0 0; padding: 0.5rem 0; }
  .alive .bar .named, .alive .bar .extra { display: block; }
  .track { break-inside: avoid; }
  .lane, .lane svg, svg.cell, .key svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .choose { padding: 0; color: inherit; }
  tr.chosen { background: none; }
}
`;
