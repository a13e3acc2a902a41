/** Where around the TSS a mark lies. */

/** Mean over the bins whose distance from the window's middle, as a share of its half, is in `[from, to)`. */
export function meanBetween(profile: Float64Array, from: number, to: number): number {
  const half = profile.length / 2;
  let sum = 0;
  let count = 0;
  for (let bin = 0; bin < profile.length; bin++) {
    const distance = Math.abs(bin + 0.5 - half) / half;
    if (distance < from || distance >= to) continue;
    sum += profile[bin];
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

/** How much higher a mark is around the TSS (inner fifth of the window) than at its ends (outer two fifths). */
export function centreEnrichment(profile: Float64Array): number {
  return meanBetween(profile, 0, 0.2) / meanBetween(profile, 0.6, 1);
}

/** Mean of profiles, `[bin]`. */
export function meanProfile(profiles: readonly Float64Array[]): Float64Array {
  const mean = new Float64Array(profiles[0].length);
  for (const profile of profiles) {
    for (let bin = 0; bin < mean.length; bin++) mean[bin] += profile[bin] / profiles.length;
  }
  return mean;
}
