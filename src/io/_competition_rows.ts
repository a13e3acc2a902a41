/** Lays the genes of a cell type out as rows of a competition file. */

import { type Transform, transformFunction } from "../record.ts";

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

/** For this many counts the results of a transform are computed once for a file. */
const KNOWN_COUNTS = 2 ** 16;
/** Rows are laid out in pieces of about this many values. */
const PIECE_VALUES = 2 ** 17;

/** Throws if float32 does not hold a gene's number, as the reader would. */
export function checkFloat32({ cellType, genes }: CompetitionBlock, ids: Float64Array): void {
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

/** The rows of the member, `[gene, bin, column]` with the columns id, marks and label, some genes at a time. */
export function* layOut(
  { cellType, genes, signal, labels }: CompetitionBlock,
  { ids, bins, marks, dtype, convert }: {
    readonly ids: Float64Array;
    readonly bins: number;
    readonly marks: number;
    readonly dtype: "float32" | "float64";
    /** Makes the value of a count; absent where the signal is the values. */
    readonly convert: ((count: number) => number) | undefined;
  },
): Generator<Float32Array | Float64Array> {
  const columns = marks + (labels === undefined ? 1 : 2);
  const pieceGenes = Math.max(1, Math.floor(PIECE_VALUES / (bins * columns)));
  const length = Math.min(pieceGenes, ids.length) * bins * columns;
  const rows = dtype === "float32" ? new Float32Array(length) : new Float64Array(length);
  for (let start = 0; start < ids.length; start += pieceGenes) {
    const end = Math.min(start + pieceGenes, ids.length);
    let out = 0;
    for (let gene = start; gene < end; gene++) {
      let valid = true;
      for (let bin = gene * bins; bin < (gene + 1) * bins; bin++) {
        rows[out++] = ids[gene]!;
        for (let i = bin * marks; i < (bin + 1) * marks; i++) {
          const count = signal[i]!;
          rows[out] = convert === undefined ? count : convert(count);
          // Float32 has a smaller range than the numbers that it is given.
          const value = rows[out++]!;
          if (!(count >= 0 && value >= 0 && value < Infinity)) valid = false;
        }
        if (labels === undefined) continue;
        rows[out] = labels[gene]!;
        if (!Number.isFinite(rows[out++])) valid = false;
      }
      if (!valid) {
        throw new RangeError(
          `Cannot write cell type "${cellType}": gene ${
            genes[gene]
          } has a count or label that is not ` +
            "finite, or a count below zero",
        );
      }
    }
    yield rows.subarray(0, out);
  }
}
