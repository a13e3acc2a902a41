import { addressOf, type NodeBase } from "../layout.ts";
import type { ExecutionContext, Part } from "./context.ts";

/** Dropout, with one mask of values without gaps for each sample. */
export interface DropoutNode extends NodeBase {
  readonly kind: "dropout";
  readonly rate: number;
  /** Address of the first sample's mask, and bytes to the next one's. */
  readonly mask: number;
  readonly maskStride: number;
  /** The sample and reference that each entry of an encoder belongs to; absent where entries are samples. */
  readonly origins: EntryOrigins | undefined;
}

/**
 * Addresses of int32: the sample of the batch that each entry of an encoder belongs to, and the number of the
 * reference.
 */
export interface EntryOrigins {
  readonly samples: number;
  readonly references: number;
}

/** Units that a block decides. */
export const BLOCK_UNITS = 8;
/** Bytes of a mask of `values` values; a shifted one may begin within a block. */
export function maskBytes(values: number, { shifted }: { readonly shifted: boolean }): number {
  return 4 * BLOCK_UNITS * (Math.ceil(values / BLOCK_UNITS) + (shifted ? 1 : 0));
}

/** Passes on the values of a part's samples, as predictions do. */
export function dropoutPassOn(
  { floats }: ExecutionContext,
  { input, output }: DropoutNode,
  { start, count }: Part,
): void {
  for (let sample = start; sample < start + count; sample++) {
    const source = addressOf(input, sample);
    const end = source + input.rows * input.stride;
    floats.copyWithin(addressOf(output, sample) / 4, source / 4, end / 4);
  }
}
