/** `deno task submit`: predictions in the competition's submission format. */

import { formatCountOf } from "../base/count.ts";
import { writePredictionTable } from "../data/prediction_table.ts";
import { SUBMISSION_HEADER, writeSubmission } from "../io/submission.ts";
import { type CommandCall, type CommandDefinition, declareCommon } from "./_cli.ts";
import { warnIfConstant } from "./_metrics.ts";
import { loadModels } from "../runs/models.ts";
import { declareOverwrite, openOutput, type OverwriteFlag } from "./_outputs.ts";
import { refusePackedName } from "./_packed_name.ts";
import { type PredictionFlags, predictWithProgress } from "./_predict.ts";
import { loadData } from "./_data.ts";
import { checkSubmissionIds } from "./_submission_ids.ts";

/** Replaced without asking. */
const USUAL_OUTPUT = "submission.csv";

type SubmitFlags = PredictionFlags & OverwriteFlag;

/** Command `submit`. */
export const command: CommandDefinition<SubmitFlags> = {
  name: "submit",
  summary:
    "Predicts every row of a data set and writes id,expression in the order of the file, or, to a .tsv file, a table " +
    "with cell type and gene.",
  examples: [
    [
      "deno task submit --model runs/first --data eval.npz --out submission.csv",
      "the competition's submission file",
    ],
    [
      "deno task submit --model runs/first --data new.npz --out predictions.tsv",
      "a table: cell_type gene_id symbol chrom tss strand prediction",
    ],
    ["deno task submit --model runs/first --data eval.npz --out - | head", "a look at it"],
  ],
  declare: (command) =>
    declareCommon(
      declareOverwrite(
        command
          .requiredOption("--model <dir>", "directory of a run, or of a model")
          .requiredOption("--data <path>", "competition .npz, DeepChrome .csv, or a folder")
          .option("--out <file>", "the file to write, or - for standard output", USUAL_OUTPUT),
      ),
    ),
  run: submit,
};

async function submit(flags: SubmitFlags, { signal }: CommandCall): Promise<void> {
  const { out, overwrite } = flags;
  refusePackedName(out);
  // Labels look like a submission.
  const own = { begins: SUBMISSION_HEADER, usual: USUAL_OUTPUT };
  await using output = await openOutput(out, { ...own, overwrite });
  const models = await loadModels(flags.model);
  const data = await loadData(flags.data, flags);
  const isTable = out.toLowerCase().endsWith(".tsv");
  if (!isTable) checkSubmissionIds(data.submissionIds());
  const { mean: predictions } = await predictWithProgress(models, data, { ...flags, signal });
  warnIfConstant(predictions);
  await output.write((sink) =>
    isTable
      ? writePredictionTable(sink, data, predictions)
      : writeSubmission(sink, { ids: data.submissionIds(), predictions })
  );
  console.log(`${output.done}, ${formatCountOf(predictions.length, "prediction")}`);
}
