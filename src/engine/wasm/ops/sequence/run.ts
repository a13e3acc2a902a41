import { addressOf, deltaOf } from "../../layout.ts";
import { ACTIVATION_KERNELS } from "../activation.ts";
import { adamUpdate } from "../adam.ts";
import type { BackwardPass, ExecutionContext, ForwardPass, Part, Update } from "../context.ts";
import { MEMORY_KERNELS } from "../memory.ts";
import { SUM_KERNELS } from "../sums.ts";
import { SEQUENCE_GRADIENT_KERNELS } from "./gradient_kernels.ts";
import { SEQUENCE_KERNELS, SEQUENCE_TRAINING_KERNELS } from "./kernels.ts";
import {
  BASE_CODES,
  blockWinnerBytes,
  countFilterVectors,
  LETTERS,
  sequenceBytes,
  type SequenceConvNode,
  wordBytes,
} from "./shape.ts";

/** Applies convolution, activation and pooling to a part's entries, block by block: a block's table stays in the nearest cache. */
export function sequenceForward(
  context: ExecutionContext,
  node: SequenceConvNode,
  { part: { start, count }, mode }: ForwardPass,
): void {
  const { name, shape, output, tables, bias, slope, winners } = node;
  const kernels = context.bind(SEQUENCE_KERNELS, name);
  const training = context.bind(SEQUENCE_TRAINING_KERNELS, name);
  const { table } = sequenceBytes(shape);
  for (let entry = start; entry < start + count; entry++) {
    const words = findWords(context, node, entry);
    for (let block = 0; block < shape.blocks; block++) {
      const column = 16 * shape.blockVectors * block;
      const [to, from] = [addressOf(output, entry) + column, tables + block * table];
      const biases = bias.weight + column;
      if (mode === "predict" || winners === undefined) {
        kernels.blockValues(to, words, from, biases, slope);
      } else {
        const places = winnersOf(node, entry, block);
        training.blockMaxima(to, places, words, from, biases, slope);
      }
    }
  }
}

/** Finds the words of an entry, in scratch memory; returns their address. */
function findWords(context: ExecutionContext, node: SequenceConvNode, entry: number): number {
  const { words } = context.bind(SEQUENCE_KERNELS, node.name);
  const { scratch } = context;
  words(scratch, addressOf(node.input, entry) - node.shape.left);
  return scratch;
}

/** Address of the winners of an entry in a block; 0, which nobody reads, without a pooling. */
function winnersOf({ winners, shape }: SequenceConvNode, entry: number, block: number): number {
  if (winners === undefined) return 0;
  return winners.address + entry * winners.entryStride + block * blockWinnerBytes(shape);
}

/**
 * Computes the gradients of a part's entries: the part's sums for kernel and bias, or the derivatives with respect to the
 * letters.
 */
export function sequenceBackward(
  context: ExecutionContext,
  node: SequenceConvNode,
  { part, wanted }: BackwardPass,
): void {
  const { output, shape, slope } = node;
  const { leakyBackward } = context.bind(ACTIVATION_KERNELS);
  const vectors = output.rows * countFilterVectors(shape);
  for (let entry = part.start; entry < part.start + part.count; entry++) {
    const delta = deltaOf(output, entry);
    if (slope !== 1) leakyBackward(delta, delta, addressOf(output, entry), vectors, slope);
  }
  if (wanted === "weights") sumGradients(context, node, part);
  else findLetterGradients(context, node, part);
}

/** Sums a part's gradients of the tables in scratch memory, and from these its gradient of the kernel. */
function sumGradients(
  context: ExecutionContext,
  node: SequenceConvNode,
  { index, start, count }: Part,
): void {
  const { name, output, shape, parts } = node;
  const { clear } = context.bind(MEMORY_KERNELS);
  const { columnSum } = context.bind(SUM_KERNELS);
  const { tableGradient, tapGradient } = context.bind(SEQUENCE_GRADIENT_KERNELS, name);
  const { table } = sequenceBytes(shape);
  const gradient = parts.kernel + index * parts.stride;
  const biasGradient = parts.bias + index * parts.stride;
  const tables = context.scratch + wordBytes(node);
  clear(gradient, parts.stride);
  clear(tables, shape.blocks * table);
  for (let entry = start; entry < start + count; entry++) {
    const delta = deltaOf(output, entry);
    columnSum(biasGradient, delta, output.rows, countFilterVectors(shape), output.stride);
    const words = findWords(context, node, entry);
    for (let block = 0; block < shape.blocks; block++) {
      const own = delta + 16 * shape.blockVectors * block;
      tableGradient(tables + block * table, words, winnersOf(node, entry, block), own);
    }
  }
  tapGradient(gradient, tables);
}

/** Computes the derivatives with respect to the letters of a part's entries. */
function findLetterGradients(
  context: ExecutionContext,
  node: SequenceConvNode,
  { start, count }: Part,
): void {
  const { name, input, output, shape } = node;
  const { clear } = context.bind(MEMORY_KERNELS);
  const { letterGradient } = context.bind(SEQUENCE_GRADIENT_KERNELS, name);
  const kernel = context.scratch;
  const filterBytes = transposeFilters(context, node, kernel);
  for (let entry = start; entry < start + count; entry++) {
    // The windows of a maximum may reach past the ends.
    const first = deltaOf(input, entry) - 4 * LETTERS * shape.left;
    clear(first, input.deltaSampleStride);
    for (let block = 0; block < shape.blocks; block++) {
      const filters = 4 * shape.blockVectors * block;
      const delta = deltaOf(output, entry) + 4 * filters;
      const own = kernel + filters * filterBytes;
      letterGradient(first, own, winnersOf(node, entry, block), delta);
    }
  }
}

/** Writes the kernel as `[filter, tap, letter]`; returns the bytes of a filter. */
function transposeFilters(
  { floats }: ExecutionContext,
  { shape, kernel }: SequenceConvNode,
  target: number,
): number {
  const row = sequenceBytes(shape).code / 4;
  let to = target / 4;
  for (let filter = 0; filter < row; filter++) {
    for (let tap = 0; tap < shape.taps; tap++) {
      for (let letter = 0; letter < LETTERS; letter++) {
        floats[to++] = floats[kernel.weight / 4 + (tap * BASE_CODES + letter) * row + filter]!;
      }
    }
  }
  return 4 * LETTERS * shape.taps;
}

/** Adds up the parts' gradients in order, takes Adam's step and renews the tables. */
export function sequenceUpdate(
  context: ExecutionContext,
  node: SequenceConvNode,
  update: Update,
): void {
  const { kernel, bias, parts } = node;
  const { adam } = update;
  const { sumParts } = context.bind(SUM_KERNELS);
  sumParts(kernel.gradient, parts.kernel, kernel.bytes / 16, parts.stride, update.parts);
  adamUpdate(context, kernel, { offset: 0, bytes: kernel.bytes, adam });
  sumParts(bias.gradient, parts.bias, bias.bytes / 16, parts.stride, update.parts);
  adamUpdate(context, bias, { offset: 0, bytes: bias.bytes, adam });
  makeTables(context, node);
}

/** Makes the tables of the kernel as it is now. */
export function makeTables(context: ExecutionContext, node: SequenceConvNode): void {
  const kernels = context.bind(SEQUENCE_KERNELS, node.name);
  kernels.makeTables(node.tables, node.kernel.weight);
}
