/** A slow and obvious forward pass of models with branches, in float64. Dropout does nothing. */

import { convPadding } from "../../src/model/shapes.ts";
import type { BranchedSpec, JoinTerm, LayerSpec } from "../../src/model/spec.ts";
import { countRecurrentWeights, runRecurrent } from "./recurrent_reference.ts";

/** `[position][channel]`; a flat row is one position. */
type Rows = number[][];

/** Inputs of one sample as rows: references one a row, a sequence one-hot. */
export interface ReferenceSample {
  readonly inputs: Readonly<Record<string, Rows>>;
  /** 1 for references that are present. */
  readonly mask: readonly number[];
}

type Weights = readonly ArrayLike<number>[];

/** The output of a model with branches for one sample. */
export function runBranched(
  spec: BranchedSpec,
  weights: Weights,
  { inputs, mask }: ReferenceSample,
): number {
  const queue = [...weights];
  const encoders = new Map<string, (input: Rows) => Rows>();
  for (const branch of spec.branches) {
    const owner = branch.encoder === undefined
      ? branch
      : spec.branches.find(({ name }) => name === branch.encoder)!;
    if (encoders.has(owner.name)) continue;
    encoders.set(owner.name, takeLayers(owner.layers!, queue));
  }
  const scales = spec.head.join.map(({ type }) =>
    type === "distanceWeightedMean" ? queue.shift()![0]! : 1
  );
  const output = (name: string): Rows => {
    const branch = spec.branches.find((branch) => branch.name === name)!;
    const encode = encoders.get(branch.encoder ?? branch.name)!;
    const input = inputs[branch.input]!;
    const overReferences = branch.input.startsWith("reference");
    return overReferences ? input.map((row) => encode([row])[0]!) : [encode(input).flat()];
  };
  const joined = spec.head.join.flatMap((term, i) =>
    joinTerm(term, { output, mask, scale: scales[i]! })
  );
  return takeLayers(spec.head.layers, queue)([joined])[0]![0]!;
}

/** The output of layers for one sample, their weights in the order of the layers. */
export function runLayers(layers: readonly LayerSpec[], weights: Weights, input: Rows): Rows {
  return takeLayers(layers, [...weights])(input);
}

interface JoinParts {
  readonly output: (branch: string) => Rows;
  readonly mask: readonly number[];
  readonly scale: number;
}

function joinTerm(term: JoinTerm, { output, mask, scale }: JoinParts): number[] {
  switch (term.type) {
    case "output":
      return output(term.branch)[0]!;
    case "mean":
      return weightedMean(output(term.branch), mask);
    case "difference": {
      const [own] = output(term.branch);
      if (!mask.includes(1)) return own!.map(() => 0);
      const mean = weightedMean(output(term.references), mask);
      return own!.map((value, i) => value - mean[i]!);
    }
    case "distanceWeightedMean": {
      const [own] = output(term.near);
      const nearness = output(term.references).map((row) => {
        const squares = row.map((value, i) => (value - own![i]!) ** 2);
        const distance = squares.reduce((sum, square) => sum + square, 0) / row.length;
        return Math.exp(-term.sharpness * scale * distance);
      });
      const shares = nearness.map((value, i) => value * mask[i]!);
      return weightedMean(output(term.values ?? term.references), shares);
    }
  }
}

function weightedMean(rows: Rows, shares: readonly number[]): number[] {
  const total = shares.reduce((sum, share) => sum + share, 0);
  return rows[0]!.map((_, i) =>
    total === 0 ? 0 : rows.reduce((sum, row, r) => sum + row[i]! * shares[r]!, 0) / total
  );
}

/** The layers as a function, their weights taken from the front of the queue. */
function takeLayers(
  layers: readonly LayerSpec[],
  queue: ArrayLike<number>[],
): (input: Rows) => Rows {
  const steps = layers.map((layer) => takeLayer(layer, queue));
  return (input) => steps.reduce((rows, step) => step(rows), input);
}

function takeLayer(layer: LayerSpec, queue: ArrayLike<number>[]): (input: Rows) => Rows {
  switch (layer.type) {
    case "conv1d": {
      const [kernel, bias] = queue.splice(0, 2) as [ArrayLike<number>, ArrayLike<number>];
      const { left, right } = convPadding(layer);
      return (input) => {
        const channels = input[0]!.length;
        const zeros = (count: number) =>
          Array.from({ length: count }, () => Array(channels).fill(0));
        const padded = [...zeros(left), ...input, ...zeros(right)];
        const positions = padded.length - (layer.width - 1) * layer.dilation;
        return Array.from(
          { length: positions },
          (_, p) =>
            Array.from({ length: layer.filters }, (_, f) => {
              let sum = bias[f]!;
              for (let t = 0; t < layer.width; t++) {
                for (let c = 0; c < channels; c++) {
                  sum += padded[p + t * layer.dilation]![c]! *
                    kernel[(t * channels + c) * layer.filters + f]!;
                }
              }
              return sum;
            }),
        );
      };
    }
    case "dense":
    case "linear": {
      const [kernel, bias] = queue.splice(0, 2) as [ArrayLike<number>, ArrayLike<number>];
      const { units } = layer;
      return (input) =>
        input.map((row) =>
          Array.from(
            { length: units },
            (_, u) => row.reduce((sum, value, c) => sum + value * kernel[c * units + u]!, bias[u]!),
          )
        );
    }
    case "batchNorm": {
      const [gamma, beta, mean, variance] = queue.splice(0, 4) as ArrayLike<number>[];
      return (input) =>
        input.map((row) =>
          row.map((value, c) =>
            (value - mean![c]!) / Math.sqrt(variance![c]! + layer.epsilon) * gamma![c]! + beta![c]!
          )
        );
    }
    case "maxPool1d":
      return (input) =>
        Array.from({ length: Math.floor(input.length / layer.size) }, (_, p) => {
          const window = input.slice(p * layer.size, (p + 1) * layer.size);
          return window[0]!.map((_, c) => Math.max(...window.map((row) => row[c]!)));
        });
    case "flatten":
      return (input) => [input.flat()];
    case "dropout":
      return (input) => input;
    case "activation":
      return (input) =>
        input.map((row) => row.map((value) => activate(layer.kind, value, layer.alpha)));
    case "bidirectionalGru":
    case "lstm": {
      const weights = queue.splice(0, countRecurrentWeights(layer));
      return (input) => runRecurrent(layer, input, weights);
    }
  }
}

function activate(kind: string, x: number, alpha: number | undefined): number {
  if (kind === "gelu") return x * (1 + erf(x / Math.SQRT2)) / 2;
  if (kind === "sigmoid") return 1 / (1 + Math.exp(-x));
  return x >= 0 ? x : x * (alpha ?? 0);
}

/** By its Taylor series. */
function erf(x: number): number {
  if (Math.abs(x) > 5) return Math.sign(x);
  let [sum, power] = [0, x];
  for (let n = 0; n < 120; n++) {
    sum += power / (2 * n + 1);
    power *= -x * x / (n + 1);
  }
  return 2 / Math.sqrt(Math.PI) * sum;
}
