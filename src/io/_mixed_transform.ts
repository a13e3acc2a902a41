/** Refuses data of which some cell types have counts and others logarithms of counts. */

import type { PackedArray } from "../base/arrays.ts";
import { FormatError } from "../errors.ts";
import { countTelling } from "./logarithms.ts";

/** Fewer values of a cell type prove nothing. */
const CERTAIN_VALUES = 20;

/** The signal of cell types, and which one each sample is of. */
interface SignalOfCellTypes {
  readonly signal: PackedArray;
  readonly cellTypes: readonly string[];
  readonly cellTypeIndex: Uint32Array;
}

/**
 * Throws if one cell type has integers alone and another one logarithms of integers alone: no record is right for both.
 *
 * @param data The signal `[sample, bin, mark]`, with the samples of each cell type one after another.
 * @param file Name of the file.
 */
export function refuseMixedTransforms(data: SignalOfCellTypes, file: string): void {
  const { cellTypes } = data;
  if (cellTypes.length < 2) return;
  const kinds = cellTypes.map((_, cellType) => kindOf(signalOf(data, cellType)));
  const [counts, logarithms] = [kinds.indexOf("counts"), kinds.indexOf("logarithms")];
  if (counts < 0 || logarithms < 0) return;
  throw new FormatError(
    `Cannot read competition file: cell type "${
      cellTypes[counts]
    }" has integers, as counts are, and ` +
      `"${cellTypes[logarithms]}" has ln(1 + count), expected one of the two in all cell types`,
    { file },
  );
}

function signalOf(
  { signal, cellTypeIndex }: SignalOfCellTypes,
  cellType: number,
): PackedArray {
  const perSample = signal.length / Math.max(1, cellTypeIndex.length);
  const first = cellTypeIndex.indexOf(cellType);
  const end = cellTypeIndex.lastIndexOf(cellType) + 1;
  return signal.subarray(Math.max(0, first) * perSample, end * perSample);
}

function kindOf(values: PackedArray): "counts" | "logarithms" | undefined {
  let integers = 0;
  for (const value of values) {
    if (value === 0) continue;
    if (!Number.isInteger(value)) {
      return (countTelling(values) ?? 0) >= CERTAIN_VALUES ? "logarithms" : undefined;
    }
    integers++;
  }
  return integers >= CERTAIN_VALUES ? "counts" : undefined;
}
