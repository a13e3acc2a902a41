import type { FunctionAssembler, Local, ModuleAssembler } from "../assembler/assembler.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import { TransposedBlock } from "../assembler/transposed_block.ts";
import { LANES, type LaneTensor, VECTOR } from "./layout.ts";
import type { GroupedPlan } from "./types.ts";

/**
 * The largest input of a sample, 2^64. Transforms multiply values by powers of their points before they sum them, so a
 * larger one could overflow where a plain sum would not; and a pooling may lose the NaN that comes of it.
 */
export const LARGEST_INPUT = 2 ** 64;

/**
 * `load`: puts the samples of some quads into lanes: input[quad, value] = raw[4 · quad + lane, value]; and marks those
 * that have a value beyond {@linkcode LARGEST_INPUT}, or NaN.
 *
 * `store`: the way back, from the chain's output to `[sample, value]` at the raw values.
 */
export const LANE_KERNELS = {
  load: ["quads"],
  store: ["quads"],
} as const;

/** Adds the kernels at both ends of a chain. */
export function addLaneKernels(
  module: ModuleAssembler,
  { raw, input, output }: Pick<GroupedPlan, "raw" | "input" | "output">,
): void {
  const add = kernelAdder(module, { table: LANE_KERNELS });
  add("load", (code, { quads }) => assembleLoad(code, { quads, raw, input }));
  add("store", (code, { quads }) => assembleStore(code, { quads, raw, output }));
}

/** Blocks of four values of four samples are transposed. */
function assembleLoad(
  code: FunctionAssembler,
  { quads, raw, input }: Pick<GroupedPlan, "raw" | "input"> & { readonly quads: Local },
): void {
  const [from, to, source, target] = code.locals("i32", 4);
  const block = new TransposedBlock(code);
  const [largest, value] = code.locals("v128", 2);
  const marks = code.local("i32");
  const rest = raw.values % LANES;
  const whole = (raw.values - rest) / LANES;
  code.i32(raw.address).set(source).i32(input.address).set(target);
  code.i32(raw.marks).set(marks);
  const move = (count: number) => {
    block.transpose((lane) => code.get(from).load(lane * raw.sampleBytes));
    for (let number = 0; number < count; number++) {
      code.get(to);
      block.push(number);
      code.tee(value).store(number * VECTOR);
      // As integers, magnitudes are in the same order, and NaN comes last.
      code.get(value).op("f32x4.abs").get(largest).op("i32x4.max_s").set(largest);
    }
  };
  code.repeatLocal(quads, () => {
    code.get(source).set(from).get(target).set(to).f32x4(0).set(largest);
    if (whole > 0) {
      code.repeat(whole, () => {
        move(LANES);
        code.advance(from, 4 * LANES).advance(to, LANES * VECTOR);
      });
    }
    if (rest > 0) move(rest);
    // All bits set are NaN.
    code.get(marks).get(largest).f32x4(LARGEST_INPUT).op("i32x4.gt_s").store();
    code.advance(marks, VECTOR);
    code.advance(source, LANES * raw.sampleBytes).advance(target, input.quadBytes);
  });
}

function assembleStore(
  code: FunctionAssembler,
  { quads, raw, output }: Pick<GroupedPlan, "raw" | "output"> & { readonly quads: Local },
): void {
  const [from, to, source, target] = code.locals("i32", 4);
  const block = new TransposedBlock(code);
  const vectors = countOutputVectors(output);
  const marks = code.local("i32");
  code.i32(output.address).set(source).i32(raw.address).set(target).i32(raw.marks).set(marks);
  code.repeatLocal(quads, () => {
    code.get(source).set(from).get(target).set(to);
    code.repeat(vectors, () => {
      block.transpose((value) =>
        code.get(from).load(value * VECTOR).get(marks).load().op("f32x4.add")
      );
      for (let lane = 0; lane < LANES; lane++) {
        code.get(to);
        block.push(lane);
        code.store(lane * raw.sampleBytes);
      }
      code.advance(from, LANES * VECTOR).advance(to, VECTOR);
    });
    code.advance(source, output.quadBytes).advance(target, LANES * raw.sampleBytes);
    code.advance(marks, VECTOR);
  });
}

/** Vectors that a sample's values at the chain's end take, gaps counted. */
export function countOutputVectors({ rows, stride }: LaneTensor): number {
  return Math.ceil(rows * stride / LANES);
}
