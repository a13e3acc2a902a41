/**
 * What the kernels of GRUs and LSTMs have in common; `ops/recurrent_steps.ts` walks along the positions.
 *
 * Three buffers belong to a layer, all of them `[model, item, position, …]`: `NAME.gates`, `[direction, column]`, has
 * the gates' sums of the input alone, then the gates, and after the backward pass the derivatives by their sums;
 * `NAME.memory`, `[direction, unit]`, has the cells of an LSTM, or the states of a GRU as its reset gate lets them
 * through; and `NAME.states`, `[direction, unit]`, has the states, unless they are the output.
 *
 * @module
 */

import { makeProductKernel } from "../gemm.ts";
import { bindRead, bindWrite, type Kernel, loadFourWgsl, makeKernel } from "../kernel.ts";
import {
  deriveActivationWgsl,
  locateDeltaWgsl,
  locateSampleWgsl,
  locateValueWgsl,
  type Tensor,
} from "../tensors.ts";
import type { WorkgroupLimits } from "../tiling.ts";
import type { RecurrentLayout } from "../weight_layout.ts";

/** A GRU or an LSTM. */
export interface RecurrentShape {
  readonly name: string;
  readonly cell: "gru" | "lstm";
  /** Its positions are those read. */
  readonly input: Tensor;
  readonly output: Tensor;
  /** The states, `[position, direction and unit]`: the output itself, if that has them. */
  readonly states: Tensor;
  readonly weights: RecurrentLayout;
  /** Weights of a model. */
  readonly weightStride: number;
  readonly models: number;
}

/** What a kind of cell does at a position, in WGSL. */
export interface CellCode {
  /** Shared memory. */
  readonly declarations: string;
  /** Before the first position read. */
  readonly start: string;
  /**
   * At a position. Given `read`, the number of positions read before (or, backwards, of those that are left), `unit`,
   * and the places `gate` of the unit's first gate and `remembered` of its memory; `recurrent`, that of its first
   * weight (backwards, of its first transposed weight). Forward it leaves the state in `next`, backwards it begins with
   * the state's derivative `d` and the state `h` before.
   */
  readonly step: string;
}

/** Whether the states at all positions are the output, and not the last ones alone. */
export function returnsSequences({ states, output }: RecurrentShape): boolean {
  return states === output;
}

/** Values of a position in the buffer of gates. */
export function gatesOfPosition({ weights: { directions, columns } }: RecurrentShape): number {
  return directions * columns;
}

/** Values of a position in the buffers of states and of memory. */
export function unitsOfPosition({ weights: { directions, units } }: RecurrentShape): number {
  return directions * units;
}

/** WGSL for the place of an item's first gate. */
export function locateGatesWgsl(shape: RecurrentShape, item: string): string {
  const { input: { positions }, output: { samples } } = shape;
  return `(model * ${samples}u + ${item}) * ${positions * gatesOfPosition(shape)}u`;
}

/** WGSL for the place of an item's first value of memory. */
export function locateMemoryWgsl(shape: RecurrentShape, item: string): string {
  const { input: { positions }, output: { samples } } = shape;
  return `(model * ${samples}u + ${item}) * ${positions * unitsOfPosition(shape)}u`;
}

/**
 * gates[position, column] = bias + Σ over channels of input[position, channel] · kernel[channel, column] for all
 * positions and both directions: one product, before any state is known.
 */
export function projectInputWgsl(shape: RecurrentShape, limits: WorkgroupLimits): Kernel {
  const { name, input, output, weights, models } = shape;
  const { channels, units, columns } = weights;
  return makeProductKernel(
    {
      items: output.samples,
      windows: input.positions,
      pool: 1,
      columns: gatesOfPosition(shape),
      segments: 1,
      step: 1,
      length: channels,
      models,
    },
    {
      name: `${name} project`,
      buffers: {
        input: bindRead(`${input.name}.value`),
        weights: bindRead("weights", "vec4f"),
        gates: bindWrite(`${name}.gates`),
        ...output.count.buffers,
      },
      declarations: declareWeightsWgsl(shape),
      items: output.count.wgsl,
      vectorA: `let i = ${locateSampleWgsl(input, "item")} + row * ${channels}u + k;
  return ${loadFourWgsl("input")};`,
      vectorB:
        `return weights[weightAt(model, column / ${columns}u, k, column % ${columns}u) / 4u];`,
      transposed: false,
      store: `  let bias = weights[weightAt(model, column / ${columns}u, ${
        channels + units
      }u, column % ${columns}u) / 4u];
  gates[${locateGatesWgsl(shape, "item")} + window * ${
        gatesOfPosition(shape)
      }u + column] = sums[0] + bias[column % 4u];`,
    },
    limits,
  );
}

/** WGSL that declares `weightAt(model, direction, row, column)`: rows of the kernel, the recurrent kernel, the bias. */
export function declareWeightsWgsl({ weights, weightStride }: RecurrentShape): string {
  const { start, directionSize, columns } = weights;
  return `fn weightAt(model: u32, direction: u32, row: u32, column: u32) -> u32 {
  return model * ${weightStride}u + ${start}u + direction * ${directionSize}u + row * ${columns}u + column;
}`;
}

/**
 * Copies the recurrent kernels with rows and columns exchanged, `[model, direction, column, unit]`, so that
 * neighbouring threads of the backward pass, which have neighbouring units, read neighbouring weights. One thread has
 * one weight.
 */
export function transposeRecurrentWgsl(shape: RecurrentShape): Kernel {
  const { name, weights: { channels, units, gates, directions }, models } = shape;
  const threads = 64;
  const size = gates * units * units;
  return makeKernel({
    name: `${name} transpose`,
    buffers: { weights: bindRead("weights"), transposed: bindWrite(`${name}.transposed`) },
    declarations: declareWeightsWgsl(shape),
    threads,
    workgroups: [Math.ceil(size / threads), directions, models],
    body: `  let i = group.x * ${threads}u + lane;
  if (i >= ${size}u) { return; }
  transposed[(model * ${directions}u + group.y) * ${size}u + i] =
    weights[weightAt(model, group.y, ${channels}u + i % ${units}u, i / ${units}u)];`,
  });
}

/**
 * inputDelta[position, channel] = Σ over directions, columns of the derivatives by the gates' sums · kernel[channel,
 * column], times the derivative of the input's activation.
 */
export function recurrentBackwardWgsl(shape: RecurrentShape, limits: WorkgroupLimits): Kernel {
  const { name, input, output, weights: { channels, columns }, models } = shape;
  return makeProductKernel(
    {
      items: output.samples,
      windows: input.positions,
      pool: 1,
      columns: channels,
      segments: 1,
      step: 1,
      length: gatesOfPosition(shape),
      models,
    },
    {
      name: `${name} input gradient`,
      buffers: {
        gates: bindRead(`${name}.gates`),
        weights: bindRead("weights", "vec4f"),
        value: bindRead(`${input.name}.value`),
        inputDelta: bindWrite(`${input.name}.delta`),
        ...output.count.buffers,
      },
      declarations: declareWeightsWgsl(shape),
      items: output.count.wgsl,
      vectorA: `let i = ${locateGatesWgsl(shape, "item")} + row * ${gatesOfPosition(shape)}u + k;
  return ${loadFourWgsl("gates")};`,
      vectorB: `return weights[weightAt(model, k / ${columns}u, column, k % ${columns}u) / 4u];`,
      transposed: true,
      store: `  let place = window * ${channels}u + column;
  let factor = ${deriveActivationWgsl(input, `value[${locateValueWgsl(input, "item")} + place]`)};
  inputDelta[${locateDeltaWgsl(input, "item")} + place] = sums[0] * factor;`,
    },
    limits,
  );
}

/**
 * WGSL for the sigmoid and the hyperbolic tangent of vectors, without a power that overflows. Near zero, where 1 − exp
 * loses digits, the tangent is taken from its series.
 */
export const SQUASH_WGSL = `fn sigmoid(x: vec4f) -> vec4f {
  let power = exp(-abs(x));
  return select(power, vec4f(1.0f), x >= vec4f()) / (1.0f + power);
}

fn squash(x: vec4f) -> vec4f {
  let power = exp(-2.0f * abs(x));
  let far = (1.0f - power) / (1.0f + power);
  let y = x * x;
  let near = x * (1.0f + y * (-1.0f / 3.0f + y * (2.0f / 15.0f - y * (17.0f / 315.0f))));
  return select(select(far, -far, x < vec4f()), near, abs(x) < vec4f(0.2f));
}`;
