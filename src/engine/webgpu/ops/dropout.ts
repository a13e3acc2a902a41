import {
  bindRead,
  bindWrite,
  formatFloatWgsl,
  type Kernel,
  type KernelDescription,
  makeKernel,
  type Purpose,
} from "../kernel.ts";
import { deltaStride, locateValueWgsl, type Tensor } from "../tensors.ts";
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
  const { name, input, output, models } = shape;
  const training = purpose === "training";
  return makeKernel({
    name: `${name} forward`,
    buffers: {
      input: bindRead(`${input.name}.value`),
      value: bindWrite(`${output.name}.value`),
      ...(training ? { keys: bindRead("keys", "vec2u"), ...bindOrigins(input) } : {}),
      ...output.count.buffers,
    },
    declarations: training ? `${THREEFRY_WGSL}\n${declareOwnWgsl(shape)}` : "",
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
    buffers: { keys: bindRead("keys", "vec2u"), ...bindOrigins(shape.input) },
    declarations: `${THREEFRY_WGSL}\n${declareOwnWgsl(shape)}`,
  });
}

function declareOwnWgsl({ input, rate }: DropoutShape): string {
  return declareDropoutWgsl("dropoutFactor", rate, deltaStride(input));
}

/**
 * WGSL for a value's factor, a function of the sample's position in the epoch and of the unit; see `model/graph.ts`.
 */
function drawFactorWgsl({ input, key, keys }: DropoutShape): string {
  const dropoutKey = `keys[model * ${keys}u + ${key}u]`;
  if (input.origins === undefined) {
    return `dropoutFactor(${dropoutKey}, step.position + sample, unit)`;
  }
  const origin = `origins[model * ${input.samples}u + sample]`;
  const unit = `${origin}.y * ${deltaStride(input)}u + unit`;
  return `dropoutFactor(${dropoutKey}, step.position + ${origin}.x, ${unit})`;
}

function bindOrigins({ origins }: Tensor): KernelDescription["buffers"] {
  return origins === undefined ? {} : { origins: bindRead(origins, "vec2u") };
}
