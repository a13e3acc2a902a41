/** Number of vectors that are multiplied together, so that the sums are read less often. */
const BLOCK = 128;

/**
 * Sums of vectors and of their outer products, computed in one pass and in memory that does not grow with their number.
 */
export class CrossProducts {
  /** Length of a vector. */
  readonly width: number;
  /** Number of vectors. */
  count = 0;
  /** Sum of the vectors, `[i]`. */
  readonly sums: Float64Array;
  /** Sum of their outer products, `[i, j]`; complete after {@linkcode finish}. */
  readonly products: Float64Array;
  /** Vectors not yet multiplied, `[i, vector]`, with a row of zeros at the end if their length is odd. */
  readonly #block: Float64Array;
  readonly #tile = new Float64Array(4);
  #filled = 0;

  /** Starts with no vectors. */
  constructor(width: number) {
    this.width = width;
    this.sums = new Float64Array(width);
    this.products = new Float64Array(width * width);
    this.#block = new Float64Array((width + width % 2) * BLOCK);
  }

  /** Adds a vector. */
  add(vector: Float64Array): void {
    for (let i = 0; i < this.width; i++) {
      this.sums[i]! += vector[i]!;
      this.#block[i * BLOCK + this.#filled] = vector[i]!;
    }
    this.count++;
    if (++this.#filled === BLOCK) this.#multiply();
  }

  /** Multiplies the remaining vectors and completes the lower triangle of `products`. */
  finish(): void {
    this.#multiply();
    for (let i = 0; i < this.width; i++) {
      for (let j = 0; j < i; j++) {
        this.products[i * this.width + j] = this.products[j * this.width + i]!;
      }
    }
  }

  /** Adds `factor` times another's finished sums: 1 to join the two, −1 to remove the other's vectors. */
  addScaled(other: CrossProducts, factor: 1 | -1): this {
    this.count += factor * other.count;
    for (let i = 0; i < this.sums.length; i++) this.sums[i]! += factor * other.sums[i]!;
    for (let i = 0; i < this.products.length; i++) {
      this.products[i]! += factor * other.products[i]!;
    }
    return this;
  }

  /** Adds the block to the upper triangle in tiles of 2 × 2 entries, with half the reads of single entries. */
  #multiply(): void {
    const { width, products } = this;
    for (let i = 0; i < width; i += 2) {
      for (let j = i; j < width; j += 2) {
        const tile = this.#multiplyTile(i * BLOCK, j * BLOCK);
        products[i * width + j]! += tile[0]!;
        if (j + 1 < width) products[i * width + j + 1]! += tile[1]!;
        if (i + 1 < width) products[(i + 1) * width + j]! += tile[2]!;
        if (i + 1 < width && j + 1 < width) products[(i + 1) * width + j + 1]! += tile[3]!;
      }
    }
    this.#filled = 0;
  }

  /** Multiplies two rows, at `a` and after it, with two rows, at `b` and after it. */
  #multiplyTile(a: number, b: number): Float64Array {
    const block = this.#block;
    let ab = 0;
    let abNext = 0;
    let aNextB = 0;
    let aNextBNext = 0;
    for (let k = 0; k < this.#filled; k++) {
      const left = block[a + k]!;
      const leftNext = block[a + BLOCK + k]!;
      const right = block[b + k]!;
      const rightNext = block[b + BLOCK + k]!;
      ab += left * right;
      abNext += left * rightNext;
      aNextB += leftNext * right;
      aNextBNext += leftNext * rightNext;
    }
    const tile = this.#tile;
    tile[0] = ab;
    tile[1] = abNext;
    tile[2] = aNextB;
    tile[3] = aNextBNext;
    return tile;
  }
}
