/** `deno task submit`: writes predictions in the competition's submission format. */

import { writePredictionTable } from "../data/prediction_table.ts";
import { SUBMISSION_HEADER, writeSubmission } from "../io/submission.ts";
import { type CommandCall, type CommandDefinition, declareCommon } from "./flags.ts";
import { declareOverwrite } from "./_outputs.ts";
import { refusePackedName } from "./_packed_name.ts";
import { declarePrediction, predictIntoFile, type WritePredictionFlags } from "./_predict.ts";
import { checkSubmissionIds } from "./_submission_ids.ts";

/** The default output, which is replaced without `--overwrite`. */
const USUAL_OUTPUT = "submission.csv";

/** Command `submit`. */
export const command: CommandDefinition<WritePredictionFlags> = {
  name: "submit",
  summary:
    "Predicts every row of a data set and writes id,expression in the file's order, as the competition requires. " +
    "Use predict for a table with cell types and genes.",
  examples: [
    [
      "deno task submit --model runs/first --data eval.npz --out submission.csv",
      "the competition's submission file",
    ],
    ["deno task submit --model runs/first --data eval.npz --out - | head", "a look at it"],
  ],
  declare: (command) =>
    declareCommon(
      declareOverwrite(
        declarePrediction(command)
          .option("--out <file>", "the file to write, or - for standard output", USUAL_OUTPUT),
      ),
    ),
  run: submit,
};

async function submit(flags: WritePredictionFlags, call: CommandCall): Promise<void> {
  refusePackedName(flags.out);
  const isTable = flags.out.toLowerCase().endsWith(".tsv");
  await predictIntoFile(flags, call, {
    // A file of labels looks like a submission.
    begins: SUBMISSION_HEADER,
    usual: USUAL_OUTPUT,
    check: (data) => {
      if (!isTable) checkSubmissionIds(data.submissionIds());
    },
    write: (sink, { data, mean }) =>
      isTable
        ? writePredictionTable(sink, data, { predictions: mean })
        : writeSubmission(sink, { ids: data.submissionIds(), predictions: mean }),
  });
}
