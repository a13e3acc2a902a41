/**
 * How matrices are cut into the columns that one register tile of a product computes.
 *
 * @module
 */

/** Vectors of four columns that a tile is wide. */
export const TILE_VECTORS = 2;
/** Columns of a panel; the last panel may be half as wide. */
export const PANEL_COLUMNS = 4 * TILE_VECTORS;
/** Bytes of a row of a whole panel. */
export const PANEL_BYTES = 4 * PANEL_COLUMNS;

/** Splits a number into as few sizes up to `most` as possible, of which no two differ by more than one. */
export function splitEvenly(total: number, most: number): { size: number; count: number }[] {
  if (total === 0) return [];
  const pieces = Math.ceil(total / most);
  const size = Math.floor(total / pieces);
  const larger = total % pieces;
  const groups = [{ size: size + 1, count: larger }, { size, count: pieces - larger }];
  return groups.filter(({ count }) => count > 0);
}

/**
 * How columns are cut into panels, the widths of tiles. A packed matrix holds panel after panel, each with all
 * of its rows, so that a tile reads memory in order.
 */
export function panels(vectors: number): { vectors: number; count: number }[] {
  const groups = [
    { vectors: TILE_VECTORS, count: Math.floor(vectors / TILE_VECTORS) },
    { vectors: 1, count: vectors % TILE_VECTORS },
  ];
  return groups.filter(({ count }) => count > 0);
}
