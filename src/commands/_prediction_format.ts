/** The format in which `predict` writes, and the name of the file. */

import { PREDICTION_FORMATS } from "../data/prediction_table.ts";
import { chooseTableOutput, type OutputFormat, type TableOutput } from "./_table_output.ts";

export type { OutputFormat } from "./_table_output.ts";

/** Every {@linkcode OutputFormat}. */
export const OUTPUT_FORMATS: readonly OutputFormat[] = [...PREDICTION_FORMATS, "anndata"];

/** Where `predict` writes, and how. */
export type PredictionOutput = TableOutput;

/**
 * Chooses the format by `--format`, or else by the end of the name, and the name by `--out`, or else by the format.
 *
 * @throws {ContractError} As {@linkcode chooseTableOutput} does.
 */
export function choosePredictionOutput(
  flags: { readonly out?: string | undefined; readonly format?: OutputFormat | undefined },
): PredictionOutput {
  return chooseTableOutput(flags, { stem: "predictions", formats: OUTPUT_FORMATS });
}
