/** Does the work of `experiments`: runs what is not finished, or takes what other processes ran, and writes the table. */

import { quotePath } from "../base/shell.ts";
import { parseSpec } from "../model/parse_spec.ts";
import { parsePresetName } from "../model/presets.ts";
import { writeConfig } from "../runs/config.ts";
import { writeTable } from "../runs/experiment_files.ts";
import type { Inputs } from "../runs/inputs.ts";
import { removeOtherRun } from "../runs/run_files.ts";
import {
  DNA_EXPERIMENTS,
  type ExperimentData,
  type ExperimentResult,
  EXPERIMENTS,
  planExperiments,
  summariseExperiment,
} from "../training/experiments.ts";
import { type CommandCall, Interrupted } from "./flags.ts";
import { chooseData } from "./_data.ts";
import { experimentInputs, loadExperimentData } from "./_experiment_data.ts";
import {
  chooseFlags,
  type ExperimentsFlags,
  experimentsOf,
  refuseChange,
} from "./_experiment_flags.ts";
import { formatExperiments } from "./_experiment_table.ts";
import {
  findFinished,
  refuseMixture,
  removeResults,
  takeElsewhere,
  warnOfMixedResults,
} from "./_finished_experiments.ts";
import { checkTestFlags } from "./_labels.ts";
import { commandLine, formatNext } from "./_place.ts";
import { ownParts, resumeCall } from "./_resume.ts";
import { describeScheme } from "./_scheme.ts";
import { runExperiments } from "./_run_experiments.ts";

/**
 * Runs the experiments that are not finished, and sets all side by side in `--out`.
 *
 * @param given The flags of the call.
 * @param call The call.
 * @param elsewhere Experiments that other processes ran; then nothing is run here.
 * @throws {Interrupted} If an experiment was stopped.
 * @throws {ContractError} If one was run elsewhere with other settings or data, or on a machine that rounds differently from
 * that of those which are there.
 */
export async function tabulateExperiments(
  given: ExperimentsFlags,
  { signal }: Pick<CommandCall, "signal">,
  elsewhere?: readonly ExperimentResult[],
): Promise<void> {
  const flags = await chooseFlags(given);
  const { out, overwrite, engine } = flags;
  const only = experimentsOf(flags);
  checkTestFlags(flags);
  const asked = only.map(parsePresetName);
  const refuse = () => refuseChange(given, flags);
  const dataPath = chooseData(flags.data);
  const inputs = await experimentInputs(flags);
  await using owned = await ownParts(out, { command: "experiments", flags, inputs, refuse });
  if (flags.resume !== undefined) console.info(`Resuming ${out}`);
  const data = await loadExperimentData(flags);
  const all = flags.dna ? DNA_EXPERIMENTS : EXPERIMENTS;
  const names = [...new Set([...all, ...asked])];
  const plans = await planExperiments(names, data, flags);
  const finished = await findFinished(plans, flags);
  if (overwrite) await removeResults(only, { out, finished });
  await owned.begin();
  const chosen = plans.filter(({ name }) => only.includes(name));
  // A model that does not fit the data is refused before anything is trained.
  for (const { spec } of chosen) parseSpec(spec);
  if (elsewhere !== undefined) await takeElsewhere(chosen, elsewhere, { finished, flags });
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
  await owned.check();
  // There is such a run only with --overwrite.
  await removeOtherRun(out, "experiments");
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
  const beside = flags.competition ? " --competition" : "";
  console.info(formatNext("Next", `${commandLine("report")} ${quotePath(out)}${beside}`));
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
