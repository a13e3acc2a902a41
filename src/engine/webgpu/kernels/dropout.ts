import { float, type Kernel, makeKernel, type Purpose, read, write } from "../kernel.ts";
import { type Tensor, valueStart } from "../tensors.ts";
import { grid, invocation, passDelta } from "./elementwise.ts";
import { dropoutWgsl, THREEFRY_WGSL } from "./threefry.ts";

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
export function dropoutForward(shape: DropoutShape, purpose: Purpose): Kernel {
  const { name, input, output, rate, models } = shape;
  const training = purpose === "training";
  return makeKernel({
    name: `${name} forward`,
    buffers: {
      input: read(`${input.name}.value`),
      value: write(`${output.name}.value`),
      ...(training ? { keys: read("keys", "vec2u") } : {}),
    },
    declarations: training ? `${THREEFRY_WGSL}\n${dropoutWgsl("dropoutFactor", rate)}` : "",
    ...grid(output, models),
    body: `${invocation(output)}
  let factor = ${training ? factorOf(shape) : float(1)};
  value[${valueStart(output, "sample")} + unit] = input[${
      valueStart(input, "sample")
    } + unit] * factor;`,
  });
}

/** Deltas times the same factors, drawn again. */
export function dropoutInputGradient(shape: DropoutShape): Kernel {
  return passDelta({
    ...shape,
    factor: factorOf(shape),
    buffers: { keys: read("keys", "vec2u") },
    declarations: `${THREEFRY_WGSL}\n${dropoutWgsl("dropoutFactor", shape.rate)}`,
  });
}

function factorOf({ key, keys }: DropoutShape): string {
  return `dropoutFactor(keys[model * ${keys}u + ${key}u], step.position + sample, unit)`;
}
