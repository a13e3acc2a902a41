/** The benchmark's result and how it is printed. */

/** One line of the table. */
export interface Row {
  readonly figure: string;
  readonly unit: "samples/s" | "GFLOP/s";
  readonly threads: number;
  readonly ours: number;
  readonly peer: string;
  /** Null where the peer is missing on this machine. */
  readonly theirs: number | null;
  /** Median of the ratios of pairs, ours to theirs. */
  readonly ratio: number | null;
}

const COLUMNS = ["figure", "unit", "threads", "ours", "peer", "theirs", "ratio"] as const;

/** The rows as a Markdown table. */
export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    ...[row.figure, row.unit, String(row.threads), formatRate(row.ours), row.peer],
    row.theirs === null ? "not measured" : formatRate(row.theirs),
    row.ratio === null ? "" : `${formatRate(row.ratio)}×`,
  ]);
  const table = [[...COLUMNS], COLUMNS.map(() => "---"), ...cells];
  const widths = COLUMNS.map((_, i) => Math.max(...table.map((line) => line[i].length)));
  return table.map((line) =>
    `| ${line.map((cell, i) => cell.padEnd(widths[i], cell === "---" ? "-" : " ")).join(" | ")} |`
  ).join("\n");
}

/** Three digits, thousands apart. */
function formatRate(value: number): string {
  return value.toLocaleString("en-US", { maximumSignificantDigits: 3 });
}
