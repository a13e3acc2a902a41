import { bindRead, bindWrite, type Kernel, makeKernel } from "../kernel.ts";
import { deriveActivationWgsl, locateDeltaWgsl, locateValueWgsl, type Tensor } from "../tensors.ts";
import { activateWgsl, coverTensor, locateThreadWgsl, passDeltaWgsl } from "./elementwise.ts";

/** An activation that is not fused into a layer, between two tensors of the same shape. */
export interface ActivationShape {
  readonly name: string;
  readonly input: Tensor;
  readonly output: Tensor;
  readonly models: number;
}

/** value = input > 0 ? input : slope · input, the slope being the output's. */
export function activationForwardWgsl({ output, ...shape }: ActivationShape): Kernel {
  return applyWgsl({ output, ...shape }, activateWgsl("x", output.slope));
}

/** The output's deltas have its derivative in them already; the input may be activated too. */
export function activationBackwardWgsl(shape: ActivationShape): Kernel {
  return passDeltaWgsl(shape);
}

/**
 * WGSL for Φ(x), the share of a normal distribution that is below x. Half the complementary error function of |x| / √2
 * is taken from the Chebyshev fit `erfcc` of Press et al., Numerical Recipes in C (1992), section 6.2, whose relative
 * error is at most 1.2e-7 everywhere.
 */
const NORMAL_WGSL = `fn normalBelow(x: f32) -> f32 {
  let z = abs(x) * 0.70710678f;
  let t = 1.0f / (1.0f + 0.5f * z);
  let fit = -1.26551223f + t * (1.00002368f + t * (0.37409196f + t * (0.09678418f + t * (-0.18628806f
    + t * (0.27886807f + t * (-1.13520398f + t * (1.48851587f + t * (-0.82215223f + t * 0.17087277f))))))));
  let tail = 0.5f * t * exp(fit - z * z);
  return select(1.0f - tail, tail, x < 0.0f);
}`;

/** value = x · Φ(x), the GELU (Hendrycks and Gimpel 2016) with the exact Φ. */
export function geluForwardWgsl(shape: ActivationShape): Kernel {
  return applyWgsl(shape, "x * normalBelow(x)", NORMAL_WGSL);
}

/** Deltas times the GELU's derivative, Φ(x) + x · exp(−x² / 2) / √(2π), and that of the input's activation. */
export function geluBackwardWgsl({ name, input, output, models }: ActivationShape): Kernel {
  return makeKernel({
    name: `${name} input gradient`,
    buffers: {
      delta: bindRead(`${output.name}.delta`),
      value: bindRead(`${input.name}.value`),
      inputDelta: bindWrite(`${input.name}.delta`),
      ...output.count.buffers,
    },
    declarations: NORMAL_WGSL,
    ...coverTensor(output, models),
    body: `${locateThreadWgsl(output)}
  let x = value[${locateValueWgsl(input, "sample")} + unit];
  let slope = normalBelow(x) + x * exp(-0.5f * x * x) * 0.39894228f;
  inputDelta[${locateDeltaWgsl(input, "sample")} + unit] = delta[${
      locateDeltaWgsl(output, "sample")
    } + unit] * slope * ${deriveActivationWgsl(input, "x")};`,
  });
}

/** A kernel that applies a function of `x` to each value. */
function applyWgsl(
  { name, input, output, models }: ActivationShape,
  result: string,
  declarations?: string,
): Kernel {
  return makeKernel({
    name: `${name} forward`,
    buffers: {
      input: bindRead(`${input.name}.value`),
      value: bindWrite(`${output.name}.value`),
      ...output.count.buffers,
    },
    declarations,
    ...coverTensor(output, models),
    body: `${locateThreadWgsl(output)}
  let x = input[${locateValueWgsl(input, "sample")} + unit];
  value[${locateValueWgsl(output, "sample")} + unit] = ${result};`,
  });
}
