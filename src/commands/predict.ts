/** `deno task predict`: writes a trained model's prediction for each gene in each cell type as a table. */

import { Option } from "commander";
import { choice, type CommandDefinition, declareCommon } from "./flags.ts";
import { declareInterval } from "./_intervals.ts";
import { declareOverwrite } from "./_outputs.ts";
import { declarePrediction } from "./_predict.ts";
import { type PredictFlags, predictTable } from "./_predict_table.ts";
import { predictUnits } from "./_predict_units.ts";
import { OUTPUT_FORMATS } from "./_prediction_format.ts";

/** Command `predict`. */
export const command: CommandDefinition<PredictFlags> = {
  name: "predict",
  summary:
    "Predicts the expression of every gene in every cell type of a data set, and writes a table: cell type, gene, " +
    "symbol and position where the data have them, the prediction, with several models its spread, with --interval its interval, and with labels " +
    "the measured value and the residual.",
  examples: [
    [
      "deno task predict --model runs/first --data new.npz --out predictions.tsv",
      "cell_type gene_id symbol chrom tss strand prediction, between tabs",
    ],
    [
      "deno task predict --model runs/five --data new.npz --out predictions.parquet",
      "for pandas, DuckDB and R; five models add spread, their standard deviation",
    ],
    [
      "deno task predict --model runs/first --data valid.npz --out predictions.csv",
      "data with labels add measured and residual, which is measured - prediction",
    ],
    [
      "deno task predict --model runs/first --data new.npz --interval 0.9",
      "adds low and high, between which nine of ten measured values lie, for models of train --calibrate",
    ],
    [
      "deno task predict --model runs/first --data new.npz --out predictions.zarr",
      "cell types x genes for Python's anndata",
    ],
    ["deno task predict --model runs/first --data new.npz --out - | head", "a look at it"],
  ],
  declare: (command) =>
    declareCommon(
      declareOverwrite(
        declareInterval(
          declarePrediction(command),
          "adds columns low, high, regime and unlike",
        )
          .addOption(
            new Option(
              "--out <file>",
              "what to write: .tsv, .csv, .jsonl, .parquet, or .zarr, which is a folder; - is standard output " +
                "(default: predictions.tsv, or as --format has it)",
            ),
          )
          .option(
            "--format <name>",
            `${OUTPUT_FORMATS.join(", ")} (default: by the end of --out)`,
            choice(OUTPUT_FORMATS),
          )
          .option("--labels <file>", "measured values, id,expression, for data without them"),
      ),
    ),
  run: (flags, call) => predictTable(flags, call),
  units: predictUnits,
};
