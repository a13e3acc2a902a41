/** Command `forecast`: estimates a model's score in the competition from labelled training data alone. */

import { Option } from "commander";
import { formatCountOf } from "../base/count.ts";
import { writeConfig } from "../runs/config.ts";
import { writeHistory } from "../runs/history.ts";
import type { Inputs } from "../runs/inputs.ts";
import { writeJson } from "../runs/json.ts";
import { removeRun } from "../runs/run_files.ts";
import { type EnsemblePrediction, fitEnsemble } from "../training/ensemble.ts";
import type { FitManyResult } from "../training/fit_types.ts";
import {
  type ArmsOfRegime,
  describeInterval,
  formatRegimeTable,
  type RegimeEvaluation,
  type RegimeScores,
  type RegimeSplit,
  splitRegimes,
} from "../validation/mod.ts";
import {
  type CommandCall,
  type CommandDefinition,
  declareEnsemble,
  declareModel,
  declareResume,
  declareTraining,
  integer,
  list,
} from "./flags.ts";
import { noArms, printArms } from "./_arms.ts";
import { throwDiverged, trainArms } from "./_train_arms.ts";
import { warnOfCounts } from "./_count_warning.ts";
import { loadData } from "./_data.ts";
import { memberRun, openLog } from "./_event_log.ts";
import { checkFlagNeeds } from "./_flag_needs.ts";
import { formatMetric } from "./_metrics.ts";
import { readSpecFile } from "./_model_spec.ts";
import { declareOptimiser } from "./_optimiser_flags.ts";
import { checkPanelFlag, declarePanelTraining, loadUnlabelled, usesPanel } from "./_panel_flags.ts";
import { predictWithProgress } from "./_predict.ts";
import { evaluateByRegime } from "./_regimes.ts";
import { afterReplay, reportMembers } from "./_report_training.ts";
import { describeNothingKept, ownRun, resumedFlags, type ResumeFlags } from "./_resume.ts";
import { chooseRunDirectory, refuseHeldRun } from "./_run_directory.ts";
import { type ChromosomeFlags, readChromosomes } from "./_scheme.ts";
import {
  inputsOfTraining,
  modelOf,
  resolveRunSettings,
  type RunSettings,
  type TrainingFlags,
  trainingOptions,
} from "./_settings.ts";
import { declareSequenceControl } from "./_sequence_control.ts";
import { trainingUnits } from "./_training_units.ts";
import { outputWidth } from "./_wrap.ts";
import { printWindow } from "./_window.ts";

interface ForecastFlags extends TrainingFlags, ChromosomeFlags, ResumeFlags {
  readonly out?: string | undefined;
  readonly threads?: number | undefined;
  readonly ensemble: number;
  readonly newGenes?: number | undefined;
  readonly newCellTypes?: number | undefined;
  readonly splitSeed: number;
  readonly arms: boolean;
}

/** Command `forecast`. */
export const command: CommandDefinition<ForecastFlags> = {
  name: "forecast",
  summary:
    "Holds out genes and cell types as the competition did, trains on the rest, and forecasts " +
    "the competition's score with its interval, beside baselines.",
  examples: [
    ["deno task forecast --data train.npz", "the competition's shares of genes and cell types"],
    [
      "deno task forecast --data train.npz --split-seed 1 --ensemble 5",
      "another choice of genes and cell types, and an ensemble beside a single model",
    ],
    [
      "deno task forecast --data train.npz --new-chromosomes chr8,chr9",
      "new genes are on chromosomes that no trained gene is on",
    ],
    ["deno task forecast --data E003/train.csv", "one cell type: only genes are held out"],
    ["deno task forecast --resume runs/forecast-waka2", "resume a forecast that was stopped"],
    [
      "deno task forecast --data train.npz --preset waka-dna",
      "marks and DNA, and what DNA adds: the same model on shuffled sequences, on a random code, and without DNA",
    ],
  ],
  declare: (command) =>
    declareResume(
      declareEnsemble(declareOptimiser(declareModel(
        declareSequenceControl(declarePanelTraining(declareTraining(command))),
      )))
        .addOption(
          new Option("--new-genes <n>", "genes to hold out (default: 8.3% of them)")
            .argParser(integer(0)).conflicts("newChromosomes"),
        )
        .option(
          "--new-chromosomes <names>",
          "hold out the genes of these chromosomes instead",
          list,
        )
        .option(
          "--genes <file>",
          "for --new-chromosomes: where genes lie, as GTF, GFF3, BED, genePred or table; hg19 and hg38 are " +
            "built in (default: as the data say, else the package's list of human genes)",
        )
        .option("--new-cell-types <n>", "cell types to hold out (default: 10.7%)", integer(0))
        .option("--split-seed <n>", "seed that chooses what is held out", integer(0), 0)
        .addOption(noArms()),
    ),
  run: forecast,
  units: trainingUnits({
    name: "forecast",
    run: forecast,
    nameRun: ({ ensemble }, run) => {
      return { id: `member${run + 1}`, does: `member ${run + 1} of ${ensemble}` };
    },
  }),
};

async function forecast(given: ForecastFlags, call: CommandCall): Promise<void> {
  const { signal, share } = call;
  checkFlagNeeds(given, call);
  const flags = await resumedFlags("forecast", given);
  const { ensemble, newGenes, newChromosomes, newCellTypes, splitSeed } = flags;
  const file = await readSpecFile(flags.spec);
  const asked = resolveRunSettings(flags, { file });
  const directory = await chooseRunDirectory(flags, `forecast-${asked.preset}`);
  const inputs = await inputsOfTraining(asked, flags);
  const refuse = () => refuseHeldRun(flags);
  const ownership = { command: "forecast", flags, inputs, refuse, share };
  await using owned = await ownRun(directory, ownership);
  const log = await openLog(flags, owned.id);
  const addPlaces = await readChromosomes(flags);
  const model = modelOf(asked);
  checkPanelFlag(flags, { name: asked.preset, usesPanel: usesPanel(model) });
  const loaded = await loadData(asked.data, flags, { allowMissingMarks: usesPanel(model) });
  const unlabelled = await loadUnlabelled(flags, { [asked.data]: loaded });
  const data = addPlaces(loaded);
  const division = { newGenes, newChromosomes, newCellTypes, seed: splitSeed };
  const split = splitRegimes(data, division);
  const settings = resolveRunSettings(flags, { file, data: split.train });
  console.info(describeSplit(split));
  printWindow(settings, split.train);
  warnOfCounts(split.train, settings, { flags, file });
  const shared = { ...trainingOptions(settings), unlabelled, members: ensemble, signal };
  await owned.begin();
  const results = await fitEnsemble(model, split.train, {
    ...shared,
    ...owned.options,
    signal: undefined,
    stop: signal,
    otherArithmetic: flags.otherArithmetic,
    ...afterReplay(reportMembers(ensemble, settings, log), log, {
      resume: owned.options.resume,
      learningRate: settings.learningRate,
      nameOf: (run) => memberRun(run, ensemble),
    }),
  });
  if (results.length < ensemble || results.some(({ interrupted }) => interrupted)) {
    const what = "Interrupted: half-trained models forecast nothing";
    throw await describeNothingKept(owned, { command: "forecast", directory, what });
  }
  throwDiverged(results);
  const models = results.map(({ model }) => model);
  const prediction = await predictWithProgress(models, split.test, { ...settings, signal });
  const arms = flags.arms
    ? await trainArms(models, { split, settings, shared, prediction })
    : undefined;
  const regimes = judge(prediction, { split, settings, splitSeed, arms: arms?.predictions });
  const forecast = describeForecast(regimes, ensemble > 1 ? 1 : 0);
  console.log(
    ["", ...formatRegimeTable(regimes, { width: outputWidth() }), "", forecast].join("\n"),
  );
  if (arms !== undefined) printArms(arms.comparisons);
  await owned.check();
  await removeRun(directory);
  await writeForecast({
    directory,
    flags,
    settings,
    split,
    inputs,
    results,
    regimes,
    notes: prediction.notes,
    arms: arms?.comparisons,
  });
  await owned.finish();
}

/** Judges the first model alone, the mean of all where there are several, and controls. */
function judge(
  { members: [first], members: { length }, mean }: EnsemblePrediction,
  { split: { train, test }, settings: { preset }, splitSeed, arms }: {
    readonly split: RegimeSplit;
    readonly settings: RunSettings;
    readonly splitSeed: number;
    /** Predictions of controls by name. */
    readonly arms?: Readonly<Record<string, ArrayLike<number>>> | undefined;
  },
): RegimeEvaluation {
  const predictions = {
    [preset]: first ?? mean,
    ...(length > 1 && { [`mean of ${length}`]: mean }),
    ...arms,
  };
  return evaluateByRegime({ train, test, predictions }, { seed: splitSeed });
}

async function writeForecast(
  { directory, flags, settings, split, inputs, results, regimes, notes, arms }: {
    readonly directory: string;
    readonly flags: ForecastFlags;
    readonly settings: RunSettings;
    readonly split: RegimeSplit;
    readonly inputs: Inputs;
    readonly results: readonly FitManyResult[];
    readonly regimes: RegimeEvaluation;
    /** What was said of the prediction, such as what a panel knew of new genes. */
    readonly notes: readonly string[];
    /** What the controls of a model of DNA show. */
    readonly arms: readonly ArmsOfRegime[] | undefined;
  },
): Promise<void> {
  const { ensemble, splitSeed } = flags;
  const { train, test: _, ...heldOut } = split;
  await writeConfig(directory, {
    command: "forecast",
    settings: {
      ...settings,
      ensemble,
      splitSeed,
      newGenes: heldOut.newGenes.length,
      newChromosomes: flags.newChromosomes,
      newCellTypes: heldOut.newCellTypes.length,
    },
    data: train,
    inputs,
    report: results[0],
  });
  const histories = results.map((result, i) => ({ ...result, member: i + 1 }));
  const history = await writeHistory(directory, histories, ensemble);
  await writeJson(`${directory}/regimes.json`, {
    ...regimes,
    arms,
    heldOut,
    notes: notes.length === 0 ? undefined : notes,
  });
  console.info(`Written: ${directory}/ (config.json, ${history}, regimes.json)`);
}

function describeSplit({ train, test, newGenes, newCellTypes }: RegimeSplit): string {
  const cellTypes = newCellTypes.length === 0
    ? "no cell type"
    : `cell type${newCellTypes.length === 1 ? "" : "s"} ${newCellTypes.join(" ")}`;
  return `Held out: ${formatCountOf(newGenes.length, "gene")}, and ${cellTypes}; ` +
    `${formatCountOf(train.length, "sample")} to train on, ` +
    `${test.length.toLocaleString("en-US")} to measure on`;
}

/**
 * Describes a model's error in the competition's mix, and that of the best baseline. If only genes or only cell
 * types were held out, it describes the errors in the one regime that there is.
 */
function describeForecast({ regimes, mix, confidence }: RegimeEvaluation, place: number): string {
  const model = { place, confidence };
  if (mix.models[place]?.mse.value !== null) {
    return `Forecast of the competition's score: ${describeScores(mix, model)}`;
  }
  const [only] = regimes;
  const [missing, held] = only?.regime === "newGene"
    ? ["cell types", "new genes in trained cell types"]
    : ["genes", "trained genes in new cell types"];
  return `No forecast of the competition's score, since no ${missing} were held out, and the error on new ` +
    `${missing} is a part of it.\n` +
    `Error on ${held}: ${only === undefined ? "n/a" : describeScores(only, model)}`;
}

function describeScores(
  { models, baselines, bestBaseline, interval }: RegimeScores,
  { place, confidence }: { readonly place: number; readonly confidence: number },
): string {
  // Each regime is judged for every model.
  const { name, mse } = models[place]!;
  const best = baselines.find((baseline) => baseline.name === bestBaseline);
  const basis = describeInterval(interval, confidence);
  const between = mse.low === null || mse.high === null
    ? ""
    : `${formatMetric(mse.low)} to ${formatMetric(mse.high)}, `;
  return `MSE ${formatMetric(mse.value)} for ${name} (${between}${basis})` +
    (best === undefined ? "" : `; ${formatMetric(best.mse.value)} for ${best.name}`);
}
