/**
 * Products for an adapter on a processor, such as llvmpipe, which computes the lanes of a vector together. There a load
 * takes a step for every lane, as much as twenty or forty multiplications, even where all lanes load the same; shared
 * memory is no nearer than any other, and a barrier saves and restores all lanes. So a lane loads what its tile needs into
 * registers, keeps a tile as large as compiling allows, and never waits for another. Coalescing does not matter: a lane
 * has an item of its own.
 *
 * @module
 */

import { type Kernel, type KernelDescription, makeKernel, unrollWgsl } from "./kernel.ts";

/**
 * A convolution C[row, column] = Σ over tap, k of A[row + tap · dilation, k] · B[tap, k, column] for every item; a dense
 * layer is one with a single row and tap.
 */
export interface LaneConvShape {
  readonly items: number;
  /** Rows of an item, in windows of `pool` rows each that one lane keeps together. */
  readonly windows: number;
  readonly pool: number;
  readonly columns: number;
  readonly taps: number;
  readonly dilation: number;
  /** Values of k. */
  readonly length: number;
  readonly models: number;
  /** Loads for each row that a tile reads, and of vectors stored for each window and vector of columns. */
  readonly loadsOfRow: number;
  readonly storesOfWindow: number;
}

/** A row of A that a tile reads: the number of its item among the tile's, and its row counted from the tile's first. */
export interface LaneRow {
  readonly item: number;
  readonly row: number;
}

/** A window of C that a lane has computed. */
export interface LaneWindow {
  /** Names of the item and of the window in WGSL. */
  readonly item: string;
  readonly window: string;
  /** The first of four columns in WGSL. */
  readonly column: string;
  /** Names of the vectors of sums, one a row. */
  readonly sums: readonly string[];
  /** Columns of the four that exist, if that is known. */
  readonly columns: number | undefined;
}

/** The parts of a convolution that differ between kernels, in WGSL. */
export interface LaneConvCode extends Pick<KernelDescription, "name" | "buffers" | "declarations"> {
  /** Number of items that a step has. */
  readonly items: string;
  /** Whether a row of A, counted from the item's first, is known to be zero. */
  readonly isZero: (row: number) => boolean;
  /**
   * Statements that define the value of k of rows, as {@linkcode nameRow} names them, given `item0` and so on,
   * `firstWindow` and `k`.
   */
  readonly loadRows: (rows: readonly LaneRow[]) => string;
  /** Four columns of B, given `k` and `column`. */
  readonly weights: (tap: number) => string;
  /** Statements before the windows of four columns are stored, given `column`; and those that store one. */
  readonly beforeStore: string;
  readonly store: (window: LaneWindow) => string;
}

/** Name of a row's value. */
export function nameRow({ item, row }: LaneRow): string {
  return `x${item}_${row < 0 ? `m${-row}` : row}`;
}

/** How a convolution is divided among lanes. */
export interface LaneConvTiling {
  /** Items of a tile, windows of each, and tiles of an item. */
  readonly items: number;
  readonly windows: number;
  readonly rowTiles: number;
  /** Vectors of four columns, and tiles side by side. */
  readonly vectors: number;
  readonly columnTiles: number;
}

/** Multiplications of a tile for one k, and vectors that it stores, at most. */
const MOST_PRODUCTS = 900;
const MOST_STORES = 48;
const MOST_VECTORS = 6;
/** Workgroups side by side, at most: WebGPU grants 65,535, and the rest lie one below another. */
const MOST_ACROSS = 32_768;
/** What loading a value of A and four of B costs, beside a multiplication, as measured on llvmpipe. */
const LOAD_COST = 38;
const LOAD_FOUR_COST = 85;
/**
 * What compiling costs, shared by a thousand dispatches: a third of a millisecond for a multiplication, ten for a vector
 * that is stored. So only large products get large tiles.
 */
export const COMPILE_COST = { product: 1000, store: 30_000 };

/** Chooses the tiling with the least cost; `undefined` if all taps of one window are too many for a lane. */
export function tileLaneConv(shape: LaneConvShape, lanes: number): LaneConvTiling | undefined {
  const { pool, taps, storesOfWindow } = shape;
  let best: LaneConvTiling | undefined;
  let least = Infinity;
  for (let vectors = 1; vectors <= MOST_VECTORS; vectors++) {
    const mostWindows = Math.floor(
      Math.min(MOST_PRODUCTS / (4 * taps * pool), MOST_STORES / storesOfWindow) / vectors,
    );
    for (let windows = 1; windows <= Math.min(shape.windows, mostWindows); windows++) {
      const whole = windows === shape.windows;
      const most = whole ? Math.min(shape.items, Math.floor(mostWindows / windows)) : 1;
      for (let items = 1; items <= most; items++) {
        const tiling = completeTiling(shape, { items, windows, vectors });
        const cost = costOf(shape, tiling, lanes);
        if (cost < least) [best, least] = [tiling, cost];
      }
    }
  }
  return best;
}

function completeTiling(
  shape: LaneConvShape,
  tile: Pick<LaneConvTiling, "items" | "windows" | "vectors">,
): LaneConvTiling {
  return {
    ...tile,
    rowTiles: Math.ceil(shape.windows / tile.windows),
    columnTiles: Math.ceil(Math.ceil(shape.columns / 4) / tile.vectors),
  };
}

/** Cost of a dispatch, in multiplications of a vector of the processor. */
function costOf(shape: LaneConvShape, tiling: LaneConvTiling, lanes: number): number {
  const { items, pool, taps, dilation, loadsOfRow, length, models } = shape;
  const rows = tiling.windows * pool;
  const read = Math.min(rows * taps, rows + (taps - 1) * dilation);
  const products = 4 * tiling.items * rows * taps * tiling.vectors;
  const tile = products + tiling.items * read * loadsOfRow * LOAD_COST +
    taps * tiling.vectors * LOAD_FOUR_COST;
  const tiles = Math.ceil(Math.ceil(items / tiling.items) * tiling.rowTiles / lanes) *
    tiling.columnTiles;
  const stores = tiling.items * tiling.windows * tiling.vectors * shape.storesOfWindow;
  return models * tiles * length * tile + COMPILE_COST.product * products +
    COMPILE_COST.store * stores;
}

/**
 * Assembles a convolution. For each k a lane loads the rows that its tile reads once for all taps, and then a vector of
 * weights for each tap, which all rows of the tile share.
 *
 * Workgroups: x lanes' items and rows, y columns, z models; a workgroup is one vector of the processor.
 */
export function makeLaneConvKernel(
  shape: LaneConvShape,
  code: LaneConvCode,
  { tiling, lanes }: { readonly tiling: LaneConvTiling; readonly lanes: number },
): Kernel {
  const { items, windows, rowTiles, vectors, columnTiles } = tiling;
  const blocks = Math.ceil(Math.ceil(shape.items / items) * rowTiles / lanes);
  const across = Math.min(blocks, MOST_ACROSS);
  const down = Math.ceil(blocks / across);
  const sums = indices(items).flatMap((item) =>
    indices(windows * shape.pool).flatMap((row) =>
      indices(vectors).map((vector) => nameSum({ item, row }, vector))
    )
  );
  return makeKernel({
    name: code.name,
    buffers: code.buffers,
    threads: lanes,
    workgroups: [across, columnTiles * down, shape.models],
    declarations: code.declarations,
    body: `  let tile = ${locateBlockWgsl(columnTiles, { across, down })} * ${lanes}u + lane;
${unrollWgsl(items, (item) => `  let item${item} = tile / ${rowTiles}u * ${items}u + ${item}u;`)}
  let firstWindow = tile % ${rowTiles}u * ${windows}u;
  let firstColumn = ${down === 1 ? "group.y" : `group.y % ${columnTiles}u`} * ${4 * vectors}u;
  if (item0 >= ${code.items}) { return; }
${sums.map((sum) => `  var ${sum} = vec4f();`).join("\n")}
  for (var k = 0u; k < ${shape.length}u; k++) {
${code.loadRows(findRows(shape, code, tiling))}
${unrollWgsl(vectors, (vector) => multiplyVectorWgsl(shape, code, { tiling, vector }))}
  }
${unrollWgsl(vectors, (vector) => storeVectorWgsl(shape, code, { tiling, vector }))}`,
  });
}

/** WGSL for the number of a workgroup's lanes among those of the same columns. */
function locateBlockWgsl(
  columnTiles: number,
  { across, down }: { readonly across: number; readonly down: number },
): string {
  return down === 1 ? "group.x" : `(group.y / ${columnTiles}u * ${across}u + group.x)`;
}

function indices(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function nameSum({ item, row }: LaneRow, vector: number): string {
  return `sum${item}_${row}_${vector}`;
}

/** The taps of a row of C whose row of A is not known to be zero. */
function tapsOf(
  { taps, dilation }: LaneConvShape,
  { isZero }: LaneConvCode,
  { rowTiles, row }: { readonly rowTiles: number; readonly row: number },
): number[] {
  return indices(taps).filter((tap) => rowTiles > 1 || !isZero(row + tap * dilation));
}

/** The rows of A that a tile reads. */
function findRows(shape: LaneConvShape, code: LaneConvCode, tiling: LaneConvTiling): LaneRow[] {
  const { items, windows, rowTiles } = tiling;
  const rows = new Set(
    indices(windows * shape.pool).flatMap((row) =>
      tapsOf(shape, code, { rowTiles, row }).map((tap) => row + tap * shape.dilation)
    ),
  );
  const sorted = [...rows].sort((a, b) => a - b);
  return indices(items).flatMap((item) => sorted.map((row) => ({ item, row })));
}

interface TiledVector {
  readonly tiling: LaneConvTiling;
  readonly vector: number;
}

function multiplyVectorWgsl(
  shape: LaneConvShape,
  code: LaneConvCode,
  { tiling: { items, windows, rowTiles }, vector }: TiledVector,
): string {
  const rows = indices(items).flatMap((item) =>
    indices(windows * shape.pool).map((row) => ({ item, row }))
  );
  const products = rows.flatMap(({ item, row }) => {
    const found = tapsOf(shape, code, { rowTiles, row }).map((tap) =>
      `${nameRow({ item, row: row + tap * shape.dilation })} * w${tap}`
    );
    return found.length === 0
      ? []
      : [`      ${nameSum({ item, row }, vector)} += ${found.join(" + ")};`];
  });
  return `    {
      let column = firstColumn + ${4 * vector}u;
${unrollWgsl(shape.taps, (tap) => `      let w${tap} = ${code.weights(tap)};`)}
${products.join("\n")}
    }`;
}

function storeVectorWgsl(
  shape: LaneConvShape,
  code: LaneConvCode,
  { tiling: { items, windows, rowTiles, columnTiles }, vector }: TiledVector,
): string {
  const left = shape.columns - 4 * vector;
  const columns = columnTiles === 1 ? Math.min(4, left) : shape.columns % 4 === 0 ? 4 : undefined;
  const storeWindow = (item: number, window: number) => {
    const checks = [
      ...(item > 0 ? [`item${item} < ${code.items}`] : []),
      ...(shape.windows % windows > 0 && rowTiles > 1 ? [`window < ${shape.windows}u`] : []),
    ];
    const store = code.store({
      item: `item${item}`,
      window: "window",
      column: "column",
      sums: indices(shape.pool).map((p) => nameSum({ item, row: window * shape.pool + p }, vector)),
      columns,
    });
    return `    {
      let window = firstWindow + ${window}u;
${checks.length === 0 ? store : `      if (${checks.join(" && ")}) {\n${store}\n      }`}
    }`;
  };
  return `  ${columnTiles === 1 ? "" : `if (firstColumn + ${4 * vector}u < ${shape.columns}u) `}{
    let column = firstColumn + ${4 * vector}u;
${code.beforeStore}
${unrollWgsl(items, (item) => unrollWgsl(windows, (window) => storeWindow(item, window)))}
  }`;
}
