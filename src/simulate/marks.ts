/**
 * The response of the five marks to the activity of a gene.
 *
 * @module
 */

import { COMPETITION_RECORD } from "../record.ts";
import type { CellType } from "./cell_types.ts";
import { type Gene, MARK_COUNT } from "./genes.ts";

const BIN_SIZE_BP = COMPETITION_RECORD.binSizeBp;

/** A mark's response to activity: amplitude(z) = height / (1 + exp(−slope · (z − midpoint))). */
interface Response {
  /** Reads per bin if the mark is absent. */
  readonly background: number;
  /** Reads per bin at the highest point of the profile at full response. */
  readonly height: number;
  /** Steepness; negative for marks of silent genes. */
  readonly slope: number;
  /** The activity at half the height. */
  readonly midpoint: number;
}

/** The responses in the order of the record's marks: H3K27me3, H3K36me3, H3K4me1, H3K4me3, H3K9me3. */
const RESPONSES: readonly Response[] = [
  { background: 0.85, height: 40, slope: -3, midpoint: -1.5 },
  { background: 0.7, height: 10, slope: 1.5, midpoint: 0.4 },
  { background: 0.9, height: 6, slope: 1.5, midpoint: -0.8 },
  { background: 0.6, height: 130, slope: 2, midpoint: -0.2 },
  { background: 0.75, height: 1, slope: -1, midpoint: -0.3 },
];

/**
 * Writes the expected counts of one sample: depth · (background + gain · amplitude(z) · profile(bin)). Profiles follow
 * the direction of transcription, so the body of a gene on the minus strand is on the left, as in the competition's
 * unflipped windows.
 *
 * @param rates Receives `[bin, mark]`; its length sets the number of bins.
 * @param gene The gene.
 * @param sample The cell type, and the gene's activity in it.
 */
export function fillRates(
  rates: Float64Array,
  gene: Gene,
  sample: { readonly cellType: CellType; readonly activity: number },
): void {
  const bins = rates.length / MARK_COUNT;
  const { depths } = sample.cellType;
  const shape = new Float64Array(MARK_COUNT);
  const amplitudes = RESPONSES.map((response, mark) =>
    gene.gains[mark]! * amplitude(response, sample.activity)
  );
  for (let bin = 0; bin < bins; bin++) {
    fillProfiles(shape, gene, gene.strand * (bin + 0.5 - bins / 2) * BIN_SIZE_BP);
    for (const [mark, { background }] of RESPONSES.entries()) {
      rates[bin * MARK_COUNT + mark] = depths[mark]! *
        (background + amplitudes[mark]! * shape[mark]!);
    }
  }
}

/** Computes the part of a mark's signal above its background at an activity z. */
function amplitude(response: Response, activity: number): number {
  return response.height / (1 + Math.exp(-response.slope * (activity - response.midpoint)));
}

/**
 * Computes the profiles of the five marks, each at most about 1.
 *
 * @param shape Receives one value for each mark.
 * @param gene Gives the promoter's width w and the body's length.
 * @param offsetBp Distance from the TSS, in base pairs, positive downstream.
 */
function fillProfiles(shape: Float64Array, gene: Gene, offsetBp: number): void {
  const width = gene.promoterWidthBp;
  const flankBp = 2.5 * width;
  // H3K27me3: broad, around the TSS.
  shape[0] = bell(offsetBp / 2500);
  // H3K36me3: rises from the TSS along the body, and ends with it.
  shape[1] = offsetBp <= 0 || offsetBp > gene.bodyLengthBp ? 0 : 1 - Math.exp(-offsetBp / 2500);
  // H3K4me1: two flanks, and a dip at the TSS between them.
  shape[2] = bell((offsetBp - flankBp) / width) + bell((offsetBp + flankBp) / width);
  // H3K4me3: one narrow peak, slightly downstream.
  shape[3] = bell((offsetBp - 200) / width);
  // H3K9me3: everywhere, less at the TSS.
  shape[4] = 1 - 0.5 * bell(offsetBp / 1000);
}

function bell(x: number): number {
  return Math.exp(-0.5 * x * x);
}
