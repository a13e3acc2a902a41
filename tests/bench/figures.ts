/** What the benchmark measures. */

import type { PresetName } from "../../src/model/presets.ts";
import type { Measure } from "./contestant.ts";
import type { PeerName } from "./peers.ts";

/** A comparison of ours with something else. */
export interface Figure {
  /** Name, as `--only` takes it. */
  readonly name: string;
  readonly preset: PresetName;
  readonly measure: Measure;
  /** Another program, or this package's engine itself on one thread. */
  readonly peer: PeerName | "ourselves";
  /** Threads of both sides (of ours, where the peer is this engine or cannot choose). @default all */
  readonly threads?: number;
  /** Pairs of samples. @default 5 */
  readonly pairs?: number;
}

/** A figure against PyTorch, the everyday way and the faster one. */
function againstPyTorch(figure: Omit<Figure, "peer">): Figure[] {
  return [{ ...figure, peer: "PyTorch" }, { ...figure, peer: "PyTorch channels-last" }];
}

const training = { preset: "wakawaka", measure: "train" } as const;
const inference = { preset: "wakawaka", measure: "predict" } as const;

/** Every figure, in the order of the table. Training is in the preset's batches: 250 for wakawaka. */
export const FIGURES: readonly Figure[] = [
  ...againstPyTorch({ ...training, name: "wakawaka-training" }),
  ...againstPyTorch({ ...training, name: "wakawaka-training-one-thread", threads: 1 }),
  ...againstPyTorch({ ...inference, name: "wakawaka-inference" }),
  { ...training, name: "wakawaka-training-two-workers", peer: "ourselves", threads: 2 },
  // A step of tf.js takes a quarter of a minute.
  { ...training, name: "wakawaka-training-tfjs", peer: "tf.js", pairs: 2 },
  { ...inference, name: "wakawaka-inference-tfjs", peer: "tf.js" },
  { ...training, name: "wakawaka-training-jax", peer: "jax-js" },
  ...againstPyTorch({ ...training, name: "deepchrome-training", preset: "deepchrome" }),
  ...againstPyTorch({ ...training, name: "experiment5-training", preset: "experiment5" }),
];

/** Name of the figure that compares the forward convolutions with what the processor can do. */
export const PEAK_SHARE = "wakawaka-forward-peak-share";

/** Every name that `--only` takes. */
export const FIGURE_NAMES: readonly string[] = [
  ...new Set(FIGURES.map(({ name }) => name)),
  PEAK_SHARE,
];
