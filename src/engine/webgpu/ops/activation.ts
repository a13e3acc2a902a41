import { bindRead, bindWrite, type Kernel, makeKernel } from "../kernel.ts";
import { locateValueWgsl, type Tensor } from "../tensors.ts";
import { activateWgsl, coverTensor, locateThreadWgsl, passDeltaWgsl } from "./elementwise.ts";

/** An activation that is not fused into a layer, between two tensors of the same shape. */
export interface ActivationShape {
  readonly name: string;
  readonly input: Tensor;
  readonly output: Tensor;
  readonly models: number;
}

/** value = input > 0 ? input : slope · input, the slope being the output's. */
export function activationForwardWgsl({ name, input, output, models }: ActivationShape): Kernel {
  return makeKernel({
    name: `${name} forward`,
    buffers: { input: bindRead(`${input.name}.value`), value: bindWrite(`${output.name}.value`) },
    ...coverTensor(output, models),
    body: `${locateThreadWgsl(output)}
  let x = input[${locateValueWgsl(input, "sample")} + unit];
  value[${locateValueWgsl(output, "sample")} + unit] = ${activateWgsl("x", output.slope)};`,
  });
}

/** The output's deltas have its derivative in them already; the input may be activated too. */
export function activationBackwardWgsl(shape: ActivationShape): Kernel {
  return passDeltaWgsl(shape);
}
