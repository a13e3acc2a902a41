/**
 * A gene in a cell type: its activity, its label, and the rest of its random stream.
 *
 * @module
 */

import { RandomStream, threefry2x32 } from "../random.ts";
import type { CellType } from "./cell_types.ts";
import type { Gene } from "./genes.ts";
import type { SimulationSettings } from "./options.ts";

/** Labels have 4 decimals, so that few digits are enough to write them exactly as text. */
const LABEL_STEPS = 1e4;

/** One gene in one cell type. */
export interface Sample {
  /** Activity z, with mean 0 and variance 1 over genes. */
  readonly activity: number;
  /** Expression, as in the files. */
  readonly label: number;
  /** Expected label given the activity: the best prediction from the marks. */
  readonly fromMarks: number;
  /** Expected label given the activity and the gene's hidden level: the best possible prediction. */
  readonly fromMarksAndGene: number;
  /** The sample's own random stream, from which its counts are drawn. */
  readonly stream: RandomStream;
}

const words = new Uint32Array(2);

/** Draws the activity and the label of a gene in a cell type, which seed, gene and cell type determine. */
export function drawSample(
  gene: Gene,
  cellType: CellType,
  options: SimulationSettings,
): Sample {
  threefry2x32(cellType.key, gene.index, 0, words);
  const stream = new RandomStream([words[0]!, words[1]!]);
  const { programmeShare, particularShare, visibleShare, hiddenShare, labelMean } = options;
  let programme = 0;
  for (const [k, loading] of gene.loadings.entries()) {
    programme += loading * cellType.programmes[k]!;
  }
  const activity = Math.sqrt(rest(programmeShare, particularShare)) * gene.baseline +
    Math.sqrt(programmeShare) * programme + Math.sqrt(particularShare) * stream.normal();
  const deviation = Math.sqrt(options.labelVariance);
  const fromMarks = labelMean + deviation * Math.sqrt(visibleShare) * activity;
  const fromMarksAndGene = fromMarks + deviation * Math.sqrt(hiddenShare) * gene.hidden;
  const exact = fromMarksAndGene +
    deviation * Math.sqrt(rest(visibleShare, hiddenShare)) * stream.normal();
  // Adding zero turns −0, which text would not preserve, into 0.
  const label = Math.round(exact * LABEL_STEPS) / LABEL_STEPS + 0;
  return { activity, label, fromMarks, fromMarksAndGene, stream };
}

/** Computes the rest of 1 after two shares; rounding must not make it negative. */
function rest(a: number, b: number): number {
  return Math.max(0, 1 - a - b);
}
