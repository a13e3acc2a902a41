/** What the letters of DNA add, and their shapes, made the same by the package and by a script in a page. */

import { formatSigned } from "./numbers.ts";
import { type LaneRange, placeInLane } from "./paths.ts";
import { formatBp, type ViewDomain, type ViewWindow } from "./window.ts";

/** The letters of a gene, in the order in which they are shown. */
export interface SequencePlace {
  /** One of A, C, G, T for each base, N if it is unknown. */
  readonly letters: string;
  /** Distance of the first base from the TSS, in base pairs. */
  readonly firstBp: number;
}

/** The bases that are shown, from the first to the one after the last. */
export function basesInDomain(
  { letters, firstBp }: SequencePlace,
  { window: { binBp, startBp }, domain: { start, end } }: {
    readonly window: ViewWindow;
    readonly domain: ViewDomain;
  },
): { readonly from: number; readonly to: number } {
  const at = (place: number) => startBp + place * binBp - firstBp;
  const from = Math.max(0, Math.floor(at(start)));
  return { from, to: Math.max(from, Math.min(letters.length, Math.ceil(at(end)))) };
}

/** The place of a base's left edge, in bins. */
export function placeOfBase(
  base: number,
  { place: { firstBp }, window: { binBp, startBp } }: {
    readonly place: SequencePlace;
    readonly window: ViewWindow;
  },
): number {
  return (firstBp + base - startBp) / binBp;
}

/**
 * Bars of the letters that are shown, upwards and downwards. Where there are more than 500 letters, a bar stands for
 * several: it reaches to the largest and to the least of them.
 */
export function letterPaths(values: Float32Array, { place, window, domain, range }: {
  readonly place: SequencePlace;
  readonly window: ViewWindow;
  readonly domain: ViewDomain;
  readonly range: LaneRange;
}): { readonly up: string; readonly down: string } {
  const { from, to } = basesInDomain(place, { window, domain });
  const inBar = Math.max(1, Math.ceil((to - from) / 500));
  const zero = placeInLane(0, range);
  const width = Number((inBar / window.binBp).toPrecision(4));
  let [up, down] = ["", ""];
  for (let base = from - from % inBar; base < to; base += inBar) {
    let [low, high] = [0, 0];
    for (let each = base; each < Math.min(base + inBar, values.length); each++) {
      if (values[each]! > high) high = values[each]!;
      if (values[each]! < low) low = values[each]!;
    }
    const left = Number(placeOfBase(base, { place, window }).toFixed(4));
    const barTo = (value: number) =>
      "M" + left + " " + zero + "V" + placeInLane(value, range) + "h" + width + "V" + zero + "z";
    if (high > 0) up += barTo(high);
    if (low < 0) down += barTo(low);
  }
  return { up, down };
}

/** Says what the letters of a bin add, with the strongest of them; of the whole window their sum. */
export function describeLetters(values: Float32Array, { place, window, bin }: {
  readonly place: SequencePlace;
  readonly window: ViewWindow;
  readonly bin: number | undefined;
}): string {
  const domain = bin === undefined ? { start: 0, end: window.bins } : { start: bin, end: bin + 1 };
  const { from, to } = basesInDomain(place, { window, domain });
  let [sum, strongest] = [0, -1];
  for (let base = from; base < to; base++) {
    const value = values[base]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    if (strongest < 0 || Math.abs(value) > Math.abs(values[strongest]!)) strongest = base;
  }
  if (strongest < 0) return "nothing computed";
  const letter = place.letters.charAt(strongest) + " at " + formatBp(place.firstBp + strongest);
  return "sum " + formatSigned(sum) + ", most " + letter + ": " + formatSigned(values[strongest]!);
}
