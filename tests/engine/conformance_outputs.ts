/** What an engine gives back: probabilities, losses, and those of the set of samples that was asked about. */

import { ok } from "node:assert";
import type { SignalColumns } from "../../src/engine/memory_source.ts";
import { initialWeights, type Weights } from "../../src/model/initial_weights.ts";
import { parseSpec } from "../../src/model/parse_spec.ts";
import { allRows, randomData } from "../helpers/engine_runs.ts";
import type { Subject } from "../helpers/one_model.ts";
import { largestDifference, magnitude } from "../helpers/tolerances.ts";
import type { Test } from "./conformance.ts";
import { LINEAR } from "./conformance_steps.ts";

/** Registers these tests for one engine. */
export function testOutputs(subject: Subject, test: Test): void {
  test(`${subject.name} gives probabilities and their loss, also where they round to 0 and 1`, async () => {
    for (const scale of [0.1, 90]) await checkProbabilities(subject, scale);
  });
  test(`${subject.name} keeps apart sets of samples that take turns`, () => checkTurns(subject));
}

/** w · x + b of each sample, in float64. */
function outputsOf({ signal, labels }: SignalColumns, weights: Weights): Float64Array {
  const [kernel, bias] = [weights[0]!, weights[1]![0]!];
  const { length } = kernel;
  return Float64Array.from(
    labels!,
    (_, row) => kernel.reduce((sum, w, k) => sum + w * signal[row * length + k]!, bias),
  );
}

const CLASSIFIER = parseSpec({
  ...LINEAR,
  name: "classifier",
  layers: [...LINEAR.layers, { type: "activation", kind: "sigmoid" }],
  loss: "binaryCrossentropy",
});

/** A linear classifier; at a scale of 90, e to the power of its outputs before the sigmoid overflows. */
async function checkProbabilities(subject: Subject, scale: number): Promise<void> {
  const samples = 20;
  const data = randomData(CLASSIFIER, samples);
  const kernel = Float32Array.of(1, -0.9, 0.8, -1, 0.9, -0.8).map((weight) => weight * scale);
  const weights = [kernel, Float32Array.of(0.5)];
  const options = { weights, seed: 0, batchSize: samples, learningRate: 1e-30 };
  await using session = await subject.open(CLASSIFIER, options);
  const outputs = outputsOf(data, weights);
  ok(Math.min(...outputs) < -2 * scale && Math.max(...outputs) > 8 * scale);
  const predicted = await session.predict(data, allRows(samples));
  outputs.forEach((z, row) => {
    const wanted = 1 / (1 + Math.exp(-z));
    ok(Math.abs(predicted[row]! - wanted) < 1e-6, `${predicted[row]}, expected ${wanted}`);
  });
  const losses = outputs.map((z, row) =>
    Math.max(z, 0) - z * data.labels![row]! + Math.log1p(Math.exp(-Math.abs(z)))
  );
  const wanted = losses.reduce((sum, loss) => sum + loss / samples, 0);
  const loss = await session.runEpoch({ data, order: allRows(samples), epoch: 0 });
  ok(Math.abs(loss - wanted) < 1e-5 * wanted, `loss ${loss}, expected ${wanted}`);
}

async function checkTurns(subject: Subject): Promise<void> {
  const sets = [12, 10, 11].map((samples) => randomData(LINEAR, samples));
  const order = allRows(10);
  const weights = initialWeights(LINEAR, 2);
  const options = { weights, seed: 0, batchSize: 5, learningRate: 1e-30 };
  await using session = await subject.open(LINEAR, options);
  const wanted = sets.map((data) => outputsOf(data, weights).subarray(0, order.length));
  for (const turn of [0, 1, 0, 2, 1, 0]) {
    const predicted = await session.predict(sets[turn]!, order);
    const apart = largestDifference(predicted, wanted[turn]!);
    ok(apart < 1e-5 * magnitude(wanted[turn]!), `predictions of set ${turn} differ by ${apart}`);
    const labels = sets[turn]!.labels!;
    const errors = wanted[turn]!.map((value, row) => (value - labels[row]!) ** 2 / order.length);
    const error = errors.reduce((sum, value) => sum + value, 0);
    const loss = await session.runEpoch({ data: sets[turn]!, order, epoch: 0 });
    ok(Math.abs(loss - error) < 1e-5 * error, `loss ${loss} of set ${turn}, expected ${error}`);
  }
}
