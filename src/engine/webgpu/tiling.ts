/**
 * A product C[row, column] = Σ over segment, k of A[row + segment · step, k] · B[segment, k, column] for every item:
 * what a convolution is, forward and backward, and, with one segment and the batch's samples as rows, a dense layer. A
 * segment is a tap, or a whole window where taps are neighbours in the input.
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

/** What a device allows a workgroup. */
export interface WorkgroupLimits {
  /** Bytes of shared memory. */
  readonly storageBytes: number;
  /** Invocations. */
  readonly threads: number;
  /**
   * Invocations that an adapter on a processor computes as the lanes of one vector. There shared memory and barriers cost
   * more than they save, and kernels keep to registers; see `lane_conv.ts`.
   *
   * @default of a GPU: none
   */
  readonly lanes?: number | undefined;
}

/** Rows of a thread's tile, at most, and vectors of columns: registers hold 80 sums. */
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
  /** Threads along the rows of an item, windows of each, and workgroups one below another. */
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
  // Windows whose rows fit into shared memory with `length` vectors of each.
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
