import type { ExpressionTable } from "./expression_table.ts";

/**
 * Number, mean and standard deviation of each gene's expression over the training cell types but one. Each is
 * `[slot, gene]`: slot c leaves cell type c out, the last slot none.
 */
export interface LeaveOneOut {
  /** Number of cell types. */
  readonly counts: Float64Array;
  /** Mean; 0 where there is no cell type. */
  readonly means: Float64Array;
  /** Standard deviation with divisor n − 1; 0 where there are fewer than two cell types. */
  readonly deviations: Float64Array;
}

/** Count, mean and sum of squared deviations of some values. */
interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly squares: number;
}

const NONE: Moments = { count: 0, mean: 0, squares: 0 };

/**
 * Leaves each cell type out in turn, O(1) for each entry of the table.
 *
 * Leaving one cell type out joins those before it with those after it. Subtracting its value from the total would be
 * simpler, but the value's rounding would remain; here it never enters.
 */
export function leaveOneOut(table: ExpressionTable): LeaveOneOut {
  const cellTypes = table.cellTypes.names.length;
  const genes = table.genes.names.length;
  const size = (cellTypes + 1) * genes;
  const out = {
    counts: new Float64Array(size),
    means: new Float64Array(size),
    deviations: new Float64Array(size),
  };
  const after: Moments[] = new Array(cellTypes + 1).fill(NONE);
  for (let gene = 0; gene < genes; gene++) {
    const momentsOf = (cellType: number): Moments => {
      const value = table.values[cellType * genes + gene]!;
      return Number.isNaN(value) ? NONE : { count: 1, mean: value, squares: 0 };
    };
    for (let cellType = cellTypes - 1; cellType >= 0; cellType--) {
      after[cellType] = join(momentsOf(cellType), after[cellType + 1]!);
    }
    let before = NONE;
    for (let cellType = 0; cellType < cellTypes; cellType++) {
      store(out, cellType * genes + gene, join(before, after[cellType + 1]!));
      before = join(before, momentsOf(cellType));
    }
    store(out, cellTypes * genes + gene, before);
  }
  return out;
}

/** Moments of two sets together (Chan, Golub and LeVeque 1983, The American Statistician 37:242). */
function join(a: Moments, b: Moments): Moments {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const count = a.count + b.count;
  const apart = b.mean - a.mean;
  return {
    count,
    mean: a.mean + apart * (b.count / count),
    squares: a.squares + b.squares + apart * apart * (a.count * b.count / count),
  };
}

function store(out: LeaveOneOut, place: number, { count, mean, squares }: Moments): void {
  out.counts[place] = count;
  out.means[place] = mean;
  out.deviations[place] = count < 2 ? 0 : Math.sqrt(squares / (count - 1));
}
