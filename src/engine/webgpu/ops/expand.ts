import type { EncoderEntries } from "../entries.ts";
import { bindRead, bindWrite, type Kernel, makeKernel } from "../kernel.ts";
import { deriveActivationWgsl, locateDeltaWgsl, locateValueWgsl, type Tensor } from "../tensors.ts";
import { coverTensor, locateThreadWgsl } from "./elementwise.ts";

/** The outputs of layers that compute shared items, and a copy for each use of one. */
export interface ExpandShape {
  readonly encoder: EncoderEntries;
  /** `[shared item, …]` */
  readonly shared: Tensor;
  /** `[item, …]` of the same shape. */
  readonly expanded: Tensor;
  readonly models: number;
}

/** Copies each shared item to the items that continue it. One thread has one value. */
export function expandForwardWgsl({ encoder, shared, expanded, models }: ExpandShape): Kernel {
  return makeKernel({
    name: `expand encoder ${encoder.index}`,
    buffers: {
      input: bindRead(`${shared.name}.value`),
      parents: bindRead(`encoder${encoder.index}.parents`, "u32"),
      value: bindWrite(`${expanded.name}.value`),
      ...expanded.count.buffers,
    },
    ...coverTensor(expanded, models),
    body: `${locateThreadWgsl(expanded)}
  let parent = parents[model * ${encoder.capacity}u + sample];
  value[${locateValueWgsl(expanded, "sample")} + unit] = input[${
      locateValueWgsl(shared, "parent")
    } + unit];`,
  });
}

/**
 * Computes the delta of a shared item: the sum over the items that continue it, in order, times the derivative of its
 * activation. One thread has one value.
 */
export function expandBackwardWgsl({ encoder, shared, expanded, models }: ExpandShape): Kernel {
  const value = `value[${locateValueWgsl(shared, "sample")} + unit]`;
  return makeKernel({
    name: `expand encoder ${encoder.index} input gradient`,
    buffers: {
      delta: bindRead(`${expanded.name}.delta`),
      items: bindRead(`encoder${encoder.index}.shared`, "vec4u"),
      uses: bindRead(`encoder${encoder.index}.sharedUses`, "u32"),
      value: bindRead(`${shared.name}.value`),
      sharedDelta: bindWrite(`${shared.name}.delta`),
      ...shared.count.buffers,
    },
    ...coverTensor(shared, models),
    body: `${locateThreadWgsl(shared)}
  let found = items[model * ${encoder.capacity}u + sample];
  var sum = 0.0f;
  for (var i = found.z; i < found.w; i++) {
    let item = uses[model * ${encoder.capacity}u + i];
    sum += delta[${locateDeltaWgsl(expanded, "item")} + unit];
  }
  sharedDelta[${locateDeltaWgsl(shared, "sample")} + unit] = sum * ${
      deriveActivationWgsl(shared, value)
    };`,
  });
}
