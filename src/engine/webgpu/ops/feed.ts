import type { EncoderEntries, EntryLayout } from "../entries.ts";
import { bindRead, bindWrite, type Kernel, makeKernel } from "../kernel.ts";
import { loadCodeWgsl } from "../letters.ts";
import { locateValueWgsl, type Tensor } from "../tensors.ts";
import { coverTensor, locateThreadWgsl } from "./elementwise.ts";

/** A branch's entries, and the tensor of its encoder's items. */
export interface FeedShape {
  readonly layout: EntryLayout;
  readonly encoder: EncoderEntries;
  /** Name of the buffer of its items. */
  readonly items: string;
  /** Index of the branch. */
  readonly branch: number;
  readonly output: Tensor;
  readonly models: number;
}

/**
 * Copies the entries of a branch to the items that its encoder computes; letters of a sequence become one-hot where
 * the first layer cannot look them up, and those that are not known (code 4) zeros. One thread has one value of an item.
 */
export function feedBranchWgsl(
  { layout, encoder, items, branch, output, models }: FeedShape,
): Kernel {
  const { branch: { name }, input } = layout.branches[branch]!;
  const isSequence = input.spec.name === "sequence";
  const first = `(model * ${input.capacity}u + found.y) * ${input.words}u`;
  const value = isSequence
    ? `select(0.0f, 1.0f, (${loadCodeWgsl(first, "unit / 4u")}) == unit % 4u)`
    : `entries[${first} + unit]`;
  return makeKernel({
    name: `feed ${name}`,
    buffers: {
      ...(isSequence
        ? { codes: bindRead(input.buffer, "u32") }
        : { entries: bindRead(input.buffer) }),
      items: bindRead(items, "vec4u"),
      value: bindWrite(`${output.name}.value`),
      ...output.count.buffers,
    },
    ...coverTensor(output, models),
    body: `${locateThreadWgsl(output)}
  let found = items[model * ${encoder.capacity}u + sample];
  if (found.x != ${branch}u) { return; }
  value[${locateValueWgsl(output, "sample")} + unit] = ${value};`,
  });
}
