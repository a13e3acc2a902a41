/** `deno task predict`: writes a trained model's prediction for each gene in each cell type as a table. */

import { Option } from "commander";
import { formatCountOf } from "../base/count.ts";
import { writePredictionTable } from "../data/prediction_table.ts";
import { ContractError } from "../errors.ts";
import { spreadOfMembers } from "../training/ensemble.ts";
import { type CommandCall, type CommandDefinition, declareCommon } from "./flags.ts";
import { declareOverwrite, STANDARD_OUTPUT } from "./_outputs.ts";
import { declarePrediction, predictIntoFile, type WritePredictionFlags } from "./_predict.ts";
import { refusePackedName } from "./_packed_name.ts";
import { checkTableNames } from "./_submission_ids.ts";

/** The default output, which is replaced without `--overwrite`. */
const USUAL_OUTPUT = "predictions.tsv";
/** The text with which each table begins, which distinguishes it from other files. */
const BEGINNING = "cell_type";

/** Command `predict`. */
export const command: CommandDefinition<WritePredictionFlags> = {
  name: "predict",
  summary:
    "Predicts the expression of every gene in every cell type of a data set, and writes a table: cell type, gene, " +
    "symbol and position where the data have them, the prediction and, with several models, its spread.",
  examples: [
    [
      "deno task predict --model runs/first --data new.npz --out predictions.tsv",
      "cell_type gene_id symbol chrom tss strand prediction, between tabs",
    ],
    [
      "deno task predict --model runs/five --data new.npz --out predictions.csv",
      "the same between commas; five models add spread, their standard deviation",
    ],
    ["deno task predict --model runs/first --data new.npz --out - | head", "a look at it"],
  ],
  declare: (command) =>
    declareCommon(
      declareOverwrite(
        declarePrediction(command).addOption(
          new Option("--out <file>", "table to write: .tsv, .csv, or - for standard output")
            .default(USUAL_OUTPUT),
        ),
      ),
    ),
  run: predictTable,
};

async function predictTable(flags: WritePredictionFlags, call: CommandCall): Promise<void> {
  const format = formatOf(flags.out);
  const { output, predictions } = await predictIntoFile(flags, call, {
    begins: BEGINNING,
    usual: USUAL_OUTPUT,
    saysKnownGenes: true,
    check: ({ columns }) => checkTableNames([...columns.cellTypes, ...columns.genes]),
    write: (sink, { data, members, mean }) =>
      writePredictionTable(sink, data, {
        format,
        predictions: mean,
        spread: members.length > 1 ? spreadOfMembers(members) : undefined,
      }),
  });
  console.info(`${output}, ${formatCountOf(predictions, "prediction")}`);
}

/** Chooses a table's format by the end of its name. */
function formatOf(out: string): "csv" | "tsv" {
  refusePackedName(out);
  if (/\.csv$/i.test(out)) return "csv";
  if (out === STANDARD_OUTPUT || /\.tsv$/i.test(out)) return "tsv";
  throw new ContractError(
    `Cannot write to ${out}: expected a name that ends in .tsv or .csv, or - for standard output`,
  );
}
