/** What every engine that has bidirectional GRUs must compute. */

import { ok } from "node:assert";
import type { SignalColumns } from "../../src/engine/memory_source.ts";
import { initialWeights, type Weights } from "../../src/model/initial_weights.ts";
import { parseSpec } from "../../src/model/parse_spec.ts";
import type { SequentialSpec as ModelSpec } from "../../src/model/spec.ts";
import { allRows, lossAndGradients, randomData } from "../helpers/engine_runs.ts";
import { bidirectionalGruGradients, runBidirectionalGru } from "../helpers/gru_reference.ts";
import type { Subject } from "../helpers/one_model.ts";
import { GRU_TOLERANCES, largestDifference, magnitude } from "../helpers/tolerances.ts";
import type { Test } from "./conformance.ts";

const [MARKS, CHANNELS, UNITS, SAMPLES] = [3, 5, 7, 9];

/** The layer between two linear ones, so that its input's gradient shows in the first one's weights. */
function recurrentModel(bins: number): ModelSpec {
  return parseSpec({
    name: "recurrent",
    bins,
    marks: MARKS,
    loss: "meanSquaredError",
    layers: [
      { type: "conv1d", filters: CHANNELS, width: 1, dilation: 1, padding: "same" },
      { type: "bidirectionalGru", units: UNITS },
      { type: "dense", units: 1 },
    ],
  });
}

/** Registers the tests, unless the engine says that it lacks the layer. */
export function testBidirectionalGru(subject: Subject, test: Test): void {
  for (const positions of [1, 2, 6]) {
    const spec = recurrentModel(positions);
    if (!subject.engine.supports(spec).supported) return;
    test(`${subject.name} computes a bidirectional GRU over ${positions} as float64 does`, async () => {
      const data = randomData(spec, SAMPLES);
      // Biases are zero at first, which would hide that one is missing.
      const weights = initialWeights(spec, 3).map((values) =>
        values.map((value, i) => value + 0.1 * Math.sin(i))
      );
      const wanted = runReference(data, weights);
      const found = await lossAndGradients(subject, spec, { data, weights });
      const options = { weights, seed: 0, batchSize: SAMPLES, learningRate: 1 };
      await using session = await subject.open(spec, options);
      const predictions = await session.predict(data, allRows(SAMPLES));

      const allowed = GRU_TOLERANCES;
      check("predictions", predictions, {
        wanted: wanted.predictions,
        allowed: allowed.predictions,
      });
      check("losses", [found.loss], { wanted: [wanted.loss], allowed: allowed.predictions });
      wanted.gradients.forEach((gradient, i) =>
        check(`gradients of weight ${i}`, found.gradients[i]!, {
          wanted: gradient,
          allowed: allowed.gradients,
        })
      );
    });
  }
}

/** Values are good if they are as near as `allowed`, in units of the largest wanted. */
function check(
  what: string,
  found: ArrayLike<number>,
  { wanted, allowed }: { readonly wanted: ArrayLike<number>; readonly allowed: number },
): void {
  const apart = largestDifference(found, wanted);
  // Where a gradient is zero by nature, as the recurrent kernel's at one position, so must be what is found.
  const limit = allowed * magnitude(wanted);
  ok(apart <= limit, `${what} differ by ${apart}, allowed ${limit}`);
}

/** Predictions, mean loss and all gradients of {@linkcode recurrentModel} in float64. */
function runReference(data: SignalColumns, weights: Weights) {
  const gru = weights.slice(2, 8);
  const [denseKernel, denseBias] = [weights[8]!, weights[9]![0]!];
  const shape = { positions: data.bins, channels: CHANNELS, units: UNITS };
  const gradients = weights.map(({ length }) => new Float64Array(length));
  const errors: number[] = [];
  const predictions = Array.from(data.labels!, (label, sample) => {
    const size = data.bins * MARKS;
    const marks = Array.from(data.signal.subarray(sample * size, (sample + 1) * size));
    const input = convolve(marks, weights);
    const output = runBidirectionalGru(input, gru, shape);
    const predicted = output.reduce((sum, value, i) => sum + value * denseKernel[i]!, denseBias);
    errors.push(predicted - label);
    const delta = 2 * (predicted - label) / SAMPLES;
    const outputGradient = Float64Array.from(denseKernel, (weight) => delta * weight);
    const inner = bidirectionalGruGradients(input, gru, { ...shape, outputGradient });
    addConvolutionGradients(gradients, marks, inner.input);
    inner.weights.forEach((values, i) => add(gradients[2 + i]!, values));
    add(gradients[8]!, output.map((value) => delta * value));
    add(gradients[9]!, [delta]);
    return predicted;
  });
  const loss = errors.reduce((sum, error) => sum + error * error, 0) / SAMPLES;
  return { predictions, loss, gradients };
}

/** `[position, channel]` from `[position, mark]`. */
function convolve(marks: readonly number[], weights: Weights): Float64Array {
  const [kernel, bias] = [weights[0]!, weights[1]!];
  return Float64Array.from({ length: marks.length / MARKS * CHANNELS }, (_, i) => {
    const channel = i % CHANNELS;
    const first = Math.floor(i / CHANNELS) * MARKS;
    return marks.slice(first, first + MARKS)
      .reduce(
        (sum, value, mark) => sum + value * kernel[mark * CHANNELS + channel]!,
        bias[channel]!,
      );
  });
}

function addConvolutionGradients(
  [kernel, bias]: readonly Float64Array[],
  marks: readonly number[],
  outputGradient: Float64Array, // [position, channel]
): void {
  outputGradient.forEach((value, i) => {
    const channel = i % CHANNELS;
    const first = Math.floor(i / CHANNELS) * MARKS;
    bias![channel]! += value;
    for (let mark = 0; mark < MARKS; mark++) {
      kernel![mark * CHANNELS + channel]! += value * marks[first + mark]!;
    }
  });
}

function add(sum: Float64Array, values: ArrayLike<number>): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += values[i]!;
}
