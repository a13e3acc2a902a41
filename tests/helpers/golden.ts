import { joinInputs } from "../../src/engine/joined_source.ts";
import { memorySource } from "../../src/engine/memory_source.ts";
import { NO_ENTRY, type SampleSource } from "../../src/engine/sample_source.ts";
import { openNpz } from "../../src/io/npz.ts";
import type { NpzReader } from "../../src/io/npz_types.ts";
import { isOverReferences } from "../../src/model/inputs.ts";
import { parseSpec } from "../../src/model/parse_spec.ts";
import { weightShapes } from "../../src/model/shapes.ts";
import {
  type BranchedSpec,
  type InputName,
  type InputSpec,
  isBranched,
  type ModelSpec,
} from "../../src/model/spec.ts";

const GOLDEN = new URL("../../fixtures/golden/", import.meta.url);

/** A training run of PyTorch in float64: 20 Adam steps of one batch, no dropout. */
export interface GoldenRun {
  readonly spec: ModelSpec;
  readonly learningRate: number;
  readonly source: SampleSource;
  /** In the order of `weightShapes(spec)`, as are all lists of arrays here. */
  readonly weights: Float32Array<ArrayBuffer>[];
  /** Of the first step; absent for weights that are not trained. */
  readonly gradients: (Float64Array | undefined)[];
  /** Of each of the 20 steps, before the step is taken. */
  readonly losses: Float64Array;
  readonly predictions: Float64Array;
  /** Of each sample's prediction by its inputs; of models with branches. */
  readonly inputGradients: ReadonlyMap<InputName, Float64Array>;
  readonly weightsAfter1: Float64Array[];
  readonly weightsAfter20: Float64Array[];
}

/** Names of the runs of models with one input; `fixtures/golden/make.py` made them. */
export const GOLDEN_NAMES = ["wakawaka", "one_convolution", "batch_norm"] as const;

/** The name of such a run. */
export type GoldenName = typeof GOLDEN_NAMES[number];

/** Names of the runs of models with branches. */
export const BRANCHED_GOLDEN_NAMES = ["branches", "dna", "dna_recurrent"] as const;

/** The name of such a run. */
export type BranchedGoldenName = typeof BRANCHED_GOLDEN_NAMES[number];

/** Reads the model of a golden run. */
export function readGoldenSpec(name: GoldenName | BranchedGoldenName): ModelSpec {
  return parseSpec(readSettings(name).spec);
}

function readSettings(name: string): { spec: unknown; learningRate: number } {
  return JSON.parse(Deno.readTextFileSync(new URL(`${name}.json`, GOLDEN)));
}

/** Reads a golden run. */
export async function readGolden(
  name: GoldenName | BranchedGoldenName,
): Promise<GoldenRun> {
  const { spec: json, learningRate } = readSettings(name);
  const spec: ModelSpec = parseSpec(json);
  using npz = await openNpz(new URL(`${name}.npz`, GOLDEN));
  const names = new Set(npz.members.map((member) => member.name));
  const indices = weightShapes(spec).map((_, index) => String(index).padStart(2, "0"));
  const each = <Value>(read: (index: string) => Promise<Value>) => Promise.all(indices.map(read));
  const inputGradients = new Map<InputName, Float64Array>();
  for (const input of isBranched(spec) ? spec.inputs : []) {
    inputGradients.set(input.name, await readFloats(npz, `input_gradient_${input.name}`));
  }
  return {
    spec,
    learningRate,
    source: await (isBranched(spec) ? readBranches(npz, spec) : readSignal(npz, spec)),
    weights: await each(async (i) => Float32Array.from(await readFloats(npz, `weight_${i}`))),
    gradients: await each(async (i) =>
      names.has(`gradient_${i}`) ? await readFloats(npz, `gradient_${i}`) : undefined
    ),
    losses: await readFloats(npz, "losses"),
    predictions: await readFloats(npz, "predictions"),
    inputGradients,
    weightsAfter1: await each((i) => readFloats(npz, `weight_${i}_after_1`)),
    weightsAfter20: await each((i) => readFloats(npz, `weight_${i}_after_20`)),
  };
}

async function readFloats(npz: NpzReader, member: string): Promise<Float64Array<ArrayBuffer>> {
  return Float64Array.from((await npz.read(member)).data as ArrayLike<number>);
}

async function readSignal(
  npz: NpzReader,
  { bins, marks }: { readonly bins: number; readonly marks: number },
): Promise<SampleSource> {
  return memorySource({
    signal: Float32Array.from(await readFloats(npz, "input_signal")),
    labels: await readFloats(npz, "y"),
    bins,
    marks,
    transform: "none",
  });
}

async function readBranches(npz: NpzReader, { inputs }: BranchedSpec): Promise<SampleSource> {
  const labels = await readFloats(npz, "y");
  const names = new Set(npz.members.map(({ name }) => name));
  const readEntries = async (input: InputSpec) => {
    if (isOverReferences(input)) {
      const mask = await readFloats(npz, "reference_mask");
      return Uint32Array.from(mask, (isPresent, place) => isPresent === 1 ? place : NO_ENTRY);
    }
    const member = `entry_of_${input.name}`;
    return names.has(member) ? Uint32Array.from(await readFloats(npz, member)) : undefined;
  };
  const readColumn = async (input: InputSpec) => ({
    input,
    table: Float32Array.from(await readFloats(npz, `input_${input.name}`)),
    entryOf: await readEntries(input),
  });
  const columns = [];
  for (const input of inputs) columns.push(await readColumn(input));
  return joinInputs({ samples: labels.length, labels, columns });
}
