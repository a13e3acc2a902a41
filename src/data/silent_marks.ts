import type { MissingMarks } from "../io/mark_mask.ts";
import { placesByChunk, signalOfRow } from "../io/stored_rows.ts";
import type { Dataset } from "./dataset.ts";

/**
 * Finds marks whose signal is 0 in all samples of a cell type though the data do not say that they were not measured. Most
 * likely they were not: a mark that was has some signal somewhere.
 *
 * @param data The samples.
 * @returns Such marks by cell type; empty for most data.
 */
export function findSilentMarks(data: Dataset): MissingMarks {
  const { columns, bins, marks } = data;
  const { signal, cellTypes, cellTypeIndex, markMask } = columns;
  const size = bins * marks.length;
  const silent = new Map<number, Set<number>>();
  for (const place of placesByChunk(signal, data.rows)) {
    const row = data.rows[place]!;
    const cellType = cellTypeIndex[row]!;
    const left = silent.get(cellType) ?? new Set(
      [...marks.keys()].filter((mark) => markMask?.[cellType * marks.length + mark] !== 0),
    );
    silent.set(cellType, left);
    if (left.size === 0) continue;
    const values = signalOfRow(signal, row, size);
    for (const mark of left) {
      for (let at = mark; at < size; at += marks.length) {
        if (values[at] === 0) continue;
        left.delete(mark);
        break;
      }
    }
  }
  return new Map(
    cellTypes.map((name, cellType): [string, string[]] => [
      name,
      [...silent.get(cellType) ?? []].map((mark) => marks[mark]!),
    ]).filter(([, names]) => names.length > 0),
  );
}

/**
 * Says what samples whose signal does not tell them apart have in common.
 *
 * @param data The samples.
 * @returns `zero` if all signal is 0, `equal` if all samples have the same, and `undefined` if they differ or have no marks.
 */
export function findEqualSignal(data: Dataset): "zero" | "equal" | undefined {
  const { signal } = data.columns;
  const size = data.bins * data.marks.length;
  if (size === 0 || data.rows.length === 0) return undefined;
  const valuesAt = (place: number) => signalOfRow(signal, data.rows[place]!, size);
  const places = placesByChunk(signal, data.rows);
  // A copy: what is read of the next chunk of a stored signal takes the place of this one.
  const first = valuesAt(places[0]!).slice();
  for (const place of places) {
    const values = valuesAt(place);
    for (let i = 0; i < size; i++) if (values[i] !== first[i]) return undefined;
  }
  return first.every((value) => value === 0) ? "zero" : "equal";
}
