/** The benchmark's result and how it is printed. */

/** One line of the table. */
export interface Row {
  readonly figure: string;
  /** Of both sides; of times and megabytes, fewer are better. */
  readonly unit: "samples/s" | "requests/s" | "GFLOP/s" | "s" | "ms" | "µs" | "MB";
  readonly threads: number;
  /** Null where there was no time for it. */
  readonly ours: number | null;
  readonly peer: string;
  /** Whether the peer is this package itself: on one thread, or of another version. @default {false} */
  readonly itself?: boolean;
  /** Null where the peer is missing on this machine, too. */
  readonly theirs: number | null;
  /** How many times better ours is: ours to theirs, of times and megabytes theirs to ours. */
  readonly ratio: number | null;
  /** Where `ours` and `theirs` are the best of some rounds: the medians of both, and of the rounds' ratios. */
  readonly medians?: { readonly ours: number; readonly theirs: number; readonly ratio: number };
  /** How much longer a loop of constant work took than at its best, in the middle of the rounds. */
  readonly disturbance?: number;
}

/** Ours on some number of threads beside all peers of a figure. */
export interface Cell {
  readonly figure: string;
  readonly unit: Row["unit"];
  readonly threads: number;
  readonly ours: number | null;
  /** Against the best of the peers that were measured: the one to which ours is least superior. */
  readonly best: Row | undefined;
  /** Against all others. */
  readonly others: readonly Row[];
}

/** Joins the rows of the same figure and number of threads. */
export function joinRows(rows: readonly Row[]): Cell[] {
  const groups = Map.groupBy(rows, ({ figure, threads }) => `${figure} ${threads}`);
  return [...groups.values()].map((group): Cell => {
    const { figure, unit, threads, ours } = group[0]!;
    const peers = group.filter(({ itself, ratio }) => !itself && ratio !== null);
    const best = peers.reduce<Row | undefined>(
      (least, row) => least === undefined || row.ratio! < least.ratio! ? row : least,
      undefined,
    );
    return { figure, unit, threads, ours, best, others: group.filter((row) => row !== best) };
  });
}

const COLUMNS = ["figure", "threads", "unit", "ours", "theirs", "ratio", "median", "peer"] as const;

/** The rows as a Markdown table. */
export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.figure,
    String(row.threads),
    row.unit,
    formatMeasured(row.ours),
    formatMeasured(row.theirs),
    formatRatio(row.ratio),
    formatRatio(row.medians?.ratio ?? null),
    row.peer,
  ]);
  return formatMarkdown(COLUMNS, cells);
}

/** Ours beside the best of the peers, one line a figure and number of threads. */
export function formatBest(rows: readonly Row[]): string {
  const lines = joinRows(rows).filter(({ best }) => best !== undefined).map(({ best, ...cell }) => [
    cell.figure,
    String(cell.threads),
    formatRatio(best!.ratio),
    formatRatio(best!.medians?.ratio ?? null),
    best!.disturbance === undefined ? "" : best!.disturbance.toFixed(2),
    best!.peer,
  ]);
  return formatMarkdown(
    ["figure", "threads", "to the best", "median", "disturbed", "best peer"],
    lines,
  );
}

/** A Markdown table of lines of cells, padded to columns. */
export function formatMarkdown(
  columns: readonly string[],
  lines: readonly (readonly string[])[],
): string {
  const table = [columns, columns.map(() => "---"), ...lines];
  const widths = columns.map((_, i) => Math.max(...table.map((line) => line[i]!.length)));
  return table.map((line) =>
    `| ${line.map((cell, i) => cell.padEnd(widths[i]!, cell === "---" ? "-" : " ")).join(" | ")} |`
  ).join("\n");
}

/** A rate, or that it was not measured. */
export function formatMeasured(value: number | null): string {
  return value === null ? "not measured" : formatRate(value);
}

/** A ratio, empty where nothing was compared. */
export function formatRatio(ratio: number | null): string {
  return ratio === null ? "" : `${formatRate(ratio)}×`;
}

/** Three digits, thousands apart. */
export function formatRate(value: number): string {
  return value.toLocaleString("en-US", { maximumSignificantDigits: 3 });
}
