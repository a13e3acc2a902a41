/** Arguments of training that programs without types get wrong: they are refused before anything is done. */

import { typedArrayName } from "../base/arrays.ts";
import { checkInteger } from "../base/check_integer.ts";
import { showValue } from "../base/show_value.ts";
import { ContractError } from "../errors.ts";
import type { OPTIONS } from "./_option_names.ts";
import { plainOptions } from "./_plain_options.ts";
import type { FitCheckpoint, FitManyOptions, FitRun } from "./fit_types.ts";

/**
 * What a run may have of its own: its options, and whatever `fitMany` does not take, which is a field of the program's record,
 * such as the `path` where it keeps the run.
 */
const OF_RUNS: Readonly<Record<Exclude<keyof typeof OPTIONS, keyof FitManyOptions>, true>> = {
  collectCalls: true,
  confidence: true,
  data: true,
  dropMarks: true,
  folds: true,
  groups: true,
  learningRate: true,
  maxQueued: true,
  members: true,
  memory: true,
  onFold: true,
  onFoldEnd: true,
  onNote: true,
  onPhase: true,
  path: true,
  repeats: true,
  scheme: true,
  seed: true,
  stratified: true,
  takeOutputs: true,
  validation: true,
};

/**
 * Runs without what is `null` in them.
 *
 * @throws {TypeError} Unless they are a list. If one has an option that all runs share, and it is not the one that they share:
 * nothing would read it.
 */
export function plainRuns(runs: readonly FitRun[], options: FitManyOptions): readonly FitRun[] {
  if (!Array.isArray(runs)) {
    throw new TypeError(`Cannot train: runs are ${showValue(runs)}, expected an array of runs`);
  }
  return runs.map((run: FitRun, index) => {
    const plain = plainOptions(run, "train");
    const own = Object.entries(plain).find(([name, value]) =>
      !Object.hasOwn(OF_RUNS, name) && Reflect.get(Object(options), name) !== value
    );
    if (own === undefined) return plain;
    throw new TypeError(
      `Cannot train: run ${index} has ${
        own[0]
      } of its own, which all runs share; give it in the options, and train runs ` +
        "that differ in it one after the other",
    );
  });
}

/** Throws unless this is a model, as far as can be seen without reading it, or the name of a preset. */
export function checkSpec(spec: unknown, action: string): void {
  if (typeof spec === "string" || isObject(spec)) return;
  throw new TypeError(
    `Cannot ${action}: found ${
      showValue(spec)
    } as the model, expected a model or the name of a preset`,
  );
}

/** Throws unless the options that are objects are what they are called. */
export function checkOptions({ checkpoint, initial, resume }: FitManyOptions): void {
  const isAbsent = (value: unknown) => (value ?? undefined) === undefined;
  if (!isAbsent(checkpoint) && typeof checkpoint?.save !== "function") {
    throw new TypeError(
      `Cannot train: checkpoint.save is ${showValue(checkpoint?.save)}, expected a function`,
    );
  }
  if (!isAbsent(resume)) checkResume(resume!);
  if (isAbsent(initial) || Array.isArray(initial)) return;
  const missing = ["spec", "weights", "record", "training"]
    .find((name) => !isObject(initial) || !isObject(Reflect.get(initial, name)));
  if (missing === undefined) return;
  throw new TypeError(
    `Cannot train: initial has no ${missing}, expected a trained model or an array of weights`,
  );
}

function checkResume(resume: FitCheckpoint): void {
  const { runs, group, identity } = isObject(resume) ? resume : {} as Partial<FitCheckpoint>;
  if (!Array.isArray(runs) || !Array.isArray(group) || typeof identity !== "string") {
    throw new TypeError(
      "Cannot resume: resume has no runs, group or identity, expected a checkpoint, such as `checkpoint` of what " +
        "CheckpointFolder.load returns",
    );
  }
  checkNotFreed(resume, "resume");
  for (const name of ["epoch", "position"] as const) {
    checkInteger(resume[name], { action: "resume", name: `${name} of the checkpoint`, least: 0 });
  }
}

/**
 * Throws unless a checkpoint has its arrays. One that was kept after `save` without being copied has not: training has freed its
 * memory then.
 */
export function checkNotFreed({ runs }: Pick<FitCheckpoint, "runs">, action: string): void {
  for (const [run, { state }] of runs.entries()) {
    const arrays = [state?.weights, state?.firstMoments, state?.secondMoments];
    if (
      arrays.every((list) => list?.every?.((values) => typedArrayName(values) === "Float32Array"))
    ) continue;
    throw new TypeError(
      `Cannot ${action}: the state of run ${run} of the checkpoint has no lists of Float32Array, as after ` +
        "JSON.stringify; encodeCheckpoint, CheckpointFolder and structuredClone keep them",
    );
  }
  const isFreed = runs.some(({ state, underWay, bestWeights = [] }) =>
    [state.weights, underWay?.weights ?? [], bestWeights].flat().some(({ length }) => length === 0)
  );
  if (!isFreed) return;
  throw new ContractError(
    `Cannot ${action}: the checkpoint's memory was freed after \`save\`, expected a copy, which structuredClone makes in ` +
      "`save`",
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
