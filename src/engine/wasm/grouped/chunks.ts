import type { Tiling } from "../transforms/tiling.ts";
import { GROUP_QUADS, VECTOR } from "./layout.ts";
import type { Chunk, ProductShape } from "./types.ts";

/** Bytes of transformed inputs and products that a chunk may take: they stay in the second cache. */
const CHUNK_BYTES = 160 * 1024;
/** The most terms of a pass, which is written out. */
const MAX_TERMS = 30;
/**
 * By number of tiles of a register tile, what a multiply-add costs: six tiles by two filters use all registers, with
 * fewer the loads take longer than the multiply-adds, and these wait for each other.
 */
const TILE_COSTS: readonly number[] = [Infinity, 2.6, 1.7, 1.35, 1.15, 1.04, 1];

/** How a layer is computed piece by piece. */
export interface ChunkedProduct {
  readonly chunk: Chunk;
  readonly product: ProductShape;
}

/** Chooses which tiles are computed together, so that registers are full and the working memory stays in a cache. */
export function chooseChunk(
  tiling: Tiling,
  { channels, filters }: { readonly channels: number; readonly filters: number },
): ChunkedProduct {
  const sums = tiling.pieces * channels;
  const passes = Math.ceil(sums / MAX_TERMS);
  const terms = Math.ceil(sums / passes);
  const pairs = Math.ceil(filters / 2);
  const ofBlock = tiling.tiles * tiling.phases;
  const tileBytes = VECTOR * tiling.transform.frequencies * (terms * passes + 2 * pairs);
  const options = listChunks(tiling).map((chunk) => {
    const count = chunk.quads * chunk.blocks * ofBlock;
    const runs = chunk.starts.length * GROUP_QUADS / chunk.quads;
    const { tiles, cost } = chooseTiles(count);
    return { chunk, count, tiles, cost: runs * cost, bytes: count * tileBytes };
  });
  const least = Math.min(...options.map(({ bytes }) => bytes));
  const fitting = options.filter(({ bytes }) => bytes <= Math.max(CHUNK_BYTES, least));
  const [best] = fitting.sort((a, b) => a.cost - b.cost || b.count - a.count);
  const { chunk, count, tiles } = best!;
  return { chunk, product: { tiles, parts: Math.ceil(count / tiles), terms, passes, pairs } };
}

/** The register tile for so many tiles, and what they cost with it. */
function chooseTiles(count: number): { readonly tiles: number; readonly cost: number } {
  const options = TILE_COSTS.map((each, tiles) => ({
    tiles,
    cost: tiles === 0 ? Infinity : Math.ceil(count / tiles) * tiles * each,
  }));
  return options.reduce((best, option) => option.cost < best.cost ? option : best);
}

/** All blocks of some quads, or some blocks of one quad; the last of these chunks ends where the positions end. */
function listChunks({ blocks, blockPositions, needed }: Tiling): Chunk[] {
  const list: Chunk[] = [6, 3, 2, 1].map((quads) => ({ quads, blocks, starts: [0] }));
  for (let count = blocks - 1; count > 0; count--) {
    const length = count * blockPositions;
    if (length > needed) continue;
    const starts = Array.from({ length: Math.ceil(needed / length) }, (_, index) => {
      return Math.min(index * length, needed - length);
    });
    list.push({ quads: 1, blocks: count, starts });
  }
  return list;
}
