/** Numbers and names in the words of the page. */

import { formatBytes } from "../../base/byte_count.ts";
import { formatCountOf } from "../../base/count.ts";
import { formatSigned, formatValue } from "../../report/viewer/numbers.ts";

export { formatBytes, formatCountOf, formatSigned, formatValue };

/** Formats a number with two places, so that a column of them lines up. */
export function formatFixed(value: number): string {
  const text = Math.abs(value).toFixed(2);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** How an effect is written that is next to nothing. */
export const NO_EFFECT = "0.00";

/** Formats an effect with its sign and two places. */
export function formatEffect(value: number): string {
  const text = formatFixed(value);
  return text.startsWith("−") || text === NO_EFFECT ? text : `+${text}`;
}

/** Joins words as a sentence does: `one, two and three`. */
export function joinWords(words: readonly string[]): string {
  if (words.length <= 1) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** The first words of a list, and how many more there are. */
export function joinSome(words: readonly string[], most = 6): string {
  if (words.length <= most) return joinWords(words);
  return `${words.slice(0, most).join(", ")} and ${words.length - most} more`;
}

/** A place in a window in words: `1.2 kb before the start`. */
export function describePlace(
  bin: number,
  { bins, binSizeBp }: { readonly bins: number; readonly binSizeBp?: number | undefined },
): string {
  if (binSizeBp === undefined) return `bin ${bin + 1} of ${bins}`;
  const from = (bin - bins / 2) * binSizeBp;
  const [near, far] = from < 0 ? [-from - binSizeBp, -from] : [from, from + binSizeBp];
  return `${formatKb(Math.max(0, near))} to ${formatKb(far)} ${
    from < 0 ? "before" : "after"
  } the start`;
}

/** Formats a distance: `300 bp`, `1.2 kb`. */
export function formatKb(bases: number): string {
  if (bases < 1000) return `${bases} bp`;
  return `${Number((bases / 1000).toFixed(2))} kb`;
}
