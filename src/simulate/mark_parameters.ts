/**
 * The figures of the marks' model. They were fitted by least squares to statistics of real counts, those in
 * docs/simulator.md and more of their kind; no figure is of a single gene. The counts are those of Roadmap's E003 (H1) and E123 (K562)
 * at 600 genes, counted by `bedtools multicov` and published with DeepDiffChrome (Sekhon et al. 2018, Bioinformatics
 * 34:i891).
 *
 * Counts are reads in a bin of 100 bp at depth 1, distances are base pairs from the TSS, positive downstream, and
 * activities are in standard deviations over genes.
 *
 * @module
 */

/** A response to activity: 1 / (1 + exp(−slope · (activity − midpoint))). */
export interface Response {
  /** Steepness; negative for marks of silent genes. */
  readonly slope: number;
  /** The activity at half the response. */
  readonly midpoint: number;
}

/** What differs between genes and samples of a mark: standard deviations of logarithms. */
interface Spreads {
  /** Of the mark's gain at a gene, the same in all cell types. */
  readonly gene: number;
  /** Of the gain's part that is particular to one gene in one cell type. */
  readonly sample: number;
  /** Of the signal along the window, between places 500 bp apart. */
  readonly local: number;
  /** Of the enrichment of samples, in units of the option `enrichmentSpread`. */
  readonly enrichment: number;
}

/** The share of a window to which reads can be mapped: the logistic function of a normal number. */
export const MAPPABILITY = { mean: 2.3, spread: 1.4 };

/** Promoters: CpG islands are at active genes more often, and have H3K4me3 even where activity is low. */
export const PROMOTERS = {
  /** Correlation of the CpG content with the gene's baseline activity. */
  cpgCorrelation: 0.6,
  /** The CpG content, standard normal, above which a promoter is a CpG island. */
  cpgThreshold: -0.17,
  /** Median of the standard deviation of the promoter's peak. */
  promoterWidthBp: 590,
  /** Standard deviation of its logarithm between genes. */
  promoterWidthSpread: 0.53,
};

/** What differs between the samples of cell types. */
export const SAMPLES = {
  /** Standard deviation of the logarithm of a cell type's factor on the widths of promoters' peaks. */
  widthSpread: 0.15,
  /** Mean of the slope by which the logarithm of H3K9me3's background grows with activity. */
  openness: 0.1,
  /** Standard deviation of that slope between cell types. */
  opennessSpread: 0.2,
  /** Standard deviation of the logarithm of a factor that all marks of a gene in a cell type share: copies, access. */
  shared: 0.27,
  /** Standard deviation by which the activity that a mark shows differs from that of its gene in its cell type. */
  jitter: 0.12,
};

/** The gap in all marks at active promoters, where there is no nucleosome. */
export const GAP = { depth: 0.45, placeBp: -50, widthBp: 150 };

/** H3K4me3: a peak on either side of the gap at promoters that are ready to transcribe. */
export const H3K4ME3 = {
  background: 0.6,
  spreads: { gene: 0.09, sample: 0.07, local: 0.64, enrichment: 1.25 },
  /** Whether the promoter is on, at CpG islands and elsewhere. */
  onAtIsland: { slope: 3.8, midpoint: -0.75 },
  onElsewhere: { slope: 3.8, midpoint: 0.17 },
  /** Height of the downstream peak at an island at full activity, and the factor on it elsewhere. */
  height: 82,
  elsewhere: 0.7,
  /** The share of the height that does not depend on activity once the promoter is on, and how the rest does. */
  constant: 0.09,
  rise: { slope: 1.54, midpoint: 0.08 },
  /** Places of the two peaks, the height of the upstream one, and the level of the whole window, in heights. */
  downstreamBp: 385,
  upstreamBp: -400,
  upstream: 0.33,
  floor: 0.026,
};

/** H3K27me3: silent genes; high at silent CpG islands, low and flat elsewhere. */
export const H3K27ME3 = {
  background: 0.57,
  spreads: { gene: 0.64, sample: 0.66, local: 0.8, enrichment: 2 },
  response: { slope: -1.73, midpoint: -0.35 },
  /** The share of a gene's change between cell types that the mark follows: it shows what a gene is rather than does. */
  follows: 0.1,
  /** Level all over the window. */
  domain: 0.97,
  /** Height at an island, the factor on it elsewhere, and the level of the whole window in heights. */
  height: 8,
  elsewhere: 0.1,
  floor: 0.16,
  placeBp: 200,
  widthBp: 2230,
};

/** H3K36me3: bodies of transcribed genes. */
export const H3K36ME3 = {
  background: 0.6,
  spreads: { gene: 0.36, sample: 0.32, local: 0.59, enrichment: 0.5 },
  response: { slope: 2, midpoint: 0.3 },
  height: 3.9,
  /** The level outside the body, in heights: other transcripts nearby. */
  floor: 0.45,
  /** Where the body's signal is at half its height, and the length over which it rises. */
  startBp: 1140,
  riseBp: 500,
};

/** H3K4me1: flanks of promoters that are, or could become, active, and enhancers around them. */
export const H3K4ME1 = {
  background: 0.7,
  spreads: { gene: 0.32, sample: 0.3, local: 0.89, enrichment: 0.75 },
  onAtIsland: { slope: 2.9, midpoint: -1.18 },
  onElsewhere: { slope: 2.9, midpoint: -0.02 },
  height: 3.7,
  /** Places and widths of the flanks, in widths of the promoter. */
  upstream: -1.8,
  upstreamWidth: 1.2,
  downstream: 2.8,
  downstreamWidth: 1.6,
  /** The level of the whole window, in heights; half as much again downstream. */
  floor: 0.42,
};

/** H3K9me3: nearly flat, except for domains over some silent genes. */
export const H3K9ME3 = {
  background: 1.5,
  spreads: { gene: 0.1, sample: 0.1, local: 0.54, enrichment: 0.5 },
  /** Largest share of genes with a domain; it falls with activity. */
  domainShare: 0.2,
  response: { slope: -2, midpoint: 0 },
  /** Median of a domain's signal in backgrounds, and the standard deviation of its logarithm. */
  domain: 1.04,
  domainSpread: 0.7,
};

/** The spreads of each mark in the order of the record's marks, `[mark]`. */
export const SPREADS: readonly Spreads[] = [H3K27ME3, H3K36ME3, H3K4ME1, H3K4ME3, H3K9ME3].map(
  ({ spreads }) => spreads,
);
