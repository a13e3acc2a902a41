/** The values of the page over all genes, read the same by the package and by a script in a page. */

import { decodeFloats } from "./floats.ts";
import { formatSigned, formatValue } from "./numbers.ts";
import type { ViewWindow } from "./window.ts";

/** What the page over all genes holds for its script. */
export interface ProfileViewData {
  /** Where the bins lie. */
  readonly window: ViewWindow;
  /** The groups of samples, in the order of the page. */
  readonly groups: readonly EncodedProfile[];
}

/** The values of a group, `[mark, bin]`, as `encodeFloats` writes them. */
export interface EncodedProfile {
  /** What the samples are. */
  readonly name: string;
  /** Mean attributions. */
  readonly means: string;
  /** Mean signal. */
  readonly signal: string;
}

/** The values of a group, `[mark, bin]`. */
export interface ProfileValues {
  /** What the samples are. */
  readonly name: string;
  /** Mean attributions. */
  readonly means: Float32Array;
  /** Mean signal. */
  readonly signal: Float32Array;
}

/** Decodes the values of a group. */
export function decodeProfile({ name, means, signal }: EncodedProfile): ProfileValues {
  return { name, means: decodeFloats(means), signal: decodeFloats(signal) };
}

/** Says what the groups have in a bin of a mark, or the sums of their attributions. */
export function describeProfiles(
  groups: readonly ProfileValues[],
  { track, bin, bins }: {
    readonly track: number;
    readonly bin: number | undefined;
    readonly bins: number;
  },
): string {
  const ofGroups = (read: (group: ProfileValues) => string) => groups.map(read).join(" / ");
  if (bin !== undefined) {
    const place = track * bins + bin;
    const signal = ofGroups(({ signal }) => formatValue(signal[place]!));
    return ofGroups(({ means }) => formatSigned(means[place]!)) + ", signal " + signal;
  }
  return "sums " + ofGroups(({ means }) =>
    formatSigned(
      means.subarray(track * bins, (track + 1) * bins)
        .reduce((sum, value) => sum + (value || 0), 0),
    )
  );
}
