import { makeProductKernel, type ProductShape, type WorkgroupLimits } from "../gemm.ts";
import { type Kernel, read, write } from "../kernel.ts";
import { activationDerivative, deltaStart, type Tensor, valueStart } from "../tensors.ts";
import type { KernelLayout } from "../weight_layout.ts";
import { activate } from "./elementwise.ts";

/** A dense layer, with its activation, between two tensors of one position. */
export interface DenseShape {
  readonly name: string;
  readonly input: Tensor;
  readonly output: Tensor;
  readonly kernel: KernelLayout;
  /** Weights of a model. */
  readonly weightStride: number;
  readonly models: number;
}

/** value[unit] = activation(bias + Σ over k of input[k] · kernel[k, unit]). The samples are the product's rows. */
export function denseForward(shape: DenseShape, limits: WorkgroupLimits): Kernel {
  const { name, input, output, kernel, weightStride } = shape;
  const weights = `model * ${weightStride}u`;
  return makeProductKernel(
    { ...rowsOfSamples(shape), columns: output.channels, length: input.channels },
    {
      name: `${name} forward`,
      buffers: {
        input: read(`${input.name}.value`),
        weights: read("weights", "vec4f"),
        value: write(`${output.name}.value`),
      },
      items: "1u",
      vectorA: `let i = ${valueStart(input, "row")} + k;
  return vec4f(input[i], input[i + 1u], input[i + 2u], input[i + 3u]);`,
      vectorB:
        `return weights[(${weights} + ${kernel.start}u + k * ${kernel.columns}u + column) / 4u];`,
      transposed: false,
      store: `  if (window >= step.samples) { return; }
  let sum = sums[0] + weights[(${weights} + ${kernel.bias}u + column) / 4u][column % 4u];
  value[${valueStart(output, "window")} + column] = ${activate("sum", output.slope)};`,
    },
    limits,
  );
}

/** inputDelta[k] = Σ over units of delta[unit] · kernel[k, unit], times the derivative of the input's activation. */
export function denseInputGradient(shape: DenseShape, limits: WorkgroupLimits): Kernel {
  const { name, input, output, kernel, weightStride } = shape;
  return makeProductKernel(
    { ...rowsOfSamples(shape), columns: input.channels, length: output.channels },
    {
      name: `${name} input gradient`,
      buffers: {
        delta: read(`${output.name}.delta`),
        weights: read("weights", "vec4f"),
        value: read(`${input.name}.value`),
        inputDelta: write(`${input.name}.delta`),
      },
      items: "1u",
      vectorA: `let i = ${deltaStart(output, "row")} + k;
  return vec4f(delta[i], delta[i + 1u], delta[i + 2u], delta[i + 3u]);`,
      vectorB: `return weights[(model * ${weightStride}u + ${kernel.start}u
    + column * ${kernel.columns}u + k) / 4u];`,
      transposed: true,
      store: `  if (window >= step.samples) { return; }
  let factor = ${activationDerivative(input, `value[${valueStart(input, "window")} + column]`)};
  inputDelta[${deltaStart(input, "window")} + column] = sums[0] * factor;`,
    },
    limits,
  );
}

function rowsOfSamples({ output, models }: DenseShape): Omit<ProductShape, "columns" | "length"> {
  return { items: 1, windows: output.samples, pool: 1, runs: 1, step: 1, models };
}
