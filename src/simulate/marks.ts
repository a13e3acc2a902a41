/**
 * The expected counts of the five marks at a gene in a cell type.
 *
 * @module
 */

import type { RandomStream } from "../random.ts";
import { COMPETITION_RECORD } from "../record.ts";
import type { CellType } from "./cell_types.ts";
import { type Gene, MARK_COUNT } from "./genes.ts";
import {
  GAP,
  H3K27ME3,
  H3K36ME3,
  H3K4ME1,
  H3K4ME3,
  H3K9ME3,
  type Response,
  SAMPLES,
  SPREADS,
} from "./mark_parameters.ts";

const BIN_SIZE_BP = COMPETITION_RECORD.binSizeBp;

/** Distance between the places at which the local factor of the signal is drawn, in bins. */
export const KNOT_BINS = 5;

/** The places of the marks in the record. */
const [K27ME3, K36ME3, K4ME1, K4ME3, K9ME3] = [0, 1, 2, 3, 4] as const;

/** A gene in a cell type. */
export interface RateSample {
  /** The cell type. */
  readonly cellType: CellType;
  /** The gene's activity in it. */
  readonly activity: number;
  /** The part of the activity that the gene has in all cell types. */
  readonly lasting: number;
  /** The sample's random stream. */
  readonly stream: RandomStream;
}

/**
 * Writes the expected counts of one sample; the module's description in mod.ts has the formula. Profiles follow the
 * direction of transcription, so the body of a gene on the minus strand is on the left, as in the competition's unflipped
 * windows.
 *
 * @param rates Receives `[bin, mark]`; its length sets the number of bins.
 * @param gene The gene.
 * @param sample The cell type, the gene's activity in it, and a random stream.
 */
export function fillRates(rates: Float64Array, gene: Gene, sample: RateSample): void {
  const { stream, cellType: { depths } } = sample;
  const signal = signalOf(gene, drawShown(gene, sample));
  const shared = gene.mappability * Math.exp(SAMPLES.shared * stream.normal());
  fillWindow(rates, signal, { strand: gene.strand, depths, shared });
  for (let mark = 0; mark < MARK_COUNT; mark++) scaleLocally(rates, mark, stream);
}

/** The heights of a sample's signal, and the geometry of its promoter. */
interface Signal {
  /** Share of the promoter that is on, from 0 to 1. */
  readonly on: number;
  /** Standard deviation of the promoter's peak. */
  readonly widthBp: number;
  readonly bodyLengthBp: number;
  /** H3K27me3 all over the window, and its height at the promoter. */
  readonly silentDomain: number;
  readonly silentPeak: number;
  /** Heights of H3K36me3, H3K4me1 and H3K4me3. */
  readonly body: number;
  readonly flanks: number;
  readonly peak: number;
  /** H3K9me3, all over the window. */
  readonly heterochromatin: number;
}

/** What sets the heights of a sample's signal. */
export interface ShownActivity extends Pick<RateSample, "cellType" | "activity" | "lasting"> {
  /** The activity that each mark shows, `[mark]`. */
  readonly shown: ArrayLike<number>;
  /** The factor on each mark's signal, its sample's enrichment among it, `[mark]`. */
  readonly gains: ArrayLike<number>;
  /** The activity that decides whether a domain of H3K9me3 is there, if it is not that of the sample. */
  readonly domainActivity?: number;
}

function drawShown(gene: Gene, { stream, ...sample }: RateSample): ShownActivity {
  const shown = SPREADS.map(() => sample.activity + SAMPLES.jitter * stream.normal());
  const gains = SPREADS.map(({ gene: ofGene, sample: ofSample }, mark) =>
    sample.cellType.enrichments[mark]! *
    Math.exp(ofGene * gene.gains[mark]! + ofSample * stream.normal())
  );
  return { ...sample, shown, gains };
}

/**
 * Writes the expected counts of a sample whose drawn factors, those that change along the window among them, are all 1.
 *
 * @param rates Receives `[bin, mark]`; its length sets the number of bins.
 * @param gene The gene.
 * @param sample The cell type, and what its marks show.
 */
export function fillMedianRates(rates: Float64Array, gene: Gene, sample: ShownActivity): void {
  const { strand, mappability: shared } = gene;
  fillWindow(rates, signalOf(gene, sample), { strand, depths: sample.cellType.depths, shared });
}

function signalOf(
  gene: Gene,
  { cellType, activity, lasting, shown, gains, domainActivity = activity }: ShownActivity,
): Signal {
  const { cpgIsland, bodyLengthBp } = gene;
  const { follows } = H3K27ME3;
  const on = respond(cpgIsland ? H3K4ME3.onAtIsland : H3K4ME3.onElsewhere, shown[K4ME3]!);
  const silent = respond(
    H3K27ME3.response,
    shown[K27ME3]! - (1 - follows) * (activity - lasting),
  );
  const { constant, rise } = H3K4ME3;
  const raised = constant + (1 - constant) * respond(rise, shown[K4ME3]!);
  return {
    on,
    widthBp: gene.promoterWidthBp * cellType.widthFactor,
    bodyLengthBp,
    silentDomain: silent * H3K27ME3.domain,
    silentPeak: silent * gains[K27ME3]! * H3K27ME3.height * (cpgIsland ? 1 : H3K27ME3.elsewhere),
    body: respond(H3K36ME3.response, shown[K36ME3]!) * gains[K36ME3]! * H3K36ME3.height,
    flanks: respond(cpgIsland ? H3K4ME1.onAtIsland : H3K4ME1.onElsewhere, shown[K4ME1]!) *
      gains[K4ME1]! * H3K4ME1.height,
    peak: on * raised * gains[K4ME3]! * H3K4ME3.height * (cpgIsland ? 1 : H3K4ME3.elsewhere),
    heterochromatin: H3K9ME3.background * gains[K9ME3]! *
      Math.exp(cellType.openness * Math.tanh(activity)) * (1 + domainOf(gene, domainActivity)),
  };
}

/** Writes what is expected of the marks along a window: depths, the factor that marks share, the gap, and the signal. */
function fillWindow(
  rates: Float64Array,
  signal: Signal,
  { strand, depths, shared }: {
    readonly strand: number;
    readonly depths: ArrayLike<number>;
    readonly shared: number;
  },
): void {
  const bins = rates.length / MARK_COUNT;
  const shape = new Float64Array(MARK_COUNT);
  for (let bin = 0; bin < bins; bin++) {
    const offsetBp = strand * (bin + 0.5 - bins / 2) * BIN_SIZE_BP;
    fillProfiles(shape, signal, offsetBp);
    const open = shared *
      (1 - GAP.depth * signal.on * bell((offsetBp - GAP.placeBp) / GAP.widthBp));
    for (let mark = 0; mark < MARK_COUNT; mark++) {
      rates[bin * MARK_COUNT + mark] = depths[mark]! * open * shape[mark]!;
    }
  }
}

/** The signal of a gene's H3K9me3 domain in backgrounds; 0 if it has none. */
function domainOf({ domainRank, domainSignal }: Gene, activity: number): number {
  return domainRank < H3K9ME3.domainShare * respond(H3K9ME3.response, activity) ? domainSignal : 0;
}

function respond({ slope, midpoint }: Response, activity: number): number {
  return 1 / (1 + Math.exp(-slope * (activity - midpoint)));
}

/**
 * Computes the expected counts of the five marks at a place, at depth 1 and before the factors that they share.
 *
 * @param shape Receives one value for each mark.
 * @param signal The heights and the geometry.
 * @param offsetBp Distance from the TSS, in base pairs, positive downstream.
 */
function fillProfiles(shape: Float64Array, signal: Signal, offsetBp: number): void {
  const { widthBp } = signal;
  const place = offsetBp / widthBp;
  shape[K27ME3] = H3K27ME3.background + signal.silentDomain +
    signal.silentPeak *
      (bell((offsetBp - H3K27ME3.placeBp) / H3K27ME3.widthBp) + H3K27ME3.floor);
  const inBody = offsetBp > signal.bodyLengthBp
    ? 0
    : 1 / (1 + Math.exp((H3K36ME3.startBp - offsetBp) / H3K36ME3.riseBp));
  shape[K36ME3] = H3K36ME3.background + signal.body * (inBody + H3K36ME3.floor);
  shape[K4ME1] = H3K4ME1.background + signal.flanks * (
        bell((place - H3K4ME1.upstream) / H3K4ME1.upstreamWidth) +
        bell((place - H3K4ME1.downstream) / H3K4ME1.downstreamWidth) +
        H3K4ME1.floor * (offsetBp > 0 ? 1.5 : 1)
      );
  shape[K4ME3] = H3K4ME3.background + signal.peak * (
        bell((offsetBp - H3K4ME3.downstreamBp) / widthBp) +
        H3K4ME3.upstream * bell((offsetBp - H3K4ME3.upstreamBp) / (0.8 * widthBp)) +
        H3K4ME3.floor
      );
  shape[K9ME3] = signal.heterochromatin;
}

/**
 * Multiplies the rates of a mark by a factor of mean 1 that changes along the window: log-normal at knots, and a line
 * between two of them.
 */
function scaleLocally(rates: Float64Array, mark: number, stream: RandomStream): void {
  const { local } = SPREADS[mark]!;
  const bins = rates.length / MARK_COUNT;
  const drawKnot = () => Math.exp(local * stream.normal() - local ** 2 / 2);
  let from = drawKnot();
  let to = drawKnot();
  for (let bin = 0, step = 0; bin < bins; bin++, step++) {
    if (step === KNOT_BINS) {
      from = to;
      to = drawKnot();
      step = 0;
    }
    rates[bin * MARK_COUNT + mark]! *= from + (to - from) * ((step + 0.5) / KNOT_BINS);
  }
}

/** exp(−x²/2); so far out that it adds less than a read in a million bins it is 0, which saves most of the time. */
function bell(x: number): number {
  const square = x * x;
  return square > 50 ? 0 : Math.exp(-0.5 * square);
}
