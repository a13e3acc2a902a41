import type { EntryOrigins } from "../dropout.ts";
import type { NodeBase, Parameter, Trained } from "../../layout.ts";

/** From so many inputs on a dense layer is computed slice by slice. */
export const WIDE_INPUTS = 4096;
/** Inputs of a block: with the values of some samples its rows of the kernel stay in the second cache. */
export const BLOCK_INPUTS = 128;
/** Blocks that a slice is a multiple of, so that the random words of its masks begin where a kernel's counters do. */
const SLICE_UNIT = 2;
/** Slices are tasks of threads. Their sums are added in order, whichever thread has computed them. */
const MOST_SLICES = 32;
/** Bytes between rows of a block's values: an odd number of cache lines, which spreads them over all sets of a cache. */
export const BLOCK_STRIDE = 4 * BLOCK_INPUTS + 64;
/** Bytes of the mask of a block: a bit for each input. */
export const BLOCK_MASK_BYTES = BLOCK_INPUTS / 8;
/** The most vectors of units that sums in registers take. */
const MOST_PANEL_VECTORS = 8;

/** Shape of a wide dense layer in memory. */
export interface WideShape {
  /** Values of an entry; the layer has no gaps between them. */
  readonly inputs: number;
  /** Vectors of units that are summed together, and how many times. */
  readonly panelVectors: number;
  readonly panels: number;
  /** Blocks of inputs, the last of which may be filled up with zeros. */
  readonly blocks: number;
  readonly slices: number;
  /** Bytes from the values of an entry to the derivatives with respect to them. */
  readonly inputDelta: number;
}

/**
 * A dense layer of so many inputs that its kernel fits no cache, with the dropout before it and the activation after it.
 *
 * Threads share its inputs out among themselves: a slice of the inputs is computed for all samples, so the kernel is
 * read once in each direction, and moves as soon as its gradient is known. Its kernel is `[input, unit]`. Samples that
 * share an entry, such as those of a gene in several cell types, differ in their masks alone; see `subset_kernels.ts`.
 */
export interface WideDenseNode extends NodeBase {
  readonly kind: "wideDense";
  readonly shape: WideShape;
  readonly slope: number;
  readonly kernel: Trained;
  readonly bias: Parameter;
  /** int32: the entry of `input` that each row of the output is computed from; absent where these are the same. */
  readonly entryOf: number | undefined;
  readonly dropout: WideDropout | undefined;
  /** Mask of all inputs, with which nothing is dropped; and as many zeros. */
  readonly ones: number;
  readonly zeros: number;
  /** Sums of the slices, `[slice, row, unit]`, and bytes from one slice to the next. */
  readonly partials: { readonly address: number; readonly stride: number };
  /** Where things are in scratch memory. */
  readonly scratch: WideScratch;
}

/** The dropout before a wide dense layer, whose masks are bits. */
export interface WideDropout {
  readonly layer: number;
  readonly rate: number;
  /** Masks of the rows, and bytes from one to the next. */
  readonly masks: number;
  readonly maskStride: number;
  readonly origins: EntryOrigins | undefined;
}

/** Offsets in a thread's scratch memory. */
export interface WideScratch {
  /** Four words for each row: see `kernels.ts`. */
  readonly slots: number;
  /** `[row, input of the block]`: masked values, and derivatives with respect to them. */
  readonly values: number;
  readonly deltas: number;
  /** `[row, unit]`: sums of the outputs, or derivatives with respect to these. */
  readonly rows: number;
  /** A block of the kernel, transposed, and its gradient. */
  readonly transposed: number;
  readonly gradient: number;
  /** Tables of subsets, one for inputs, and those for rows. */
  readonly inputSubsets: number;
  readonly rowSubsets: number;
  /** `[group of four rows, input of the block]`, and a vector for each input of the block. */
  readonly choices: number;
  readonly dots: number;
  /** Factors of a slice of a mask, before they become bits. */
  readonly factors: number;
  readonly bytes: number;
}

/** Rows whose values of a block are in scratch memory together. */
export const ROWS_TOGETHER = 128;
/** Rows of one entry that are added up from subsets together: the tables of a panel stay in the nearest cache. */
export const SUBSET_ROWS = 64;
/** From so many rows on it pays to make tables of an entry's subsets. */
export const SHARED_ROWS = 8;
/** What a subset is of: four inputs, or four rows. */
export const SUBSET_OF = 4;
/** Subsets of so many. */
export const SUBSETS = 2 ** SUBSET_OF;
/** Inputs whose bits make a word of a mask. */
export const WORD_INPUTS = 32;
/** Bytes of a slot. */
export const SLOT_BYTES = 16;

/** Cuts a layer into panels of units, and blocks and slices of inputs. */
export function planWideShape(
  { inputs, units, inputDelta }: Pick<WideShape, "inputs" | "inputDelta"> & {
    readonly units: number;
  },
): WideShape {
  const vectors = Math.ceil(units / 4);
  const blocks = SLICE_UNIT * Math.ceil(inputs / BLOCK_INPUTS / SLICE_UNIT);
  const slices = Math.min(MOST_SLICES, blocks / SLICE_UNIT);
  return { inputs, ...cutPanels(vectors), blocks, slices, inputDelta };
}

/** As few vectors as possible, but not a multiple of 256 bytes a row, which would compete for the same lines of a cache. */
function cutPanels(vectors: number): Pick<WideShape, "panelVectors" | "panels"> {
  if (vectors <= MOST_PANEL_VECTORS) return { panelVectors: vectors, panels: 1 };
  const costOf = (panelVectors: number) => {
    const padded = panelVectors * Math.ceil(vectors / panelVectors);
    return padded + (padded % 16 === 0 ? 2 : 0);
  };
  let best = MOST_PANEL_VECTORS;
  for (let panelVectors = best - 1; panelVectors >= best / 2; panelVectors--) {
    if (costOf(panelVectors) < costOf(best)) best = panelVectors;
  }
  return { panelVectors: best, panels: Math.ceil(vectors / best) };
}

/** Bytes of a row of units. */
export function unitBytes({ panelVectors, panels }: WideShape): number {
  return 16 * panelVectors * panels;
}

/** Bytes of a block's rows of the kernel. */
export function blockBytes(shape: WideShape): number {
  return BLOCK_INPUTS * unitBytes(shape);
}

/** The blocks of a slice: the first, and the one after the last. */
export function blocksOf(
  { blocks, slices }: WideShape,
  slice: number,
): { readonly first: number; readonly end: number } {
  const units = blocks / SLICE_UNIT;
  const at = (index: number) => SLICE_UNIT * Math.floor(index * units / slices);
  return { first: at(slice), end: at(slice + 1) };
}

function mostBlocks(shape: WideShape): number {
  const slices = Array.from({ length: shape.slices }, (_, slice) => blocksOf(shape, slice));
  return Math.max(...slices.map(({ first, end }) => end - first));
}

/** Lays out the scratch memory for at most so many rows. */
export function planWideScratch(shape: WideShape, rows: number): WideScratch {
  let next = 0;
  const take = (bytes: number) => {
    const offset = next;
    next += 64 * Math.ceil(bytes / 64);
    return offset;
  };
  // Each entry's rows are filled up to whole subsets, an entry having at least so many rows.
  const filled = Math.ceil(rows * (1 + (SUBSET_OF - 1) / SHARED_ROWS)) + SUBSET_OF;
  const together = Math.min(rows, ROWS_TOGETHER);
  const unit = unitBytes(shape);
  const choiceGroups = Math.ceil(Math.min(filled, SUBSET_ROWS) / SUBSET_OF);
  return {
    slots: take(SLOT_BYTES * filled),
    values: take(BLOCK_STRIDE * together),
    deltas: take(BLOCK_STRIDE * together),
    rows: take(unit * filled),
    transposed: take(BLOCK_STRIDE * unit / 4),
    gradient: take(blockBytes(shape)),
    inputSubsets: take(WORD_INPUTS / SUBSET_OF * SUBSETS * 16 * shape.panelVectors),
    rowSubsets: take(filled / SUBSET_OF * SUBSETS * unit),
    choices: take(BLOCK_INPUTS * choiceGroups),
    dots: take(16 * BLOCK_INPUTS),
    factors: take(4 * BLOCK_INPUTS * mostBlocks(shape)),
    bytes: next,
  };
}
