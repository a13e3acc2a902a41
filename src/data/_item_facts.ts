/** What columns say of a cell type or of a gene. */

import { NO_SEQUENCE, unpackSequence } from "../base/sequences.ts";
import type { SampleColumns } from "../io/columns.ts";
import { missingMarksOf } from "../io/mark_mask.ts";

/**
 * Whether a mark was measured in a cell type.
 *
 * @throws {RangeError} If the data have no mark of that name.
 */
export function isMeasured(
  { markMask, record: { marks } }: SampleColumns,
  cellType: number,
  mark: string,
): boolean {
  const place = marks.indexOf(mark);
  if (place < 0) {
    throw new RangeError(`Cannot find mark "${mark}": the data have ${marks.join(", ")}`);
  }
  return markMask?.[cellType * marks.length + place] !== 0;
}

/** The marks that were not measured, by cell type, for those cell types that are present. */
export function missingMarksAmong(
  columns: SampleColumns,
  listPresent: () => Iterable<number>,
): Map<string, readonly string[]> {
  const missing = missingMarksOf(columns);
  const present = missing.size === 0 ? new Set() : new Set(listPresent());
  return new Map([...missing].filter(([name]) => present.has(columns.cellTypes.indexOf(name))));
}

/** The codes of a gene's DNA, a copy; `undefined` if it has none. */
export function codesOfGene(
  { sequences }: SampleColumns,
  gene: number,
): Uint8Array<ArrayBuffer> | undefined {
  const entry = sequences?.entryOf[gene] ?? NO_SEQUENCE;
  if (sequences === undefined || entry === NO_SEQUENCE) return undefined;
  const codes = new Uint8Array(sequences.bases);
  unpackSequence(sequences, entry, codes);
  return codes;
}
