/** Bins in the direction of transcription: which lie in a range of base pairs, and how far a shift moves them. */

import { humanGeneStrand } from "../atlas/gene_chromosomes.ts";
import type { SampleColumns } from "../io/columns.ts";
import type { DataRecord } from "../record.ts";
import type { EditSelection } from "./edits/edits.ts";

/** How the bins of a gene run: along transcription, against it, or 0 where its strand is not known. */
export type Direction = 1 | -1 | 0;

/** The strand of each gene, `[gene]`: what the data say, else what is known of human genes; 0 where it is not known. */
export function strandsOf(
  { genes, geneDetails }: Pick<SampleColumns, "genes" | "geneDetails">,
): readonly Direction[] {
  return genes.map((id, gene) => {
    const details = geneDetails?.[gene];
    const strand = details?.strand ?? humanGeneStrand(details?.gene ?? id);
    return strand === undefined ? 0 : strand === "-" ? -1 : 1;
  });
}

/** The direction of each gene's bins, `[gene]`. */
export function directionsOf(
  strands: readonly Direction[],
  { orientation }: Pick<DataRecord, "orientation">,
): readonly Direction[] {
  return orientation === "transcript" ? strands.map(() => 1) : strands;
}

/** The window of samples. */
export interface BinShape {
  readonly bins: number;
  readonly binSizeBp: number;
}

/** Bins by direction; `undefined` where they depend on a strand that is not known. */
export interface SelectedBins {
  readonly forward: Uint32Array;
  readonly backward: Uint32Array;
  readonly unknown: Uint32Array | undefined;
}

/**
 * The bins of a range, ascending. A bin is in a range of base pairs if its middle is, so a base more or less at the ends
 * of windows on the minus strand does not matter.
 */
export function selectBins(
  { startBp, endBp, startBin = 0, endBin }: EditSelection,
  { bins, binSizeBp }: BinShape,
): SelectedBins {
  const select = (isIn: (bin: number) => boolean) =>
    Uint32Array.from({ length: bins }, (_, bin) => bin).filter(isIn);
  if (startBp === undefined && endBp === undefined) {
    const all = select((bin) => bin >= startBin && bin < (endBin ?? bins));
    return { forward: all, backward: all, unknown: all };
  }
  const within = (direction: 1 | -1) =>
    select((bin) => {
      const middle = direction * (bin + 0.5 - bins / 2) * binSizeBp;
      return middle >= (startBp ?? -Infinity) && middle < (endBp ?? Infinity);
    });
  const [forward, backward] = [within(1), within(-1)];
  const isSame = forward.length === backward.length &&
    forward.every((bin, place) => bin === backward[place]);
  return { forward, backward, unknown: isSame ? forward : undefined };
}

/** The bins for a direction. */
export function binsFor(
  { forward, backward, unknown }: SelectedBins,
  direction: Direction,
): Uint32Array | undefined {
  return direction === 0 ? unknown : direction === 1 ? forward : backward;
}
