/** Round numbers for axes. */

/**
 * Chooses round numbers between two values.
 *
 * @returns Up to about `count` numbers that are multiples of 1, 2 or 5 times a power of ten.
 */
export function chooseTicks(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough * 0.999) ??
    10 * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return Array.from(
    { length: last - first + 1 },
    (_, place) => Number(((first + place) * step).toFixed(Math.min(100, digits))),
  );
}
