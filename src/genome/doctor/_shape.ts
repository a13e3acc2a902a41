/** Measures where a mark lies around the TSS. */

/** Mean over the bins whose distance from the window's middle, as a share of half the window, is in `[from, to)`. */
function meanBetween(profile: Float64Array, from: number, to: number): number {
  const half = profile.length / 2;
  let sum = 0;
  let count = 0;
  for (let bin = 0; bin < profile.length; bin++) {
    const distance = Math.abs(bin + 0.5 - half) / half;
    if (distance < from || distance >= to) continue;
    sum += profile[bin]!;
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

/**
 * The ratio of a mark around the TSS (inner fifth of the window) to the mark at the window's ends (outer two fifths).
 */
export function centreEnrichment(profile: Float64Array): number {
  return meanBetween(profile, 0, 0.2) / meanBetween(profile, 0.6, 1);
}

/** The mean of profiles, `[bin]`. */
export function meanProfile(profiles: readonly Float64Array[]): Float64Array {
  const mean = new Float64Array(profiles[0]?.length ?? 0);
  for (const profile of profiles) {
    for (let bin = 0; bin < mean.length; bin++) mean[bin]! += profile[bin]! / profiles.length;
  }
  return mean;
}
