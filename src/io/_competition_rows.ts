/** Lays the genes of a cell type out as rows of a competition file. */

import { type Transform, transformFunction } from "../record.ts";
import { checkUnmeasured } from "./_sample_members.ts";

/** The genes of one cell type. */
export interface CompetitionBlock {
  /** Name of the cell type, such as `E003`. */
  readonly cellType: string;
  /** The genes, `[gene]`: whole identifiers such as `ENSG00000115459.6`, or the numbers of human Ensembl ids. */
  readonly genes: readonly string[] | Uint32Array;
  /** The values that the record describes or, with `fromCounts`, counts: `[gene, bin, mark]` row-major. */
  readonly signal: ArrayLike<number>;
  /** Expression, `[gene]`; either all blocks of a file have it, or none has. */
  readonly labels?: ArrayLike<number> | undefined;
}

/** The genes of one cell type whose signal comes in parts, so that it need not be in memory as a whole. */
export interface StreamedBlock extends Omit<CompetitionBlock, "signal"> {
  /** Number of values in all parts, genes × bins × marks. */
  readonly signalLength: number;
  /**
   * The signal in order, some whole genes at a time, each `[gene, bin, mark]` row-major. It is taken once; a part is not
   * used any more when the next is asked for.
   */
  readonly signalParts: AsyncIterable<ArrayLike<number>>;
}

/** The number of values of a block. */
export function signalLengthOf(block: CompetitionBlock | StreamedBlock): number {
  return "signalParts" in block ? block.signalLength : block.signal.length;
}

/** Some neighbouring genes of a block. */
export interface BlockPart {
  /** The place of the first gene in the block. */
  readonly start: number;
  /** The place after the last gene. */
  readonly end: number;
  /** Their signal, `[gene, bin, mark]` row-major. */
  readonly signal: ArrayLike<number>;
}

/**
 * The parts of a block; one if its signal is in memory.
 *
 * @param width Values of a gene, bins × marks.
 * @throws {TypeError} If a part is not of whole genes, or the parts have another number of values than the block.
 */
export async function* partsOf(
  block: CompetitionBlock | StreamedBlock,
  width: number,
): AsyncGenerator<BlockPart> {
  const length = signalLengthOf(block);
  let start = 0;
  for await (const signal of "signalParts" in block ? block.signalParts : [block.signal]) {
    const end = start + signal.length / width;
    if (!Number.isInteger(end) || end * width > length) {
      throw new TypeError(
        `Cannot write cell type "${block.cellType}": a part of its signal has ${signal.length} values after ` +
          `${start * width}, expected those of whole genes, ${width} each, and ${length} in all`,
      );
    }
    yield { start, end, signal };
    start = end;
  }
  if (start * width < length) {
    throw new TypeError(
      `Cannot write cell type "${block.cellType}": the parts of its signal have ${
        start * width
      } values, ` +
        `expected ${length}`,
    );
  }
}

/** For this many counts the results of a transform are computed once for a file. */
const KNOWN_COUNTS = 2 ** 16;
/** Rows are laid out in pieces of about this many values. */
const PIECE_VALUES = 2 ** 17;

/** Throws if float32 does not hold a gene's number, as the reader would. */
export function checkFloat32(
  { cellType, genes }: Pick<CompetitionBlock, "cellType" | "genes">,
  ids: Float64Array,
): void {
  const wrong = ids.findIndex((id) => id >= 2 ** 24);
  if (wrong < 0) return;
  throw new RangeError(
    `Cannot write cell type "${cellType}" as float32: the number of gene ${genes[wrong]} is ${
      ids[wrong]
    }, expected ` +
      "less than 16,777,216. Write float64",
  );
}

/** A function that applies a transform to counts and rounds the result to float32. */
export function makeConverter(transform: Transform): (count: number) => number {
  const apply = transformFunction(transform);
  const known = Float32Array.from({ length: KNOWN_COUNTS }, (_, count) => apply(count));
  // A count beyond the table, or one that is no integer, has no value there.
  return (count) => known[count] ?? Math.fround(apply(count));
}

/** How the rows of a member are made. */
export interface LayOutOptions {
  /** The numbers of the genes. */
  readonly ids: Float64Array;
  readonly bins: number;
  readonly marks: readonly string[];
  /** The marks that were not measured in the cell type; their signal is 0. */
  readonly missing: readonly string[];
  readonly dtype: "float32" | "float64";
  /** Makes the value of a count; absent where the signal is the values. */
  readonly convert: ((count: number) => number) | undefined;
}

/**
 * The rows of the member, `[gene, bin, column]` with the columns id, marks and label, some genes at a time.
 *
 * @throws {RangeError} If a value is not finite, a count is below zero, or a mark that was not measured has signal.
 */
export async function* layOut(
  block: CompetitionBlock | StreamedBlock,
  options: LayOutOptions,
): AsyncGenerator<Float32Array | Float64Array> {
  const { bins, marks, missing, dtype } = options;
  const { cellType, genes } = block;
  const geneValues = bins * (marks.length + (block.labels === undefined ? 1 : 2));
  const pieceGenes = Math.max(1, Math.floor(PIECE_VALUES / geneValues));
  const length = Math.min(pieceGenes, genes.length) * geneValues;
  const rows = dtype === "float32" ? new Float32Array(length) : new Float64Array(length);
  for await (const part of partsOf(block, bins * marks.length)) {
    const { start, end, signal } = part;
    checkUnmeasured({ cellType, genes: genes.slice(start, end), signal }, missing, marks);
    for (let first = start; first < end; first += pieceGenes) {
      const last = Math.min(first + pieceGenes, end);
      for (let gene = first; gene < last; gene++) {
        const at = (gene - first) * geneValues;
        if (fillGene(rows, { at, block, part, gene }, options)) continue;
        throw new RangeError(
          `Cannot write cell type "${cellType}": gene ${
            genes[gene]
          } has a count or label that is not ` +
            "finite, or a count below zero",
        );
      }
      yield rows.subarray(0, (last - first) * geneValues);
    }
  }
}

/** Fills the rows of a gene from a place on, and returns whether their values are those that a file can hold. */
function fillGene(
  rows: Float32Array | Float64Array,
  { at, block: { labels }, part: { start, signal }, gene }: {
    readonly at: number;
    readonly block: Pick<CompetitionBlock, "labels">;
    readonly part: BlockPart;
    readonly gene: number;
  },
  { ids, bins, marks: { length: marks }, convert }: LayOutOptions,
): boolean {
  let isValid = true;
  let out = at;
  const id = ids[gene]!;
  const from = (gene - start) * bins;
  for (let bin = from; bin < from + bins; bin++) {
    rows[out++] = id;
    for (let i = bin * marks; i < (bin + 1) * marks; i++) {
      const count = signal[i]!;
      rows[out] = convert === undefined ? count : convert(count);
      // Float32 has a smaller range than the numbers that it is given.
      const value = rows[out++]!;
      if (!(count >= 0 && value >= 0 && value < Infinity)) isValid = false;
    }
    if (labels === undefined) continue;
    rows[out] = labels[gene]!;
    if (!Number.isFinite(rows[out++])) isValid = false;
  }
  return isValid;
}
