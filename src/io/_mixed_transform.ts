/** Looks for data of which some cell types, or some marks, have counts and others logarithms of counts. */

import type { PackedArray } from "../base/arrays.ts";
import { FormatError } from "../errors.ts";
import { countTelling } from "./logarithms.ts";

/** Fewer values of a cell type prove nothing. */
const CERTAIN_VALUES = 20;
/** So many values of a mark are enough to see what they are. */
const MOST_VALUES = 10_000;

/** The signal of cell types, and which one each sample is of. */
interface SignalOfCellTypes {
  readonly signal: PackedArray;
  readonly cellTypes: readonly string[];
  readonly cellTypeIndex: Uint32Array;
}

/** Who wants to know of it, and of which file. */
interface MixtureListener {
  readonly file: string;
  readonly onWarning?: ((message: string) => void) | undefined;
}

/**
 * Throws if one cell type has integers alone and another one logarithms of integers alone: no record is right for both. Where
 * marks differ so, there is a warning, since one of them may be something else, such as 1 where there is a peak.
 *
 * @param data The signal `[sample, bin, mark]`, with the samples of each cell type one after another.
 */
export function checkMixedTransforms(
  data: SignalOfCellTypes & { readonly marks: readonly string[] },
  { file, onWarning }: MixtureListener,
): void {
  const { cellTypes, marks, signal } = data;
  const mixed = findMixed(cellTypes.map((_, cellType) => () => signalOf(data, cellType)));
  if (mixed !== undefined) {
    throw new FormatError(
      `Cannot read competition file: cell type "${
        cellTypes[mixed.counts]
      }" has integers, as counts are, and ` +
        `"${
          cellTypes[mixed.logarithms]
        }" has ln(1 + count), expected one of the two in all cell types`,
      { file },
    );
  }
  const ofMarks = findMixed(marks.map((_, mark) => () => valuesOfMark(signal, mark, marks.length)));
  if (ofMarks === undefined) return;
  onWarning?.(
    `${file}: mark ${marks[ofMarks.counts]} has integers, as counts are, and ${
      marks[ofMarks.logarithms]
    } has ln(1 + count): name what they are by --record FILE, or write all marks alike`,
  );
}

/** Finds one of counts and one of logarithms. */
function findMixed(
  parts: readonly (() => PackedArray)[],
): { readonly counts: number; readonly logarithms: number } | undefined {
  if (parts.length < 2) return undefined;
  const kinds = parts.map((values) => kindOf(values()));
  const [counts, logarithms] = [kinds.indexOf("counts"), kinds.indexOf("logarithms")];
  return counts < 0 || logarithms < 0 ? undefined : { counts, logarithms };
}

/** The first values of a mark that are not 0. */
function valuesOfMark(signal: PackedArray, mark: number, marks: number): Float64Array {
  const values = new Float64Array(MOST_VALUES);
  let count = 0;
  for (let i = mark; i < signal.length && count < MOST_VALUES; i += marks) {
    if (signal[i] !== 0) values[count++] = signal[i]!;
  }
  return values.subarray(0, count);
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
