/**
 * What `truth.json` says of the simulated DNA.
 *
 * @module
 */

import { EFFECT_SPREAD, SIMULATED_MOTIFS, type SimulatedMotif } from "./motifs.ts";
import { drawSites } from "./sites.ts";

/** A planted motif. */
export interface PlantedMotif extends Omit<SimulatedMotif, "effect"> {
  /** What a site adds to the level of its gene, whose variance over all samples is 1; 0 for a decoy. */
  readonly effect: number;
  /** Number of sites. */
  readonly sites: number;
}

/** A site as `[name of the motif, distance of its first base from the TSS in bp, strand]`. */
export type PlantedSite = readonly [motif: string, offsetBp: number, strand: "+" | "-"];

/** The part of `truth.json` about DNA. */
export interface SequenceTruth {
  /** Every motif. */
  readonly motifs: readonly PlantedMotif[];
  /** The sites of each gene that has any, by the gene's id. Distances run in the direction of transcription. */
  readonly sites: Readonly<Record<string, readonly PlantedSite[]>>;
}

/** The options of a simulation's DNA. */
interface TruthOptions {
  readonly seed: number;
  readonly halfWidthBp: number;
  readonly effect: number;
}

/** Describes the motifs and their sites at genes. */
export function describeSequences(
  genes: Iterable<{ readonly id: string; readonly index: number }>,
  { seed, halfWidthBp, effect }: TruthOptions,
): SequenceTruth {
  const counts = new Uint32Array(SIMULATED_MOTIFS.length);
  const sites: Record<string, PlantedSite[]> = {};
  for (const { id, index } of genes) {
    const drawn = drawSites(seed, index, { halfWidthBp });
    if (drawn.length === 0) continue;
    for (const { motif } of drawn) counts[motif]!++;
    sites[id] = drawn.map(({ motif, offsetBp, strand }) =>
      [SIMULATED_MOTIFS[motif]!.name, offsetBp, strand] as const
    );
  }
  const factor = Math.sqrt(effect) / EFFECT_SPREAD;
  const motifs = SIMULATED_MOTIFS.map((motif, i) => ({
    ...motif,
    effect: factor * motif.effect,
    sites: counts[i]!,
  }));
  return { motifs, sites };
}
