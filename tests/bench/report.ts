/** The benchmark's result and how it is printed. */

/** One line of the table. */
export interface Row {
  readonly figure: string;
  /** Of both sides; of seconds and megabytes, fewer are better. */
  readonly unit: "samples/s" | "GFLOP/s" | "s" | "MB";
  readonly threads: number;
  /** Null where there was no time for it. */
  readonly ours: number | null;
  readonly peer: string;
  /** Null where the peer is missing on this machine, too. */
  readonly theirs: number | null;
  /** Median of the ratios of pairs, ours to theirs; of seconds and megabytes, theirs to ours. */
  readonly ratio: number | null;
}

const COLUMNS = ["figure", "unit", "threads", "ours", "peer", "theirs", "ratio"] as const;

/** The rows as a Markdown table. */
export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.figure,
    row.unit,
    String(row.threads),
    formatMeasured(row.ours),
    row.peer,
    formatMeasured(row.theirs),
    row.ratio === null ? "" : `${formatRate(row.ratio)}×`,
  ]);
  return formatMarkdown(COLUMNS, cells);
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

/** Three digits, thousands apart. */
export function formatRate(value: number): string {
  return value.toLocaleString("en-US", { maximumSignificantDigits: 3 });
}
