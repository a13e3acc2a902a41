/** What every engine that has LSTMs, or GRUs that return their states at each position, must compute. */

import { ok } from "node:assert";
import type { SignalColumns } from "../../src/engine/memory_source.ts";
import { initialWeights, type Weights } from "../../src/model/initial_weights.ts";
import { countDirections } from "../../src/model/layer_shapes.ts";
import { parseSpec } from "../../src/model/parse_spec.ts";
import type { LayerSpec, RecurrentLayer, SequentialSpec } from "../../src/model/spec.ts";
import { allRows, lossAndGradients, randomData } from "../helpers/engine_runs.ts";
import type { Subject } from "../helpers/one_model.ts";
import { runLayers } from "../helpers/branched_reference.ts";
import { largestDifference, magnitude, RECURRENT_TOLERANCES } from "../helpers/tolerances.ts";
import type { Test } from "./conformance.ts";

const [MARKS, CHANNELS, SAMPLES] = [3, 5, 9];

/** Each kind of layer, with numbers of units that no width of a vector divides, and one that needs several. */
const LAYERS: readonly RecurrentLayer[] = [
  { type: "lstm", units: 7 },
  { type: "lstm", units: 1, bidirectional: true },
  { type: "lstm", units: 5, returnSequences: true },
  { type: "lstm", units: 18, bidirectional: true, returnSequences: true },
  { type: "bidirectionalGru", units: 6, returnSequences: true },
];

/** The layer between two others, so that its input's gradient shows in the first one's weights. */
function recurrentModel(layer: RecurrentLayer, bins: number): SequentialSpec {
  const end: LayerSpec[] = layer.returnSequences ? [{ type: "flatten" }] : [];
  return parseSpec({
    name: describe(layer),
    bins,
    marks: MARKS,
    loss: "meanSquaredError",
    layers: [
      { type: "conv1d", filters: CHANNELS, width: 1, dilation: 1, padding: "same" },
      layer,
      ...end,
      { type: "dense", units: 1 },
    ],
  });
}

function describe(layer: RecurrentLayer): string {
  const directions = countDirections(layer) === 1 ? "one direction" : "two directions";
  const states = layer.returnSequences ? "all states" : "last states";
  return `${layer.type} of ${layer.units} ${
    layer.units === 1 ? "unit" : "units"
  }, ${directions}, ${states}`;
}

/** Registers the tests, unless the engine says that it lacks the layer. */
export function testRecurrent(subject: Subject, test: Test): void {
  for (const layer of LAYERS) {
    for (const positions of [1, 2, 6]) {
      const spec = recurrentModel(layer, positions);
      if (!subject.engine.supports(spec).supported) continue;
      test(`${subject.name} computes ${spec.name}, over ${positions} as float64 does`, () =>
        checkAgainstReference(subject, spec));
    }
  }
}

async function checkAgainstReference(subject: Subject, spec: SequentialSpec): Promise<void> {
  const data = randomData(spec, SAMPLES);
  // Most biases are zero at first, which would hide that one is missing.
  const weights = initialWeights(spec, 3).map((values) =>
    values.map((value, i) => value + 0.1 * Math.sin(i))
  );
  const wanted = referenceOf(spec, data, weights);
  const found = await lossAndGradients(subject, spec, { data, weights });
  await using session = await subject.open(spec, {
    weights,
    seed: 0,
    batchSize: SAMPLES,
    learningRate: 1,
  });
  const predictions = await session.predict(data, allRows(SAMPLES));
  const allowed = RECURRENT_TOLERANCES;
  check("predictions", predictions, {
    wanted: wanted.predictions,
    allowed: allowed.predictions,
  });
  check("losses", [found.loss], { wanted: [wanted.loss], allowed: allowed.predictions });
  // A bias's gradient sums errors that nearly cancel, whose rounding stays.
  const least = 0.1 * Math.max(...found.gradients.map(magnitude));
  for (const [i, gradient] of found.gradients.entries()) {
    check(`gradients of weight ${i}`, somePlaces(gradient.length).map((k) => gradient[k]!), {
      wanted: wanted.gradients[i]!,
      allowed: allowed.gradients,
      least,
    });
  }
}

/** What every engine is to compute of one model. */
interface Reference {
  readonly predictions: readonly number[];
  readonly loss: number;
  /** At {@linkcode somePlaces} of each weight. */
  readonly gradients: readonly (readonly number[])[];
}

/** The same models are run with one member and with three. */
const references = new Map<string, Reference>();

function referenceOf(spec: SequentialSpec, data: SignalColumns, weights: Weights): Reference {
  const key = `${spec.name}, ${spec.bins}`;
  const reference = references.get(key) ?? {
    predictions: predictAll(spec, data, weights),
    loss: lossOf(spec, data, weights),
    gradients: weights.map(({ length }, moved) =>
      differences(spec, data, { weights, moved, places: somePlaces(length) })
    ),
  };
  references.set(key, reference);
  return reference;
}

/** Values are good if they are as near as `allowed`, in units of the largest wanted or of `least`. */
function check(
  what: string,
  found: ArrayLike<number>,
  { wanted, allowed, least = 0 }: {
    readonly wanted: ArrayLike<number>;
    readonly allowed: number;
    readonly least?: number;
  },
): void {
  const apart = largestDifference(found, wanted);
  // Where a gradient is zero by nature, as the recurrent kernel's at one position, so must be what is found.
  const scale = magnitude(wanted) === 0 ? 0 : Math.max(magnitude(wanted), least);
  ok(apart <= allowed * scale, `${what} differ by ${apart}, allowed ${allowed * scale}`);
}

/** Places of a weight that are compared: a difference in float64 takes two passes for each. */
function somePlaces(length: number): number[] {
  const step = Math.ceil(length / 23);
  return Array.from({ length: Math.ceil(length / step) }, (_, i) => i * step);
}

function predictAll(
  { layers, bins, marks }: SequentialSpec,
  { signal }: SignalColumns,
  weights: readonly ArrayLike<number>[],
): number[] {
  return Array.from({ length: SAMPLES }, (_, sample) => {
    const rows = Array.from({ length: bins }, (_, bin) => {
      const first = (sample * bins + bin) * marks;
      return Array.from(signal.subarray(first, first + marks));
    });
    return runLayers(layers, weights, rows)[0]![0]!;
  });
}

function lossOf(
  spec: SequentialSpec,
  data: SignalColumns,
  weights: readonly ArrayLike<number>[],
): number {
  const errors = predictAll(spec, data, weights).map((value, i) => value - data.labels![i]!);
  return errors.reduce((sum, error) => sum + error * error, 0) / SAMPLES;
}

/** Central differences of the loss in float64 by some values of one weight. */
function differences(
  spec: SequentialSpec,
  data: SignalColumns,
  { weights, moved, places }: {
    readonly weights: Weights;
    readonly moved: number;
    readonly places: readonly number[];
  },
): number[] {
  const own = Float64Array.from(weights[moved]!);
  const all: ArrayLike<number>[] = weights.with(moved, own as never);
  return places.map((k) => {
    const value = own[k]!;
    const lossAt = (at: number) => {
      own[k] = at;
      return lossOf(spec, data, all);
    };
    const difference = (lossAt(value + STEP) - lossAt(value - STEP)) / (2 * STEP);
    own[k] = value;
    return difference;
  });
}

/** Errors of rounding and of curvature are about the same here, 1e-10. */
const STEP = 1e-5;
