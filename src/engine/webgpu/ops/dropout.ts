import {
  bindRead,
  bindWrite,
  formatFloatWgsl,
  type Kernel,
  makeKernel,
  type Purpose,
} from "../kernel.ts";
import { locateValueWgsl, type Tensor } from "../tensors.ts";
import { coverTensor, locateThreadWgsl, passDeltaWgsl } from "./elementwise.ts";
import { declareDropoutWgsl, THREEFRY_WGSL } from "./threefry.ts";

/** A dropout between two tensors of the same shape. */
export interface DropoutShape {
  readonly name: string;
  readonly input: Tensor;
  readonly output: Tensor;
  readonly rate: number;
  /** Number of the key among a model's, and of keys. */
  readonly key: number;
  readonly keys: number;
  readonly models: number;
}

/** Values times their factors, 0 or 1 / (1 − rate); in prediction, a copy. One thread has one value. */
export function dropoutForwardWgsl(shape: DropoutShape, purpose: Purpose): Kernel {
  const { name, input, output, rate, models } = shape;
  const training = purpose === "training";
  return makeKernel({
    name: `${name} forward`,
    buffers: {
      input: bindRead(`${input.name}.value`),
      value: bindWrite(`${output.name}.value`),
      ...(training ? { keys: bindRead("keys", "vec2u") } : {}),
    },
    declarations: training ? `${THREEFRY_WGSL}\n${declareDropoutWgsl("dropoutFactor", rate)}` : "",
    ...coverTensor(output, models),
    body: `${locateThreadWgsl(output)}
  let factor = ${training ? drawFactorWgsl(shape) : formatFloatWgsl(1)};
  value[${locateValueWgsl(output, "sample")} + unit] = input[${
      locateValueWgsl(input, "sample")
    } + unit] * factor;`,
  });
}

/** Deltas times the same factors, drawn again. */
export function dropoutBackwardWgsl(shape: DropoutShape): Kernel {
  return passDeltaWgsl({
    ...shape,
    factor: drawFactorWgsl(shape),
    buffers: { keys: bindRead("keys", "vec2u") },
    declarations: `${THREEFRY_WGSL}\n${declareDropoutWgsl("dropoutFactor", shape.rate)}`,
  });
}

function drawFactorWgsl({ key, keys }: DropoutShape): string {
  return `dropoutFactor(keys[model * ${keys}u + ${key}u], step.position + sample, unit)`;
}
