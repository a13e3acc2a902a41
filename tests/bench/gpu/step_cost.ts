/**
 * What a training step must cost, from the model alone: the multiply-adds of convolutions and dense
 * layers and the bytes that fused kernels read and write if each touches each value once.
 * Activations, dropout and flattening cost nothing here, as a neighbour can take them in.
 */

import { groupLayers, type LayerGroup } from "../../../src/engine/layer_groups.ts";
import { UnsupportedModelError } from "../../../src/errors.ts";
import { convPadding, kernelSpan, sizeOf, weightShapes } from "../../../src/model/shapes.ts";
import type { SequentialSpec as ModelSpec } from "../../../src/model/spec.ts";

/** What one kernel must do in a step. */
export interface KernelCost {
  readonly name: string;
  /**
   * Multiply-adds. After a max pooling a convolution's backward pass needs those of the maxima's
   * positions only; a padded position counts as any other.
   */
  readonly multiplyAdds: number;
  /** The same without making use of that. */
  readonly denseMultiplyAdds: number;
  /** Bytes read and written. */
  readonly bytes: number;
}

/** What a step is taken on. */
export interface StepSize {
  readonly batchSize: number;
  /** Bytes of a value of the signal as it is stored on the GPU. */
  readonly signalBytes: number;
}

/** Values, and positions of maxima, are 32 bits wide. */
const BYTES = 4;
/** The gradient is read; the weight and both of Adam's moments are read and written. */
const UPDATE_BYTES = 7 * BYTES;

/**
 * Counts a step, kernel by kernel: drawing the samples, forward passes, gradients of the kernels
 * and of their inputs where anything before them learns, and Adam.
 *
 * @throws {UnsupportedModelError} For a recurrent layer.
 */
export function countStep(spec: ModelSpec, { batchSize, signalBytes }: StepSize): KernelCost[] {
  const samples = batchSize * spec.bins * spec.marks;
  const costs = [moved("gather", samples * (signalBytes + BYTES))];
  let learns = false;
  for (const group of groupLayers(spec)) {
    const weights = weightShapes(spec).filter(({ layer }) => layer === group.layer)
      .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    costs.push(...countGroup(group, { batchSize, weights, learns }));
    learns ||= weights > 0;
  }
  const trained = weightShapes(spec).filter(({ trainable }) => trainable)
    .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return [...costs, moved("update", UPDATE_BYTES * trained)];
}

interface GroupSize {
  readonly batchSize: number;
  readonly weights: number;
  /** Whether anything before the group has weights. */
  readonly learns: boolean;
}

function countGroup(group: LayerGroup, size: GroupSize): KernelCost[] {
  const name = `${group.kind}${group.layer}`;
  const input = size.batchSize * sizeOf(group.input) * BYTES;
  const output = size.batchSize * sizeOf(group.output) * BYTES;
  switch (group.kind) {
    case "conv": {
      const { spec, pool } = group;
      const positions = group.input[0] + padding(spec) - kernelSpan(spec) + 1;
      const each = spec.width * group.input[1]! * spec.filters;
      const maxima = pool === undefined ? positions : group.output[0];
      // The deltas come with the positions that they belong to.
      const after = pool === undefined ? output : 2 * output;
      return product(
        name,
        { ...size, input, output: after, dense: positions * each },
        maxima * each,
      );
    }
    case "dense": {
      const multiplyAdds = group.input[0] * group.spec.units;
      return product(name, { ...size, input, output, dense: multiplyAdds }, multiplyAdds);
    }
    case "batchNorm":
      return [
        moved(`${name} measure`, input),
        moved(`${name} forward`, input + output),
        moved(`${name} measure delta`, input + output),
        ...(size.learns ? [moved(`${name} input gradient`, 2 * input + output)] : []),
      ];
    case "pool":
      return [
        moved(`${name} forward`, input + 2 * output),
        ...(size.learns ? [moved(`${name} input gradient`, 2 * output + input)] : []),
      ];
    case "linear": {
      const dense = group.input[0] * group.input[1]! * group.spec.units;
      return product(name, { ...size, input, output, dense }, dense);
    }
    case "gelu":
      return [
        moved(`${name} forward`, input + output),
        ...(size.learns ? [moved(`${name} input gradient`, 2 * input + output)] : []),
      ];
    case "activation":
    case "dropout":
    case "flatten":
      return [];
    case "bidirectionalGru":
    case "lstm":
      throw new UnsupportedModelError(
        `Cannot count a step: layers[${group.layer}] is of kind ${group.kind}, expected no recurrence`,
      );
  }
}

interface ProductSize extends GroupSize {
  /** Bytes of the input, and of the output with the positions of its maxima. */
  readonly input: number;
  readonly output: number;
  /** Multiply-adds of a sample. */
  readonly dense: number;
}

/**
 * The passes of a layer with a kernel; `sparse` is what a sample's backward passes need of `dense`.
 */
function product(name: string, size: ProductSize, sparse: number): KernelCost[] {
  const { batchSize, input, output, dense, learns } = size;
  const weights = size.weights * BYTES;
  const cost = (pass: string, multiplyAdds: number, bytes: number): KernelCost => ({
    name: `${name} ${pass}`,
    multiplyAdds: batchSize * multiplyAdds,
    denseMultiplyAdds: batchSize * dense,
    bytes,
  });
  return [
    cost("forward", dense, input + weights + output),
    cost("kernel gradient", sparse, input + output + weights),
    // It reads the input for its activation's derivative, and writes as many deltas.
    ...(learns ? [cost("input gradient", sparse, output + weights + 2 * input)] : []),
  ];
}

function padding(spec: Parameters<typeof convPadding>[0]): number {
  const { left, right } = convPadding(spec);
  return left + right;
}

/** A kernel that moves values and computes next to nothing. */
function moved(name: string, bytes: number): KernelCost {
  return { name, multiplyAdds: 0, denseMultiplyAdds: 0, bytes };
}
