/**
 * Makes a function that finds the chunk of a row. It looks first where the last row was, since rows mostly come in their
 * order.
 *
 * @param chunkStarts The first row of each chunk, and after the last the number of rows, `[chunk + 1]`.
 * @returns The number of a row's chunk; rows must be below the number of rows.
 */
export function makeChunkFinder(chunkStarts: Uint32Array): (row: number) => number {
  let [last, start, end] = [0, chunkStarts[0]!, chunkStarts[1] ?? 0];
  return (row) => {
    if (row >= start && row < end) return last;
    let [low, high] = [0, chunkStarts.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (chunkStarts[middle]! <= row) low = middle;
      else high = middle;
    }
    [last, start, end] = [low, chunkStarts[low]!, chunkStarts[low + 1]!];
    return last;
  };
}
