/**
 * Which marks were measured in which cell types. A mark that was not measured has the value 0 in every bin, which must
 * not be taken for a count of 0.
 */

import { listSome } from "../base/wording.ts";
import type { SampleColumns } from "./columns.ts";
import type { SignalSpan } from "./stored_rows.ts";

/** Cell types with the marks that were not measured in them, in the order of the record. */
export type MissingMarks = ReadonlyMap<string, readonly string[]>;

/** The axes of a mask: the cell types and marks of the data. */
export interface MaskAxes {
  readonly cellTypes: readonly string[];
  readonly marks: readonly string[];
}

/**
 * Makes a mask, `[cellType, mark]` row-major: 1 for a mark that was measured, 0 for one that was not.
 *
 * @param missing Marks that were not measured, by cell type.
 * @param axes Cell types and marks of the data.
 * @returns The mask; `undefined` if every mark was measured.
 * @throws {RangeError} If it names a cell type or a mark that the data lack, or leaves a cell type without any mark.
 */
export function makeMarkMask(
  missing: MissingMarks | undefined,
  { cellTypes, marks }: MaskAxes,
): Uint8Array<ArrayBuffer> | undefined {
  const mask = new Uint8Array(cellTypes.length * marks.length).fill(1);
  for (const [cellType, names] of missing ?? []) {
    const place = cellTypes.indexOf(cellType);
    if (place < 0) {
      throw new RangeError(
        `Cannot mask marks: "${cellType}" is not one of the data's cell types, ${
          listSome(cellTypes)
        }`,
      );
    }
    checkMarks(names, marks);
    for (const mark of names) mask[place * marks.length + marks.indexOf(mark)] = 0;
  }
  const fault = faultOfMask(mask, { cellTypes, marks });
  if (fault !== undefined) throw new RangeError(`Cannot mask marks: ${fault}`);
  return mask.includes(0) ? mask : undefined;
}

/**
 * Throws if marks are not among those of the data.
 *
 * @throws {RangeError} With the first that is not.
 */
export function checkMarks(names: readonly string[], marks: readonly string[]): void {
  const unknown = names.find((mark) => !marks.includes(mark));
  if (unknown === undefined) return;
  throw new RangeError(
    `Cannot mask marks: "${unknown}" is not one of the data's marks, ${marks.join(", ")}`,
  );
}

/** Why a mask is impossible: its length, a value other than 0 and 1, or a cell type without any mark. */
export function faultOfMask(
  mask: Uint8Array,
  { cellTypes, marks }: MaskAxes,
): string | undefined {
  const size = cellTypes.length * marks.length;
  if (mask.length !== size) {
    return `it has ${mask.length} values, expected ${size}, one for each cell type and mark`;
  }
  const odd = mask.find((value) => value > 1);
  if (odd !== undefined) return `it has the value ${odd}, expected 0 or 1`;
  const empty = cellTypes.find((_, place) => !rowOf(mask, place, marks.length).includes(1));
  return empty === undefined
    ? undefined
    : `no mark was measured in "${empty}", expected at least one`;
}

function rowOf(mask: Uint8Array, cellType: number, marks: number): Uint8Array {
  return mask.subarray(cellType * marks, (cellType + 1) * marks);
}

/**
 * Lists the marks that were not measured, of the cell types in which not all were. It is empty if every mark was
 * measured everywhere.
 */
export function missingMarksOf(
  { markMask, cellTypes, record: { marks } }: Pick<
    SampleColumns,
    "markMask" | "cellTypes" | "record"
  >,
): MissingMarks {
  if (markMask === undefined) return new Map();
  return new Map(
    cellTypes.map((cellType, place) => {
      const row = rowOf(markMask, place, marks.length);
      return [cellType, marks.filter((_, mark) => row[mark] === 0)] as const;
    }).filter(([, missing]) => missing.length > 0),
  );
}

/**
 * Finds a mark that was not measured although the data have signal of it.
 *
 * @param columns The data.
 * @param span Some of their signal.
 * @returns What was found; `undefined` if all of it is zero.
 */
export function findUnmeasuredSignal(
  columns: SampleColumns,
  { values, first, end: endRow }: SignalSpan,
): string | undefined {
  const { markMask, cellTypes, cellTypeIndex, bins, record: { marks } } = columns;
  const size = bins * marks.length;
  if (markMask === undefined || !markMask.includes(0)) return undefined;
  const missing = cellTypes.map((_, place) =>
    [...rowOf(markMask, place, marks.length).entries()]
      .filter(([, value]) => value === 0).map(([mark]) => mark)
  );
  for (let row = first; row < endRow; row++) {
    const cellType = cellTypeIndex[row]!;
    for (const mark of missing[cellType] ?? []) {
      const end = (row - first + 1) * size;
      for (let at = (row - first) * size + mark; at < end; at += marks.length) {
        if (values[at] === 0) continue;
        return `${marks[mark]} was not measured in ${
          cellTypes[cellType]
        }, but its signal in row ${row} is ` +
          `${values[at]}, expected 0`;
      }
    }
  }
  return undefined;
}

/** Describes marks that were not measured: `H3K4me1 in E114, E118 and 2 more; H3K9me3 in E003`. */
export function describeMissingMarks(missing: MissingMarks): string {
  const byMark = new Map<string, string[]>();
  for (const [cellType, marks] of missing) {
    for (const mark of marks) byMark.set(mark, [...byMark.get(mark) ?? [], cellType]);
  }
  return Array.from(byMark, ([mark, cellTypes]) => `${mark} in ${listSome(cellTypes)}`).join("; ");
}
