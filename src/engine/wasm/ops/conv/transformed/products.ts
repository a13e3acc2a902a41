import type { FunctionAssembler, Local } from "../../../assembler/assembler.ts";
import { panels, splitEvenly, TILE_VECTORS } from "../../../assembler/panels.ts";
import { COLUMN_BYTES, MOST_STEPS, TILE_ROWS } from "./own_places.ts";

/** A matrix product C[row, column] = Σ A[row, k] · B[k, column], or its sum with what C holds. */
export interface StagedProduct {
  readonly rows: number;
  /** Columns in vectors of four float32. */
  readonly vectors: number;
  /** Number of k. */
  readonly inner: number;
  /** A is in the thread's own memory. Either stride is 4. */
  readonly a: { readonly rowStride: number; readonly innerStride: number };
  /** Bytes between rows of B, or `packed` if B is packed in panels. */
  readonly b: { readonly rowStride: number | "packed" };
  /** C is in the thread's own memory. */
  readonly c: { readonly rowStride: number };
  readonly start: "zero" | "self";
}

/** Addresses of the three matrices. They are changed. */
export interface ProductAddresses {
  readonly a: Local;
  readonly b: Local;
  readonly c: Local;
}

/**
 * Assembles a product of which a block of A is first copied to a fixed place, the stage. All tiles in the block's rows
 * then load elements of A from constant addresses, which the runtime does not check.
 */
export class StagedProducts {
  readonly #code: FunctionAssembler;
  readonly #stage: number;
  readonly #sums: Local[];
  readonly #columns: Local[];
  readonly #element: Local;
  readonly #scratch: Local;

  /** `stage` is the address of `STAGE_BYTES` in the thread's own memory. */
  constructor(code: FunctionAssembler, stage: number) {
    this.#code = code;
    this.#stage = stage;
    this.#sums = code.locals("v128", TILE_ROWS * TILE_VECTORS);
    this.#columns = code.locals("v128", TILE_VECTORS);
    [this.#element, this.#scratch] = code.locals("v128", 2);
  }

  /** Assembles a product. */
  assemble(product: StagedProduct, { a, b, c }: ProductAddresses): void {
    const code = this.#code;
    for (const { size, count } of splitEvenly(product.rows, TILE_ROWS)) {
      code.repeat(count, () => {
        this.#assembleRows(product, size, { a, b, c });
        code.advance(a, size * product.a.rowStride).advance(c, size * product.c.rowStride);
      });
    }
  }

  /** A block of rows against all of B. */
  #assembleRows(product: StagedProduct, rows: number, { a, b, c }: ProductAddresses): void {
    const code = this.#code;
    const [tileB, tileC] = code.locals("i32", 2);
    let first = 0;
    for (const { size, count } of splitEvenly(product.inner, MOST_STEPS)) {
      for (let block = 0; block < count; block++) {
        this.#copyToStage(product, { rows, first, steps: size }, a);
        code.get(b).set(tileB).get(c).set(tileC);
        for (const { vectors, count } of panels(product.vectors)) {
          const start = first > 0 ? "self" : product.start;
          code.repeat(count, () => {
            const tile = { rows, vectors, first, steps: size, start } as const;
            this.#assembleTile(product, tile, { b: tileB, c: tileC });
            const packed = product.b.rowStride === "packed";
            code.advance(tileB, 16 * vectors * (packed ? product.inner : 1));
            code.advance(tileC, 16 * vectors);
          });
        }
        first += size;
      }
    }
  }

  #copyToStage({ a }: StagedProduct, { rows, first, steps }: Steps, from: Local): void {
    const code = this.#code;
    const lines = a.innerStride === 4
      ? Array.from({ length: rows }, (_, row) => ({
        source: row * a.rowStride + 4 * first,
        target: row * stageStride(steps),
        vectors: Math.ceil(steps / 4),
      }))
      : Array.from({ length: steps }, (_, step) => ({
        source: (first + step) * a.innerStride,
        target: step * COLUMN_BYTES,
        vectors: Math.ceil(rows / 4),
      }));
    for (const { source, target, vectors } of lines) {
      for (let offset = 0; offset < 16 * vectors; offset += 16) {
        code.ownAddress(this.#stage + target + offset).get(from).load(source + offset);
        code.store();
      }
    }
  }

  #assembleTile(
    product: StagedProduct,
    { rows, vectors, first, steps, start }: Steps & {
      readonly vectors: number;
      readonly start: StagedProduct["start"];
    },
    { b, c }: Omit<ProductAddresses, "a">,
  ): void {
    const code = this.#code;
    const { rowStride } = product.b;
    const stepB = rowStride === "packed" ? 16 * vectors : rowStride;
    const [strideRow, strideStep] = product.a.innerStride === 4
      ? [stageStride(steps), 4]
      : [4, COLUMN_BYTES];
    const columns = this.#columns.slice(0, vectors);
    const sum = (row: number, vector: number) => this.#sums[row * vectors + vector]!;
    const each = (visit: (sum: Local, offset: number) => void) => {
      for (let row = 0; row < rows; row++) {
        columns.forEach((_, vector) =>
          visit(sum(row, vector), row * product.c.rowStride + 16 * vector)
        );
      }
    };
    if (start === "self") each((sum, offset) => code.get(c).load(offset).set(sum));
    for (let step = 0; step < steps; step++) {
      columns.forEach((column, vector) => {
        code.get(b).load((first + step) * stepB + 16 * vector).set(column);
      });
      for (let row = 0; row < rows; row++) {
        const address = this.#stage + row * strideRow + step * strideStep;
        code.ownAddress(address).loadSplat().set(this.#element);
        columns.forEach((column, vector) => {
          const target = sum(row, vector);
          code.get(this.#element).get(column);
          if (step === 0 && start === "zero") code.op("f32x4.mul").set(target);
          else code.get(target).multiplyAdd(this.#scratch).set(target);
        });
      }
    }
    each((sum, offset) => code.get(c).get(sum).store(offset));
  }
}

/** Some rows of A and some steps along the sum. */
interface Steps {
  readonly rows: number;
  readonly first: number;
  readonly steps: number;
}

/** Bytes between rows of the stage. */
function stageStride(steps: number): number {
  return 16 * Math.ceil(steps / 4);
}
