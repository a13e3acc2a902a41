import { formatCountOf } from "../base/count.ts";
import type { Resampled } from "./_groups.ts";

/**
 * How far a bootstrap interval can be trusted, by the number of groups that were redrawn for it.
 *
 * With few groups the percentile interval is far too narrow, since few groups cannot show how much groups differ: a
 * nominal 95% interval of a mean over normally distributed groups holds the truth 51 times in 100 with 2 groups, 73
 * with 3, 80 with 4, 85 with 6, and 90 with 10 (4,000 simulations each). Therefore it is called a range below 10
 * groups.
 */
export interface IntervalBasis {
  /**
   * `interval` for 10 groups or more, `range` for 2 to 9, and `none` for fewer, for which there is no lower or upper
   * end.
   */
  readonly kind: "interval" | "range" | "none";
  /** Number of cell types that were redrawn, the fewest in any regime of the mix; `null` if none were. */
  readonly cellTypes: number | null;
  /** Number of genes that were redrawn, the fewest in any regime of the mix; `null` if none were. */
  readonly genes: number | null;
}

/** With this many groups or more, a percentile interval holds the truth about as often as it claims. */
const FEWEST_OF_INTERVAL = 10;
const FEWEST_OF_RANGE = 2;

/**
 * Judges how far an interval can be trusted.
 *
 * @param groups Numbers of cell types and of genes that are redrawn; `null` for those that are not.
 * @returns The kind of interval, with the numbers of groups.
 *
 * @example Fifty, six and one cell types
 * ```ts
 * import { judgeInterval } from "@waka/histone/validation";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(judgeInterval({ cellTypes: 50, genes: 1447 }).kind, "interval");
 * strictEqual(judgeInterval({ cellTypes: 6, genes: 1447 }).kind, "range");
 * strictEqual(judgeInterval({ cellTypes: 1, genes: null }).kind, "none");
 * ```
 */
export function judgeInterval(groups: Omit<IntervalBasis, "kind">): IntervalBasis {
  const fewest = Math.min(groups.cellTypes ?? Infinity, groups.genes ?? Infinity);
  const kind = fewest >= FEWEST_OF_INTERVAL
    ? "interval"
    : fewest >= FEWEST_OF_RANGE
    ? "range"
    : "none";
  return { kind, cellTypes: groups.cellTypes, genes: groups.genes };
}

/**
 * Describes an interval by its kind and the numbers of groups. A range is described by the groups that are too few.
 *
 * @param basis The kind of interval and the groups that were redrawn.
 * @param confidence Share of the bootstrap samples that it holds.
 * @returns A phrase such as `95% interval over 50 cell types`.
 *
 * @example An interval and a range
 * ```ts
 * import { describeInterval } from "@waka/histone/validation";
 * import { strictEqual } from "node:assert";
 *
 * const many = { kind: "interval", cellTypes: 50, genes: null } as const;
 * strictEqual(describeInterval(many, 0.95), "95% interval over 50 cell types");
 * const few = { kind: "range", cellTypes: 2, genes: 100 } as const;
 * strictEqual(describeInterval(few, 0.95), "range over 2 cell types");
 * ```
 */
export function describeInterval(basis: IntervalBasis, confidence: number): string {
  const { kind } = basis;
  const fewest = kind === "interval"
    ? Infinity
    : kind === "range"
    ? FEWEST_OF_INTERVAL
    : FEWEST_OF_RANGE;
  const groups = [["cell type", basis.cellTypes], ["gene", basis.genes]] as const;
  const over = groups.flatMap(([name, count]) =>
    count === null || count >= fewest ? [] : [formatCountOf(count, name)]
  ).join(" and ");
  const percent = Math.round(confidence * 1000) / 10;
  const name = kind === "interval"
    ? `${percent}% interval`
    : kind === "range"
    ? "range"
    : "no interval";
  return `${name} over ${over}`;
}

/** A sentence about what intervals leave out, with a space before it; empty if both genes and cell types are redrawn. */
export function describeRedrawn(resampled: Resampled): string {
  if (resampled === "cell-types-and-genes") return "";
  const [drawn, given] = resampled === "genes" ? ["genes", "cell types"] : ["cell types", "genes"];
  return ` Only ${drawn} are drawn again: what the choice of ${given} adds is not in the ends, which are too narrow for ` +
    `other ${given}.`;
}
