import { formatCountOf } from "../../base/count.ts";
import { listSome } from "../wording.ts";

/** A check that was skipped because the data are too few for it. */
export interface SkippedCheck {
  /**
   * Name of the check as in a finding, such as `unrelated-labels`. Other parts of the check may have been carried out.
   */
  readonly check: string;
  /** What was not examined, such as `labels against marks`. */
  readonly what: string;
  /** What the check needs and what there is, such as `needs 200 genes, there are 150`. */
  readonly reason: string;
}

/** The least amount of data that a check, or a part of one, needs. */
export interface Need {
  readonly check: string;
  readonly what: string;
  readonly least: number;
  /** The unit in the singular, such as `gene` or `cell type`. */
  readonly noun: string;
  /** Where the counted things must be, such as `on the plus strand`. */
  readonly place?: string;
}

/** Returns a check as skipped if `count` is less than it needs, and otherwise an empty list. */
export function skipIfFewer(need: Need, count: number): SkippedCheck[] {
  const { check, what, least, noun, place } = need;
  if (count >= least) return [];
  const needed = [formatCountOf(least, noun), place].filter(Boolean).join(" ");
  const found = `there ${count === 1 ? "is" : "are"} ${count.toLocaleString("en-US")}`;
  return [{ check, what, reason: `needs ${needed}, ${found}` }];
}

/**
 * Returns a check as skipped if cell types have fewer genes than it needs, with the names of these cell types if they
 * are only some of all.
 *
 * @param groups Marks or labels of the cell types. A cell type may occur repeatedly.
 */
export function skipIfFewGenes(
  need: Omit<Need, "noun">,
  groups: readonly { readonly cellType: string; readonly samples: number }[],
): SkippedCheck[] {
  const small = groups.filter(({ samples }) => samples < need.least);
  if (small.length === 0) return [];
  const names = [...new Set(small.map(({ cellType }) => cellType))];
  const what = small.length === groups.length ? need.what : `${need.what} in ${listSome(names)}`;
  const counts = small.map(({ samples }) => samples);
  const [most, least] = [Math.max(...counts), Math.min(...counts)];
  return skipIfFewer({ ...need, what, noun: "gene" }, most).map(({ reason, ...skipped }) => ({
    ...skipped,
    reason: most === least ? reason : `${reason} at most`,
  }));
}
