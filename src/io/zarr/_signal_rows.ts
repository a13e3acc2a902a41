/** The rows of the signal of a cell type, as AnnData hold them. */

import {
  type BlockPart,
  type CompetitionBlock,
  partsOf,
  type StreamedBlock,
} from "../competition_writer.ts";

/** Rows are laid out in pieces of about this many values. */
const PIECE_VALUES = 2 ** 17;

/** What the rows of a block are made with. */
export interface SignalRowOptions {
  /** The genes' identifiers. */
  readonly genes: readonly string[];
  /** Values of a row, one for each bin and mark. */
  readonly width: number;
  /** The marks of the last axis. */
  readonly marks: readonly string[];
  /** Those that were not measured in the cell type. */
  readonly missing: readonly string[];
}

/**
 * The signal of a block as float32, some genes at a time, with NaN for marks that were not measured.
 *
 * @throws {RangeError} If a count or a label is not finite, a count is negative or an integer that float32 does not hold,
 * or a mark that was not measured has signal.
 */
export async function* signalRows(
  block: CompetitionBlock | StreamedBlock,
  options: SignalRowOptions,
): AsyncGenerator<Float32Array> {
  for await (const part of partsOf(block, options.width)) yield* partRows(block, part, options);
}

function* partRows(
  { cellType, labels }: Pick<CompetitionBlock, "cellType" | "labels">,
  { start: first, end: last, signal }: BlockPart,
  { genes, width, marks, missing }: SignalRowOptions,
): Generator<Float32Array> {
  const isMissing = marks.map((mark) => missing.includes(mark));
  const pieceGenes = Math.max(1, Math.floor(PIECE_VALUES / width));
  for (let start = first; start < last; start += pieceGenes) {
    const end = Math.min(start + pieceGenes, last);
    const piece = new Float32Array((end - start) * width);
    for (let gene = start; gene < end; gene++) {
      let isValid = labels === undefined || Number.isFinite(labels[gene]);
      for (let i = 0; i < width; i++) {
        const count = signal[(gene - first) * width + i]!;
        const lacks = isMissing[i % marks.length]!;
        isValid &&= lacks ? count === 0 : isStorable(count);
        piece[(gene - start) * width + i] = lacks ? NaN : count;
      }
      if (!isValid) throw cannotWrite(cellType, genes[gene]!);
    }
    yield piece;
  }
}

/** Whether float32 holds a count: exactly if it is an integer. */
function isStorable(count: number): boolean {
  const stored = Math.fround(count);
  return stored >= 0 && stored < Infinity && (stored === count || !Number.isInteger(count));
}

function cannotWrite(cellType: string, gene: string): RangeError {
  return new RangeError(
    `Cannot write cell type "${cellType}": gene ${gene} has a count or label that is not finite, a count below ` +
      "zero or one that float32 does not hold, or signal of a mark that was not measured",
  );
}
