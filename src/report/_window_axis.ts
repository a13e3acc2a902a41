/** The axis along a window, and the words for what is counted in it. */

import type { DataRecord } from "../record.ts";

/** Bins and record of a data set. */
export interface WindowOfData {
  readonly bins: number;
  readonly record: DataRecord;
}

/** Half the width of a window, in base pairs. */
export function halfWidthBp({ bins, record }: WindowOfData): number {
  return bins * record.binSizeBp / 2;
}

/** The middle of each bin, in base pairs from the TSS. */
export function binCentres(data: WindowOfData): number[] {
  const half = halfWidthBp(data);
  return Array.from({ length: data.bins }, (_, bin) => (bin + 0.5) * data.record.binSizeBp - half);
}

/** What windows are centred on: the TSS, unless they were given as intervals. */
function centreName({ tss }: DataRecord): string {
  return tss === "bed" ? "centre" : "TSS";
}

/**
 * The axis in base pairs from the TSS, whose place is named. Without a title it is for a narrow panel, whose labels are in
 * kilobases.
 */
export function windowAxis(data: WindowOfData, { title }: { readonly title?: string | null }) {
  const half = halfWidthBp(data);
  const isNarrow = title === undefined;
  const number = isNarrow ? "format(datum.value / 1000, '~g') + ' kb'" : "format(datum.value, ',')";
  return {
    field: "position",
    type: "quantitative" as const,
    title: title ?? null,
    scale: { domain: [-half, half], nice: false },
    axis: {
      values: [-half, 0, half],
      labelExpr: `datum.value === 0 ? '${centreName(data.record)}' : ${number}`,
      labelFlush: true,
      labelOverlap: !isNarrow,
      grid: false,
    },
  };
}

/** The axis' title. */
export function windowTitle({ record }: WindowOfData): string {
  return `Distance from the ${centreName(record)} (bp)`;
}

/** In which direction windows run, in a sentence. */
export function describeDirection({ orientation, tss }: DataRecord): string {
  if (orientation === "transcript") return "Windows run from upstream to downstream.";
  return tss === "bed"
    ? "Windows run by coordinate."
    : "Windows run by coordinate, those of genes on the minus strand too: for these, upstream is on the right.";
}

/** Says how often a read counts; nothing of signal that is no count of reads. */
export function countingSentence({ countingRule, fragments }: DataRecord): string {
  if (countingRule !== "reads") return "";
  return `A ${fragments ? "fragment" : "read"} counts in each bin that it overlaps.`;
}
