/**
 * From a latent level, standard normal over genes, to RPKM and to a label.
 *
 * The level is what the marks show, what they do not show of the gene, and noise, in that proportion. Measured RPKM are a
 * curve of it, fitted to those of Roadmap's GM12878, HMEC, HUVEC and K562 (`57epigenomes.RPKM.pc`, 17,447 genes):
 *
 *     log2 RPKM = a + b · level − c · w · ln(1 + exp((knee − level) / w))
 *
 * Above the knee, where genes are transcribed, log2 RPKM is a line of slope b; below it, where transcription only leaks,
 * it is a steeper one of slope b + c. Less than the detection limit is measured as 0. The competition's reference, E000,
 * is a mixture of the RNA of ten cell lines. So it has a curve of its own, which is flatter where genes are silent, since
 * one line that transcribes a gene is enough, and no zeros.
 *
 * @module
 */

import type { SimulatedExpression } from "./options.ts";

/** A curve from level to log2 RPKM. */
interface Curve {
  /** log2 RPKM that the upper line has at level 0. */
  readonly intercept: number;
  /** Slope of the upper line. */
  readonly slope: number;
  /** By how much the lower line is steeper. */
  readonly steeper: number;
  /** The level at which the lines meet. */
  readonly knee: number;
  /** Width of the bend between them, in levels. */
  readonly bend: number;
}

const CELL_TYPE: Curve = { intercept: 2.61, slope: 1.96, steeper: 7.87, knee: -0.02, bend: 0.2 };

const REFERENCE: Curve = { intercept: 3.05, slope: 1.7, steeper: 4.03, knee: -0.14, bend: 0.3 };

/** Smaller RPKM are measured as 0. */
const DETECTION_LIMIT_RPKM = 0.0027;

/** Labels have 4 decimals, so that few digits are enough to write them exactly as text. */
const LABEL_STEPS = 1e4;

/** Computes the RPKM that are measured at a level. */
export function rpkmAt(level: number): number {
  const rpkm = followCurve(CELL_TYPE, level);
  return rpkm < DETECTION_LIMIT_RPKM ? 0 : rpkm;
}

/** Computes the RPKM of the reference at its level. */
export function referenceRpkmAt(level: number): number {
  return followCurve(REFERENCE, level);
}

/**
 * Finds the level at which RPKM are measured: the inverse of {@linkcode rpkmAt}. The curve of log2 RPKM is below both of
 * its lines, so that Newton's method, from where the nearer line has the RPKM, comes to the level from one side.
 *
 * @param rpkm RPKM, above 0.
 */
export function levelOf(rpkm: number): number {
  const { intercept, slope, steeper, knee, bend } = CELL_TYPE;
  const wanted = Math.log2(rpkm);
  let level = Math.max(
    (wanted - intercept) / slope,
    (wanted - intercept + steeper * knee) / (slope + steeper),
  );
  for (let step = 1; step > 1e-12;) {
    const below = (knee - level) / bend;
    step = (wanted - logarithmAt(CELL_TYPE, level)) /
      (slope + steeper / (1 + Math.exp(-below)));
    level += step;
  }
  return level;
}

function followCurve(curve: Curve, level: number): number {
  return 2 ** logarithmAt(curve, level);
}

function logarithmAt({ intercept, slope, steeper, knee, bend }: Curve, level: number): number {
  const below = (knee - level) / bend;
  // ln(1 + eˣ) of a large x is x to the last bit, and its exponential would overflow.
  const softened = below > 40 ? below : Math.log1p(Math.exp(below));
  return intercept + slope * level - steeper * bend * softened;
}

/** Computes the label of RPKM, before rounding. */
export function labelOf(
  expression: SimulatedExpression,
  { rpkm, referenceRpkm }: { readonly rpkm: number; readonly referenceRpkm: number },
): number {
  if (expression === "log2p1") return Math.log2(1 + rpkm);
  const difference = rpkm - referenceRpkm;
  return Math.sign(difference) * Math.log1p(Math.abs(difference));
}

/** Rounds a label to the decimals that files hold. */
export function roundLabel(label: number): number {
  // Adding zero turns −0, which text would not preserve, into 0.
  return Math.round(label * LABEL_STEPS) / LABEL_STEPS + 0;
}
