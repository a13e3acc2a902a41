/** `deno task experiments`: the report's experiments, one table. */

import { formatCountOf } from "../base/count.ts";
import { FOLD_SCHEMES, kFold } from "../data/kfold.ts";
import { type EngineName, selectEngine } from "../engine/select.ts";
import { ContractError } from "../errors.ts";
import { parseSpec } from "../model/parse_spec.ts";
import { parsePresetName } from "../model/presets.ts";
import { TRANSFORMS } from "../record.ts";
import {
  type ExperimentData,
  type ExperimentPlan,
  type ExperimentResult,
  EXPERIMENTS,
  isClassifier,
  planExperiments,
  runExperiment,
  summariseExperiment,
} from "../training/experiments.ts";
import { warnOfMixture } from "./_arithmetic.ts";
import { ownParts, resumeCall } from "./_resume.ts";
import {
  choice,
  type CommandCall,
  type CommandDefinition,
  declareCommon,
  declareResume,
  declareTest,
  integer,
  Interrupted,
  list,
} from "./_cli.ts";
import { chooseFlags, type ExperimentsFlags } from "./_experiment_flags.ts";
import {
  readResult,
  removeResult,
  resultPath,
  writeResult,
  writeTable,
} from "../runs/experiment_files.ts";
import { formatExperiments } from "./_experiment_table.ts";
import type { Inputs } from "../runs/inputs.ts";
import { inputsOfRun } from "./_inputs.ts";
import { checkTestFlags, loadTest } from "./_labels.ts";
import { formatMetric } from "./_metrics.ts";
import { commandLine, formatNext } from "./_place.ts";
import { chooseData, loadData } from "./_data.ts";
import { reportTraining } from "./_report_training.ts";
import { writeConfig } from "../runs/config.ts";
import type { OwnedParts } from "../runs/run_directory.ts";
import type { RunCheckpoints } from "../runs/run_checkpoints.ts";
import { quotePath } from "../base/shell.ts";

/** Command `experiments`. */
export const command: CommandDefinition<ExperimentsFlags> = {
  name: "experiments",
  summary:
    "Trains the report's eight experiments, its three bidirectional GRUs and DeepChrome, and sets " +
    "their errors side by side. A finished experiment is not run again.",
  examples: [
    [
      "deno task experiments --data train.npz --out runs/experiments",
      "a tenth of the genes held out",
    ],
    [
      "deno task experiments --data train.npz --test valid.npz --competition",
      "measured on data of their own, with the report's figures beside ours",
    ],
    ["deno task experiments --data train.npz --only experiment1,experiment8", "two of them"],
    ["deno task experiments --resume runs/experiments", "go on where they were stopped"],
  ],
  declare: (command) =>
    declareResume(declareCommon(
      declareTest(
        command.option("--data <path>", "competition .npz, DeepChrome .csv, or a folder"),
      )
        .option(
          "--scheme <name>",
          `without --test, how to hold out: ${FOLD_SCHEMES.join(", ")}`,
          choice(FOLD_SCHEMES),
          "by-gene",
        )
        .option("--folds <n>", "without --test, one in so many is held out", integer(2), 10)
        .option("--only <names>", "presets to run, such as experiment1,experiment8", list)
        .option("--epochs <n>", "passes over the data (default: each preset's)", integer(1))
        .option(
          "--transform <name>",
          "of the counts: none, log1p, asinh (default: each preset's)",
          choice(TRANSFORMS),
        )
        .option("--seed <n>", "of weights, order, dropout and what is held out", integer(0), 0)
        .option("--competition", "the data are the competition's: show the report's figures", false)
        .option("--out <dir>", "directory to write, or to go on in", "runs/experiments")
        .option("--overwrite", "run finished experiments again", false),
    )),
  run: experiments,
};

async function experiments(given: ExperimentsFlags, { signal }: CommandCall): Promise<void> {
  const flags = await chooseFlags(given);
  const { out, only = EXPERIMENTS, overwrite } = flags;
  checkTestFlags(flags);
  const asked = only.map(parsePresetName);
  const refuse = () => refuseChange(given, flags);
  const dataPath = chooseData(flags.data);
  const { record, test, labels } = flags;
  const inputs = await inputsOfRun({ data: dataPath, record, test, labels }, flags.resume);
  await using owned = await ownParts(out, { command: "experiments", flags, inputs, refuse });
  if (flags.resume !== undefined) console.info(`Resuming ${out}`);
  const data = await chooseTest(dataPath, flags);
  const names = [...new Set([...EXPERIMENTS, ...asked])];
  const plans = await planExperiments(names, data, flags);
  const finished = await findFinished(plans, flags);
  if (overwrite) await forget(only, { out, finished });
  await owned.begin();
  const chosen = plans.filter(({ name }) => only.includes(name));
  // What does not fit the data is told before anything is trained.
  for (const { spec } of chosen) parseSpec(spec);
  if (!flags.otherArithmetic) await refuseMixture(chosen, { finished, engine: flags.engine, out });
  const stopped = await runThose(chosen, { data, finished, flags, owned, signal });
  const rows = plans.flatMap(({ name }) => finished.get(name) ?? []).map(summariseExperiment);
  for (const [engine, results] of Map.groupBy(finished.values(), ({ engine }) => engine)) {
    const arithmetic = results.flatMap((result) => result.arithmetic ?? []);
    warnOfMixture(arithmetic, `the experiments on engine ${engine}`);
  }
  console.log(["", ...formatExperiments(rows, { published: flags.competition })].join("\n"));
  await writeTable(out, rows);
  const arithmetic = [...finished.values()].flatMap((result) => result.arithmetic ?? []);
  await writeExperimentsConfig({ dataPath, data, inputs, arithmetic, flags });
  console.info(`Written: ${out}/ (experiments/, experiments.csv, experiments.json, config.json)`);
  if (stopped !== undefined) {
    throw new Interrupted(
      `Interrupted in ${stopped}: kept the experiments that are finished. ` +
        `Resume: ${resumeCall("experiments", out)}`,
    );
  }
  await owned.finish();
  console.info(formatNext("Next", `${commandLine("report")} ${quotePath(out)}`));
}

/**
 * Refuses a directory in which another run began or ended since the flags were chosen.
 *
 * @throws {ContractError} If one did.
 */
async function refuseChange(given: ExperimentsFlags, { out, resume }: ExperimentsFlags) {
  if ((await chooseFlags(given)).resume === resume) return;
  throw new ContractError(`Cannot write to ${out}: another run was written there meanwhile`);
}

/** Removes the results that are to be replaced, so that one who resumes knows what is left to run. */
async function forget(
  names: readonly string[],
  { out, finished }: { readonly out: string; readonly finished: Map<string, ExperimentResult> },
): Promise<void> {
  for (const name of names) {
    await removeResult(out, name);
    finished.delete(name);
  }
}

/** Training and test data: those of `--test`, or a share of the training data that is held out. */
async function chooseTest(path: string, flags: ExperimentsFlags): Promise<ExperimentData> {
  const data = await loadData(path, flags);
  const test = await loadTest(flags);
  if (test !== undefined) return { train: data, test };
  const { folds, scheme, seed } = flags;
  const [{ training, validation }] = kFold(data, { folds, scheme, seed });
  console.info(
    `No --test: fold 1 of ${folds} ${scheme} is held out, ${validation.length} of ${
      formatCountOf(data.length, "sample")
    }`,
  );
  return { train: training, test: validation };
}

/**
 * The results in the directory that are of these settings and data.
 *
 * @throws {ContractError} If one that is to be run has results of others, which one table must not mix.
 */
async function findFinished(
  plans: readonly ExperimentPlan[],
  { out, only = EXPERIMENTS, overwrite }: ExperimentsFlags,
): Promise<Map<string, ExperimentResult>> {
  const finished = new Map<string, ExperimentResult>();
  for (const { name, digest } of plans) {
    const result = await readResult(out, name);
    if (result === undefined) continue;
    if (result.plan.digest === digest) finished.set(name, result);
    else if (!only.includes(name)) {
      console.info(`${name}: left out of the table, its results are of other settings or data`);
    } else if (!overwrite) {
      throw new ContractError(
        `Cannot resume in ${out}: ${
          resultPath(out, name)
        } is of other settings or data. Name another ` +
          "--out, or add --overwrite",
      );
    }
  }
  return finished;
}

/**
 * Refuses to add to the table what this machine would compute with other arithmetic than what is there already. Other
 * engines are told apart by the table itself.
 *
 * @throws {ContractError} If it would.
 */
async function refuseMixture(
  plans: readonly ExperimentPlan[],
  { finished, engine: name, out }: {
    readonly finished: ReadonlyMap<string, ExperimentResult>;
    readonly engine: EngineName;
    readonly out: string;
  },
): Promise<void> {
  for (const plan of plans.filter(({ name }) => !finished.has(name))) {
    const { engine } = await selectEngine(name, plan.spec);
    const ours = await engine.arithmetic();
    const found = [...finished.values()]
      .flatMap((result) => result.engine === engine.name ? result.arithmetic ?? [] : []);
    if (found.length === 0 || found.includes(ours)) continue;
    throw new ContractError(
      `Cannot resume in ${out}: its experiments were computed with other arithmetic (${
        [...new Set(found)].join("; ")
      }) than is at hand (${ours}). Resume where they were started, name another --out, or add --other-arithmetic`,
    );
  }
}

/** What the experiments of one command share. */
interface Runs {
  readonly data: ExperimentData;
  /** Results by name, to which new ones are added. */
  readonly finished: Map<string, ExperimentResult>;
  readonly flags: ExperimentsFlags;
  readonly owned: OwnedParts;
  readonly signal: AbortSignal;
}

/** Runs what is not finished. Returns the name of the one that was interrupted, if one was. */
async function runThose(plans: readonly ExperimentPlan[], runs: Runs): Promise<string | undefined> {
  const { finished, flags: { out }, owned } = runs;
  for (const plan of plans) {
    const { name } = plan;
    if (finished.has(name)) {
      console.info(`${name}: finished before, with these settings and data; not run again`);
      continue;
    }
    const checkpoints = await owned.open(name);
    const result = await run(plan, { ...runs, checkpoints });
    if (result === undefined) return name;
    await owned.check();
    await writeResult(out, result);
    finished.set(name, result);
    await checkpoints.finish();
  }
  return undefined;
}

async function run(
  plan: ExperimentPlan,
  { data, flags, signal, checkpoints }: Runs & { readonly checkpoints: RunCheckpoints },
): Promise<ExperimentResult | undefined> {
  const { engine, threads } = flags;
  const { name, spec, epochs, batchSize, learningRate } = plan;
  console.info(
    `${name}: ${formatCountOf(epochs, "epoch")}, batch ${batchSize}, learning rate ${learningRate}`,
  );
  if (isClassifier(spec)) {
    console.info("  Labels other than 0 and 1 become 1 above the cell type's median, 0 elsewhere");
  }
  const { resume } = checkpoints.options;
  if (resume !== undefined) console.info(`  Resuming after epoch ${resume.epoch} of ${epochs}`);
  const result = await runExperiment(plan, data, {
    ...{ engine, threads, signal, otherArithmetic: flags.otherArithmetic },
    ...checkpoints.options,
    ...reportTraining("  "),
  });
  if (result !== undefined) console.info(`  ${result.diverged ?? describeScores(result)}`);
  return result;
}

function describeScores(result: ExperimentResult): string {
  const { trainMse, testMse, trainAuroc, testAuroc } = summariseExperiment(result);
  const [what, train, test] = isClassifier(result.plan.spec)
    ? ["AUROC", trainAuroc, testAuroc]
    : ["MSE", trainMse, testMse];
  return `${what} ${formatMetric(train)} on training, ${formatMetric(test)} on test data`;
}

async function writeExperimentsConfig(
  { dataPath, data: { train, test }, inputs, arithmetic, flags }: {
    readonly dataPath: string;
    readonly data: ExperimentData;
    readonly inputs: Inputs;
    readonly arithmetic: readonly string[];
    readonly flags: ExperimentsFlags;
  },
): Promise<void> {
  const { out, transform, seed, engine, threads, epochs, folds, scheme, labels } = flags;
  const held = flags.test === undefined ? { folds, scheme } : { test: flags.test, labels };
  const settings = { data: dataPath, ...held, epochs, transform, seed, engine, threads };
  // Each experiment's own file says which engine it ran on: they may have run on different machines.
  await writeConfig(out, {
    command: "experiments",
    settings: { ...settings, testSamples: test.length },
    data: train,
    inputs,
    arithmetic: [...new Set(arithmetic)].sort(),
  });
}
