/**
 * The sites of motifs at a gene, and what they add to its level.
 *
 * @module
 */

import { deriveKey, RandomStream } from "../../random.ts";
import { EFFECT_MEAN, EFFECT_SPREAD, SIMULATED_MOTIFS, type SimulatedMotif } from "./motifs.ts";

/** A place of a motif at a gene. */
export interface MotifSite {
  /** The motif's place in `SIMULATED_MOTIFS`. */
  readonly motif: number;
  /** Distance of the site's first base from the TSS in bp, in the direction of transcription. */
  readonly offsetBp: number;
  /** `-` where the motif is on the other strand: the letters are those of its reverse complement. */
  readonly strand: "+" | "-";
}

/** How often a place is drawn again that is outside the window or taken, before the first free place is chosen. */
const TRIES = 64;

/**
 * Draws the sites of a gene, which the seed, the gene's number and the window determine.
 *
 * @param seed Seed of the simulation.
 * @param index The gene's number.
 * @param halfWidthBp Bases on each side of the TSS; the sites are within.
 * @returns The sites, by ascending number of the motif; none overlaps another.
 */
export function drawSites(
  seed: number,
  index: number,
  { halfWidthBp }: { readonly halfWidthBp: number },
): MotifSite[] {
  const stream = new RandomStream(deriveKey(seed, "motif sites", index));
  const sites: MotifSite[] = [];
  for (const [motif, law] of SIMULATED_MOTIFS.entries()) {
    if (stream.uniform() >= law.share) continue;
    const strand = law.strand === "either" && stream.uniform() < 0.5 ? "-" : "+";
    const offsetBp = drawOffset(law, stream, { sites, halfWidthBp });
    sites.push({ motif, offsetBp, strand });
  }
  return sites;
}

function drawOffset(
  { meanBp, spreadBp, consensus: { length } }: SimulatedMotif,
  stream: RandomStream,
  { sites, halfWidthBp }: { readonly sites: readonly MotifSite[]; readonly halfWidthBp: number },
): number {
  const isFree = (start: number) =>
    start >= -halfWidthBp && start + length <= halfWidthBp &&
    sites.every(({ motif, offsetBp }) =>
      start + length <= offsetBp ||
      start >= offsetBp + SIMULATED_MOTIFS[motif]!.consensus.length
    );
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const start = Math.round(meanBp + spreadBp * stream.normal());
    if (isFree(start)) return start;
  }
  let start = -halfWidthBp;
  while (!isFree(start)) start++;
  return start;
}

/** Adds up the effects of a gene's sites: a number whose mean over genes is 0 and whose variance is 1. */
export function effectOfSites(sites: readonly MotifSite[]): number {
  const sum = sites.reduce((total, { motif }) => total + SIMULATED_MOTIFS[motif]!.effect, 0);
  return (sum - EFFECT_MEAN) / EFFECT_SPREAD;
}
