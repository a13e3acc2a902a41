/** What to explain, and how. */

import type { EngineName, EngineReport } from "../engine/select.ts";
import type { Dataset } from "../data/dataset.ts";
import type { InputName } from "../model/spec.ts";
import type { ReconcileOptions } from "../record.ts";
import type { AttributionMethod, BaselineKind } from "./types.ts";
import type { OnProgress } from "../progress.ts";

/** What matched samples have in common with a sample. */
export type MatchBy = "signal" | "label";

/** What is occluded each time: one bin of one mark, a window of bins of one mark, or all bins of one mark. */
export type OcclusionUnit = "bin" | "mark" | OcclusionWindow;

/** A window that moves over the bins of a mark. */
export interface OcclusionWindow {
  /** Bins of the window: 1 or more. */
  readonly bins: number;
  /**
   * Bins from the beginning of a window to that of the next: from 1 to the window's.
   *
   * @default {1}
   */
  readonly stride?: number | undefined;
}

/** Options of `attribute`. */
export interface AttributeOptions extends ReconcileOptions {
  /**
   * How attributions are found.
   *
   * @default "integrated-gradients"
   */
  readonly method?: AttributionMethod | undefined;
  /**
   * What samples are compared with, by integrated gradients and occlusion.
   *
   * @default "zero"
   */
  readonly baseline?: BaselineKind | undefined;
  /**
   * What samples of baseline `matched` have in common with a sample, besides the cell type: the total signal, so that
   * attributions say what its shape adds, or the label.
   *
   * @default "signal"
   */
  readonly matchBy?: MatchBy | undefined;
  /**
   * Number of matched samples, of other genes, whose mean profile is the baseline; all others of a cell type with fewer.
   *
   * @default {20}
   */
  readonly matches?: number | undefined;
  /**
   * Points on each path of integrated gradients; baselines drawn for each sample by expected gradients. At most 10,000.
   *
   * @default {50}
   */
  readonly steps?: number | undefined;
  /**
   * The samples to explain, as positions in the data set. Baselines come from all samples of the data set.
   *
   * @default all
   */
  readonly rows?: ArrayLike<number> | undefined;
  /**
   * The inputs to explain. Others stay as they are in the sample.
   *
   * @default all that the method can explain
   */
  readonly inputs?: readonly InputName[] | undefined;
  /**
   * What `occlusion` replaces each time.
   *
   * @default "bin"
   */
  readonly occlude?: OcclusionUnit | undefined;
  /**
   * The bins to occlude, or the bases to mutate: from the first one to the one after the last, counted from 0. The others
   * get NaN.
   *
   * @default all bins, or the 200 bases in the middle
   */
  readonly window?: readonly [start: number, end: number] | undefined;
  /**
   * Seed of what is drawn: an integer from 0 to 2^53 − 1.
   *
   * @default {0}
   */
  readonly seed?: number | undefined;
  /**
   * Where to compute.
   *
   * @default "auto"
   */
  readonly engine?: EngineName | undefined;
  /**
   * Threads to compute on, for engines that have threads; results do not depend on it.
   *
   * @default all
   */
  readonly threads?: number | undefined;
  /**
   * Samples whose marks are added to the models' panel; for models that read one.
   *
   * @default []
   */
  readonly unlabelled?: readonly Dataset[] | undefined;
  /**
   * Marks that are treated as not measured; for models that read a panel.
   *
   * @default []
   */
  readonly dropMarks?: readonly string[] | undefined;
  /**
   * The most samples of a block; results do not depend on it.
   *
   * @default as many as have two million values, at most 256
   */
  readonly blockSize?: number | undefined;
  /** Called once, before the first sample, with engine and device in words and the reason for the choice. */
  readonly onStart?: ((report: EngineReport) => void) | undefined;
  /** Called with the number of samples that are explained; one that several models explain counts in part after each. */
  readonly onProgress?: OnProgress | undefined;
  /** Gives the work up, between two batches: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}
