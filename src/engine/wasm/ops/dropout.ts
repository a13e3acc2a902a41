import { dropoutKey, dropoutScale, dropoutThreshold } from "../../dropout.ts";
import type { FunctionAssembler, Local, ModuleAssembler } from "../assembler/assembler.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import { addressOf, deltaOf, type NodeBase } from "../layout.ts";
import type { ExecutionContext, Part } from "./context.ts";

const PARITY = 0x1bd11bda;
const ROTATIONS = [[13, 15, 26, 6], [17, 29, 16, 24]] as const;

/**
 * `dropoutMask`: fills 8 · blocks factors, 0 or scale, of the sample at `position`; see `src/engine/dropout.ts`. Four
 * counters of Threefry-2x32-20 run side by side: lane k of a block encrypts (position, 4 · block + k), whose two words
 * decide units 8 · block + 2k and the one after.
 *
 * `multiplyRows`: target = source · mask for each row.
 */
const DROPOUT_KERNELS = {
  dropoutMask: ["target", "key0", "key1", "position", "blocks", "threshold", "scale: f32"],
  multiplyRows: ["target", "source", "mask", "rows", "vectors", "stride", "maskStride"],
} as const;

/** Dropout, with one mask of values without gaps for each sample. */
export interface DropoutNode extends NodeBase {
  readonly kind: "dropout";
  readonly rate: number;
  /** Address of the first sample's mask, and bytes to the next one's. */
  readonly mask: number;
  readonly maskStride: number;
}

/** Where in a run a training step stands: what its dropout masks depend on. */
export interface StepPosition {
  readonly seed: number;
  readonly epoch: number;
  /** Position, in the epoch's order, of the batch's first sample. */
  readonly firstPosition: number;
}

/** Adds the kernels of dropout. */
export function addDropoutKernels(module: ModuleAssembler): void {
  addDropoutMask(module);
  addMultiplyRows(module);
}

function addDropoutMask(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: DROPOUT_KERNELS });
  add("dropoutMask", (code, { target, key0, key1, position, blocks, threshold, scale }) => {
    const [x0, x1, pair, thresholds, scales] = code.locals("v128", 5);
    const schedule = code.locals("v128", 3);
    code.get(key0).op("i32x4.splat").set(schedule[0]);
    code.get(key1).op("i32x4.splat").set(schedule[1]);
    code.get(schedule[0]).get(schedule[1]).op("v128.xor");
    code.i32(PARITY).op("i32x4.splat").op("v128.xor").set(schedule[2]);
    code.get(threshold).op("i32x4.splat").set(thresholds);
    code.get(scale).op("f32x4.splat").set(scales);
    code.i32x4([0, 1, 2, 3]).set(pair);
    code.repeatLocal(blocks, () => {
      code.get(position).op("i32x4.splat").get(schedule[0]).op("i32x4.add").set(x0);
      code.get(pair).get(schedule[1]).op("i32x4.add").set(x1);
      assembleRounds(code, { x0, x1, schedule });
      for (const { lanes, offset } of MASK_HALVES) {
        code.get(target).get(x0).get(x1).shuffle(lanes);
        code.get(thresholds).op("i32x4.ge_u").get(scales).op("v128.and").store(offset);
      }
      code.advance(target, 32);
      code.get(pair).i32x4([4, 4, 4, 4]).op("i32x4.add").set(pair);
    });
  });
}

/** How the words of four counters are put in the order of the units that they decide. */
const MASK_HALVES = [
  { lanes: [0, 4, 1, 5], offset: 0 },
  { lanes: [2, 6, 3, 7], offset: 16 },
] as const;

function addMultiplyRows(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: DROPOUT_KERNELS });
  add("multiplyRows", (code, { target, source, mask, rows, vectors, stride, maskStride }) => {
    const [offset, left] = code.locals("i32", 2);
    code.repeatLocal(rows, () => {
      code.i32(0).set(offset).get(vectors).set(left);
      code.repeatLocal(left, () => {
        code.get(target).get(offset).op("i32.add");
        code.get(source).get(offset).op("i32.add").load();
        code.get(mask).get(offset).op("i32.add").load();
        code.op("f32x4.mul").store();
        code.advance(offset, 16);
      });
      code.advanceBy(target, stride).advanceBy(source, stride).advanceBy(mask, maskStride);
    });
  });
}

/** The 20 rounds of Threefry-2x32 on four counters. */
function assembleRounds(
  code: FunctionAssembler,
  { x0, x1, schedule: [key0, key1, key2] }: {
    readonly x0: Local;
    readonly x1: Local;
    readonly schedule: readonly [Local, Local, Local];
  },
): void {
  const [even, odd] = ROTATIONS;
  const groups = [
    { rotations: even, first: key1, second: key2 },
    { rotations: odd, first: key2, second: key0 },
    { rotations: even, first: key0, second: key1 },
    { rotations: odd, first: key1, second: key2 },
    { rotations: even, first: key2, second: key0 },
  ];
  for (const [group, { rotations, first, second }] of groups.entries()) {
    for (const bits of rotations) {
      code.get(x0).get(x1).op("i32x4.add").set(x0);
      code.get(x1).i32(bits).op("i32x4.shl").get(x1).i32(32 - bits).op("i32x4.shr_u");
      code.op("v128.or").get(x0).op("v128.xor").set(x1);
    }
    code.get(x0).get(first).op("i32x4.add").set(x0);
    code.get(x1).get(second).op("i32x4.add");
    const step = group + 1;
    code.i32x4([step, step, step, step]).op("i32x4.add").set(x1);
  }
}

/** Drops values of a part's samples in training; elsewhere, without a position, passes all of them on. */
export function dropoutForward(
  context: ExecutionContext,
  node: DropoutNode,
  { part, position }: { readonly part: Part; readonly position: StepPosition | undefined },
): void {
  const { input, output } = node;
  if (position !== undefined) fillMasks(context, node, { part, position });
  for (let sample = part.start; sample < part.start + part.count; sample++) {
    const source = addressOf(input, sample);
    const target = addressOf(output, sample);
    if (position === undefined) {
      const end = source + input.rows * input.stride;
      context.floats.copyWithin(target / 4, source / 4, end / 4);
    } else {
      multiplyByMask(context, node, { target, source, sample });
    }
  }
}

/** Derivatives by a part's inputs, through the masks of the forward pass. */
export function dropoutBackward(
  context: ExecutionContext,
  node: DropoutNode,
  { start, count }: Part,
): void {
  const { input, output } = node;
  if (input.delta === undefined) return;
  for (let sample = start; sample < start + count; sample++) {
    const [target, source] = [deltaOf(input, sample), deltaOf(output, sample)];
    multiplyByMask(context, node, { target, source, sample });
  }
}

function fillMasks(
  context: ExecutionContext,
  { layer, rate, input, mask, maskStride }: DropoutNode,
  { part: { start, count }, position: { seed, epoch, firstPosition } }: {
    readonly part: Part;
    readonly position: StepPosition;
  },
): void {
  const { dropoutMask } = context.bind(DROPOUT_KERNELS);
  const [key0, key1] = dropoutKey(seed, layer, epoch);
  const blocks = Math.ceil(input.rows * input.channels / 8);
  const threshold = dropoutThreshold(rate);
  const scale = dropoutScale(rate);
  for (let sample = start; sample < start + count; sample++) {
    const target = mask + sample * maskStride;
    dropoutMask(target, key0, key1, firstPosition + sample, blocks, threshold, scale);
  }
}

/** A mask has no gaps; the rows it is applied to, segment by segment, may. */
function multiplyByMask(
  context: ExecutionContext,
  { input: { rows, channels, segment }, mask, maskStride }: DropoutNode,
  { target, source, sample }: Readonly<Record<"target" | "source" | "sample", number>>,
): void {
  const { multiplyRows } = context.bind(DROPOUT_KERNELS);
  const { count, padded } = segment;
  const factors = mask + sample * maskStride;
  const segments = rows * channels / count;
  multiplyRows(target, source, factors, segments, padded / 4, 4 * padded, 4 * count);
}
