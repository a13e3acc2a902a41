/** Lists the samples of each wanted cell type. */

import type { Layout } from "./_layout.ts";
import { NameIndex } from "./_name_index.ts";
import { plainSampleName } from "./_sample_names.ts";
import type { ExpressionSample } from "./samples.ts";

/** What is wanted of a table; see `ReadExpressionTableOptions`. */
interface Wanted {
  readonly cellTypes?: readonly string[] | undefined;
  readonly cellTypeGroups?: ReadonlyMap<string, string> | undefined;
  readonly reference?: string | undefined;
  readonly samples?: readonly ExpressionSample[] | undefined;
}

/** The names of each cell type's samples; an empty list if the cell type is found by its own name. */
export function listWantedSamples(
  layout: Layout,
  wanted: Wanted,
  file: string,
): Map<string, string[]> {
  const { cellTypes, reference, samples = [], cellTypeGroups } = wanted;
  const own = layout.ofOneSample ? [plainSampleName(file)] : layout.values.map(({ name }) => name);
  const listed = new Map<string, string[]>((cellTypes ?? own).map((cellType) => [cellType, []]));
  if (reference !== undefined && hasReference(layout, reference, samples)) {
    listed.set(reference, []);
  }
  for (const { sample, cellType } of samples) {
    // Samples that are listed for a group are those of each of its cell types.
    const isOwn = listed.has(cellType);
    for (const [name, names] of listed) {
      if (isOwn ? name === cellType : cellTypeGroups?.get(name) === cellType) names.push(sample);
    }
  }
  return listed;
}

/** Whether the table has the reference, by the list of samples or by its own name. */
function hasReference(
  layout: Layout,
  reference: string,
  samples: readonly ExpressionSample[],
): boolean {
  return !layout.ofOneSample &&
    (samples.some(({ cellType }) => cellType === reference) ||
      new NameIndex(layout.values).findCellType(reference).length > 0);
}
