/** The format in which a command writes its table, and the name of the file. */

import { ContractError } from "../errors.ts";
import { ROW_FORMATS, type RowFormat } from "../io/row_table.ts";
import { STANDARD_OUTPUT } from "./_outputs.ts";
import { refusePackedName } from "./_packed_name.ts";

/** A format: a table, or a folder of AnnData. */
export type OutputFormat = RowFormat | "anndata";

/** Endings of names, the usual one of each format first. */
const ENDINGS: readonly (readonly [ending: string, format: OutputFormat])[] = [
  ["tsv", "tsv"],
  ["csv", "csv"],
  ["jsonl", "jsonl"],
  ["ndjson", "jsonl"],
  ["parquet", "parquet"],
  ["zarr", "anndata"],
];

/** The texts with which tables begin, whose first column is `column`; they distinguish them from other files. */
export function beginningOf(format: RowFormat, column: string): string {
  return format === "parquet" ? "PAR1" : format === "jsonl" ? `{"${column}"` : column;
}

/** Where a table is written, and how. */
export interface TableOutput<Format extends OutputFormat = OutputFormat> {
  readonly out: string;
  readonly format: Format;
  /** The path without `--out`. A table there is replaced without `--overwrite`. */
  readonly usual: string;
}

/**
 * Chooses the format by `--format`, or else by the end of the name, and the name by `--out`, or else by the format.
 *
 * @param flags The two flags.
 * @param options The name without its ending, and the formats that the command writes.
 * @throws {ContractError} If the name does not say the format, or says another one, or if the format cannot be written to
 * standard output.
 */
export function chooseTableOutput<Format extends OutputFormat>(
  { out, format: asked }: {
    readonly out?: string | undefined;
    readonly format?: Format | undefined;
  },
  { stem, formats }: { readonly stem: string; readonly formats: readonly Format[] },
): TableOutput<Format> {
  if (out !== undefined) refusePackedName(out);
  const named = out === undefined ? undefined : formatOfName(out);
  if (asked !== undefined && named !== undefined && asked !== named) {
    throw new ContractError(
      `Cannot write ${asked} to ${out}: its name is that of ${named}, expected .${
        usualEnding(asked)
      }, or another --format`,
    );
  }
  const format = asked ?? formats.find((each) => each === named) ??
    (out === undefined || out === STANDARD_OUTPUT
      ? formats.find((each) => each === "tsv")
      : undefined);
  if (format === undefined) {
    const endings = ENDINGS.filter(([, known]) => formats.some((each) => each === known));
    throw new ContractError(
      `Cannot write to ${out}: expected a name that ends in ${
        endings.map(([ending]) => `.${ending}`).join(", ")
      }, or --format with any name, or - for standard output`,
    );
  }
  const usual = `${stem}.${usualEnding(format)}`;
  const chosen = { out: out ?? usual, format, usual };
  if (chosen.out === STANDARD_OUTPUT) refuseStandardOutput(format);
  return chosen;
}

/**
 * Chooses where a command writes a table that is one file.
 *
 * @param flags `--out` and `--format`.
 * @param stem The name without its ending, where `--out` is not given.
 * @throws {ContractError} As {@linkcode chooseTableOutput} does.
 */
export function chooseTableFile(
  flags: { readonly out?: string | undefined; readonly format?: RowFormat | undefined },
  stem: string,
): TableOutput<RowFormat> {
  return chooseTableOutput(flags, { stem, formats: ROW_FORMATS });
}

function formatOfName(out: string): OutputFormat | undefined {
  const name = out.toLowerCase().replace(/[/\\]+$/, "");
  return ENDINGS.find(([ending]) => name.endsWith(`.${ending}`))?.[1];
}

function usualEnding(format: OutputFormat): string {
  return ENDINGS.find(([, known]) => known === format)![0];
}

function refuseStandardOutput(format: OutputFormat): void {
  if (format === "anndata") {
    throw new ContractError(
      "Cannot write anndata to standard output: it is a folder, expected --out with its name",
    );
  }
  if (format === "parquet" && Deno.stdout.isTerminal()) {
    throw new ContractError(
      "Cannot write parquet to a terminal: it is not text, expected a file or a pipe",
    );
  }
}
