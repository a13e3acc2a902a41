/** Command `experiments`: the report's experiments in one table. */

import { formatCountOf } from "../base/count.ts";
import { quotePath } from "../base/shell.ts";
import { kFold } from "../data/kfold.ts";
import { parseSpec } from "../model/parse_spec.ts";
import { parsePresetName } from "../model/presets.ts";
import { writeConfig } from "../runs/config.ts";
import { writeTable } from "../runs/experiment_files.ts";
import type { Inputs } from "../runs/inputs.ts";
import {
  DNA_EXPERIMENTS,
  type ExperimentData,
  EXPERIMENTS,
  planExperiments,
  summariseExperiment,
} from "../training/experiments.ts";
import { type CommandCall, type CommandDefinition, Interrupted } from "./flags.ts";
import { fileOfAnnotation } from "./_annotation.ts";
import { chooseData, loadData } from "./_data.ts";
import {
  chooseFlags,
  declareExperiments,
  type ExperimentsFlags,
  experimentsOf,
  refuseChange,
} from "./_experiment_flags.ts";
import { formatExperiments } from "./_experiment_table.ts";
import {
  findFinished,
  refuseMixture,
  removeResults,
  warnOfMixedResults,
} from "./_finished_experiments.ts";
import { inputsOfRun } from "./_inputs.ts";
import { checkTestFlags, loadTest } from "./_labels.ts";
import { commandLine, formatNext } from "./_place.ts";
import { ownParts, resumeCall } from "./_resume.ts";
import { describeScheme, readSchemeTables } from "./_scheme.ts";
import { runExperiments } from "./_run_experiments.ts";

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
      "measured on separate data, with the report's figures beside ours",
    ],
    ["deno task experiments --data train.npz --only experiment1,experiment8", "two of them"],
    [
      "deno task experiments --data train.npz --dna --out runs/dna-experiments",
      "the later report's models of marks and DNA, its errors beside ours",
    ],
    ["deno task experiments --resume runs/experiments", "resumes experiments that were stopped"],
  ],
  declare: declareExperiments,
  run: experiments,
};

async function experiments(given: ExperimentsFlags, { signal }: CommandCall): Promise<void> {
  const flags = await chooseFlags(given);
  const { out, overwrite, engine } = flags;
  const only = experimentsOf(flags);
  checkTestFlags(flags);
  const asked = only.map(parsePresetName);
  const refuse = () => refuseChange(given, flags);
  const dataPath = chooseData(flags.data);
  const { record, sequences, test, labels, genes, groups } = flags;
  const files = { record, sequences, test, labels, genes: fileOfAnnotation(genes), groups };
  const paths = { data: dataPath, ...files };
  const inputs = await inputsOfRun(paths, flags.resume);
  await using owned = await ownParts(out, { command: "experiments", flags, inputs, refuse });
  if (flags.resume !== undefined) console.info(`Resuming ${out}`);
  const data = await chooseTest(dataPath, flags);
  const all = flags.dna ? DNA_EXPERIMENTS : EXPERIMENTS;
  const names = [...new Set([...all, ...asked])];
  const plans = await planExperiments(names, data, { ...flags, mostBytes: flags.memory });
  const finished = await findFinished(plans, flags);
  if (overwrite) await removeResults(only, { out, finished });
  await owned.begin();
  const chosen = plans.filter(({ name }) => only.includes(name));
  // A model that does not fit the data is refused before anything is trained.
  for (const { spec } of chosen) parseSpec(spec);
  if (!flags.otherArithmetic) await refuseMixture(chosen, { finished, engine, out });
  const stopped = await runExperiments(chosen, { data, finished, flags, owned, signal });
  const rows = plans.flatMap(({ name }) => finished.get(name) ?? []).map(summariseExperiment);
  warnOfMixedResults(finished.values());
  if (flags.dna && !flags.competition) {
    console.info(
      "The report's figures are of the competition's data; on others they compare with nothing.",
    );
  }
  console.log(
    ["", ...formatExperiments(rows, { published: flags.competition || flags.dna })].join("\n"),
  );
  await writeTable(out, rows);
  const arithmetic = [...finished.values()].flatMap((result) => result.arithmetic ?? []);
  await writeExperimentsConfig({ dataPath, data, inputs, arithmetic, flags });
  console.info(`Written: ${out}/ (experiments/, experiments.csv, experiments.json, config.json)`);
  if (stopped !== undefined) {
    throw new Interrupted(
      `Interrupted in ${stopped}: kept the experiments that are finished. Resume: ${
        resumeCall("experiments", out)
      }`,
    );
  }
  await owned.finish();
  console.info(formatNext("Next", `${commandLine("report")} ${quotePath(out)}`));
}

/** Reads the training data and the test data, which are those of `--test` or a held-out part of the training data. */
async function chooseTest(path: string, flags: ExperimentsFlags): Promise<ExperimentData> {
  const tables = await readSchemeTables(flags);
  const loaded = await loadData(path, flags);
  const test = await loadTest(flags);
  if (test !== undefined) return { train: loaded, test };
  const { folds, scheme, seed, stratified } = flags;
  const { data, groups } = tables.join(loaded);
  const [fold] = kFold(data, { folds, scheme, seed, stratified, groups });
  const { training, validation } = fold!;
  console.info(
    `No --test: fold 1 of ${folds} ${scheme} is held out, ${validation.length} of ${
      formatCountOf(data.length, "sample")
    }`,
  );
  return { train: training, test: validation };
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
  const { out, transform, seed, engine, threads, epochs, folds, labels } = flags;
  const held = flags.test === undefined
    ? { folds, ...describeScheme(flags) }
    : { test: flags.test, labels };
  const settings = { data: dataPath, ...held, epochs, transform, seed, engine, threads };
  // Experiments may have run on different machines, so each one's own file says which engine it ran on.
  await writeConfig(out, {
    command: "experiments",
    settings: { ...settings, testSamples: test.length },
    data: train,
    inputs,
    arithmetic: [...new Set(arithmetic)].sort(),
  });
}
