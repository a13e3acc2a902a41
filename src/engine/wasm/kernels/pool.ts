import type { ModuleAssembler } from "../assembler.ts";
import { pushLeaky } from "./elementwise.ts";

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
 * `NAME.forward(output, offsets, input, slope)`: the maximum of each window, through an activation that is
 * monotone (slope 1 is none), and for each the position it came from times `offsetStride`. The first of equal
 * values wins. `offsets` has the rows of the output.
 *
 * `NAME.backward(inputDelta, offsets, outputDelta)`: adds each delta to the position its maximum came from;
 * `offsetStride` must be `inputStride`, and `inputDelta` zero before.
 */
export function addPoolKernels(module: ModuleAssembler, name: string, shape: PoolShape): void {
  addForward(module, `${name}.forward`, shape);
  addBackward(module, `${name}.backward`, shape);
}

function addForward(module: ModuleAssembler, name: string, shape: PoolShape): void {
  const { size, positions, vectors, inputStride, outputStride, offsetStride } = shape;
  module.addFunction(
    name,
    ["i32", "i32", "i32", "f32"],
    (code, output, offsets, input, slope) => {
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
          pushLeaky(code, best, slopes, best);
          code.store();
          code.get(offsets).get(from).store();
          for (const pointer of [input, output, offsets]) code.advance(pointer, 16);
        });
        code.advance(input, size * inputStride - 16 * vectors);
        code.advance(output, outputStride - 16 * vectors);
        code.advance(offsets, outputStride - 16 * vectors);
        code.advance(base, size * offsetStride);
      });
    },
  );
}

function addBackward(module: ModuleAssembler, name: string, shape: PoolShape): void {
  const { positions, vectors, outputStride } = shape;
  module.addFunction(
    name,
    ["i32", "i32", "i32"],
    (code, inputDelta, offsets, outputDelta) => {
      const address = code.local("i32");
      code.repeat(positions, () => {
        code.repeat(4 * vectors, () => {
          code.get(inputDelta).get(offsets).i32Load().op("i32.add").tee(address);
          code.get(outputDelta).f32Load().f32Store();
          for (const pointer of [inputDelta, offsets, outputDelta]) code.advance(pointer, 4);
        });
        // The next window's offsets count from the first row again.
        code.advance(inputDelta, -16 * vectors);
        code.advance(offsets, outputStride - 16 * vectors);
        code.advance(outputDelta, outputStride - 16 * vectors);
      });
    },
  );
}
