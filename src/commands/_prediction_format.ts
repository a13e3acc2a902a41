/** The format in which `predict` writes, and the name of the file. */

import { PREDICTION_FORMATS, type PredictionFormat } from "../data/prediction_table.ts";
import { ContractError } from "../errors.ts";
import { STANDARD_OUTPUT } from "./_outputs.ts";
import { refusePackedName } from "./_packed_name.ts";

/** A format of `predict`: a table, or a folder of AnnData. */
export type OutputFormat = PredictionFormat | "anndata";

/** Every {@linkcode OutputFormat}. */
export const OUTPUT_FORMATS: readonly OutputFormat[] = [...PREDICTION_FORMATS, "anndata"];

/** Endings of names, the usual one of each format first. */
const ENDINGS: readonly (readonly [ending: string, format: OutputFormat])[] = [
  ["tsv", "tsv"],
  ["csv", "csv"],
  ["jsonl", "jsonl"],
  ["ndjson", "jsonl"],
  ["parquet", "parquet"],
  ["zarr", "anndata"],
];

/** Where `predict` writes, and how. */
export interface PredictionOutput {
  readonly out: string;
  readonly format: OutputFormat;
  /** The path without `--out`. A table there is replaced without `--overwrite`. */
  readonly usual: string;
}

/**
 * Chooses the format by `--format`, or else by the end of the name, and the name by `--out`, or else by the format.
 *
 * @throws {ContractError} If the name does not say the format, or says another one, or if the format cannot be written to
 * standard output.
 */
export function choosePredictionOutput(
  { out, format: asked }: {
    readonly out?: string | undefined;
    readonly format?: OutputFormat | undefined;
  },
): PredictionOutput {
  if (out !== undefined) refusePackedName(out);
  const named = out === undefined ? undefined : formatOfName(out);
  if (asked !== undefined && named !== undefined && asked !== named) {
    throw new ContractError(
      `Cannot write ${asked} to ${out}: its name is that of ${named}, expected .${
        usualEnding(asked)
      }, or another --format`,
    );
  }
  const format = asked ?? named ??
    (out === undefined || out === STANDARD_OUTPUT ? "tsv" : undefined);
  if (format === undefined) {
    throw new ContractError(
      `Cannot write to ${out}: expected a name that ends in ${
        ENDINGS.map(([ending]) => `.${ending}`).join(", ")
      }, or --format with any name, or - for standard output`,
    );
  }
  const usual = `predictions.${usualEnding(format)}`;
  const chosen = { out: out ?? usual, format, usual };
  if (chosen.out === STANDARD_OUTPUT) refuseStandardOutput(format);
  return chosen;
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
