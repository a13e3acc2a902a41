import { DivergedError } from "../errors.ts";
import { encodeGeneEffects, type GeneEffects, parseGeneEffects } from "../model/gene_effects.ts";
import type { RunCheckpoint } from "./fit_types.ts";

/** A run so far. */
export interface GroupRun extends Pick<RunCheckpoint, "state" | "history"> {
  readonly geneEffects?: GeneEffects;
  readonly diverged?: DivergedError;
}

/** A run as a checkpoint keeps it. */
export function toCheckpoint({ geneEffects, diverged, ...run }: GroupRun): RunCheckpoint {
  return {
    ...run,
    ...(geneEffects && { geneEffects: encodeGeneEffects(geneEffects) }),
    ...(diverged && { diverged: diverged.message }),
  };
}

/** A run that a checkpoint kept. */
export function fromCheckpoint({ state, history, geneEffects, diverged }: RunCheckpoint): GroupRun {
  return {
    ...{ state, history },
    ...(geneEffects !== undefined && { geneEffects: parseGeneEffects(geneEffects, "checkpoint") }),
    ...(diverged !== undefined && { diverged: new DivergedError(diverged) }),
  };
}
