import { type Kernel, makeKernel, read, write } from "../kernel.ts";
import { type Tensor, valueStart } from "../tensors.ts";
import { activate, grid, invocation, passDelta } from "./elementwise.ts";

/** An activation that no other layer takes in, between two tensors of the same shape. */
export interface ActivationShape {
  readonly name: string;
  readonly input: Tensor;
  readonly output: Tensor;
  readonly models: number;
}

/** value = input > 0 ? input : slope · input, the slope being the output's. */
export function activationForward({ name, input, output, models }: ActivationShape): Kernel {
  return makeKernel({
    name: `${name} forward`,
    buffers: { input: read(`${input.name}.value`), value: write(`${output.name}.value`) },
    ...grid(output, models),
    body: `${invocation(output)}
  let x = input[${valueStart(input, "sample")} + unit];
  value[${valueStart(output, "sample")} + unit] = ${activate("x", output.slope)};`,
  });
}

/** The output's deltas have its derivative in them already; the input may be activated too. */
export function activationInputGradient(shape: ActivationShape): Kernel {
  return passDelta(shape);
}
