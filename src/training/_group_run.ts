import { DivergedError } from "../errors.ts";
import { encodeGeneEffects, type GeneEffects, parseGeneEffects } from "../model/gene_effects.ts";
import type { ModelSpec } from "../model/spec.ts";
import type { DataRecord } from "../record.ts";
import type { GroupSamples } from "./_group_samples.ts";
import type { Hooks } from "./hooks.ts";
import type { FitCheckpoint, FitManyOptions, FitRun, RunCheckpoint } from "./fit_types.ts";
import type { RunSettings } from "./_run_settings.ts";

/** Runs that train side by side on one session, and what they are trained with. */
export interface GroupSetup {
  readonly model: ModelSpec;
  /** The record of the numbers the network sees. */
  readonly record: DataRecord;
  readonly runs: readonly FitRun[];
  /** The settings of each run. */
  readonly settings: readonly RunSettings[];
  /** Passes over the samples, the same for all. */
  readonly epochs: number;
  /** Samples of a step, the same for all. */
  readonly batchSize: number;
  /** The samples of all runs. */
  readonly samples: GroupSamples;
  /** Number of the first run. */
  readonly first: number;
  /** Samples to train on in all epochs of all runs, and of those before the first. */
  readonly work: { readonly before: number; readonly total: number };
  readonly options: FitManyOptions;
  /** Waits for the functions of the options. */
  readonly hooks: Hooks;
  /** Ends the work, whether it is given up or stopped. */
  readonly signal: AbortSignal | undefined;
}

/** The part of a checkpoint that a group knows of. */
export type GroupCheckpoint = Pick<
  FitCheckpoint,
  "epoch" | "position" | "lossSums" | "seconds" | "runs"
>;

/** A run so far. */
export interface GroupRun extends Pick<RunCheckpoint, "state" | "history" | "bestWeights"> {
  readonly geneEffects?: GeneEffects | undefined;
  readonly diverged?: DivergedError | undefined;
}

/**
 * Turns a run into the form that a checkpoint keeps.
 *
 * @param run The run.
 * @returns Its state and history; the rest of it as plain JSON.
 */
export function toCheckpoint(
  { state, history, bestWeights, geneEffects, diverged }: GroupRun,
): RunCheckpoint {
  return {
    state,
    history,
    ...(bestWeights && { bestWeights }),
    ...(geneEffects && { geneEffects: encodeGeneEffects(geneEffects) }),
    ...(diverged && { diverged: diverged.message }),
  };
}

/**
 * Restores a run that a checkpoint kept.
 *
 * @param run What {@linkcode toCheckpoint} made.
 * @returns The run.
 * @throws {FormatError} If its gene effects are damaged.
 */
export function fromCheckpoint(
  { state, history, bestWeights, geneEffects, diverged }: RunCheckpoint,
): GroupRun {
  return {
    state,
    history,
    ...(bestWeights && { bestWeights }),
    ...(geneEffects !== undefined && { geneEffects: parseGeneEffects(geneEffects, "checkpoint") }),
    ...(diverged !== undefined && { diverged: new DivergedError(diverged) }),
  };
}

/** A run with the weights of its best epoch, if these are to be kept. */
export function withBestWeights({ bestWeights, ...run }: GroupRun): GroupRun {
  if (bestWeights === undefined) return run;
  return { ...run, state: { ...run.state, weights: bestWeights } };
}
