import type { ModuleAssembler } from "../assembler/assembler.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import { addressOf, type NodeBase } from "../layout.ts";
import { pushLeaky } from "./activation.ts";
import type { ExecutionContext, Part } from "./context.ts";

/** Shape of a max pooling. Strides are bytes between rows. */
export interface PoolShape {
  /** Window and stride, in positions. */
  readonly size: number;
  /** Positions of the output. */
  readonly positions: number;
  /** Channels in vectors. */
  readonly vectors: number;
  readonly inputStride: number;
  readonly outputStride: number;
  /** What a position counts as in the offsets that are kept: the stride of the rows they will point at. */
  readonly offsetStride: number;
}

/**
 * `forward`: the maximum of each window, through an activation that is monotone (slope 1 leaves it unchanged), and for
 * each maximum the position that it came from times `offsetStride`. The first of equal values wins. `offsets` has the
 * rows of the output.
 */
export const POOL_KERNELS = {
  forward: ["output", "offsets", "input", "slope: f32"],
} as const;

/** A pooling that does not directly follow a convolution. */
export interface PoolNode extends NodeBase {
  readonly kind: "pool";
  readonly size: number;
  /** Offsets of the maxima, laid out as the output. */
  readonly offsets: number;
}

/** The shape of a pooling's kernels. */
export function poolShape({ size, input, output }: PoolNode): PoolShape {
  return {
    size,
    positions: output.rows,
    vectors: output.stride / 16,
    inputStride: input.stride,
    outputStride: output.stride,
    offsetStride: input.stride,
  };
}

/** Adds the forward kernel of a pooling. */
export function addPoolForward(module: ModuleAssembler, node: string, shape: PoolShape): void {
  const { size, positions, vectors, inputStride, outputStride, offsetStride } = shape;
  const add = kernelAdder(module, { table: POOL_KERNELS, node });
  add("forward", (code, { output, offsets, input, slope }) => {
    const [best, value, larger, from, slopes] = code.locals("v128", 5);
    const base = code.local("i32");
    code.get(slope).op("f32x4.splat").set(slopes);
    code.repeat(positions, () => {
      code.repeat(vectors, () => {
        code.get(input).load().set(best).get(base).op("i32x4.splat").set(from);
        for (let step = 1; step < size; step++) {
          code.get(input).load(step * inputStride).set(value);
          code.get(value).get(best).op("f32x4.gt").set(larger);
          code.get(value).get(best).get(larger).op("v128.bitselect").set(best);
          code.get(base).i32(step * offsetStride).op("i32.add").op("i32x4.splat");
          code.get(from).get(larger).op("v128.bitselect").set(from);
        }
        code.get(output);
        pushLeaky(code, { value: best, slope: slopes, chosen: best });
        code.store();
        code.get(offsets).get(from).store();
        for (const pointer of [input, output, offsets]) code.advance(pointer, 16);
      });
      code.advance(input, size * inputStride - 16 * vectors);
      code.advance(output, outputStride - 16 * vectors);
      code.advance(offsets, outputStride - 16 * vectors);
      code.advance(base, size * offsetStride);
    });
  });
}

/** Finds the maxima of a part's samples. */
export function poolForward(
  context: ExecutionContext,
  { name, input, output, offsets }: PoolNode,
  { start, count }: Part,
): void {
  const { forward } = context.bind(POOL_KERNELS, name);
  for (let sample = start; sample < start + count; sample++) {
    const maxima = offsets + sample * output.sampleStride;
    forward(addressOf(output, sample), maxima, addressOf(input, sample), 1);
  }
}
