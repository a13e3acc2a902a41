import { chooseTiling, type ProductShape, type Tiling, type WorkgroupLimits } from "./tiling.ts";
import { type Kernel, type KernelDescription, makeKernel, unrollWgsl } from "./kernel.ts";

/** The parts of a product that differ between kernels, in WGSL. */
export interface ProductCode extends Pick<KernelDescription, "name" | "buffers" | "declarations"> {
  /** Number of items that a step has, or `1u` if its samples are the rows. */
  readonly items: string;
  /** Number of rows that a step has, where that may be far fewer than there is room for. */
  readonly windows?: string | undefined;
  /**
   * Statements that return four values of A, given `item`, `row` (segments counted) and `k`, a multiple of four. What
   * they return beyond the last k is not used.
   */
  readonly vectorA: string;
  /**
   * Statements that return four values of B, zero beyond the last k: neighbouring columns of a row, given `segment`,
   * `k` and `column`, a multiple of four; or, if `transposed`, neighbouring k of a column, `k` being a multiple of
   * four.
   */
  readonly vectorB: string;
  readonly transposed: boolean;
  /** Statements given `item`, `window`, `column` and `sums`, an `array<f32, pool>`. */
  readonly store: string;
}

/**
 * Assembles a product. In turns for each segment and chunk of k, the workgroup loads a block of A and of B into shared
 * memory, in vectors; then each thread takes vector after vector of its rows of A and of its four or eight columns of
 * B, with 16 multiplications for two vectors. Of a transposed B the vectors lie along k, and the products are dot
 * products.
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

/** WGSL that loads the blocks: threads divide their vectors, and neighbouring threads read neighbouring vectors. */
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
