/** Models to be exchanged, with samples and what this package predicts of them. */

import { createWasmEngine } from "../../src/engine/wasm/engine.ts";
import type { InputColumn } from "../../src/engine/joined_source.ts";
import { denseShape, gatherDense } from "../../src/explain/dense_inputs.ts";
import { memorySource } from "../../src/engine/memory_source.ts";
import { NO_ENTRY } from "../../src/engine/sample_source.ts";
import { isOverReferences, modelInputs } from "../../src/model/inputs.ts";
import { isBranched, type ModelSpec } from "../../src/model/spec.ts";
import { type TrainedModel, withInputRecord } from "../../src/model/trained_model.ts";
import { DEEPCHROME_RECORD } from "../../src/record.ts";
import { joinInputs } from "../../src/engine/joined_source.ts";
import { branchedColumns } from "./branched.ts";
import type { OnnxCase } from "./onnx_runtime.ts";
import { openOne } from "./one_model.ts";
import { createRandom } from "./random_values.ts";
import { randomWeights } from "./random_weights.ts";

const SAMPLES = 11;
const ROWS = Uint32Array.from({ length: SAMPLES }, (_, row) => row);

/** A model with random weights, as if it had been trained. */
export function trainedOf(spec: ModelSpec, parts: Partial<TrainedModel> = {}): TrainedModel {
  const marks = modelInputs(spec).find((input) => input.name === "signal")?.marks ?? 5;
  return withInputRecord({
    spec,
    weights: randomWeights(spec, 7),
    record: {
      ...DEEPCHROME_RECORD,
      marks: Array.from({ length: marks }, (_, mark) => `mark${mark}`),
      transform: "log1p",
    },
    training: {
      engine: "wasm",
      seed: 7,
      epochs: 3,
      batchSize: 16,
      learningRate: 0.001,
      samples: 9,
    },
    ...parts,
  });
}

/** Samples as a network sees them, and what it predicts of them on engine `wasm`, in the order of the samples. */
export interface SeenSamples {
  readonly inputs: OnnxCase["inputs"];
  readonly predicted: Float32Array;
}

/** Predicts random counts, whose logarithms the network sees. */
export async function predictRandom({ spec, weights }: TrainedModel): Promise<SeenSamples> {
  const columns = isBranched(spec) ? branchedColumns(spec, SAMPLES) : undefined;
  const source = columns === undefined ? signalSource(spec) : joinInputs(columns);
  const dense = await gatherDense(source, ROWS, { inputs: modelInputs(spec) });
  const inputs = new Map(
    modelInputs(spec).map((input) => [
      input.name as string,
      { shape: [SAMPLES, ...denseShape(input)], values: dense.get(input.name)! },
    ]),
  );
  const referenced = columns?.columns.find(({ input }) => isOverReferences(input));
  if (referenced !== undefined) inputs.set("referenceMask", maskOf(referenced));
  await using session = await openOne(createWasmEngine(), spec, {
    weights,
    seed: 1,
    learningRate: 0.001,
    batchSize: SAMPLES,
    threads: 1,
  });
  return { inputs, predicted: await session.predict(source, ROWS) };
}

function maskOf({ input, entryOf }: InputColumn) {
  const references = isOverReferences(input) ? input.references : 0;
  const values = Float32Array.from(entryOf!, (entry) => entry === NO_ENTRY ? 0 : 1);
  return { shape: [SAMPLES, references], values };
}

function signalSource(spec: ModelSpec) {
  const [input] = modelInputs(spec);
  if (input?.name !== "signal") throw new TypeError("Cannot make samples: no signal");
  const random = createRandom(3);
  const signal = Float32Array.from(
    random(SAMPLES * input.bins * input.marks),
    (value) => Math.floor(20 * Math.abs(value)),
  );
  const labels = new Float64Array(SAMPLES);
  return memorySource({
    signal,
    bins: input.bins,
    marks: input.marks,
    labels,
    transform: "log1p",
  });
}

/** The same with counts in place of their logarithms. */
export function withCounts(inputs: OnnxCase["inputs"]): OnnxCase["inputs"] {
  return new Map([...inputs].map(([name, { shape, values }]) => [
    name,
    {
      shape,
      values: name === "signal" ? values.map((value) => Math.round(Math.expm1(value))) : values,
    },
  ]));
}

/** Predicts a signal as this package does for users, from counts by the model's own transform. */
export async function predictSignal(
  { spec, weights, record }: TrainedModel,
  signal: readonly number[],
): Promise<Float32Array> {
  const [input] = modelInputs(spec);
  if (input?.name !== "signal") throw new TypeError("Cannot predict: no signal");
  const { bins, marks } = input;
  const samples = signal.length / bins / marks;
  const { transform } = record;
  const source = memorySource({
    signal: Float32Array.from(signal),
    bins,
    marks,
    labels: new Float64Array(samples),
    transform,
  });
  const options = { weights, seed: 1, learningRate: 0.001, batchSize: samples, threads: 1 };
  await using session = await openOne(createWasmEngine(), spec, options);
  return await session.predict(source, Uint32Array.from({ length: samples }, (_, row) => row));
}
