/**
 * A gene in a cell type: its activity, its label, and the rest of its random stream.
 *
 * @module
 */

import { type RandomKey, RandomStream, threefry2x32 } from "../random.ts";
import type { CellType } from "./cell_types.ts";
import type { Gene } from "./genes.ts";
import { labelOf, referenceRpkmAt, roundLabel, rpkmAt } from "./levels.ts";
import type { SimulationSettings } from "./options.ts";

/**
 * The share of the reference's own part in what its level has besides the gene's, as a factor on its standard deviation:
 * a mixture of ten cell lines is nearer to the mean of a gene than one cell type is.
 */
export const REFERENCE_OWN = 0.525;

/** One gene in one cell type. */
export interface Sample {
  /** Activity z, with mean 0 and variance 1 over genes. */
  readonly activity: number;
  /** The part of the activity that the gene has in all cell types. */
  readonly lasting: number;
  /** Measured expression, in reads per kilobase and million. */
  readonly rpkm: number;
  /** Expression, as in the files. */
  readonly label: number;
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
  const key: RandomKey = [words[0]!, words[1]!];
  const stream = new RandomStream(key);
  const { programmeShare, particularShare, expressionTransform } = options;
  let programme = 0;
  for (const [k, loading] of gene.loadings.entries()) {
    programme += loading * cellType.programmes[k]!;
  }
  const lasting = Math.sqrt(restOf(programmeShare, particularShare)) * gene.baseline;
  const activity = lasting + gene.plasticity * Math.sqrt(programmeShare) * programme +
    gene.plasticity * Math.sqrt(particularShare) * stream.normal();
  const level = expectedLevel(gene, activity, options) + noiseOf(gene, options) * stream.normal();
  const rpkm = rpkmAt(level);
  const referenceRpkm = referenceRpkmOf(gene, options);
  const label = roundLabel(labelOf(expressionTransform, { rpkm, referenceRpkm }));
  return { activity, lasting, rpkm, label, stream };
}

/** Computes a gene's expected level at an activity: everything but the noise. */
export function expectedLevel(
  gene: Gene,
  activity: number,
  settings: SimulationSettings,
): number {
  return Math.sqrt(settings.visibleShare) * activity + hiddenLevelOf(gene, settings);
}

/** Computes the part of a gene's level that the marks do not show: what its DNA says, and what nothing does. */
export function hiddenLevelOf(
  { hidden, regulation }: Pick<Gene, "hidden" | "regulation">,
  { hiddenShare, sequences }: SimulationSettings,
): number {
  const effect = sequences?.effect ?? 0;
  return Math.sqrt(hiddenShare - effect) * hidden + Math.sqrt(effect) * regulation;
}

/** Computes the standard deviation of the noise in a gene's level. */
export function noiseOf(
  { plasticity }: Pick<Gene, "plasticity">,
  { visibleShare, hiddenShare }: SimulationSettings,
): number {
  return plasticity * Math.sqrt(restOf(visibleShare, hiddenShare));
}

/** Computes a gene's RPKM in the reference. */
export function referenceRpkmOf(gene: Gene, options: SimulationSettings): number {
  const { visibleShare, hiddenShare, programmeShare, particularShare } = options;
  const baselineShare = visibleShare * restOf(programmeShare, particularShare);
  const common = Math.sqrt(baselineShare) * gene.baseline + hiddenLevelOf(gene, options);
  const own = REFERENCE_OWN * Math.sqrt(restOf(baselineShare, hiddenShare));
  return referenceRpkmAt(common + own * gene.plasticity * gene.referenceOwn);
}

/** Computes the rest of 1 after two shares; rounding must not make it negative. */
export function restOf(a: number, b: number): number {
  return Math.max(0, 1 - a - b);
}
