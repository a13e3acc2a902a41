/** Training runs of PyTorch in float64, which every engine must follow. */

import { ok } from "node:assert";
import type { Engine, SessionState } from "../../src/engine/engine.ts";
import { allRows } from "../helpers/engine_runs.ts";
import {
  BRANCHED_GOLDEN_NAMES,
  GOLDEN_NAMES,
  type GoldenName,
  type GoldenRun,
  readGolden,
  readGoldenSpec,
} from "../helpers/golden.ts";
import { type OneModel, type Subject, subjectOf } from "../helpers/one_model.ts";
import {
  FIRM_GRADIENT,
  GOLDEN_TOLERANCES,
  GROUPED_TOLERANCE,
  largestDifference,
  magnitude,
} from "../helpers/tolerances.ts";
import type { Test } from "./conformance.ts";

type Tolerance = typeof GOLDEN_TOLERANCES[keyof typeof GOLDEN_TOLERANCES];

/** Registers runs of sequential models for one engine. */
export function testGoldenRuns(subject: Subject, test: Test, names: readonly GoldenName[]): void {
  for (const name of names) {
    test(`${subject.name} agrees with PyTorch's run of ${name}`, async () => {
      await checkRun(subject, await readGolden(name), GOLDEN_TOLERANCES[name]);
    });
  }
}

/** Registers runs of models with branches, input gradients included, that an engine supports. */
export function testBranchedGoldenRuns(subject: Subject, test: Test): void {
  // Between other members, which tf.js trains one after another, one is enough there.
  const isSlow = subject.members > 1 && subject.engine.name.startsWith("tfjs");
  for (const name of isSlow ? BRANCHED_GOLDEN_NAMES.slice(0, 1) : BRANCHED_GOLDEN_NAMES) {
    if (!subject.engine.supports(readGoldenSpec(name)).supported) continue;
    test(`${subject.name} agrees with PyTorch's run of ${name}`, async () => {
      await checkRun(subject, await readGolden(name), GOLDEN_TOLERANCES[name]);
    });
  }
}

/** Registers predictions with the weights before each run, for an engine that predicts in another way. */
export function testGoldenPredictions(engine: Engine, test: Test): void {
  for (const name of [...GOLDEN_NAMES, ...BRANCHED_GOLDEN_NAMES]) {
    if (!engine.supports(readGoldenSpec(name)).supported) continue;
    test(`${engine.name} predicts what PyTorch predicts with ${name}`, async () => {
      const { spec, source, weights, learningRate, predictions } = await readGolden(name);
      const { samples } = source;
      const options = { weights, learningRate, seed: 0, batchSize: samples };
      await using model = await subjectOf(engine).open(spec, options);
      const predicted = await model.predict(source, allRows(samples));
      const apart = largestDifference(predicted, predictions) / magnitude(predictions);
      check("predictions", apart, GROUPED_TOLERANCE.predictions);
    });
  }
}

async function checkRun(subject: Subject, golden: GoldenRun, tolerance: Tolerance): Promise<void> {
  const { spec, source, weights, learningRate } = golden;
  const { samples } = source;
  const order = allRows(samples);
  const options = { weights, learningRate, seed: 0, batchSize: samples };
  await using model = await subject.open(spec, options);

  const predicted = await model.predict(source, order);
  const apart = largestDifference(predicted, golden.predictions) / magnitude(golden.predictions);
  check("predictions", apart, tolerance.predictions);
  await checkInputGradients(model, golden, tolerance);
  const losses = [await model.runEpoch({ data: source, order, epoch: 0 })];
  const state = await model.state();
  checkGradients(state, golden, tolerance);
  checkWeights(state, golden, { after: 1, tolerance });
  for (let epoch = 1; epoch < 20; epoch++) {
    losses.push(await model.runEpoch({ data: source, order, epoch }));
  }
  check("losses", largestDifference(losses, golden.losses) / losses[0]!, tolerance.losses);
  checkWeights(await model.state(), golden, { after: 20, tolerance });
}

async function checkInputGradients(
  model: OneModel,
  { source, inputGradients }: GoldenRun,
  tolerance: Tolerance,
): Promise<void> {
  if (inputGradients.size === 0) return;
  const found = await model.inputGradients(source, allRows(source.samples));
  for (const [name, wanted] of inputGradients) {
    const apart = largestDifference(found[name]!, wanted) / magnitude(wanted);
    check(`gradients by ${name}`, apart, tolerance.gradients);
  }
}

/** After one step the first moment is (1 − β₁) times the gradient. */
function checkGradients(
  { firstMoments }: SessionState,
  golden: GoldenRun,
  tolerance: Tolerance,
): void {
  const trained = golden.gradients.filter((gradient) => gradient !== undefined);
  for (const [i, wanted] of trained.entries()) {
    const found = Float64Array.from(firstMoments[i]!, (moment) => moment / 0.1);
    const apart = largestDifference(found, wanted) / magnitude(wanted);
    check(`gradients of trained weight ${i}`, apart, tolerance.gradients);
  }
}

function checkWeights(
  { weights }: SessionState,
  golden: GoldenRun,
  { after, tolerance }: { readonly after: 1 | 20; readonly tolerance: Tolerance },
): void {
  for (const [i, wanted] of golden[`weightsAfter${after}`].entries()) {
    const firm = firmPlaces(wanted.length, golden.gradients[i]);
    const pick = (values: ArrayLike<number>) => firm.map((place) => values[place]!);
    const apart = largestDifference(pick(weights[i]!), pick(wanted)) / golden.learningRate;
    check(`weights ${i} after ${after} steps`, apart, tolerance[`weightsAfter${after}`]);
  }
}

/** Places of a weight whose first gradient is more than what float32 rounding alone may leave of zero. */
function firmPlaces(length: number, gradient: ArrayLike<number> | undefined): number[] {
  const places = Array.from({ length }, (_, place) => place);
  if (gradient === undefined) return places;
  const least = FIRM_GRADIENT * magnitude(gradient);
  return places.filter((place) => Math.abs(gradient[place]!) >= least);
}

function check(what: string, difference: number, allowed: number): void {
  ok(difference <= allowed, `${what} differ by ${difference}, allowed ${allowed}`);
}
