/** Finds experiments that are finished already, and refuses those that one table must not mix with new ones. */

import { listChanges } from "../base/list_changes.ts";
import { type EngineName, selectEngine } from "../engine/select.ts";
import { ContractError } from "../errors.ts";
import { readResult, removeResult, resultPath, writeResult } from "../runs/experiment_files.ts";
import { checkArithmetic } from "../training/check_arithmetic.ts";
import type { ExperimentPlan, ExperimentResult } from "../training/experiments.ts";
import { warnOfMixture } from "./_arithmetic.ts";
import { type ExperimentsFlags, experimentsOf } from "./_experiment_flags.ts";
import { flagOf } from "./_flag_name.ts";

/** The parts of a plan that flags set; the others follow from the preset and the data. */
const PLANNED_FLAGS: ReadonlySet<string> = new Set(["epochs", "transform", "seed", "window"]);

/**
 * Finds the results in the directory that belong to these settings and data.
 *
 * @throws {ContractError} If an experiment that is to be run has results of other settings or data, since one table
 * must not mix them.
 */
export async function findFinished(
  plans: readonly ExperimentPlan[],
  flags: ExperimentsFlags,
): Promise<Map<string, ExperimentResult>> {
  const { out, overwrite } = flags;
  const only = experimentsOf(flags);
  const finished = new Map<string, ExperimentResult>();
  for (const plan of plans) {
    const { name } = plan;
    const result = await readResult(out, name);
    if (result === undefined) continue;
    const other = describeOther(result.plan, plan);
    if (other === undefined) finished.set(name, result);
    else if (!only.includes(name)) {
      console.info(`${name}: left out of the table, since its results are of ${other}`);
    } else if (!overwrite) {
      throw new ContractError(
        `Cannot resume in ${out}: ${
          resultPath(out, name)
        } is of ${other}. Name another --out, or ` +
          "add --overwrite",
      );
    }
  }
  return finished;
}

/** Says in what a finished experiment differs from a planned one; `undefined` if its results are those of the plan. */
function describeOther(kept: ExperimentPlan, plan: ExperimentPlan): string | undefined {
  const { digest: theirs, spec: theirSpec, ...settings } = kept;
  const { digest, spec, ...wanted } = plan;
  if (theirs === digest) return undefined;
  const changes = listChanges(
    settings,
    wanted,
    (field) => PLANNED_FLAGS.has(field) ? flagOf(field) : field,
  );
  if (changes.length > 0) return `other settings: ${changes.join("; ")}`;
  return listChanges({ spec: theirSpec }, { spec }).length > 0
    ? "another model, as data of another shape have it"
    : "other data: other samples are trained on, or held out";
}

/** Removes the results that are to be replaced, so that a later `--resume` finds what is left to run. */
export async function removeResults(
  names: readonly string[],
  { out, finished }: { readonly out: string; readonly finished: Map<string, ExperimentResult> },
): Promise<void> {
  for (const name of names) {
    await removeResult(out, name);
    finished.delete(name);
  }
}

/**
 * Takes experiments that other processes ran, and writes those that are not in the directory yet.
 *
 * @param plans The experiments to take.
 * @param results What the other processes found.
 * @param table What is in the directory, to which they are added.
 * @throws {ContractError} If an experiment is missing, of other settings or data, or of other arithmetic than those that are in
 * the directory.
 */
export async function takeElsewhere(
  plans: readonly ExperimentPlan[],
  results: readonly ExperimentResult[],
  { finished, flags: { out, otherArithmetic } }: {
    readonly finished: Map<string, ExperimentResult>;
    readonly flags: ExperimentsFlags;
  },
): Promise<void> {
  for (const wanted of plans.filter(({ name }) => !finished.has(name))) {
    const { name } = wanted;
    const result = results.find(({ plan }) => plan.name === name);
    const other = result && describeOther(result.plan, wanted);
    if (result === undefined || other !== undefined) {
      const found = other === undefined ? "none" : `one of ${other}`;
      throw new ContractError(
        `Cannot take experiment ${name}: found ${found}, expected the result of another process`,
      );
    }
    const known = otherArithmetic ? [] : arithmeticOn(result.engine, finished.values());
    for (const theirs of result.arithmetic ?? []) checkArithmetic(known, theirs, mixtureIn(out));
    await writeResult(out, result);
    finished.set(name, result);
  }
}

/** Every kind of arithmetic with which an engine computed results. */
function arithmeticOn(engine: string, results: Iterable<ExperimentResult>): readonly string[] {
  return [...results].flatMap((result) => result.engine === engine ? result.arithmetic ?? [] : []);
}

function mixtureIn(out: string) {
  return {
    action: `resume in ${out}`,
    subject: "its experiments were",
    advice: ". Resume where they were started, name another --out, or add --other-arithmetic",
  };
}

/**
 * Refuses to add results that this machine would compute with other arithmetic than the results already in the table.
 * Results of different engines may be mixed, since the table names the engine of each.
 *
 * @throws {ContractError} If this machine's arithmetic differs.
 */
export async function refuseMixture(
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
    checkArithmetic(arithmeticOn(engine.name, finished.values()), ours, mixtureIn(out));
  }
}

/** Warns if the results of one engine were computed with more than one kind of arithmetic. */
export function warnOfMixedResults(results: Iterable<ExperimentResult>): void {
  for (const [engine, group] of Map.groupBy(results, ({ engine }) => engine)) {
    const arithmetic = group.flatMap((result) => result.arithmetic ?? []);
    warnOfMixture(arithmetic, `the experiments on engine ${engine}`);
  }
}
