/**
 * Goes through a sorted list from a number outwards.
 *
 * @param keys `[rank]`, rising.
 * @param key The number.
 * @param above The first rank to look at above it: of `key` itself or, among equal keys, any of theirs.
 * @returns Ranks, those with the nearest keys first; of two that are equally near, the one below. All of them lie between the
 * lowest and the highest so far.
 */
export function* ranksByDistance(
  keys: ArrayLike<number>,
  key: number,
  above: number,
): Generator<number, void, undefined> {
  let below = above - 1;
  while (below >= 0 || above < keys.length) {
    const isBelow = above >= keys.length ||
      (below >= 0 && key - keys[below]! <= keys[above]! - key);
    yield isBelow ? below-- : above++;
  }
}
