import { makeChunkFinder } from "./_chunk_finder.ts";

/** Where the samples of a window lie in memory: in the order of the columns, so that a chunk is copied in few pieces. */
export interface WindowLayout {
  /** The row of each sample in the columns, rising, each once. */
  readonly rows: Uint32Array;
  /** The chunks that hold them. */
  readonly chunks: Uint32Array;
  /** The place in `rows` of the first sample of each chunk, and after the last their number, `[chunk + 1]`. */
  readonly starts: Uint32Array;
  /** For each list of wanted rows, the place in `rows` of each. */
  readonly local: readonly Uint32Array[];
}

/**
 * Lays the samples of a window out.
 *
 * @param lists Lists of wanted rows.
 * @param chunkStarts The first row of each chunk, and after the last the number of rows, `[chunk + 1]`.
 */
export function layOut(
  lists: readonly Uint32Array[],
  chunkStarts: Uint32Array,
): WindowLayout {
  const wanted = joinLists(lists);
  const { places, ends } = sortByChunk(wanted, chunkStarts);
  const rows = new Uint32Array(wanted.length);
  const local = new Uint32Array(wanted.length);
  const chunks: number[] = [];
  const starts = [0];
  let count = 0;
  for (let chunk = 0, from = 0; chunk < ends.length; from = ends[chunk]!, chunk++) {
    const own = places.subarray(from, ends[chunk]);
    if (own.length === 0) continue;
    const first = chunkStarts[chunk]!;
    const placeOf = new Int32Array(chunkStarts[chunk + 1]! - first).fill(-1);
    for (const place of own) placeOf[wanted[place]! - first] = 0;
    for (let row = 0; row < placeOf.length; row++) {
      if (placeOf[row]! < 0) continue;
      rows[count] = first + row;
      placeOf[row] = count++;
    }
    for (const place of own) local[place] = placeOf[wanted[place]! - first]!;
    chunks.push(chunk);
    starts.push(count);
  }
  return {
    rows: rows.subarray(0, count),
    chunks: Uint32Array.from(chunks),
    starts: Uint32Array.from(starts),
    local: cutLike(local, lists),
  };
}

function joinLists(lists: readonly Uint32Array[]): Uint32Array {
  const joined = new Uint32Array(lists.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const list of lists) {
    joined.set(list, at);
    at += list.length;
  }
  return joined;
}

function cutLike(values: Uint32Array, lists: readonly Uint32Array[]): Uint32Array[] {
  let at = 0;
  return lists.map(({ length }) => values.subarray(at, at += length));
}

/** The places of rows, chunk by chunk, and where those of each chunk end. */
function sortByChunk(
  rows: Uint32Array,
  chunkStarts: Uint32Array,
): { readonly places: Uint32Array; readonly ends: Uint32Array } {
  const find = makeChunkFinder(chunkStarts);
  const chunkOf = new Uint32Array(rows.length);
  const next = new Uint32Array(chunkStarts.length);
  for (let place = 0; place < rows.length; place++) {
    const chunk = find(rows[place]!);
    chunkOf[place] = chunk;
    next[chunk + 1]!++;
  }
  for (let chunk = 1; chunk < next.length; chunk++) next[chunk]! += next[chunk - 1]!;
  const places = new Uint32Array(rows.length);
  for (let place = 0; place < rows.length; place++) places[next[chunkOf[place]!]!++] = place;
  return { places, ends: next.subarray(0, chunkStarts.length - 1) };
}
