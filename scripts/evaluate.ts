/** `deno task evaluate`: how well a trained model predicts labelled data. */

import { Dataset } from "../src/data/dataset.ts";
import { evaluatePredictions } from "../src/data/evaluate.ts";
import { ContractError } from "../src/errors.ts";
import { alignPredictions, readPredictions } from "../src/io/submission.ts";
import { declareEngine, runCommand } from "./_cli.ts";
import { formatEvaluation, warnIfConstant } from "./_metrics.ts";
import { loadNamedModel, type PredictionFlags, predictWithProgress } from "./_predict.ts";
import { loadData, writeJson } from "./_run.ts";

interface EvaluateFlags extends PredictionFlags {
  readonly labels?: string;
}

await runCommand<EvaluateFlags>({
  name: "evaluate",
  summary: "Measures a trained model on labelled data: overall, by cell type, and by gene.",
  examples: [
    ["deno task evaluate --model runs/first/model --data valid.npz", "labels in the data"],
    [
      "deno task evaluate --model runs/first/model --data eval.npz --labels eval_labels.csv",
      "labels in a file of their own",
    ],
  ],
  declare: (command) =>
    declareEngine(
      command
        .requiredOption("--model <dir>", "directory of a trained model: DIR/model of a run")
        .requiredOption("--data <path>", "competition .npz, DeepChrome .csv, or a folder")
        .option("--labels <file>", "labels, id,expression, for data without them")
        .option("--out <file>", "where to write the metrics", "metrics.json"),
    ),
  run: evaluate,
});

async function evaluate(flags: EvaluateFlags, signal: AbortSignal): Promise<void> {
  const model = await loadNamedModel(flags.model);
  const data = await withLabels(await loadData(flags.data), flags.labels);
  if (!data.hasLabels) {
    throw new ContractError(
      `Cannot evaluate: ${flags.data} has no labels. Name the file that has them with --labels`,
    );
  }
  const { predicted, engine } = await predictWithProgress(model, data, { ...flags, signal });
  warnIfConstant(predicted);
  const evaluation = evaluatePredictions(data, predicted);
  console.log(formatEvaluation(evaluation));
  const { overall, byCellType, byGene } = evaluation;
  await writeJson(flags.out, {
    ...{ ...overall, engine, model: model.spec.name, data: flags.data },
    ...{ byCellType, byGene },
  });
  console.log(`Written: ${flags.out}`);
}

/** The data with labels from a file, where one is named. */
async function withLabels(data: Dataset, path: string | undefined): Promise<Dataset> {
  if (path === undefined) return data;
  const labels = alignPredictions(data.submissionIds(), await readPredictions(path));
  return new Dataset({ ...data.columns, labels });
}
