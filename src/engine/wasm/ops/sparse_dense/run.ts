import {
  addressOf,
  countValues,
  deltaOf,
  type NodeBase,
  type Parameter,
  type Trained,
} from "../../layout.ts";
import { ACTIVATION_KERNELS } from "../activation.ts";
import type { BackwardPass, ExecutionContext, ForwardPass, Part } from "../context.ts";
import type { DropoutNode } from "../dropout.ts";
import { MEMORY_KERNELS } from "../memory.ts";
import { PANEL_KERNELS } from "./kernels.ts";
import { PANEL_ROW_BYTES, streamBytes, streamOffset, STREAMS } from "./rows.ts";
import { SPARSE_ROW_KERNELS } from "./table.ts";

/**
 * A dense layer whose input has many zeros, which the products leave out; see `rows.ts`. The kernel is kept as
 * `[panel, input, unit of the panel]`, as products with sparse rows read it.
 */
export interface SparseDenseNode extends NodeBase {
  readonly kind: "sparseDense";
  readonly slope: number;
  readonly kernel: Trained;
  readonly bias: Parameter;
  /** The dropout whose mask decides which inputs are kept in training; if absent, those that are not zero are kept. */
  readonly gate: Pick<DropoutNode, "mask" | "maskStride"> | undefined;
  /** The samples' sparse rows. */
  readonly sparse: SparseRows;
  /** Four zeros, which a sample without a partner is paired with. */
  readonly zeros: number;
}

/** Where the sparse rows of a batch are. */
export interface SparseRows {
  /** Address of the first sample's. */
  readonly address: number;
  /** Bytes to the next sample's; pairs lie where their first sample's would. */
  readonly sampleStride: number;
}

/** Two samples whose sparse rows are made together, or one without a partner. */
interface SamplePairs {
  /** Address of the first pair's sparse rows. */
  readonly rows: number;
  /** First sample, and how many there are in each pair. */
  readonly start: number;
  readonly size: 1 | 2;
  readonly pairs: number;
}

/**
 * Pairs a part's samples in training, neighbour with neighbour; of an odd number the last is by itself. Elsewhere all are: the
 * order of a sample's sums, and so its bits, depends on its partner, and a prediction must not.
 */
function pairSamples(
  { sparse }: SparseDenseNode,
  { part: { start, count }, trains }: { readonly part: Part; readonly trains: boolean },
): SamplePairs[] {
  const rowsOf = (sample: number) => sparse.address + sample * sparse.sampleStride;
  if (!trains) return [{ rows: rowsOf(start), start, size: 1, pairs: count }];
  const pairs = Math.floor(count / 2);
  const left = start + 2 * pairs;
  const paired: SamplePairs = { rows: rowsOf(start), start, size: 2, pairs };
  if (count % 2 === 0) return [paired];
  return [paired, { rows: rowsOf(left), start: left, size: 1, pairs: 1 }];
}

/** Applies product, bias and activation to a part's samples; compresses their inputs on the way. */
export function sparseDenseForward(
  context: ExecutionContext,
  node: SparseDenseNode,
  { part, mode }: ForwardPass,
): void {
  const { input, output, kernel, bias, gate, slope } = node;
  const { start, count } = part;
  const target = addressOf(output, start);
  // A prediction drops nothing: its inputs have no zeros if only a dropout made them.
  if (gate !== undefined && mode === "predict") {
    const { panel } = context.bind(PANEL_KERNELS, node.name);
    for (const { column, block } of panels(node)) {
      const b = kernel.weight + block;
      panel(target + column, addressOf(input, start), b, bias.weight + column, count);
    }
  } else {
    for (const pairs of pairSamples(node, { part, trains: mode === "train" })) {
      for (let pair = 0; pair < pairs.pairs; pair++) compressInputs(context, node, pairs, pair);
      multiplyPairs(context, node, pairs);
    }
  }
  if (slope === 1) return;
  const { leaky } = context.bind(ACTIVATION_KERNELS);
  leaky(target, target, count * output.sampleStride / 16, slope);
}

function multiplyPairs(
  context: ExecutionContext,
  node: SparseDenseNode,
  { rows, start, size, pairs }: SamplePairs,
): void {
  const { sparseProduct } = context.bind(SPARSE_ROW_KERNELS);
  const { input, output, kernel, bias, sparse } = node;
  const { sampleStride } = output;
  const stream = streamBytes(countValues(input));
  const target = addressOf(output, start);
  for (const { column, block } of panels(node)) {
    sparseProduct(
      target + column,
      (size - 1) * sampleStride,
      size * sampleStride,
      bias.weight + column,
      rows,
      size * sparse.sampleStride,
      stream,
      kernel.weight + block,
      pairs,
    );
  }
}

/**
 * Keeps the inputs of samples that are not zero, or, after a dropout without a ReLU, those that the dropout kept:
 * inputs that were zero before it have a gradient too. A mask has no gaps; the inputs, segment by segment, may.
 */
function compressInputs(
  context: ExecutionContext,
  node: SparseDenseNode,
  { rows, start, size }: SamplePairs,
  pair: number,
): void {
  const { compressPair } = context.bind(SPARSE_ROW_KERNELS);
  const { input, gate, sparse, zeros } = node;
  const inputs = countValues(input);
  const sample = start + size * pair;
  const row = rows + size * pair * sparse.sampleStride;
  const { segment } = input;
  const gapless = gate === undefined || segment.count === segment.padded;
  const { count, padded } = gapless ? { count: inputs, padded: inputs } : segment;
  const stream = streamBytes(inputs);
  const secondStep = size === 2 ? 16 : 0;
  for (let i = 0; i * padded < inputs; i++) {
    const first = i * padded;
    const offset = first * PANEL_ROW_BYTES;
    const [values, secondValues] = [0, 1].map((k) => addressOf(input, sample + k) + 4 * first);
    const [keep, secondKeep] = gate === undefined
      ? [values!, secondValues!]
      : [0, 1].map((k) => gate.mask + (sample + k) * gate.maskStride + 4 * i * count);
    const partner = size === 2 ? [secondKeep!, secondValues!] as const : [zeros, zeros] as const;
    compressPair(
      row,
      stream,
      keep!,
      values!,
      ...partner,
      secondStep,
      count,
      offset,
      PANEL_ROW_BYTES,
    );
  }
}

/** Computes the derivatives with respect to the kept inputs of a part's samples; those of the others are zero. */
export function sparseDenseBackward(
  context: ExecutionContext,
  node: SparseDenseNode,
  { part, wanted }: BackwardPass,
): void {
  const { output, slope } = node;
  if (slope !== 1) {
    const { leakyBackward } = context.bind(ACTIVATION_KERNELS);
    const delta = deltaOf(output, part.start);
    const vectors = part.count * output.sampleStride / 16;
    leakyBackward(delta, delta, addressOf(output, part.start), vectors, slope);
  }
  for (const pairs of pairSamples(node, { part, trains: wanted === "weights" })) {
    passPairsBack(context, node, pairs);
  }
}

/** The entries' factors are not needed any more: their place takes the sums. */
function passPairsBack(
  context: ExecutionContext,
  node: SparseDenseNode,
  { rows, start, size, pairs }: SamplePairs,
): void {
  const { clear } = context.bind(MEMORY_KERNELS);
  const { gatherDots, scatterDots } = context.bind(SPARSE_ROW_KERNELS);
  const { input, output, kernel, sparse } = node;
  const stream = streamBytes(countValues(input));
  const pairStride = size * sparse.sampleStride;
  const { sampleStride } = output;
  for (let pair = 0; pair < pairs; pair++) {
    const row = rows + pair * pairStride;
    for (const { factors, factorBytes, count } of Object.values(STREAMS)) {
      const bytes = factorBytes * context.words[(row + count) / 4]!;
      clear(row + streamOffset(stream, factors), bytes);
    }
  }
  for (const { column, block } of panels(node)) {
    gatherDots(
      rows,
      pairStride,
      stream,
      deltaOf(output, start) + column,
      (size - 1) * sampleStride,
      size * sampleStride,
      kernel.weight + block,
      pairs,
    );
  }
  for (let pair = 0; pair < pairs; pair++) {
    const sample = start + size * pair;
    const [target, second] = [deltaOf(input, sample), deltaOf(input, sample + size - 1)];
    for (let k = 0; k < size; k++) clear(deltaOf(input, sample + k), input.rows * input.stride);
    scatterDots(target, second, rows + pair * pairStride, stream);
  }
}

/** For each panel, the offsets in bytes of its first unit in a row of units, and of its first value in the kernel. */
export function* panels(node: SparseDenseNode): Generator<{ column: number; block: number }> {
  const blockBytes = countValues(node.input) * PANEL_ROW_BYTES;
  for (let column = 0; column < node.output.stride; column += PANEL_ROW_BYTES) {
    yield { column, block: column / PANEL_ROW_BYTES * blockBytes };
  }
}
