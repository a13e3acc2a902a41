/** The units of `experiments`: one experiment each, or a few. */

import { text } from "../base/field.ts";
import { arrayOf, object } from "../base/fields.ts";
import { quotePath } from "../base/shell.ts";
import { chooseThreads } from "../base/threads.ts";
import type { PlannedUnit } from "../cluster/plan.ts";
import { ContractError } from "../errors.ts";
import { parseSpec } from "../model/parse_spec.ts";
import { parsePresetName } from "../model/presets.ts";
import { holdsUnfinishedRun } from "../runs/command_file.ts";
import { readResult } from "../runs/experiment_files.ts";
import {
  type ExperimentData,
  type ExperimentPlan,
  type ExperimentResult,
  planExperiments,
  runExperiment,
} from "../training/experiments.ts";
import { PartFinished } from "../training/part.ts";
import { experimentInputs, loadExperimentData } from "./_experiment_data.ts";
import { chooseFlags, type ExperimentsFlags, experimentsOf } from "./_experiment_flags.ts";
import { findFinished } from "./_finished_experiments.ts";
import { checkTestFlags } from "./_labels.ts";
import { peakMemory } from "./_peak_memory.ts";
import { ownParts, resumeCall } from "./_resume.ts";
import { runExperiments } from "./_run_experiments.ts";
import { tabulateExperiments } from "./_tabulate_experiments.ts";
import { arithmeticOf, checkPlannedArithmetic, checkPlannedInputs } from "./_unit_checks.ts";
import { cutSpans, settingsOf } from "./_unit_settings.ts";
import type {
  Division,
  FinishedUnit,
  GatherCall,
  Gathered,
  PlanCall,
  UnitKind,
  WorkCall,
  WorkDone,
} from "./_units.ts";

/** How the work of `experiments` is divided. */
export const experimentUnits: UnitKind<ExperimentsFlags> = { plan, work, gather };

/** The experiments of a plan, and their data. */
interface LoadedExperiments {
  readonly data: ExperimentData;
  readonly plans: readonly ExperimentPlan[];
  readonly arithmetic: string | undefined;
}

async function load(flags: ExperimentsFlags): Promise<LoadedExperiments> {
  const data = await loadExperimentData(flags);
  const names = [...new Set(experimentsOf(flags))].map(parsePresetName);
  const plans = await planExperiments(names, data, flags);
  for (const { spec } of plans) parseSpec(spec);
  const arithmetic = await arithmeticOf(flags.engine, plans.map(({ spec }) => spec));
  return { data, plans, arithmetic };
}

async function plan(flags: ExperimentsFlags, call: PlanCall): Promise<Division> {
  const { out, resume } = await chooseFlags(flags);
  if (resume !== undefined) {
    throw new ContractError(
      `Cannot plan: ${out} holds unfinished experiments. Resume them with ${
        resumeCall("experiments", out)
      }, or name another --out than ${quotePath(out)}`,
    );
  }
  checkTestFlags(flags);
  const inputs = await experimentInputs(flags);
  const started = performance.now();
  const { data, plans, arithmetic } = await load(flags);
  await findFinished(plans, flags);
  const loadSeconds = (performance.now() - started) / 1000;
  const seconds: (number | undefined)[] = [];
  for (const plan of plans) seconds.push(await surveyExperiment(plan, data, flags));
  const memoryBytes = peakMemory();
  const units = cutSpans(plans.length, call.perUnit ?? 1).map((span): PlannedUnit => {
    const own = plans.slice(...span).map(({ name }) => name);
    const times = seconds.slice(...span);
    const total = times.reduce((sum: number, time) => sum + (time ?? NaN), loadSeconds);
    return {
      id: own.length === 1 ? own[0]! : `${own[0]}-to-${own.at(-1)}`,
      does: own.join(", "),
      needs: Object.keys(inputs),
      makes: own.map((name) => `experiments/${name}.json`),
      seed: flags.seed,
      threads: chooseThreads(flags.threads),
      memoryBytes,
      seconds: Number.isNaN(total) ? undefined : Math.ceil(total),
      settings: { experiments: own },
    };
  });
  return { units, inputs, arithmetic };
}

/** How long an experiment takes, from some of its first steps; `undefined` if it has several phases. */
async function surveyExperiment(
  plan: ExperimentPlan,
  data: ExperimentData,
  { engine, threads }: ExperimentsFlags,
): Promise<number | undefined> {
  let seconds: number | undefined;
  let hasPhases = false;
  const survey = (runs: readonly { readonly seconds: number }[]) => {
    seconds = runs.reduce((sum, run) => sum + run.seconds, 0);
    return Promise.resolve();
  };
  await runExperiment(plan, data, {
    engine,
    threads,
    checkpoint: { save: () => Promise.resolve(), survey },
    onPhase: () => hasPhases = true,
  }).catch((error) => {
    if (!(error instanceof PartFinished)) throw error;
  });
  return hasPhases ? undefined : seconds;
}

async function work(
  flags: ExperimentsFlags,
  { plan, unit, folder, signal }: WorkCall,
): Promise<WorkDone> {
  const { experiments } = settingsOf(unit, SETTINGS);
  const inputs = await experimentInputs(flags);
  checkPlannedInputs(plan, inputs);
  const { data, plans, arithmetic } = await load(flags);
  checkPlannedArithmetic(plan, arithmetic);
  const resume = await holdsUnfinishedRun(folder) ? folder : undefined;
  const own = { ...flags, resume, out: folder, only: experiments, overwrite: false };
  await using owned = await ownParts(folder, { command: "experiments", flags: own, inputs });
  const chosen = plans.filter(({ name }) => experiments.includes(name));
  const finished = await findFinished(chosen, own);
  await owned.begin();
  const stopped = await runExperiments(chosen, { data, finished, flags: own, owned, signal });
  if (stopped !== undefined) throw signal.reason;
  await owned.finish();
  return { arithmetic };
}

const SETTINGS = object({ experiments: arrayOf(text) });

async function gather(flags: ExperimentsFlags, call: GatherCall): Promise<Gathered> {
  checkPlannedInputs(call.plan, await experimentInputs(flags));
  // It may be early: what is in --out is compared, and nothing of another work is replaced.
  await call.begin();
  await tabulateExperiments(flags, call, await resultsOf(call.units, flags));
  return { next: [] };
}

/** Reads what the units found. */
async function resultsOf(
  units: readonly FinishedUnit[],
  flags: ExperimentsFlags,
): Promise<ExperimentResult[]> {
  const results: ExperimentResult[] = [];
  for (const { folder } of units) {
    for (const name of experimentsOf(flags)) {
      const result = await readResult(folder, name);
      if (result !== undefined) results.push(result);
    }
  }
  return results;
}
