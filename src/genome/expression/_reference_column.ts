import type { Layout } from "./_layout.ts";
import { NameIndex } from "./_name_index.ts";
import type { ExpressionSample } from "./samples.ts";

/**
 * Whether a table has the values that are to be subtracted, by the list of samples or by the column's own name.
 *
 * @param layout The table's.
 * @param reference Name of the column, or of the cell type in the list.
 * @param samples The list.
 */
export function hasReference(
  layout: Layout,
  reference: string,
  samples: readonly ExpressionSample[],
): boolean {
  if (layout.ofOneSample) return false;
  return samples.some(({ cellType }) => cellType === reference) ||
    new NameIndex(layout.values).findCellType(reference).length > 0;
}
