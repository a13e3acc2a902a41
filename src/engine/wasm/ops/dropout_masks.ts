import { THREEFRY_PARITY } from "../../../base/threefry.ts";
import {
  dropoutKey,
  dropoutScale,
  dropoutThreshold,
  fillDropoutBits,
  isDroppedByBits,
  type StepPosition,
} from "../../dropout.ts";
import type { RandomKey } from "../../../random.ts";
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
 * `dropoutMask`: fills 8 · blocks factors, 0 or scale, of the samples from `position` on; see `src/engine/dropout.ts`. Four
 * counters of Threefry-2x32-20 run side by side: lane k of a block encrypts (position, firstPair + 4 · block + k),
 * whose two words decide two neighbouring units. `stride` bytes lie between samples.
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
    "samples",
    "stride",
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
  add("dropoutMask", (code, { target, threshold, scale, samples, stride, ...parameters }) => {
    const [thresholds, scales] = code.locals("v128", 2);
    const factors = code.local("i32");
    code.get(threshold).op("i32x4.splat").set(thresholds);
    code.get(scale).op("f32x4.splat").set(scales);
    code.repeatLocal(samples, () => {
      code.get(target).set(factors);
      assembleWords(code, { ...parameters, target: factors }, () => {
        code.get(thresholds).op("i32x4.ge_u").get(scales).op("v128.and");
      });
      code.advanceBy(target, stride).advance(parameters.position, 1);
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
  const multiply = multiplierOf(context, node);
  for (let sample = start; sample < start + count; sample++) {
    multiply(sample, { target: addressOf(output, sample), source: addressOf(input, sample) });
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
  const multiply = multiplierOf(context, node);
  for (let sample = start; sample < start + count; sample++) {
    multiply(sample, { target: deltaOf(input, sample), source: deltaOf(output, sample) });
  }
}

/** Fills a part's masks. Without a position nothing is dropped. */
function fillMasks(
  context: ExecutionContext,
  node: DropoutNode,
  { part: { start, count }, position }: ForwardPass,
): void {
  const { dropoutMask } = context.bind(DROPOUT_KERNELS);
  const { input, mask, maskStride } = node;
  const { seed, epoch, firstPosition } = position ?? { seed: 0, epoch: 0, firstPosition: 0 };
  const rate = position === undefined ? 0 : node.rate;
  const [key0, key1] = keyOf(node, { seed, epoch });
  const values = input.rows * input.channels;
  const threshold = dropoutThreshold(rate);
  const scale = dropoutScale(rate);
  const byBits = isDroppedByBits(rate, values);
  if (!byBits && node.origins === undefined) {
    const blocks = Math.ceil(values / BLOCK_UNITS);
    const [target, position] = [mask + start * maskStride, firstPosition + start];
    dropoutMask(target, key0, key1, position, 0, blocks, threshold, scale, count, maskStride);
    return;
  }
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
    const firstPair = (unit - skipped) / 2;
    dropoutMask(target, key0, key1, at, firstPair, blocks, threshold, scale, 1, maskStride);
  }
}

/** What a key is made of besides the layer. */
type KeyPlace = Pick<StepPosition, "seed" | "epoch">;

/** The last key of each node. To make one takes as long as the masks of ten samples, and an epoch has one for thousands. */
const lastKeys = new WeakMap<DropoutNode, KeyPlace & { readonly key: RandomKey }>();

function keyOf(node: DropoutNode, { seed, epoch }: KeyPlace): RandomKey {
  const last = lastKeys.get(node);
  if (last?.seed === seed && last.epoch === epoch) return last.key;
  const key = dropoutKey(seed, node.layer, epoch);
  lastKeys.set(node, { seed, epoch, key });
  return key;
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

/**
 * Returns a function that multiplies a sample's values with its mask. A mask has no gaps; the rows it is applied to,
 * segment by segment, may.
 */
function multiplierOf(
  context: ExecutionContext,
  node: DropoutNode,
): (sample: number, places: Readonly<Record<"target" | "source", number>>) => void {
  const { multiplyRows } = context.bind(DROPOUT_KERNELS);
  const { input: { rows, channels, segment }, mask, maskStride } = node;
  const { count, padded } = segment;
  const segments = rows * channels / count;
  return (sample, { target, source }) => {
    const skipped = firstUnit(context, node, sample) % BLOCK_UNITS;
    const factors = mask + sample * maskStride + 4 * skipped;
    multiplyRows(target, source, factors, segments, padded / 4, 4 * padded, 4 * count);
  };
}
