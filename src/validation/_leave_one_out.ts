import type { ExpressionTable } from "./expression_table.ts";

/**
 * Number, mean and standard deviation of each gene's expression over all training cell types except one. Each array is
 * `[slot, gene]`: slot c leaves out cell type c, and the last slot leaves out no cell type.
 */
export interface LeaveOneOut {
  /** Number of cell types. */
  readonly counts: Float64Array;
  /** Mean; 0 if there is no cell type. */
  readonly means: Float64Array;
  /** Standard deviation with divisor n − 1; 0 if there are fewer than two cell types. */
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
 * Leaves each cell type out in turn, in constant time for each entry of the table.
 *
 * The cell types before the one left out are joined with those after it. Subtracting its value from the total would be
 * simpler, but a trace of the value would remain in the rounding; here it is never added.
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

/** Joins the moments of two sets (Chan, Golub and LeVeque 1983, The American Statistician 37:242). */
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
