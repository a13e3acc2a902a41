/**
 * What each mark in each bin says of the label: derivatives of the expected label by the counts of a window.
 *
 * The label that is expected of counts c is that of an activity, E[f(z) | c], where f(z) is the expected label given the
 * activity. Around the counts μ that are expected of a sample, all that is unknown changes them in proportion, so that
 * counts and activity are jointly normal (Gauss and Markov):
 *
 *     c = μ + g (z − z₀) + Σ_k a_k n_k + noise,      ∂E[f(z) | c] / ∂c = f′ · C⁻¹g / (1 + gᵀC⁻¹g)
 *
 * g is how counts follow the activity; each a_k n_k is one of the things that blur them, n_k standard normal: the activity
 * that a single mark shows, its gain at the gene, depth and enrichment of its sample, the factor that marks share, and the
 * factor along the window at each of its knots; C is the covariance of these and of the reads, negative binomial and
 * counted in the next bin, too. The prior of z is standard normal. f′ is the slope of f over two standard deviations of what
 * remains unknown of z. What the shape of a window shows is taken as known: strand, CpG island, the width of the promoter,
 * the length of the body, domains of H3K9me3.
 *
 * @module
 */

import { solveSymmetric } from "./cholesky.ts";
import type { CellType } from "./cell_types.ts";
import type { Gene } from "./genes.ts";
import { MARK_COUNT } from "./genes.ts";
import { fillMedianRates, KNOT_BINS } from "./marks.ts";
import { H3K27ME3, MAPPABILITY, SAMPLES, SPREADS } from "./mark_parameters.ts";
import type { SimulationSettings } from "./options.ts";
import { normalNodes } from "./quadrature.ts";
import { OVERLAP } from "./reads.ts";

/** Step of activity, and of a gain's logarithm, over which rates are differentiated. */
const STEP = 0.01;

/** The places of H3K27me3, which follows a gene's lasting activity, and of H3K9me3, most of which is background. */
const [SILENT_MARK, BACKGROUND_MARK] = [0, 4] as const;

/** A gene in a cell type at which the expected label is differentiated. */
export interface DerivedSample {
  readonly gene: Gene;
  readonly cellType: CellType;
  readonly activity: number;
  readonly lasting: number;
}

/** What a simulation's samples have in common. */
export interface DerivativeOptions {
  readonly settings: SimulationSettings;
  /** The expected label given the activity. */
  readonly labelAt: (activity: number) => number;
  /** Of the factors along the window, from {@linkcode localCorrelations}. */
  readonly local: Float64Array;
}

/** Derivatives of the expected label, and where they were taken. */
export interface LabelDerivatives {
  /** By ln(1 + count), `[bin, mark]`. */
  readonly derivatives: Float64Array;
  /** The expected counts, `[bin, mark]`. */
  readonly rates: Float64Array;
}

/** Computes the derivatives of the expected label by ln(1 + count) at the counts that are expected of a sample. */
export function differentiateLabel(
  sample: DerivedSample,
  { settings, labelAt, local }: DerivativeOptions,
): LabelDerivatives {
  const { bins } = settings;
  const { rates, byActivity, blurs } = linearise(sample, settings);
  const weights = new Float64Array(bins * MARK_COUNT); // C⁻¹g, were it not for the factor that marks share
  const sharedWeights = new Float64Array(weights.length);
  let [ofActivity, ofBoth, ofShared] = [0, 0, 0];
  for (let mark = 0; mark < MARK_COUNT; mark++) {
    const at = (values: Float64Array) => takeMark(values, mark);
    const [own, g] = [at(rates), at(byActivity)];
    const shared = own.map((rate) => SHARED_DEVIATION * rate);
    const covariance = covarianceOf(own, { mark, settings, local, blurs: blurs[mark]!.map(at) });
    const [first, second] = solveSymmetric(covariance, [g, shared]) as [Float64Array, Float64Array];
    ofActivity += dot(g, first);
    ofBoth += dot(g, second);
    ofShared += dot(shared, second);
    putMark(weights, first, mark);
    putMark(sharedWeights, second, mark);
  }
  // The factor that marks share adds a matrix of rank one to the covariance (Sherman and Morrison).
  const factor = ofBoth / (1 + ofShared);
  const information = ofActivity - ofBoth * factor;
  const deviation = 1 / Math.sqrt(1 + information);
  const { activity } = sample;
  const slope = (labelAt(activity + deviation) - labelAt(activity - deviation)) / (2 * deviation);
  const derivatives = weights.map((weight, i) =>
    slope / (1 + information) * (weight - factor * sharedWeights[i]!) * (1 + rates[i]!)
  );
  return { derivatives, rates };
}

/** Variance of the logarithm of the share of a window to which reads can be mapped. */
function mappabilityVariance(): number {
  const { places, weights } = normalNodes(41);
  const logarithms = places.map((normal) =>
    -Math.log1p(Math.exp(-MAPPABILITY.mean - MAPPABILITY.spread * normal))
  );
  const mean = dot(logarithms, weights);
  return dot(logarithms.map((value) => (value - mean) ** 2), weights);
}

/** Standard deviation of the logarithm of what all marks of a sample share. */
const SHARED_DEVIATION = Math.sqrt(SAMPLES.shared ** 2 + mappabilityVariance());

interface Linearised {
  /** Expected counts, `[bin, mark]`. */
  readonly rates: Float64Array;
  /** Their derivatives by the activity. */
  readonly byActivity: Float64Array;
  /** What blurs the counts of each mark along the whole window, in standard deviations, `[mark][blur]`. */
  readonly blurs: readonly (readonly Float64Array[])[];
}

/** How rates change with the activity and with what is particular to each mark. */
function linearise(
  { gene, cellType, activity, lasting }: DerivedSample,
  settings: SimulationSettings,
): Linearised {
  const { bins, depthSpread, enrichmentSpread, programmeShare, particularShare } = settings;
  const gains = SPREADS.map(({ gene: ofGene }, mark) =>
    cellType.enrichments[mark]! * Math.exp(ofGene * gene.gains[mark]!)
  );
  const ratesAt = (ofAll: number, ofMark: number, ofGain: number) => {
    const rates = new Float64Array(bins * MARK_COUNT);
    const shown = new Float64Array(MARK_COUNT).fill(activity + ofAll + ofMark);
    fillMedianRates(rates, gene, {
      // What one window shows does not tell how H3K9me3 follows the activity in its cell type.
      cellType: { ...cellType, openness: SAMPLES.openness },
      activity: activity + ofAll,
      domainActivity: activity,
      // What lasts of a higher activity, on average.
      lasting: lasting + ofAll * (1 - programmeShare - particularShare),
      shown,
      gains: gains.map((gain) => gain * Math.exp(ofGain)),
    });
    return rates;
  };
  const differentiate = (ratesOf: (step: number) => Float64Array) => {
    const [above, below] = [ratesOf(STEP), ratesOf(-STEP)];
    return above.map((rate, i) => (rate - below[i]!) / (2 * STEP));
  };
  const rates = ratesAt(0, 0, 0);
  const byActivity = differentiate((step) => ratesAt(step, 0, 0));
  const byShown = differentiate((step) => ratesAt(0, step, 0));
  const byGain = differentiate((step) => ratesAt(0, 0, step));
  const changing = programmeShare + particularShare;
  const blurs = SPREADS.map(({ gene: ofGene, sample, enrichment }, mark) => {
    // H3K27me3 follows what lasts of an activity, which z does not tell.
    const lasts = mark === SILENT_MARK
      ? (1 - H3K27ME3.follows) ** 2 * changing * (1 - changing)
      : 0;
    const shown = Math.sqrt(SAMPLES.jitter ** 2 + lasts);
    const gain = Math.hypot(ofGene, sample, enrichmentSpread * enrichment);
    const openness = mark === BACKGROUND_MARK ? SAMPLES.opennessSpread * Math.tanh(activity) : 0;
    return [
      rates.map((value) => openness * value),
      byShown.map((value) => shown * value),
      byGain.map((value) => gain * value),
      rates.map((value) => depthSpread * value),
    ];
  });
  return { rates, byActivity, blurs };
}

/** The covariance of a mark's counts given the activity and what all marks share, `[bin, bin]`. */
function covarianceOf(
  rates: Float64Array,
  { mark, settings: { dispersion }, local, blurs }:
    & Pick<DerivativeOptions, "settings" | "local">
    & {
      readonly mark: number;
      readonly blurs: readonly Float64Array[];
    },
): Float64Array {
  const bins = rates.length;
  const matrix = new Float64Array(bins * bins);
  const localVariance = Math.expm1(SPREADS[mark]!.local ** 2);
  for (let i = 0; i < bins; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = rates[i]! * rates[j]! * localVariance * local[i * bins + j]!;
      for (const blur of blurs) sum += blur[i]! * blur[j]!;
      matrix[i * bins + j] = sum;
    }
  }
  for (let i = 0; i < bins; i++) {
    // Reads that start in a bin, and those that reach into the next.
    const mean = rates[i]! / (1 + OVERLAP);
    const variance = mean + dispersion * mean ** 2;
    const reaching = OVERLAP ** 2 * variance + OVERLAP * (1 - OVERLAP) * mean;
    matrix[i * bins + i]! += variance + (i === 0 ? reaching : 0);
    if (i + 1 === bins) continue;
    matrix[(i + 1) * bins + i + 1]! += reaching;
    matrix[(i + 1) * bins + i]! += OVERLAP * variance;
  }
  return matrix;
}

/** The covariances of the factors along the window, which are lines between knots, in units of a knot's variance, `[bin, bin]`. */
export function localCorrelations(bins: number): Float64Array {
  const knots = Math.floor((bins - 1) / KNOT_BINS) + 2;
  const shares = Array.from({ length: bins }, (_, bin) => {
    const own = new Float64Array(knots);
    const step = (bin % KNOT_BINS + 0.5) / KNOT_BINS;
    const knot = Math.floor(bin / KNOT_BINS);
    own[knot] = 1 - step;
    own[knot + 1] = step;
    return own;
  });
  return Float64Array.from(
    { length: bins * bins },
    (_, i) => dot(shares[Math.floor(i / bins)]!, shares[i % bins]!),
  );
}

function takeMark(values: Float64Array, mark: number): Float64Array {
  return Float64Array.from(
    { length: values.length / MARK_COUNT },
    (_, bin) => values[bin * MARK_COUNT + mark]!,
  );
}

function putMark(values: Float64Array, own: Float64Array, mark: number): void {
  own.forEach((value, bin) => values[bin * MARK_COUNT + mark] = value);
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
