import { makeProductKernel, type ProductCode } from "../gemm.ts";
import type { ProductShape, WorkgroupLimits } from "../tiling.ts";
import { bindRead, bindWrite, type Kernel, loadFourWgsl } from "../kernel.ts";
import {
  deriveActivationWgsl,
  locateDeltaWgsl,
  locateValueWgsl,
  SAMPLE_COUNT,
  type Tensor,
} from "../tensors.ts";
import type { KernelLayout } from "../weight_layout.ts";
import { activateWgsl } from "./elementwise.ts";

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

/** value[unit] = activation(bias + Σ over k of input[k] · kernel[k, unit]). */
export function denseForwardWgsl(shape: DenseShape, limits: WorkgroupLimits): Kernel {
  const { name, input, output, kernel, weightStride } = shape;
  const weights = `model * ${weightStride}u`;
  return makeDenseKernel(shape, limits, {
    name: `${name} forward`,
    buffers: {
      input: bindRead(`${input.name}.value`),
      weights: bindRead("weights", "vec4f"),
      value: bindWrite(`${output.name}.value`),
      ...output.count.buffers,
    },
    columns: output.channels,
    length: input.channels,
    vectorA: `let i = ${locateValueWgsl(input, "row")} + k;
  return ${loadFourWgsl("input")};`,
    vectorB:
      `return weights[(${weights} + ${kernel.start}u + k * ${kernel.columns}u + column) / 4u];`,
    transposed: false,
    store:
      `  let sum = sums[0] + weights[(${weights} + ${kernel.bias}u + column) / 4u][column % 4u];
  value[${locateValueWgsl(output, "window")} + column] = ${activateWgsl("sum", output.slope)};`,
  });
}

/** inputDelta[k] = Σ over units of delta[unit] · kernel[k, unit], times the derivative of the input's activation. */
export function denseBackwardWgsl(shape: DenseShape, limits: WorkgroupLimits): Kernel {
  const { name, input, output, kernel, weightStride } = shape;
  return makeDenseKernel(shape, limits, {
    name: `${name} input gradient`,
    buffers: {
      delta: bindRead(`${output.name}.delta`),
      weights: bindRead("weights", "vec4f"),
      value: bindRead(`${input.name}.value`),
      inputDelta: bindWrite(`${input.name}.delta`),
      ...output.count.buffers,
    },
    columns: input.channels,
    length: output.channels,
    vectorA: `let i = ${locateDeltaWgsl(output, "row")} + k;
  return ${loadFourWgsl("delta")};`,
    vectorB: `return weights[(model * ${weightStride}u + ${kernel.start}u
    + column * ${kernel.columns}u + k) / 4u];`,
    transposed: true,
    store: `  let factor = ${
      deriveActivationWgsl(input, `value[${locateValueWgsl(input, "window")} + column]`)
    };
  inputDelta[${locateDeltaWgsl(input, "window")} + column] = sums[0] * factor;`,
  });
}

type DenseProduct = Pick<ProductShape, "columns" | "length"> & Omit<ProductCode, "items">;

/** A product whose rows are the samples. */
function makeDenseKernel(
  { output, models }: DenseShape,
  limits: WorkgroupLimits,
  { columns, length, store, ...code }: DenseProduct,
): Kernel {
  const rows = { items: 1, windows: output.samples, pool: 1, segments: 1, step: 1 };
  return makeProductKernel(
    { ...rows, columns, length, models },
    {
      ...code,
      items: "1u",
      windows: output.count === SAMPLE_COUNT ? undefined : output.count.wgsl,
      store: `  if (window >= ${output.count.wgsl}) { return; }\n${store}`,
    },
    limits,
  );
}
