import type { Dataset } from "../data/dataset.ts";
import type { PredictionPath } from "../engine/engine.ts";
import type { EngineName, EngineReport } from "../engine/select.ts";
import type { ReconcileOptions } from "../record.ts";
import type { OnProgress } from "../progress.ts";

/** Options of `predict`. */
export interface PredictOptions extends ReconcileOptions {
  /**
   * Where to compute.
   *
   * @default "auto"
   */
  readonly engine?: EngineName | undefined;
  /**
   * Threads to compute on, for engines that have threads.
   *
   * @default all
   */
  readonly threads?: number | undefined;
  /**
   * How to compute, on engines that have several ways: `"grouped"` takes a half to a third of the time for many samples,
   * `"direct"` answers sooner for a few. Their results differ by at most 4e-6 of the largest output, so compare
   * predictions of one path only where that matters.
   *
   * @default {"direct"}
   */
  readonly path?: PredictionPath | undefined;
  /**
   * Whether to add the model's gene effects, if it has any, to the network's predictions. `leave-one-out` is for the
   * samples that the model was trained on, with their labels: each gets the effect that its gene has in the *other*
   * cell types, so that its own label is not in it; see `leaveOneOutEffects`.
   *
   * @default true
   */
  readonly geneEffects?: boolean | "leave-one-out" | undefined;
  /**
   * Samples whose marks are added to the model's panel: those of genes that it lacks, in the cell types that it was trained
   * on. Labels that they may have are not read. For models that read a panel.
   *
   * @default []
   */
  readonly unlabelled?: readonly Dataset[] | undefined;
  /**
   * Marks that are treated as not measured, to see what the others say by themselves. For models that read a panel.
   *
   * @default []
   */
  readonly dropMarks?: readonly string[] | undefined;
  /** Called once, before the first sample, with engine and device in words and the reason for the choice. */
  readonly onStart?: ((report: EngineReport) => void) | undefined;
  /** Called from time to time with the number of samples that are predicted. */
  readonly onProgress?: OnProgress | undefined;
  /** Gives the work up, between two batches: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called in place of computing the outputs of a network for all samples, by those who compute some of them in other
   * processes. All else is done as usual with what it returns.
   *
   * @default {the outputs of all samples are computed}
   */
  readonly takeOutputs?: TakeOutputs | undefined;
}

/**
 * Gives the outputs of a network for all samples, before they are turned into predictions, `[position]`.
 *
 * @param compute Computes those from one position to another, the last one not included: each has the same bits, whichever
 * are computed together.
 * @param samples Number of samples.
 */
export type TakeOutputs = (
  compute: (first: number, end: number) => Promise<Float32Array<ArrayBuffer>>,
  samples: number,
) => Promise<Float32Array<ArrayBuffer>>;
