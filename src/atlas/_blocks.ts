/** Puts the counts of a cell type's five files together into a member of the competition's files. */

import { freeArray } from "../base/free.ts";
import type { CompetitionBlock } from "../io/competition_writer.ts";
import { competitionGenes } from "./competition_genes.ts";
import type { CompetitionMember } from "./competition_layout.ts";
import { COMPETITION_BINS, type ReadCounts } from "./count_alignments.ts";

/** A block whose signal is counts. */
export interface CountBlock extends CompetitionBlock {
  readonly signal: ReadCounts;
}

/**
 * Makes a member's block: rows of its genes, `[gene, bin, mark]`.
 *
 * @param member The cell type and the indices of its genes.
 * @param counts The counts of each mark, `[mark][gene, bin]` for all genes; freed.
 * @param options The labels of all genes, unless the member has no labels.
 */
export function makeBlock(
  { cellType, genes }: CompetitionMember,
  counts: readonly ReadCounts[],
  { labels }: { readonly labels: Float32Array<ArrayBuffer> | undefined },
): CountBlock {
  const marks = counts.length;
  const isWide = counts.some((counts) => counts instanceof Uint32Array);
  const length = genes.length * COMPETITION_BINS * marks;
  const signal = isWide ? new Uint32Array(length) : new Uint16Array(length);
  for (const [mark, values] of counts.entries()) {
    let to = mark;
    for (const gene of genes) {
      const end = (gene + 1) * COMPETITION_BINS;
      for (let from = gene * COMPETITION_BINS; from < end; from++, to += marks) {
        signal[to] = values[from]!;
      }
    }
    freeArray(values);
  }
  const all = competitionGenes();
  const block = { cellType, genes: Uint32Array.from(genes, (gene) => all[gene]!.number), signal };
  if (labels === undefined) return block;
  return { ...block, labels: Float32Array.from(genes, (gene) => labels[gene]!) };
}
