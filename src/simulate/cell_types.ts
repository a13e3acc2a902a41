/**
 * Everything about a cell type that is the same for all genes.
 *
 * @module
 */

import { deriveKey, type RandomKey, RandomStream } from "../random.ts";
import { SAMPLES, SPREADS } from "./mark_parameters.ts";
import { MARK_COUNT, PROGRAMME_COUNT } from "./genes.ts";
import { LINEAGE_COUNT, lineageOf } from "./roadmap.ts";

/** The share of a cell type's programme weights that comes from its lineage, before they are scaled to length 1. */
const LINEAGE_SHARE = 0.6;

/** A simulated cell type. */
export interface CellType {
  /** The cell type's name in the files. */
  readonly name: string;
  /** Number of its lineage, from 0. */
  readonly lineage: number;
  /** Weights of the programmes, `[programme]`; their Euclidean length is 1. */
  readonly programmes: Float64Array;
  /** Sequencing depth of each mark's sample, `[mark]`; the mean is the option `depth`. */
  readonly depths: Float64Array;
  /** Enrichment of each mark's sample, `[mark]`: the factor on its signal above the background; the median is 1. */
  readonly enrichments: Float64Array;
  /** The factor on the widths of promoters' peaks. */
  readonly widthFactor: number;
  /** By how much the background of H3K9me3 grows with activity: the slope of its logarithm. */
  readonly openness: number;
  /** Key from which the random streams of its genes are derived. */
  readonly key: RandomKey;
}

/** The options that {@linkcode makeCellType} needs. */
export interface CellTypeOptions {
  /** Seed of the simulation. */
  readonly seed: number;
  /** Mean depth. */
  readonly depth: number;
  /** Standard deviation of ln depth. */
  readonly depthSpread: number;
  /** Standard deviation of ln enrichment. */
  readonly enrichmentSpread: number;
}

/** Makes a cell type, which its name and the seed determine. */
export function makeCellType(name: string, options: CellTypeOptions): CellType {
  const { seed, depth, depthSpread, enrichmentSpread } = options;
  const stream = new RandomStream(deriveKey(seed, "cell type", name));
  const drawn = stream.below(LINEAGE_COUNT);
  const lineage = lineageOf(name) ?? drawn;
  const shared = new RandomStream(deriveKey(seed, "lineage", lineage));
  const programmes = Float64Array.from(
    { length: PROGRAMME_COUNT },
    () =>
      Math.sqrt(LINEAGE_SHARE) * shared.normal() + Math.sqrt(1 - LINEAGE_SHARE) * stream.normal(),
  );
  const length = Math.hypot(...programmes);
  return {
    name,
    lineage,
    programmes: programmes.map((value) => value / length),
    // The mean of a log-normal number is exp(σ²/2) times its median.
    depths: Float64Array.from(
      { length: MARK_COUNT },
      () => depth * Math.exp(depthSpread * stream.normal() - depthSpread ** 2 / 2),
    ),
    enrichments: Float64Array.from(
      SPREADS,
      ({ enrichment }) => Math.exp(enrichmentSpread * enrichment * stream.normal()),
    ),
    widthFactor: Math.exp(SAMPLES.widthSpread * stream.normal()),
    openness: SAMPLES.openness + SAMPLES.opennessSpread * stream.normal(),
    key: deriveKey(seed, "sample", name),
  };
}
