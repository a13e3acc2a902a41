import { openNpz } from "../../src/io/npz.ts";
import { parseSpec } from "../../src/model/parse_spec.ts";
import { weightShapes } from "../../src/model/shapes.ts";
import type { SequentialSpec } from "../../src/model/spec.ts";

const GOLDEN = new URL("../../fixtures/golden/", import.meta.url);

/** A training run of PyTorch in float64: 20 Adam steps of one batch, no dropout. */
export interface GoldenRun {
  readonly spec: SequentialSpec;
  readonly learningRate: number;
  /** `[sample, bin, mark]` */
  readonly x: Float32Array<ArrayBuffer>;
  readonly y: Float64Array<ArrayBuffer>;
  /** In the order of `weightShapes(spec)`, as are all lists of arrays here. */
  readonly weights: Float32Array<ArrayBuffer>[];
  /** Of the first step; absent for weights that are not trained. */
  readonly gradients: (Float64Array | undefined)[];
  /** Of each of the 20 steps, before the step is taken. */
  readonly losses: Float64Array;
  readonly predictions: Float64Array;
  readonly weightsAfter1: Float64Array[];
  readonly weightsAfter20: Float64Array[];
}

/** Names of the runs of models with one input; `fixtures/golden/make.py` made them. */
export const GOLDEN_NAMES = ["wakawaka", "one_convolution", "batch_norm"] as const;

/** Reads a golden run. */
export async function readGolden(name: typeof GOLDEN_NAMES[number]): Promise<GoldenRun> {
  const { spec: json, learningRate } = JSON.parse(
    await Deno.readTextFile(new URL(`${name}.json`, GOLDEN)),
  );
  const spec = parseSpec(json as SequentialSpec);
  using npz = await openNpz(new URL(`${name}.npz`, GOLDEN));
  const names = new Set(npz.members.map((member) => member.name));
  const float64 = async (member: string) =>
    Float64Array.from((await npz.read(member)).data as ArrayLike<number>);
  const indices = weightShapes(spec).map((_, index) => String(index).padStart(2, "0"));
  const each = <Value>(read: (index: string) => Promise<Value>) => Promise.all(indices.map(read));
  return {
    spec,
    learningRate,
    x: Float32Array.from(await float64("input_signal")),
    y: await float64("y"),
    weights: await each(async (i) => Float32Array.from(await float64(`weight_${i}`))),
    gradients: await each(async (i) =>
      names.has(`gradient_${i}`) ? await float64(`gradient_${i}`) : undefined
    ),
    losses: await float64("losses"),
    predictions: await float64("predictions"),
    weightsAfter1: await each((i) => float64(`weight_${i}_after_1`)),
    weightsAfter20: await each((i) => float64(`weight_${i}_after_20`)),
  };
}
