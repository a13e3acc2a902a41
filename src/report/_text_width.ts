/** Widths of characters in Inter, as shares of the font size, by kind of character. */
const WIDTHS: readonly (readonly [RegExp, number])[] = [
  [/[ijl.,:;'|!()[\] ]/, 0.29],
  [/[fIrt"/-]/, 0.37],
  [/[mwMW@%]/, 0.88],
  [/[A-Z0-9−–+=<>]/, 0.65],
];
const OTHER_WIDTH = 0.58;

/**
 * Estimates the width of a text, for the layout of legends and titles. Without a canvas Vega assumes 0.8 of the font
 * size for each letter, about 1.5 times the real width.
 */
export function estimateTextWidth(
  item: { readonly fontSize?: number; readonly limit?: number },
  text: unknown,
): number {
  let width = 0;
  for (const letter of String(text ?? "")) {
    width += WIDTHS.find(([kind]) => kind.test(letter))?.[1] ?? OTHER_WIDTH;
  }
  const inPixels = width * (item.fontSize ?? 11);
  return item.limit ? Math.min(item.limit, inPixels) : inPixels;
}
