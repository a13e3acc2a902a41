/** What the benchmark measures. */

import type { EngineName } from "../../src/engine/select.ts";
import type { SequentialPresetName } from "../../src/model/presets.ts";
import type { Measure } from "./contestant.ts";
import type { PeerName } from "./peers.ts";

/** A comparison of ours with something else. */
export interface Figure {
  /** Name, as `--only` takes it. */
  readonly name: string;
  readonly preset: SequentialPresetName;
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

/** The figures of an engine that computes on the processor, in the order of the table. */
const PROCESSOR_FIGURES: readonly Figure[] = [
  ...againstPyTorch({ ...training, name: "wakawaka-training" }),
  ...againstPyTorch({ ...training, name: "wakawaka-training-one-thread", threads: 1 }),
  ...againstPyTorch({ ...inference, name: "wakawaka-inference" }),
  { ...training, name: "wakawaka-training-two-workers", peer: "ourselves", threads: 2 },
  // A step of tf.js takes a quarter of a minute.
  { ...training, name: "wakawaka-training-tfjs", peer: "tf.js", pairs: 2 },
  { ...inference, name: "wakawaka-inference-tfjs", peer: "tf.js" },
  { ...training, name: "wakawaka-training-jax", peer: "jax-js" },
  ...(["deepchrome", "experiment5"] as const).flatMap((preset) => [
    ...againstPyTorch({ ...training, name: `${preset}-training`, preset }),
    ...againstPyTorch({ ...training, name: `${preset}-training-one-thread`, preset, threads: 1 }),
  ]),
];

/** The figures of an engine on the GPU: peers are those that compute on the same adapter. */
const GPU_FIGURES: readonly Figure[] = [
  { ...training, name: "wakawaka-training", peer: "jax-js webgpu" },
  { ...training, name: "wakawaka-training", peer: "tf.js webgpu", pairs: 3 },
  { ...inference, name: "wakawaka-inference", peer: "jax-js webgpu" },
  { ...inference, name: "wakawaka-inference", peer: "tf.js webgpu" },
];

/** Every figure of an engine. Training is in the preset's batches: 250 for wakawaka. */
export function figuresOf(engine: EngineName): readonly Figure[] {
  return engine.endsWith("webgpu") ? GPU_FIGURES : PROCESSOR_FIGURES;
}

/** Name of the figure that compares the forward convolutions with what the processor can do. */
export const PEAK_SHARE = "wakawaka-forward-peak-share";

/** Every name that `--only` takes. */
export const FIGURE_NAMES: readonly string[] = [
  ...new Set([...PROCESSOR_FIGURES, ...GPU_FIGURES].map(({ name }) => name)),
  PEAK_SHARE,
];
