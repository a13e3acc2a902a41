/** Groups the transcripts and windows of a gene, each of which is a sample. */

import { geneGroupKey } from "../gene_id.ts";
import type { SampleColumns } from "../io/columns.ts";

/** Grouping is repeated for each fold of a cross-validation, whose views share their columns. */
const groups = new WeakMap<SampleColumns, Uint32Array>();

/**
 * Finds the first of `columns.genes` that is of the same gene, `[gene]`; `undefined` if each of them is a gene of its own.
 */
export function groupGenes(columns: SampleColumns): Uint32Array | undefined {
  const { genes, geneDetails } = columns;
  if (!geneDetails?.some(({ gene }) => gene !== undefined)) return undefined;
  const known = groups.get(columns);
  if (known !== undefined) return known;
  const firsts = new Map<string, number>();
  const found = Uint32Array.from(genes, (id, place) => {
    const key = geneGroupKey(id, geneDetails[place]);
    const first = firsts.get(key) ?? place;
    firsts.set(key, first);
    return first;
  });
  groups.set(columns, found);
  return found;
}
