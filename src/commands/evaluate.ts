/** `deno task evaluate`: how well a trained model predicts labelled data. */

import { basename, dirname } from "node:path";
import { evaluatePredictions } from "../data/evaluate.ts";
import { largestErrors } from "../data/largest_errors.ts";
import { ContractError } from "../errors.ts";
import { compareEnsemble } from "../training/ensemble.ts";
import { findKinds } from "../validation/evaluate_regimes.ts";
import { formatRegimeTable } from "../validation/mod.ts";
import { checkArmsFlag, compareAll, namedPredictions, predictArms, printArms } from "./_arms.ts";
import { type CommandCall, type CommandDefinition, declareCommon, list } from "./flags.ts";
import {
  checkIntervals,
  declareInterval,
  findUnlikeNotes,
  formatCoverage,
  type IntervalFlags,
  measureIntervals,
  printUnlike,
} from "./_intervals.ts";
import { loadLabelled } from "./_labels.ts";
import {
  declareMarkPrices,
  formatPrices,
  type MarkPricesFlags,
  measurePrices,
} from "./_mark_prices.ts";
import {
  formatEnsemble,
  formatEvaluation,
  formatLargestErrors,
  warnIfConstant,
} from "./_metrics.ts";
import { describeModels, loadModels } from "../runs/models.ts";
import { declareOverwrite, openOutput } from "./_outputs.ts";
import { refusePackedName } from "./_packed_name.ts";
import { loadUnlabelled } from "./_panel_flags.ts";
import {
  checkPanelOf,
  declarePrediction,
  predictWithProgress,
  type WritePredictionFlags,
} from "./_predict.ts";
import { describeInputs, type Inputs } from "../runs/inputs.ts";
import { withDigestProgress } from "./_inputs.ts";
import { warn } from "./_warn.ts";
import { outputWidth } from "./_wrap.ts";
import { formatJson } from "../runs/json.ts";
import { commandOfRun } from "../runs/run_files.ts";
import { evaluateByRegime } from "./_regimes.ts";
import { loadData } from "./_data.ts";
import { findOtherData } from "../runs/trained_on.ts";
import { noteTraining } from "./_training_note.ts";

interface EvaluateFlags extends WritePredictionFlags, IntervalFlags, MarkPricesFlags {
  readonly labels?: string;
  readonly train?: string;
  readonly arms?: readonly string[] | undefined;
}

/** The default output, which is replaced without `--overwrite`. */
const USUAL_OUTPUT = "metrics.json";
/** The text with which each file of metrics begins, which distinguishes it from other files. */
const BEGINNING = '{\n  "samples": ';

/** Command `evaluate`. */
export const command: CommandDefinition<EvaluateFlags> = {
  name: "evaluate",
  summary:
    "Measures a trained model on labelled data: overall, by cell type, by gene and, with --train, by regime beside " +
    "baselines.",
  examples: [
    ["deno task evaluate --model runs/first --data valid.npz", "labels in the data"],
    [
      "deno task evaluate --model runs/first --data eval.npz --labels eval_labels.csv",
      "labels in a separate file",
    ],
    [
      "deno task evaluate --model runs/first --data valid.npz --train train.npz",
      "adds errors on new genes, new cell types and both, beside baselines fitted on train.npz",
    ],
    [
      "deno task evaluate --model runs/first --data valid.npz --interval 0.9",
      "adds how often intervals of 90% held the labels, for models of train --calibrate",
    ],
    [
      "deno task evaluate --model runs/panel --data valid.npz --mark-prices",
      "adds what the error is without each mark, for models of waka3",
    ],
    [
      "deno task evaluate --model runs/dna --data valid.npz --train train.npz --arms runs/shuffled,runs/marks",
      "adds what DNA adds: errors beside those of the controls",
    ],
  ],
  declare: (command) =>
    declareCommon(
      declareOverwrite(
        declareMarkPrices(
          declareInterval(
            declarePrediction(command),
            "how often they hold the labels, by regime and cell type",
          ),
        )
          .option("--labels <file>", "labels, id,expression, for data without them")
          .option(
            "--train <path>",
            "what the model was trained on: adds a table by regime, whose intervals are over cell types and genes (of a " +
              "single cell type over genes)",
          )
          .option(
            "--arms <dirs>",
            "with --train: runs of the same model with other sequences (--sequence-control) or without DNA, to compare " +
              "by regime what DNA adds",
            list,
          )
          .option("--out <file>", "where to write the metrics; - is standard output", USUAL_OUTPUT),
      ),
    ),
  run: evaluate,
};

/** Refuses to replace the metrics that a run wrote when it was trained, unless the user says so. */
async function refuseRunsOwn(out: string, overwrite: boolean): Promise<void> {
  if (overwrite || basename(out) !== USUAL_OUTPUT) return;
  if (await commandOfRun(dirname(out)) === undefined) return;
  throw new ContractError(
    `Cannot write to ${out}: it holds the metrics of a run's own training. Name another --out, or add --overwrite`,
  );
}

async function evaluate(flags: EvaluateFlags, { signal }: CommandCall): Promise<void> {
  const { out, overwrite } = flags;
  // The metrics that a run wrote begin with the same text.
  const own = { begins: BEGINNING, usual: USUAL_OUTPUT };
  refusePackedName(out);
  checkArmsFlag(flags);
  await refuseRunsOwn(out, overwrite);
  await using output = await openOutput(out, { ...own, overwrite });
  const models = await loadModels(flags.model);
  const allowMissingMarks = checkPanelOf(models, flags);
  const { data: dataPath, labels, record, sequences, train: trainPath, panel } = flags;
  const files = { data: dataPath, labels, record, sequences, train: trainPath, panel };
  const inputs: Inputs = await withDigestProgress(async (progress) => ({
    model: await describeModels(flags.model, progress),
    ...await describeInputs(files, progress),
  }));
  const data = await loadLabelled(flags.data, flags, { allowMissingMarks });
  const train = flags.train === undefined
    ? undefined
    : await loadData(flags.train, flags, { allowMissingMarks });
  const other = train && await findOtherData(flags.model, { file: inputs.train, samples: train });
  if (other !== undefined) warn(other);
  if (train !== undefined) findKinds({ train, test: data });
  const { interval: confidence } = flags;
  const unlabelled = await loadUnlabelled(flags, { [flags.data]: data });
  checkIntervals({ models, data, unlabelled }, confidence);
  const { unlike, notes: unlikeNotes } = findUnlikeNotes({ models, data });
  // With --labels, the file alone does not say that its samples were trained on.
  const file = flags.labels === undefined ? inputs.data : undefined;
  const trainingNotes = await noteTraining(flags.model, models, { file, samples: data });
  const prices = flags.markPrices
    ? await measurePrices(models, data, { ...flags, signal, unlabelled })
    : undefined;
  const prediction = await predictWithProgress(models, data, {
    ...flags,
    signal,
    unlabelled,
    onAccepted: () => printUnlike({ notes: unlikeNotes }),
  });
  const { mean, nextAssays } = prediction;
  const model = models[0]?.spec.name ?? "";
  const arms = await predictArms(flags, { models, data, mean, signal });
  // All that may refuse the data comes before the first table.
  const regimes = train && evaluateByRegime({
    train,
    test: data,
    predictions: { [model]: mean, ...namedPredictions(arms.slice(1)) },
  }, { acceptAssembly: flags.acceptAssembly });
  const comparisons = train && arms.length > 1
    ? compareAll(arms, { train, test: data })
    : undefined;
  const { overall, byCellType, byGene } = evaluatePredictions(data, mean);
  const farthest = largestErrors(data, mean);
  const ensemble = models.length === 1 ? undefined : compareEnsemble(data, prediction);
  const coverage = measureIntervals({ models, data, unlabelled }, { mean, confidence });
  warnIfConstant(mean, data);
  console.log(formatEvaluation({ overall, byCellType, byGene }));
  console.log(formatLargestErrors(farthest));
  if (ensemble !== undefined) console.log(`Members:\n${formatEnsemble(ensemble)}`);
  if (coverage !== undefined) console.log(formatCoverage(coverage, confidence!));
  if (prices !== undefined) console.log(formatPrices(prices));
  if (regimes !== undefined) {
    console.log(["", ...formatRegimeTable(regimes, { width: outputWidth() })].join("\n"));
  }
  if (comparisons !== undefined) printArms(comparisons);
  const notes = [...prediction.notes, ...unlikeNotes, ...trainingNotes];
  const metrics = {
    ...overall,
    engine: prediction.engine,
    arithmetic: prediction.arithmetic,
    model,
    data: flags.data,
    inputs,
    notes: notes.length === 0 ? undefined : notes,
    byCellType,
    byGene,
    largestErrors: farthest,
    ensemble,
    markPrices: prices,
    nextAssays: nextAssays.length === 0 ? undefined : nextAssays,
    intervals: coverage && { confidence, regimes: coverage },
    unlike: unlike.length === 0 ? undefined : unlike,
    regimes,
    arms: comparisons,
  };
  await output.write(formatJson(metrics));
  console.info(output.done);
}
