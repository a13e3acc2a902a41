import type { ModuleAssembler } from "../../assembler/assembler.ts";
import { kernelAdder } from "../../assembler/kernel_table.ts";

/**
 * Between the padded rows of units in which recurrent layers compute, and outputs without gaps.
 *
 * `writeStates`: copies the states of some samples to their outputs. What fills a row up overlaps what comes after it, so
 * rows are written from the first to the last; it is zero.
 *
 * `pullBackward`: adds the derivatives with respect to outputs to those with respect to states; writes them if `keep` is 0
 * and not −1.
 */
export const RECURRENT_ROW_KERNELS = {
  writeStates: ["target", "source", "samples"],
  pullBackward: ["delta", "source", "samples", "keep"],
} as const;

/** Shape of the rows of a recurrent layer, strides in bytes between samples. */
export interface RecurrentRows {
  readonly units: number;
  /** Between the padded rows. */
  readonly recordStride: number;
  /** Between the rows without gaps. */
  readonly outputStride: number;
}

/** Adds the kernels that move rows. */
export function addRecurrentRows(
  module: ModuleAssembler,
  node: string,
  { units, recordStride, outputStride }: RecurrentRows,
): void {
  const vectors = Math.ceil(units / 4);
  const add = kernelAdder(module, { table: RECURRENT_ROW_KERNELS, node });
  add("writeStates", (code, { target, source, samples }) => {
    code.repeatLocal(samples, () => {
      code.repeat(vectors, () => {
        code.get(target).get(source).load().store();
        code.advance(target, 16).advance(source, 16);
      });
      code.advance(target, outputStride - 16 * vectors);
      code.advance(source, recordStride - 16 * vectors);
    });
  });
  add("pullBackward", (code, { delta, source, samples, keep }) => {
    const kept = code.local("v128");
    code.get(keep).op("i32x4.splat").set(kept);
    const pull = (offset: number, mask?: () => void) => {
      code.get(delta).get(source).load(offset);
      mask?.();
      code.get(delta).load(offset).get(kept).op("v128.and").op("f32x4.add").store(offset);
    };
    const whole = Math.floor(units / 4);
    code.repeatLocal(samples, () => {
      for (let vector = 0; vector < whole; vector++) pull(16 * vector);
      // Beyond the last unit lie those of the other direction, or of the next position.
      if (whole < vectors) {
        const lanes = [0, 1, 2, 3].map((lane) => 4 * whole + lane < units ? -1 : 0);
        pull(16 * whole, () => {
          code.i32x4(lanes as [number, number, number, number]).op("v128.and");
        });
      }
      code.advance(delta, recordStride).advance(source, outputStride);
    });
  });
}
