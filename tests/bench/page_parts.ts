/** The tables of docs/benchmarks.md, made of what was measured. */

import { SERVICE } from "./figures.ts";
import type { PagePart } from "./page.ts";
import { type Cell, formatMarkdown, formatMeasured, formatRatio, joinRows } from "./report.ts";
import type { KeptResult } from "./results.ts";

/** A table of models, trained or used: which figures it has, and what their names end in. */
const MODELS = { training: "-training", inference: "-inference" } as const;
/** Ours is level with a peer within this of a ratio of 1: what two runs of one program differ by. */
const LEVEL = 0.03;

/** The parts for which something was measured. */
export function makeParts(results: readonly KeptResult[]): PagePart[] {
  const processor = results.find(({ engine }) => engine === "wasm");
  const gpu = results.find(({ engine }) => engine === "webgpu");
  const parts = processor === undefined ? [] : processorParts(processor);
  if (gpu !== undefined) {
    const text = modelTable(joinRows(gpu.rows), gpu.disturbed, "");
    parts.push({ id: "webgpu", text: text.text });
  }
  return parts.filter(({ text }) => text !== "");
}

function processorParts(result: KeptResult): PagePart[] {
  const cells = joinRows(result.rows);
  const tables = Object.entries(MODELS).map(([id, ending]): PagePart => {
    const { text, shown } = modelTable(cells, result.disturbed, ending);
    return { id, text: shown === 0 ? "" : text };
  });
  return [
    { id: "machine", text: describeMachine(result) },
    { id: "summary", text: summarise(cells) },
    ...tables,
    { id: "explanation", text: explanationTable(cells, result.disturbed) },
    { id: "one-sample", text: timeTable(cells) },
    { id: "service", text: serviceTable(cells) },
    { id: "scaling", text: scalingTable(cells) },
    { id: "prepare", text: prepareTable(cells) },
  ];
}

function describeMachine({ machine, versions, date, disturbed, rows }: KeptResult): string {
  const { cpu, cores, vectorBits } = machine;
  const peers = [
    ...new Set(
      rows.flatMap(({ itself, theirs, peer }) =>
        itself || theirs === null ? [] : [/^.*? \d+(\.\d+)+/.exec(peer)?.[0] ?? []].flat()
      ),
    ),
  ].sort();
  const vectors = vectorBits === undefined ? "" : `, whose widest vectors have ${vectorBits} bits`;
  const busy = disturbed.length === 0
    ? "Nobody else used the machine."
    : `Others used the machine during ${disturbed.length} of the lines, marked with an asterisk.`;
  return `Measured up to ${date}: ${cpu}${vectors}, ${cores} cores; Deno ${versions.deno} (V8 ${versions.v8}); ${
    peers.join(", ")
  }. ${busy}`;
}

/** Where ours is faster and where slower, in a sentence each. */
function summarise(cells: readonly Cell[]): string {
  const compared = cells.filter(({ figure, best }) =>
    best !== undefined && Object.values(MODELS).some((ending) => figure.endsWith(ending))
  );
  if (compared.length === 0) return "";
  const ratioOf = ({ best }: Cell) => best!.ratio!;
  const faster = compared.filter((cell) => ratioOf(cell) > 1 + LEVEL);
  const slower = compared.filter((cell) => ratioOf(cell) < 1 - LEVEL);
  const name = (cell: Cell) =>
    `${cell.figure.replace(/-(training|inference)$/, " $1")} on ${cell.threads} ${
      cell.threads === 1 ? "thread" : "threads"
    } (${formatRatio(ratioOf(cell))})`;
  const list = slower.toSorted((a, b) => ratioOf(a) - ratioOf(b)).map(name).join(", ");
  return `Against the best peer of each line this package is faster in ${faster.length} of ${compared.length} lines and slower in ${slower.length}` +
    (slower.length === 0 ? "." : `: ${list}.`);
}

/** Models with ours, the best peer and the others. */
function modelTable(
  cells: readonly Cell[],
  disturbed: readonly string[],
  ending: string,
): { text: string; shown: number } {
  const chosen = cells.filter(({ figure }) => figure.endsWith(ending));
  const lines = chosen.map((cell) => [
    `\`${cell.figure.slice(0, cell.figure.length - ending.length)}\``,
    `${cell.threads}${disturbed.includes(`${cell.figure}, ${cell.threads}`) ? "*" : ""}`,
    formatMeasured(cell.ours),
    cell.best === undefined ? "not measured" : shorten(cell.best.peer),
    formatMeasured(cell.best?.theirs ?? null),
    bold(cell.best?.ratio ?? null),
    formatRatio(cell.best?.medians?.ratio ?? null),
    describeOthers(cell),
  ]);
  const text = formatMarkdown(
    ["model", "threads", "ours", "best peer", "theirs", "ratio", "median", "other peers"],
    lines,
  );
  return { text, shown: chosen.length };
}

/** What figures of explanations begin with; in the table they end like those of the other tables. */
const EXPLAIN = "explain-";

function explanationTable(cells: readonly Cell[], disturbed: readonly string[]): string {
  const rename = (name: string) =>
    name.startsWith(EXPLAIN) ? name.replace(/^explain-([^,]*)/, "$1-explanation") : name;
  const renamed = cells.map((cell) => ({ ...cell, figure: rename(cell.figure) }));
  const { text, shown } = modelTable(renamed, disturbed.map(rename), "-explanation");
  return shown === 0 ? "" : text;
}

/** Ratios below 1 stand out as much as the others do not. */
function bold(ratio: number | null): string {
  return ratio !== null && ratio < 1 ? `**${formatRatio(ratio)}**` : formatRatio(ratio);
}

function describeOthers({ others }: Cell): string {
  return others.filter(({ itself }) => !itself)
    .map(({ peer, theirs }) => `${shorten(peer)} ${formatMeasured(theirs)}`).join("; ");
}

/** A peer without its version, which stands above the tables. */
function shorten(peer: string): string {
  return peer.replace(/ \d+(\.\d+)+/, "");
}

function timeTable(cells: readonly Cell[]): string {
  const chosen = cells.filter(({ unit, figure }) =>
    (unit === "µs" || unit === "ms") && !figure.startsWith(SERVICE)
  );
  if (chosen.length === 0) return "";
  const time = (value: number | null, unit: string) =>
    value === null ? "" : `${formatMeasured(value)} ${unit}`;
  return formatMarkdown(
    ["one sample", "ours", "best peer", "theirs", "ratio", "other peers"],
    chosen.map((cell) => [
      describeTime(cell.figure),
      time(cell.ours, cell.unit),
      cell.best === undefined ? "" : shorten(cell.best.peer),
      time(cell.best?.theirs ?? null, cell.unit),
      bold(cell.best?.ratio ?? null),
      cell.best === undefined ? "" : describeOthers(cell),
    ]),
  );
}

/** What a service answers, beside a session with a mutex where that takes the same requests. */
function serviceTable(cells: readonly Cell[]): string {
  const chosen = cells.filter(({ figure }) => figure.startsWith(SERVICE));
  if (chosen.length === 0) return "";
  return formatMarkdown(
    ["figure", "unit", "ours", "session with a mutex", "ratio"],
    chosen.map(({ figure, unit, ours, best }) => [
      figure,
      unit,
      formatMeasured(ours),
      best === undefined ? "" : formatMeasured(best.theirs),
      formatRatio(best?.ratio ?? null),
    ]),
  );
}

function describeTime(figure: string): string {
  switch (figure) {
    case "wakawaka-one-sample":
      return "through a session kept open";
    case "predict-calls-first":
      return "`predict(model, …)`, the first call of a process";
    case "predict-calls-later":
      return "`predict(model, …)`, later calls on the same model";
    default:
      return figure;
  }
}

function scalingTable(cells: readonly Cell[]): string {
  const chosen = cells.filter(({ figure }) => figure.endsWith("-scaling"));
  if (chosen.length === 0) return "";
  return formatMarkdown(
    ["two threads by one, median of pairs", "training", "inference"],
    [...Map.groupBy(chosen, ({ figure }) => figure.replace(/-(training|inference)-scaling$/, ""))]
      .map(([model, both]) => [
        `\`${model}\``,
        ...Object.values(MODELS).map((ending) => {
          const cell = both.find(({ figure }) => figure.endsWith(`${ending}-scaling`));
          const row = cell?.others.find(({ itself }) => itself);
          return row === undefined ? "not measured" : formatRatio(row.medians?.ratio ?? row.ratio);
        }),
      ]),
  );
}

function prepareTable(cells: readonly Cell[]): string {
  const chosen = cells.filter(({ figure }) => figure.startsWith("prepare-"));
  if (chosen.length === 0) return "";
  return formatMarkdown(
    ["whole programs", "ours, s", "peer", "theirs, s", "ours / theirs"],
    chosen.flatMap(({ figure, ours, best, others }) =>
      [best, ...others].flatMap((row) =>
        row === undefined ? [] : [[
          figure === "prepare-bam" ? "one BAM, 5 million reads" : "one bigWig, 157 MB",
          formatMeasured(ours),
          row.peer,
          formatMeasured(row.theirs),
          row.ratio === null ? "" : formatMeasured(1 / row.ratio),
        ]]
      )
    ),
  );
}
