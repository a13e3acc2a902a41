/** What is timed: a preset with weights and samples, in memory and as a folder for other programs. */

import type { SignalColumns } from "../../src/engine/memory_source.ts";
import { openFile } from "../../src/files/file.ts";
import { openNpz } from "../../src/io/npz.ts";
import { writeNpz } from "../../src/io/npz_writer.ts";
import { initialWeights, type Weights } from "../../src/model/initial_weights.ts";
import { findPreset, presetSpec, type SequentialPresetName } from "../../src/model/presets.ts";
import { weightShapes } from "../../src/model/shapes.ts";
import type { SequentialSpec as ModelSpec } from "../../src/model/spec.ts";
import { simulateColumns } from "../../src/simulate/columns.ts";

/** A model and how it is trained: what `task.json` holds. */
export interface Task {
  readonly spec: ModelSpec;
  readonly batchSize: number;
  readonly learningRate: number;
}

/** A task with initial weights and samples. */
export interface Workload extends Task {
  readonly weights: Weights;
  readonly data: SignalColumns & { readonly labels: Float64Array };
}

/** 20,000 samples: 40 MB as float32, more than caches hold, as the real data are. */
const SIZE = { cellTypes: 2, genes: 10_000, newCellTypes: 0, newGenes: 1 };

/** Makes the workload of a preset on simulated samples, trained as the preset says. */
export function makeWorkload(preset: SequentialPresetName): Workload {
  const spec = presetSpec(preset);
  const { train } = simulateColumns(SIZE);
  const classes = spec.loss === "binaryCrossentropy";
  const labels = classes ? train.labels!.map((label) => label > 0 ? 1 : 0) : train.labels!;
  const { batchSize, learningRate } = findPreset(preset).training;
  const weights = initialWeights(spec, 0);
  const { signal, bins } = train;
  const data = { signal, labels, bins, marks: spec.marks, transform: "none" } as const;
  return { spec, batchSize, learningRate, weights, data };
}

/** The model without its dropout, so that implementations with other random numbers can agree. */
export function withoutDropout(spec: ModelSpec): ModelSpec {
  return { ...spec, layers: spec.layers.filter(({ type }) => type !== "dropout") };
}

/** Writes `task.json` and `arrays.npz` with `weight0` …, `signal` and `labels`, all float32. */
export async function writeWorkload(folder: string, workload: Workload): Promise<void> {
  const { spec, batchSize, learningRate, weights, data } = workload;
  const task: Task = { spec, batchSize, learningRate };
  await Deno.writeTextFile(`${folder}/task.json`, JSON.stringify(task));
  const member = (name: string, shape: readonly number[], values: ArrayLike<number>) => (
    { name, dtype: "float32", shape, data: Float32Array.from(values) } as const
  );
  const samples = data.labels.length;
  const file = await Deno.open(`${folder}/arrays.npz`, { write: true, create: true });
  await writeNpz(file.writable, [
    ...weightShapes(spec).map(({ shape }, i) => member(`weight${i}`, shape, weights[i]!)),
    member("signal", [samples, data.bins, data.marks], data.signal),
    member("labels", [samples], data.labels),
  ]);
}

/** Reads what {@linkcode writeWorkload} wrote. */
export async function readWorkload(folder: string): Promise<Workload> {
  const task: Task = JSON.parse(await Deno.readTextFile(`${folder}/task.json`));
  const { spec } = task;
  using arrays = await openNpz(await openFile(`${folder}/arrays.npz`));
  const read = async (name: string) => (await arrays.read(name)).data as Float32Array<ArrayBuffer>;
  const weights = [];
  for (const i of weightShapes(spec).keys()) weights.push(await read(`weight${i}`));
  const [signal, labels] = [await read("signal"), Float64Array.from(await read("labels"))];
  const data = { signal, labels, bins: spec.bins, marks: spec.marks, transform: "none" } as const;
  return { ...task, weights, data };
}
