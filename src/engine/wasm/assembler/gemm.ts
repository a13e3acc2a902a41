import type { FunctionAssembler, Local } from "./assembler.ts";
import type { MatrixAddresses, MatrixProduct, SumLoop, SumLoops } from "./matrix_product.ts";
import { panels, splitEvenly } from "./panels.ts";

/**
 * A tile is 4 rows × 2 vectors. Of 16 vector registers V8 keeps one for itself and a fused multiply-add needs another;
 * 8 sums, 4 vectors of A, one of B and a splat of an element of A fit into the rest. Five rows, or three vectors,
 * spill, and run at half the speed.
 */
const TILE_ROWS = 4;
/** Steps along k without a jump, each of eight multiply-adds. With 52 of them code is three times as long, and slower. */
const UNROLLED_STEPS = 12;
/** The same for the last few rows where their number is known only at run time: each number has code of its own. */
const UNROLLED_REST_STEPS = 8;
/** The same where the number of steps is known only at run time; the last few are done one by one. */
const UNKNOWN_COUNT_STEPS = 8;

/**
 * Assembles a matrix product in register tiles: a scalar of A times a vector of B, summed in registers over the
 * whole of k. A tile's columns of B stay in the nearest cache while all rows pass by, since columns are the
 * outer loop. Convolutions are products too: rows are positions, and k runs over taps and channels.
 */
export function assembleProduct(
  code: FunctionAssembler,
  product: MatrixProduct,
  { a, b, c }: MatrixAddresses,
): void {
  const { rows, rowStrideA, rowStrideC, start } = product;
  const [rowA, rowC] = code.locals("i32", 2);
  const bias = typeof start === "string" ? undefined : code.local("i32");
  if (typeof start !== "string") code.get(start.bias).set(bias!);
  for (const { vectors, count } of panels(product.vectors)) {
    const tile = new Tile(code, product, vectors);
    const assembleRows = (height: number, unrolledSteps: number) => {
      tile.assemble({ rows: height, unrolledSteps }, { a: rowA, b, c: rowC }, bias);
      code.advance(rowA, height * rowStrideA).advance(rowC, height * rowStrideC);
    };
    code.repeat(count, () => {
      code.get(a).set(rowA).get(c).set(rowC);
      assembleRowLoop(code, rows, assembleRows);
      code.advance(b, panelStride(product.b, vectors));
      if (product.panelStrideC === undefined) code.advance(c, 16 * vectors);
      else code.advanceBy(c, product.panelStrideC);
      if (bias !== undefined) code.advance(bias, 16 * vectors);
    });
  }
}

/** Bytes from a panel of B to the next one. */
function panelStride(b: MatrixProduct["b"], vectors: number): number {
  if ("packedRows" in b) return 16 * vectors * b.packedRows;
  return b.panelStride ?? 16 * vectors;
}

/** Covers all rows with tiles whose heights differ by at most one. */
function assembleRowLoop(
  code: FunctionAssembler,
  rows: MatrixProduct["rows"],
  assembleRows: (height: number, unrolledSteps: number) => void,
): void {
  if (typeof rows === "number") {
    for (const { size, count } of splitEvenly(rows, TILE_ROWS)) {
      code.repeat(count, () => assembleRows(size, UNROLLED_STEPS));
    }
    return;
  }
  const left = code.local("i32");
  code.get(rows.local).i32(Math.log2(TILE_ROWS)).op("i32.shr_u").set(left);
  code.repeatLocal(left, () => assembleRows(TILE_ROWS, UNROLLED_STEPS));
  for (let rest = 1; rest < TILE_ROWS; rest++) {
    code.get(rows.local).i32(TILE_ROWS - 1).op("i32.and").i32(rest).op("i32.eq").set(left);
    code.repeatLocal(left, () => assembleRows(rest, UNROLLED_REST_STEPS));
  }
}

/** Rows of a tile, and how many steps along k its code has without a jump. */
interface TileHeight {
  readonly rows: number;
  readonly unrolledSteps: number;
}

/** Code of one lane: where it begins, and where it ends for the first row, the first two, and so on. */
interface LaneCode {
  readonly start: number;
  readonly ends: readonly number[];
}

/** The number of what is kept for a column, after those of four lanes. */
const OF_COLUMN = 4;

/** One register tile: some rows of A against some vectors of B. */
class Tile {
  readonly #code: FunctionAssembler;
  readonly #product: MatrixProduct;
  readonly #vectors: number;
  readonly #sums: Local[];
  readonly #columns: Local[];
  readonly #elements: Local[];
  readonly #splat: Local;
  readonly #scratch: Local;
  readonly #a: Local;
  readonly #b: Local;
  /** Where the code is that adds the products of rows with a lane of their elements, by lane; with a column's, last. */
  readonly #ofLanes: LaneCode[] = [];

  constructor(code: FunctionAssembler, product: MatrixProduct, vectors: number) {
    this.#code = code;
    this.#product = product;
    this.#vectors = vectors;
    this.#sums = code.locals("v128", TILE_ROWS * vectors);
    this.#columns = code.locals("v128", vectors);
    this.#elements = code.locals("v128", TILE_ROWS);
    [this.#splat, this.#scratch] = code.locals("v128", 2);
    [this.#a, this.#b] = code.locals("i32", 2);
  }

  /** `addresses` point at the tile's corners and are not changed. */
  assemble(height: TileHeight, { a, b, c }: MatrixAddresses, bias: Local | undefined): void {
    const { rows } = height;
    const code = this.#code;
    this.#each(rows, (sum, offset, vector) => {
      if (bias !== undefined) code.get(bias).load(16 * vector);
      else if (this.#product.start === "zero") code.f32x4(0);
      else code.get(c).load(offset);
      code.set(sum);
    });
    code.get(a).set(this.#a).get(b).set(this.#b);
    this.#loop(height, this.#product.sums);
    this.#each(rows, (sum, offset) => code.get(c).get(sum).store(offset));
  }

  #loop(height: TileHeight, [outer, ...inner]: SumLoops): void {
    const code = this.#code;
    const [next, ...rest] = inner;
    if (next === undefined) return this.#innermost(height, outer);
    const [outerA, outerB] = code.locals("i32", 2);
    code.repeat(outer.count as number, () => {
      code.get(this.#a).set(outerA).get(this.#b).set(outerB);
      this.#loop(height, [next, ...rest]);
      code.get(outerA).i32(outer.strideA).op("i32.add").set(this.#a);
      code.get(outerB).i32(outer.stepB * this.#rowStrideB).op("i32.add").set(this.#b);
    });
  }

  #innermost({ rows, unrolledSteps }: TileHeight, sum: SumLoop): void {
    const code = this.#code;
    const { count, strideA, stepB } = sum;
    const assembleSteps = (length: number) => {
      this.#steps(rows, length, sum);
      code.advance(this.#a, length * strideA);
      code.advance(this.#b, length * stepB * this.#rowStrideB);
    };
    if (typeof count === "number") {
      // Whole vectors of A first, then the rest.
      const whole = count - count % 4;
      for (const { size, count: repeats } of splitEvenly(whole / 4, unrolledSteps / 4)) {
        code.repeat(repeats, () => assembleSteps(4 * size));
      }
      if (count > whole) assembleSteps(count - whole);
      return;
    }
    const [repeats, rest] = code.locals("i32", 2);
    code.get(count.local).i32(UNKNOWN_COUNT_STEPS).op("i32.div_u").set(repeats);
    code.get(count.local).i32(UNKNOWN_COUNT_STEPS).op("i32.rem_u").set(rest);
    code.repeatLocal(repeats, () => assembleSteps(UNKNOWN_COUNT_STEPS));
    code.repeatLocal(rest, () => assembleSteps(1));
  }

  /** Adds some steps along k. */
  #steps(rows: number, length: number, { strideA, stepB }: SumLoop): void {
    const code = this.#code;
    const strideB = stepB * this.#rowStrideB;
    for (let step = 0; step < length; step++) {
      const elements = this.#loadElements(rows, { step, length, strideA });
      for (let vector = 0; vector < this.#vectors; vector++) {
        code.get(this.#b).load(step * strideB + 16 * vector).set(this.#columns[vector]!);
      }
      if (elements === "column") this.#addLane(rows, OF_COLUMN);
      else if (elements === "rows") this.#addLane(rows, step % 4);
      else this.#addSplats(rows, step * strideA);
    }
  }

  /** Loads the element of each row into all lanes, and adds its products. */
  #addSplats(rows: number, offset: number): void {
    const code = this.#code;
    for (let row = 0; row < rows; row++) {
      code.get(this.#a).loadSplat(offset + row * this.#product.rowStrideA);
      this.#addRow(row);
    }
  }

  /**
   * Loads the elements of A that a step needs, four together where they are neighbours, along k or along the rows: a
   * shuffle costs less than a load. Returns where they are: in a column's vector, in the rows' vectors, or nowhere, in
   * which case each is loaded into all lanes.
   */
  #loadElements(
    rows: number,
    { step, length, strideA }: { step: number; length: number; strideA: number },
  ): "column" | "rows" | "splat" {
    const code = this.#code;
    const { rowStrideA } = this.#product;
    if (rowStrideA === 4) {
      code.get(this.#a).load(step * strideA).set(this.#elements[0]!);
      return "column";
    }
    const lane = step % 4;
    if (strideA !== 4 || length - step + lane < 4) return "splat";
    if (lane === 0) {
      for (let row = 0; row < rows; row++) {
        const offset = step * strideA + row * rowStrideA;
        code.get(this.#a).load(offset).set(this.#elements[row]!);
      }
    }
    return "rows";
  }

  /**
   * Adds the products of rows with a lane of their vectors, or with the lanes of a column. The code is the same in each
   * step and for tiles of any height, so it is written once and copied: most of a module is made here, by code that has
   * hardly run before.
   */
  #addLane(rows: number, lane: number): void {
    const code = this.#code;
    const known = this.#ofLanes[lane];
    if (known !== undefined && known.ends.length >= rows) {
      return void code.again(known.start, known.ends[rows - 1]!);
    }
    const start = code.length;
    const ends: number[] = [];
    for (let row = 0; row < rows; row++) {
      const [vector, own] = lane === OF_COLUMN ? [0, row] : [row, lane];
      const elements = this.#elements[vector]!;
      code.get(elements).get(elements).shuffle([own, own, own, own]);
      this.#addRow(row);
      ends.push(code.length);
    }
    this.#ofLanes[lane] = { start, ends };
  }

  /** Pops four copies of a row's element and adds their products with the columns to the row's sums. */
  #addRow(row: number): void {
    const code = this.#code;
    code.set(this.#splat);
    for (let vector = 0; vector < this.#vectors; vector++) {
      const sum = this.#sumAt(row, vector);
      code.get(this.#splat).get(this.#columns[vector]!).get(sum).multiplyAdd(this.#scratch).set(
        sum,
      );
    }
  }

  /** Where the sum of a row and a vector of columns is kept. */
  #sumAt(row: number, vector: number): Local {
    return this.#sums[row * this.#vectors + vector]!;
  }

  get #rowStrideB(): number {
    const { b } = this.#product;
    return "rowStride" in b ? b.rowStride : 16 * this.#vectors;
  }

  /** Visits the tile's sums with their distances from its corner in C. */
  #each(rows: number, visit: (sum: Local, offset: number, vector: number) => void): void {
    for (let row = 0; row < rows; row++) {
      for (let vector = 0; vector < this.#vectors; vector++) {
        const offset = row * this.#product.rowStrideC + 16 * vector;
        visit(this.#sumAt(row, vector), offset, vector);
      }
    }
  }
}
