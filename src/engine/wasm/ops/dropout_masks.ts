import { THREEFRY_PARITY } from "../../../base/threefry.ts";
import {
  dropoutKey,
  dropoutScale,
  dropoutThreshold,
  fillDropoutBits,
  isDroppedByBits,
} from "../../dropout.ts";
import type { FunctionAssembler, Local, ModuleAssembler } from "../assembler/assembler.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import { forGroups } from "../assembler/loops.ts";
import { addressOf, deltaOf } from "../layout.ts";
import {
  type BackwardPass,
  type ExecutionContext,
  type ForwardPass,
  passesBack,
} from "./context.ts";
import { BLOCK_UNITS, type DropoutNode, type EntryOrigins } from "./dropout.ts";
import { assembleRounds, type Counters } from "./threefry.ts";

/**
 * `dropoutWords`: the random words of as many blocks, by which single bits decide.
 *
 * `packMask`: so many words of a bit for each factor that is not 0.
 *
 * `dropoutMask`: fills 8 · blocks factors, 0 or scale, of the sample at `position`; see `src/engine/dropout.ts`. Four
 * counters of Threefry-2x32-20 run side by side: lane k of a block encrypts (position, firstPair + 4 · block + k),
 * whose two words decide two neighbouring units.
 *
 * `multiplyRows`: target = source · mask for each row.
 */
export const DROPOUT_KERNELS = {
  dropoutMask: [
    "target",
    "key0",
    "key1",
    "position",
    "firstPair",
    "blocks",
    "threshold",
    "scale: f32",
  ],
  dropoutWords: ["target", "key0", "key1", "position", "firstPair", "blocks"],
  packMask: ["target", "mask", "words"],
  multiplyRows: ["target", "source", "mask", "rows", "vectors", "stride", "maskStride"],
} as const;

/**
 * Blocks that a round computes side by side, a power of two: each step of a round waits for the one before it, so a
 * block alone leaves most of the processor idle.
 */
const BLOCKS_TOGETHER = 4;

/** Adds the kernels of dropout. */
export function addDropoutKernels(module: ModuleAssembler): void {
  addDropoutMask(module);
  addMultiplyRows(module);
}

function addDropoutMask(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: DROPOUT_KERNELS });
  add("dropoutMask", (code, { threshold, scale, ...parameters }) => {
    const [thresholds, scales] = code.locals("v128", 2);
    code.get(threshold).op("i32x4.splat").set(thresholds);
    code.get(scale).op("f32x4.splat").set(scales);
    assembleWords(code, parameters, () => {
      code.get(thresholds).op("i32x4.ge_u").get(scales).op("v128.and");
    });
  });
  add("dropoutWords", (code, parameters) => assembleWords(code, parameters, () => {}));
  add("packMask", (code, { target, mask, words }) => {
    code.repeatLocal(words, () => {
      code.get(target);
      for (let vector = 0; vector < 8; vector++) {
        code.get(mask).load(16 * vector).f32x4(0).op("f32x4.gt").op("i32x4.bitmask");
        if (vector > 0) code.i32(4 * vector).op("i32.shl").op("i32.or");
      }
      code.i32Store().advance(target, 4).advance(mask, 128);
    });
  });
}

/** Stores the words of the blocks' counters, in the order of the units that they decide, as `change` makes them. */
function assembleWords(
  code: FunctionAssembler,
  { target, key0, key1, position, firstPair, blocks }: Readonly<
    Record<"target" | "key0" | "key1" | "position" | "firstPair" | "blocks", Local>
  >,
  change: () => void,
): void {
  const pair = code.local("v128");
  const schedule = code.locals("v128", 3);
  const counters = Array.from({ length: BLOCKS_TOGETHER }, (): Counters => {
    const [x0, x1] = code.locals("v128", 2);
    return { x0, x1 };
  });
  code.get(key0).op("i32x4.splat").set(schedule[0]);
  code.get(key1).op("i32x4.splat").set(schedule[1]);
  code.get(schedule[0]).get(schedule[1]).op("v128.xor");
  code.i32(THREEFRY_PARITY).op("i32x4.splat").op("v128.xor").set(schedule[2]);
  code.i32x4([0, 1, 2, 3]).get(firstPair).op("i32x4.splat").op("i32x4.add").set(pair);
  forGroups(code, { count: blocks, width: BLOCKS_TOGETHER }, (together) => {
    const block = counters.slice(0, together);
    for (const { x0, x1 } of block) {
      code.get(position).op("i32x4.splat").get(schedule[0]).op("i32x4.add").set(x0);
      code.get(pair).get(schedule[1]).op("i32x4.add").set(x1);
      code.get(pair).i32x4([4, 4, 4, 4]).op("i32x4.add").set(pair);
    }
    assembleRounds(code, block, schedule);
    for (const { x0, x1 } of block) {
      for (const { lanes, offset } of MASK_HALVES) {
        code.get(target).get(x0).get(x1).shuffle(lanes);
        change();
        code.store(offset);
      }
      code.advance(target, 32);
    }
  });
}

/** Shuffles that put the words of four counters in the order of the units that they decide. */
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

/** Drops values of a part's samples, none where the pass has no position. */
export function dropoutForward(
  context: ExecutionContext,
  node: DropoutNode,
  pass: ForwardPass,
): void {
  const { input, output } = node;
  const { start, count } = pass.part;
  fillMasks(context, node, pass);
  for (let sample = start; sample < start + count; sample++) {
    const source = addressOf(input, sample);
    multiplyByMask(context, node, { target: addressOf(output, sample), source, sample });
  }
}

/** Computes the derivatives with respect to a part's inputs, through the masks of the forward pass. */
export function dropoutBackward(
  context: ExecutionContext,
  node: DropoutNode,
  pass: BackwardPass,
): void {
  if (!passesBack(node, pass)) return;
  const { input, output } = node;
  const { start, count } = pass.part;
  for (let sample = start; sample < start + count; sample++) {
    const target = deltaOf(input, sample);
    multiplyByMask(context, node, { target, source: deltaOf(output, sample), sample });
  }
}

/** Fills a part's masks. Without a position nothing is dropped. */
function fillMasks(
  context: ExecutionContext,
  node: DropoutNode,
  { part: { start, count }, position }: ForwardPass,
): void {
  const { dropoutMask } = context.bind(DROPOUT_KERNELS);
  const { layer, input, mask, maskStride } = node;
  const { seed, epoch, firstPosition } = position ?? { seed: 0, epoch: 0, firstPosition: 0 };
  const rate = position === undefined ? 0 : node.rate;
  const [key0, key1] = dropoutKey(seed, layer, epoch);
  const values = input.rows * input.channels;
  const threshold = dropoutThreshold(rate);
  const scale = dropoutScale(rate);
  const byBits = isDroppedByBits(rate, values);
  for (let sample = start; sample < start + count; sample++) {
    const target = mask + sample * maskStride;
    const at = firstPosition + originOf(context, node.origins, sample);
    const unit = firstUnit(context, node, sample);
    const skipped = unit % BLOCK_UNITS;
    if (byBits) {
      const first = target / 4 + skipped;
      const factors = context.floats.subarray(first, first + values);
      fillDropoutBits(factors, { key: [key0, key1], rate }, { position: at, firstUnit: unit });
      continue;
    }
    const blocks = Math.ceil((skipped + values) / BLOCK_UNITS);
    dropoutMask(target, key0, key1, at, (unit - skipped) / 2, blocks, threshold, scale);
  }
}

/** Place in the batch of the sample that an entry belongs to. */
export function originOf(
  { words }: ExecutionContext,
  origins: EntryOrigins | undefined,
  entry: number,
): number {
  return origins === undefined ? entry : words[origins.samples / 4 + entry]!;
}

/** Number of an entry's first unit: those of a sample's references follow one another. */
function firstUnit(
  { words }: ExecutionContext,
  { origins, input: { rows, channels } }: DropoutNode,
  entry: number,
): number {
  return origins === undefined ? 0 : words[origins.references / 4 + entry]! * rows * channels;
}

/** A mask has no gaps; the rows it is applied to, segment by segment, may. */
function multiplyByMask(
  context: ExecutionContext,
  node: DropoutNode,
  { target, source, sample }: Readonly<Record<"target" | "source" | "sample", number>>,
): void {
  const { multiplyRows } = context.bind(DROPOUT_KERNELS);
  const { input: { rows, channels, segment }, mask, maskStride } = node;
  const { count, padded } = segment;
  const skipped = firstUnit(context, node, sample) % BLOCK_UNITS;
  const factors = mask + sample * maskStride + 4 * skipped;
  const segments = rows * channels / count;
  multiplyRows(target, source, factors, segments, padded / 4, 4 * padded, 4 * count);
}
