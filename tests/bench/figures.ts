/** What the benchmark measures. */

import type { EngineName } from "../../src/engine/select.ts";
import type { Measure } from "./contestant.ts";
import type { PeerName } from "./peers.ts";
import { SINGLE_FIGURES } from "./prepare_single.ts";
import { isPanel, type WorkloadName } from "./workload.ts";

/** A comparison of ours with others, all on the same numbers of threads. */
export interface Figure {
  /** Name, as `--only` takes it. */
  readonly name: string;
  readonly workload: WorkloadName;
  readonly measure: Measure;
  /** The others; none where ours is compared with itself on one thread. */
  readonly peers: readonly PeerName[];
  /** Numbers of threads. @default one, and all */
  readonly threads?: readonly number[];
  /** Rounds, in each of which every side has its turn. @default those of the run */
  readonly rounds?: number;
}

/** The report's models and DeepChrome's, then ours. */
const WORKLOADS: readonly WorkloadName[] = [
  "wakawaka",
  "deepchrome",
  ...([1, 2, 3, 4, 5, 6, 7] as const).map((number) => `experiment${number}` as const),
  "waka2",
  "waka3",
  "waka3-four",
  "bigru10",
  "bigru25",
  "bigru50",
];

/** Peers that train. Compiling made PyTorch slower on every model of convolutions alone: it is left out there. */
function trainers(workload: WorkloadName): PeerName[] {
  if (isPanel(workload)) return ["PyTorch", "PyTorch compiled", "JAX"];
  const others: PeerName[] = ["PyTorch", "PyTorch channels last", "JAX"];
  return workload.startsWith("bigru") ? [...others, "PyTorch compiled"] : others;
}

/** Peers that predict. */
function predictors(workload: WorkloadName): PeerName[] {
  const others = new Set<PeerName>([...trainers(workload), "PyTorch compiled", "ONNX Runtime"]);
  return [...others, ...(isPanel(workload) ? [] : ["ONNX Runtime conv2d"] as const)];
}

/** Models that are compared on one thread and on two, both ways. */
const SCALED = ["wakawaka", "deepchrome", "waka3"] as const;
/** What two threads do of one differs more from pair to pair than two programs do. */
const SCALING_PAIRS = 9;

const training = { workload: "wakawaka", measure: "train" } as const;
const inference = { workload: "wakawaka", measure: "predict" } as const;

/** The authors' later model: in its batches of random samples, and of all samples of some genes. A step of PyTorch takes seconds. */
const DNA_PEERS: readonly PeerName[] = ["PyTorch", "PyTorch channels last"];
const DNA_FIGURES: readonly Figure[] = [
  { name: "waka-dna-training", workload: "waka-dna", measure: "train" },
  { name: "waka-dna-by-gene-training", workload: "waka-dna-by-gene", measure: "train" },
  { name: "waka-dna-inference", workload: "waka-dna", measure: "predict" },
].map((figure) => ({ ...figure, peers: DNA_PEERS, rounds: 3 }) as Figure);

/** The figures of an engine that computes on the processor, in the order of the tables. */
const PROCESSOR_FIGURES: readonly Figure[] = [
  ...WORKLOADS.flatMap((workload): Figure[] => [
    { name: `${workload}-training`, workload, measure: "train", peers: trainers(workload) },
    { name: `${workload}-inference`, workload, measure: "predict", peers: predictors(workload) },
  ]),
  ...DNA_FIGURES,
  {
    name: "wakawaka-one-sample",
    workload: "wakawaka",
    measure: "one",
    peers: ["PyTorch", "PyTorch compiled", "JAX", "ONNX Runtime", "ONNX Runtime conv2d"],
    threads: [1],
  },
  {
    name: "explain-wakawaka",
    workload: "wakawaka",
    measure: "explain",
    peers: ["PyTorch", "PyTorch channels last", "JAX"],
  },
  ...SCALED.flatMap((workload): Figure[] => {
    const alone = { workload, peers: [], threads: [2], rounds: SCALING_PAIRS };
    return [
      { ...alone, name: `${workload}-training-scaling`, measure: "train" },
      { ...alone, name: `${workload}-inference-scaling`, measure: "predict" },
    ];
  }),
  // A step of tf.js takes a quarter of a minute, and jax-js takes all cores.
  { ...training, name: "wakawaka-training-tfjs", peers: ["tf.js"], threads: [2], rounds: 2 },
  { ...inference, name: "wakawaka-inference-tfjs", peers: ["tf.js"], threads: [2] },
  { ...training, name: "wakawaka-training-jaxjs", peers: ["jax-js"], threads: [2] },
];

/** The figures of an engine on the GPU: peers are those that compute on the same adapter. */
const GPU_PEERS: readonly PeerName[] = ["jax-js webgpu", "tf.js webgpu"];
const GPU_FIGURES: readonly Figure[] = [
  { ...training, name: "wakawaka-training", peers: GPU_PEERS, threads: [2] },
  { ...inference, name: "wakawaka-inference", peers: GPU_PEERS, threads: [2] },
];

/** Peers that take long to start, and that a quick look leaves out. */
export const SLOW_TO_START: readonly PeerName[] = ["PyTorch compiled"];

/** Every figure of an engine. Training is in the preset's batches: 250 for wakawaka. */
export function figuresOf(engine: EngineName): readonly Figure[] {
  return engine.endsWith("webgpu") ? GPU_FIGURES : PROCESSOR_FIGURES;
}

/** Name of the figure that compares the forward convolutions with what the processor can do. */
export const PEAK_SHARE = "wakawaka-forward-peak-share";
/** Name of the figure of the first call of `predict` and of later ones. */
export const PREDICT_CALLS = "predict-calls";
/** Name of the figure of docs/examples/service.ts. */
export const SERVICE = "service";

/** Every name that `--only` takes. */
export const FIGURE_NAMES: readonly string[] = [
  ...new Set([...PROCESSOR_FIGURES, ...GPU_FIGURES].map(({ name }) => name)),
  PREDICT_CALLS,
  SERVICE,
  PEAK_SHARE,
  ...SINGLE_FIGURES,
];
