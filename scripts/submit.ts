/** `deno task submit`: predictions in the competition's submission format. */

import { writeFileAtomic } from "../src/io/file.ts";
import { writeSubmission } from "../src/io/submission.ts";
import { declareEngine, runCommand } from "./_cli.ts";
import { warnIfConstant } from "./_metrics.ts";
import { loadNamedModel, type PredictionFlags, predictWithProgress } from "./_predict.ts";
import { loadData } from "./_run.ts";

await runCommand<PredictionFlags>({
  name: "submit",
  summary: "Predicts every row of a data set and writes id,expression in the order of the file.",
  examples: [
    [
      "deno task submit --model runs/first/model --data eval.npz --out submission.csv",
      "the competition's submission file",
    ],
  ],
  declare: (command) =>
    declareEngine(
      command
        .requiredOption("--model <dir>", "directory of a trained model: DIR/model of a run")
        .requiredOption("--data <path>", "competition .npz, DeepChrome .csv, or a folder")
        .option("--out <file>", "the file to write", "submission.csv"),
    ),
  run: submit,
});

async function submit(flags: PredictionFlags, signal: AbortSignal): Promise<void> {
  const model = await loadNamedModel(flags.model);
  const data = await loadData(flags.data);
  const { predicted } = await predictWithProgress(model, data, { ...flags, signal });
  warnIfConstant(predicted);
  const ids = data.submissionIds();
  await writeFileAtomic(
    flags.out,
    (sink) => writeSubmission(sink, { ids, predictions: predicted }),
  );
  console.log(`Written: ${flags.out}, ${ids.length.toLocaleString("en-US")} predictions`);
}
