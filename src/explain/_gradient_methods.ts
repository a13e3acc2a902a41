/** The methods that are made of gradients. */

import { gradientSize, type PathRequest } from "../engine/path_source.ts";
import type { InputGradients } from "../engine/engine.ts";
import type { InputName } from "../model/spec.ts";
import { deriveKey, RandomStream } from "../random.ts";
import { type DenseInputs, denseShape } from "./dense_inputs.ts";
import type { Block, ExplainedNetwork, Found, FoundInput } from "./explained_network.ts";
import type { Profile } from "./_profile.ts";
import { gaussLegendre } from "./quadrature.ts";

/** Values that expected gradients hold at a time. */
const MOST_VALUES = 1 << 22;

/** Gradients of samples as they are, times their values if wanted. */
export async function explainByGradient(
  network: ExplainedNetwork,
  { positions, call: { signal, onShare } }: Block,
): Promise<Found> {
  const predictions = await network.predictSamples(positions, { signal });
  const gradients = await network.gradients(positions, {
    signal,
    onProgress: ({ done }) => onShare(done / positions.length),
  });
  const own = network.plan.method === "gradient"
    ? undefined
    : await network.gather(positions, { signal });
  return { predictions, inputs: collect(network, gradients, own) };
}

/** The gradients of the inputs that are explained, times the samples' values if these are given. */
function collect(
  { wanted }: ExplainedNetwork,
  gradients: InputGradients,
  factors: DenseInputs | undefined,
): ReadonlyMap<InputName, FoundInput> {
  return new Map(wanted.map((input) => {
    const values = gradients[input.name]!;
    const own = factors?.get(input.name);
    for (let i = 0; own !== undefined && i < values.length; i++) values[i] = values[i]! * own[i]!;
    return [input.name, { shape: denseShape(input), values }];
  }));
}

/** Integrated gradients. */
export async function explainByPath(
  network: ExplainedNetwork,
  { positions, call: { signal, onShare } }: Block,
): Promise<Found> {
  const { steps } = network.plan;
  const own = await network.gather(positions, { signal });
  const { baselines, baselineOf } = await network.baselines.of(positions, own);
  const paths = {
    source: network.open.source,
    rows: network.rowsOf(positions),
    baselines,
    baselineOf,
  };
  const predictions = await network.predictSamples(positions, { signal });
  const baselinePredictions = await network.predictBeginnings(paths, { signal });
  const gradients = await network.pathGradients({
    ...paths,
    ...gaussLegendre(steps),
  }, { signal, onProgress: ({ done, total }) => onShare(done / total) });
  const differences = subtractBaselines(own, { baselines, baselineOf });
  return { predictions, baselinePredictions, inputs: collect(network, gradients, differences) };
}

/** What samples differ from their baselines by, for the inputs that have these. */
function subtractBaselines(
  own: DenseInputs,
  { baselines, baselineOf }: Pick<PathRequest, "baselines" | "baselineOf">,
): DenseInputs {
  const names = Object.keys(baselines) as InputName[];
  return new Map(names.map((name) => {
    const [values, starts] = [own.get(name)!, baselines[name]!];
    const size = values.length / baselineOf.length;
    const differences = new Float32Array(values.length);
    for (const [sample, baseline] of baselineOf.entries()) {
      for (let i = 0; i < size; i++) {
        const at = sample * size + i;
        differences[at] = values[at]! - starts[baseline * size + i]!;
      }
    }
    return [name, differences];
  }));
}

/** Expected gradients: one point on the path from each of several baselines that are drawn for a sample. */
export async function explainByExpectation(
  network: ExplainedNetwork,
  { positions, call: { signal, onShare } }: Block,
): Promise<Found> {
  const predictions = await network.predictSamples(positions, { signal });
  const baselinePredictions = new Float32Array(positions.length);
  const inputs = new Map(network.wanted.map((input) => {
    const values = new Float32Array(positions.length * gradientSize(input));
    return [input.name, { shape: denseShape(input), values }] as const;
  }));
  const perSample = network.inputs.reduce((sum, input) => sum + gradientSize(input), 0);
  const many = Math.max(1, Math.floor(MOST_VALUES / (perSample * network.plan.steps)));
  for (let first = 0; first < positions.length; first += many) {
    const some = positions.slice(first, first + many);
    const part = await expectedGradients(network, some, signal);
    baselinePredictions.set(part.baselinePredictions, first);
    for (const [name, { values }] of inputs) {
      values.set(part.inputs.get(name)!, first * values.length / positions.length);
    }
    onShare(Math.min(1, (first + many) / positions.length));
  }
  return { predictions, baselinePredictions, inputs };
}

/** The baselines that are drawn for a sample, and one point on the path from each. */
interface Draws {
  readonly baselines: Uint32Array;
  readonly fractions: Float64Array;
}

/** Draws for a sample, whatever the others are. Points are spread evenly, since that makes for a smaller error. */
function drawFor(position: number, { plan: { seed, steps }, data }: ExplainedNetwork): Draws {
  const stream = new RandomStream(deriveKey(seed, "expected gradients", position));
  const baselines = new Uint32Array(steps);
  const fractions = new Float64Array(steps);
  for (let draw = 0; draw < steps; draw++) {
    baselines[draw] = stream.below(data.length);
    fractions[draw] = (draw + stream.uniform()) / steps;
  }
  return { baselines, fractions };
}

async function expectedGradients(
  network: ExplainedNetwork,
  positions: Uint32Array<ArrayBuffer>,
  signal: AbortSignal | undefined,
): Promise<{
  readonly baselinePredictions: Float32Array;
  readonly inputs: ReadonlyMap<InputName, Float32Array>;
}> {
  const { steps } = network.plan;
  const draws = Array.from(positions, (position) => drawFor(position, network));
  const pathPositions = Uint32Array.from(
    { length: positions.length * steps },
    (_, path) => positions[Math.floor(path / steps)]!,
  );
  const own = await network.gather(pathPositions, { signal });
  const profiles: Profile[] = [];
  for (const { baselines } of draws) {
    for (const drawn of baselines) {
      profiles.push(await network.baselines.meanProfile(Uint32Array.of(drawn)));
    }
  }
  const ends = network.baselines.fit(own, profiles);
  const paths = { source: network.open.source, rows: network.rowsOf(pathPositions), ...ends };
  const atBaselines = await network.predictBeginnings(paths, { signal });
  const gradients = await network.pathGradients({
    ...paths,
    fractions: Float64Array.from(draws.flatMap(({ fractions }) => Array.from(fractions))),
    weights: Float64Array.of(1),
  }, { signal });
  const found = collect(network, gradients, subtractBaselines(own, ends));
  const inputs = new Map(
    [...found].map(([name, { values }]) => [name, meanOfDraws(values, positions.length, steps)]),
  );
  return { baselinePredictions: meanOfDraws(atBaselines, positions.length, steps), inputs };
}

/** `[sample, draw, value]` → `[sample, value]` */
function meanOfDraws(values: Float32Array, samples: number, draws: number): Float32Array {
  const size = values.length / (samples * draws);
  const means = new Float32Array(samples * size);
  const sum = new Float64Array(size);
  for (let sample = 0; sample < samples; sample++) {
    sum.fill(0);
    for (let draw = 0; draw < draws; draw++) {
      const from = (sample * draws + draw) * size;
      for (let i = 0; i < size; i++) sum[i] = sum[i]! + values[from + i]!;
    }
    for (let i = 0; i < size; i++) means[sample * size + i] = sum[i]! / draws;
  }
  return means;
}
