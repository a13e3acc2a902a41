/**
 * A gene in a cell type: its activity, its label, and what is left of its random stream.
 *
 * @module
 */

import { RandomStream, threefry2x32 } from "../random.ts";
import type { CellType } from "./cell_types.ts";
import type { Gene } from "./genes.ts";
import type { SimulationOptions } from "./options.ts";

/** Labels have 4 decimals, so that a text needs few digits to hold the same number. */
const LABEL_STEPS = 1e4;

/** What is true of one gene in one cell type. */
export interface Sample {
  /** Activity z, of mean 0 and variance 1 over genes. */
  readonly activity: number;
  /** Expression, as written. */
  readonly label: number;
  /** Expected label given the activity: the best that a reader of the marks can say. */
  readonly fromMarks: number;
  /** Expected label given the activity and the gene's hidden level: the best that anyone can say. */
  readonly fromMarksAndGene: number;
  /** The sample's own random stream, from which its counts come. */
  readonly stream: RandomStream;
}

const words = new Uint32Array(2);

/** Draws the activity and the label of a gene in a cell type: a function of seed, gene and cell type. */
export function drawSample(
  gene: Gene,
  cellType: CellType,
  options: Required<SimulationOptions>,
): Sample {
  threefry2x32(cellType.key, gene.index, 0, words);
  const stream = new RandomStream([words[0], words[1]]);
  const { programmeShare, particularShare, visibleShare, hiddenShare, labelMean } = options;
  let programme = 0;
  for (let k = 0; k < gene.loadings.length; k++) {
    programme += gene.loadings[k] * cellType.programmes[k];
  }
  const activity = Math.sqrt(rest(programmeShare, particularShare)) * gene.baseline +
    Math.sqrt(programmeShare) * programme + Math.sqrt(particularShare) * stream.normal();
  const deviation = Math.sqrt(options.labelVariance);
  const fromMarks = labelMean + deviation * Math.sqrt(visibleShare) * activity;
  const fromMarksAndGene = fromMarks + deviation * Math.sqrt(hiddenShare) * gene.hidden;
  const exact = fromMarksAndGene +
    deviation * Math.sqrt(rest(visibleShare, hiddenShare)) * stream.normal();
  // Adding zero turns −0, which a text would not keep, into 0.
  const label = Math.round(exact * LABEL_STEPS) / LABEL_STEPS + 0;
  return { activity, label, fromMarks, fromMarksAndGene, stream };
}

/** What two shares leave of 1; rounding may not take it below 0. */
function rest(a: number, b: number): number {
  return Math.max(0, 1 - a - b);
}
