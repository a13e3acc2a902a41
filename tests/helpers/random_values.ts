/** Makes a function that returns so many values between −1 and 1, the same for the same seed. */
export function createRandom(seed: number): (length: number) => number[] {
  let state = seed >>> 0;
  const next = () => {
    // Mulberry32, by Tommy Ettinger.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return 2 * ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 - 1;
  };
  return (length) => Array.from({ length }, next);
}
