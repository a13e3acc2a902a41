/** What takes part in the benchmark on real data. */

import type { EngineName } from "../../../src/engine/select.ts";
import type { RealFold } from "./suite.ts";

/**
 * Whether the marks of new genes in the cell types that were trained on are in the model's reference panel; `none` for what
 * reads no panel.
 */
export type Reading = "with" | "without" | "none";

/** The predictions of a contestant for the test samples of a fold. */
export interface RealPrediction {
  readonly reading: Reading;
  /** The mark that was treated as missing in all cell types; absent where all that were measured were used. */
  readonly dropped?: string | undefined;
  /** `[position]` */
  readonly values: Float32Array<ArrayBuffer>;
}

/** What a contestant is asked to do. */
export interface RealTask {
  readonly fold: RealFold;
  readonly seed: number;
  readonly engine: EngineName;
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
}

/** A way to predict expression. */
export interface RealContestant {
  readonly name: string;
  readonly kind: "baseline" | "preset" | "peer";
  /** Whether its result depends on the seed; if not, it runs once. */
  readonly usesSeed: boolean;
  /** The most seeds that it takes; all by default. */
  readonly seeds?: number | undefined;
  /** All that decides its result besides data, fold and seed; a kept result with another identity is not used. */
  readonly identity: unknown;
  /** About how many seconds two quiet cores take. */
  readonly expectSeconds: (fold: RealFold) => number;
  /** Trains on the fold's training samples and predicts its test samples. */
  readonly run: (task: RealTask) => Promise<RealPrediction[]>;
}
