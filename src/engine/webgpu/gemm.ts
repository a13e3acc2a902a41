import { type Kernel, type KernelDescription, makeKernel, unrollWgsl } from "./kernel.ts";

/**
 * A product C[row, column] = Σ over segment, k of A[row + segment · step, k] · B[segment, k, column] for every item: what a
 * convolution is, forward and backward, and, with one segment and the batch's samples as rows, a dense layer. A segment is a
 * tap, or a whole window where taps are neighbours in the input.
 */
export interface ProductShape {
  /** Products in all: samples, or 1 where the samples are the rows. */
  readonly items: number;
  /** Rows of an item, in windows of `pool` rows each that one thread keeps together. */
  readonly windows: number;
  readonly pool: number;
  readonly columns: number;
  readonly segments: number;
  /** Rows of A between segments. */
  readonly step: number;
  /** Values of k. */
  readonly length: number;
  readonly models: number;
}

/** The parts of a product that differ between kernels, in WGSL. */
export interface ProductCode extends Pick<KernelDescription, "name" | "buffers" | "declarations"> {
  /** Number of items that a step has, or `1u` if its samples are the rows. */
  readonly items: string;
  /** Number of rows that a step has, where that may be far fewer than there is room for. */
  readonly windows?: string | undefined;
  /**
   * Statements that return four values of A, given `item`, `row` (segments counted) and `k`, a multiple of four. What they
   * return beyond the last k is not used.
   */
  readonly vectorA: string;
  /**
   * Statements that return four values of B, zero beyond the last k: neighbouring columns of a row, given `segment`, `k`
   * and `column`, a multiple of four; or, if `transposed`, neighbouring k of a column, `k` being a multiple of four.
   */
  readonly vectorB: string;
  readonly transposed: boolean;
  /** Statements given `item`, `window`, `column` and `sums`, an `array<f32, pool>`. */
  readonly store: string;
}

/** What a device allows a workgroup. */
export interface WorkgroupLimits {
  /** Bytes of shared memory. */
  readonly storageBytes: number;
  /** Invocations. */
  readonly threads: number;
}

/** Rows of a thread's tile, at most, and vectors of columns: 80 sums are what registers hold. */
const TILE_ROWS = 10;
const TILE_VECTORS = [2, 1];
/** Threads in all that keep a GPU of the middle size busy. */
const ENOUGH_THREADS = 4096;
/** A workgroup of fewer threads leaves most of a processor idle. */
const LEAST_THREADS = 64;
const MOST_THREADS = 256;
/** Columns of a workgroup, in vectors of four. */
const COLUMN_VECTORS = 16;
/** Vectors of k at a time, at least, before items share a workgroup. */
const LEAST_LENGTH = 4;
/** More shared memory than this keeps a second workgroup from running beside the first. */
const MOST_STORAGE_BYTES = 24 * 1024;

/** How a product is divided among threads. */
export interface Tiling {
  /** Threads along the columns in a workgroup, vectors of four columns of each, and workgroups side by side. */
  readonly columnThreads: number;
  readonly vectors: number;
  readonly columnBlocks: number;
  /** Threads along the rows of an item, windows of each, and workgroups below each other. */
  readonly rowThreads: number;
  readonly windows: number;
  readonly rowBlocks: number;
  /** Items of a workgroup. */
  readonly items: number;
  /** Vectors of k in shared memory at a time, and how often that is done. */
  readonly length: number;
  readonly chunks: number;
  /** Rows of A in shared memory for each item. */
  readonly rowsOfA: number;
}

/** Chooses the tiling of a product. A function of its shape and the device's limits alone. */
export function chooseTiling(shape: ProductShape, limits: WorkgroupLimits): Tiling {
  const { windows, vectors } = chooseTile(shape);
  const allColumns = Math.ceil(shape.columns / 4 / vectors);
  const columnBlocks = Math.ceil(allColumns * vectors / COLUMN_VECTORS);
  const columnThreads = Math.ceil(allColumns / columnBlocks);
  const allRows = Math.ceil(shape.windows / windows);
  const room = Math.min(MOST_STORAGE_BYTES, limits.storageBytes);
  const allLength = Math.ceil(shape.length / 4);
  // Windows whose rows fit shared memory with so many vectors of each.
  const fittingAt = (length: number) => {
    const rows = room / (16 * (length | 1)) - 4 * columnThreads * vectors;
    const own = rows - (shape.segments - 1) * shape.step;
    return Math.max(1, Math.floor(own / (windows * shape.pool)));
  };
  const wantedRows = Math.floor(Math.min(MOST_THREADS, limits.threads) / columnThreads);
  const mostRows = Math.min(allRows, wantedRows) <= fittingAt(1)
    ? wantedRows
    : Math.min(wantedRows, fittingAt(Math.min(LEAST_LENGTH, allLength)));
  const rowBlocks = Math.ceil(allRows / mostRows);
  const rowThreads = Math.ceil(allRows / rowBlocks);
  const rowsOfA = rowThreads * windows * shape.pool + (shape.segments - 1) * shape.step;
  // Small items share a workgroup, as long as a few vectors of each row fit.
  const packed = Math.floor(2 * LEAST_THREADS / (rowThreads * columnThreads));
  const rowsOfItems = room / (16 * (LEAST_LENGTH | 1)) - 4 * columnThreads * vectors;
  const fitting = Math.floor(rowsOfItems / rowsOfA);
  const items = Math.max(1, Math.min(shape.items, packed, fitting));
  const bytesOfVector = 16 * (items * rowsOfA + 4 * columnThreads * vectors);
  const most = Math.max(1, Math.floor(room / bytesOfVector) - 1);
  const chunks = Math.ceil(allLength / most);
  const length = Math.ceil(allLength / chunks);
  return {
    columnThreads,
    vectors,
    columnBlocks,
    rowThreads,
    windows,
    rowBlocks,
    items,
    length,
    chunks,
    rowsOfA,
  };
}

/** The tile with the fewest loads for a multiplication among those that leave enough threads. */
function chooseTile(shape: ProductShape): Pick<Tiling, "windows" | "vectors"> {
  const { items, models, pool, columns } = shape;
  const loads = (rows: number, vectors: number) => (rows + 4 * vectors) / (rows * vectors);
  let best = { windows: 1, vectors: 1 };
  for (const vectors of TILE_VECTORS) {
    for (let windows = 1; windows * pool <= TILE_ROWS; windows++) {
      const threads = Math.ceil(shape.windows / windows) * Math.ceil(columns / 4 / vectors);
      if (threads * items * models < ENOUGH_THREADS) continue;
      const fewer = loads(windows * pool, vectors) < loads(best.windows * pool, best.vectors);
      if (fewer) best = { windows, vectors };
    }
  }
  return best;
}

/**
 * Assembles a product. In turns for each segment and chunk of k, the workgroup loads a block of A and of B into shared
 * memory, in vectors; then each thread takes vector after vector of its rows of A and of its four or eight columns of B,
 * with 16 multiplications for two vectors. Of a transposed B the vectors lie along k, and the products are dot products.
 *
 * Threads: columns fastest, then rows, then items. Workgroups: x columns and rows, y items, z models.
 */
export function makeProductKernel(
  shape: ProductShape,
  code: ProductCode,
  limits: WorkgroupLimits,
): Kernel {
  const tiling = chooseTiling(shape, limits);
  const { columnThreads, vectors, columnBlocks, rowThreads, rowBlocks, items } = tiling;
  const rows = tiling.windows * shape.pool;
  return makeKernel({
    name: code.name,
    buffers: code.buffers,
    threads: columnThreads * rowThreads * items,
    workgroups: [columnBlocks * rowBlocks, Math.ceil(shape.items / items), shape.models],
    declarations: declareBlocksWgsl(shape, code, tiling),
    body: `  let firstColumn = group.x % ${columnBlocks}u * ${4 * columnThreads * vectors}u;
  let firstWindow = group.x / ${columnBlocks}u * ${rowThreads * tiling.windows}u;
  let firstItem = group.y * ${items}u;
  if (firstItem >= ${code.items}) { return; }${
      code.windows === undefined ? "" : `\n  if (firstWindow >= ${code.windows}) { return; }`
    }
  let columnThread = lane % ${columnThreads}u;
  let rowThread = lane / ${columnThreads}u % ${rowThreads}u;
  let itemThread = lane / ${columnThreads * rowThreads}u;
  let tileRow = itemThread * ${tiling.rowsOfA}u + rowThread * ${rows}u;
${unrollWgsl(rows * vectors, (i) => `  var ${nameSum(i % rows, Math.floor(i / rows))} = vec4f();`)}
  for (var chunk = 0u; chunk < ${tiling.chunks}u; chunk++) {
    let firstK = chunk * ${4 * tiling.length}u;
    for (var segment = 0u; segment < ${shape.segments}u; segment++) {
      workgroupBarrier();
${loadBlocksWgsl(shape, code, tiling)}
      workgroupBarrier();
${multiplyBlocksWgsl(shape, code, tiling)}
    }
  }
${storeWindowsWgsl(shape, code, tiling)}`,
  });
}

/** A thread's four sums of a row and a vector of columns. */
function nameSum(row: number, vector: number): string {
  return `sum${row}_${vector}`;
}

/** Vectors from one row of A's block, or one column of a transposed B's, to the next: odd, for the memory's banks. */
function pitch({ length }: Tiling): number {
  return length | 1;
}

function declareBlocksWgsl(shape: ProductShape, code: ProductCode, tiling: Tiling): string {
  const { columnThreads, vectors, length, items, rowsOfA } = tiling;
  const sizeB = 4 * columnThreads * vectors * (code.transposed ? pitch(tiling) : length);
  return `${code.declarations ?? ""}
var<workgroup> blockA: array<vec4f, ${items * rowsOfA * pitch(tiling)}>;
var<workgroup> blockB: array<vec4f, ${sizeB}>;

fn vectorA(model: u32, step: Step, item: u32, row: u32, k: u32) -> vec4f {
  ${code.vectorA}
}

// Without what lies after the last k, which may be another model's, and not finite.
fn wholeA(model: u32, step: Step, item: u32, row: u32, k: u32) -> vec4f {
  let found = vectorA(model, step, item, row, k);
  return select(vec4f(), found, vec4u(k, k + 1u, k + 2u, k + 3u) < vec4u(${shape.length}u));
}

fn vectorB(model: u32, segment: u32, k: u32, column: u32) -> vec4f {
  if (k >= ${shape.length}u) { return vec4f(); }
  ${code.vectorB}
}

fn storeWindow(model: u32, step: Step, item: u32, window: u32, column: u32, sums: array<f32, ${shape.pool}>) {
  if (column >= ${shape.columns}u) { return; }
${code.store}
}`;
}

/** Threads share out the vectors of the blocks; neighbours read neighbours. */
function loadBlocksWgsl(shape: ProductShape, code: ProductCode, tiling: Tiling): string {
  const { columnThreads, vectors, rowThreads, length, items, rowsOfA } = tiling;
  const threads = columnThreads * rowThreads * items;
  const columnVectors = columnThreads * vectors;
  const loadB = code.transposed
    ? `        let k = i % ${length}u;
        let column = i / ${length}u;
        blockB[column * ${pitch(tiling)}u + k] =
          vectorB(model, segment, firstK + 4u * k, firstColumn + column);`
    : `        let k = i / ${columnVectors}u;
        let column = 4u * (i % ${columnVectors}u);
        blockB[i] = vectorB(model, segment, firstK + k, firstColumn + column);`;
  return `      if (segment == 0u) {
        for (var i = lane; i < ${items * rowsOfA * length}u; i += ${threads}u) {
          let k = i % ${length}u;
          let row = i / ${length}u;
          blockA[row * ${pitch(tiling)}u + k] = wholeA(model, step, firstItem + row / ${rowsOfA}u,
            firstWindow * ${shape.pool}u + row % ${rowsOfA}u, firstK + 4u * k);
        }
      }
      for (var i = lane; i < ${4 * length * columnVectors}u; i += ${threads}u) {
${loadB}
      }`;
}

/** Place of a thread's column in the workgroup's: vectors of neighbours, or, transposed, one from each stretch. */
function locateColumnWgsl(
  { transposed }: ProductCode,
  { columnThreads }: Tiling,
  i: number,
): string {
  return transposed
    ? `columnThread + ${i * columnThreads}u`
    : `4u * columnThread + ${(i >> 2) * 4 * columnThreads + i % 4}u`;
}

function multiplyBlocksWgsl(shape: ProductShape, code: ProductCode, tiling: Tiling): string {
  const { columnThreads, vectors, length } = tiling;
  const rows = tiling.windows * shape.pool;
  // Four columns' values along k, or four rows' values of four columns.
  const loadB = (vector: number, j: number) =>
    code.transposed
      ? `blockB[(${locateColumnWgsl(code, tiling, 4 * vector + j)}) * ${pitch(tiling)}u + k]`
      : `blockB[(4u * k + ${j}u) * ${columnThreads * vectors}u + columnThread + ${
        vector * columnThreads
      }u]`;
  const product = (v: number) =>
    code.transposed
      ? `vec4f(dot(a, b${v}_0), dot(a, b${v}_1), dot(a, b${v}_2), dot(a, b${v}_3))`
      : `a.x * b${v}_0 + a.y * b${v}_1 + a.z * b${v}_2 + a.w * b${v}_3`;
  return `      let rowA = (tileRow + segment * ${shape.step}u) * ${pitch(tiling)}u;
      for (var k = 0u; k < ${length}u; k++) {
${unrollWgsl(vectors, (v) => unrollWgsl(4, (j) => `        let b${v}_${j} = ${loadB(v, j)};`))}
        var a = vec4f();
${
    unrollWgsl(rows, (row) =>
      `        a = blockA[rowA + k + ${row * pitch(tiling)}u];
${unrollWgsl(vectors, (v) => `        ${nameSum(row, v)} += ${product(v)};`)}`)
  }
      }`;
}

function storeWindowsWgsl(shape: ProductShape, code: ProductCode, tiling: Tiling): string {
  const { windows, vectors } = tiling;
  const storeColumn = (window: number, i: number) => {
    const sums = unrollWgsl(
      shape.pool,
      (p) => `      ${nameSum(window * shape.pool + p, i >> 2)}[${i % 4}],`,
    );
    return `    storeWindow(model, step, item, window${window}, firstColumn + ${
      locateColumnWgsl(code, tiling, i)
    }, array<f32, ${shape.pool}>(
${sums}
    ));`;
  };
  return `  let item = firstItem + itemThread;
  if (item >= ${code.items}) { return; }
${
    unrollWgsl(windows, (window) =>
      `  let window${window} = firstWindow + rowThread * ${windows}u + ${window}u;
  if (window${window} < ${shape.windows}u) {
${
        unrollWgsl(4 * vectors, (i) => storeColumn(window, i))
      }
  }`)
  }`;
}
