/** Joins windows that were given as intervals with the genes of an annotation. */

import { geneGroupKey, geneKey } from "../gene_id.ts";
import type { Gene } from "./gene.ts";

/** The genes of an annotation by their ids. */
export class GeneFactsById {
  readonly #genes: ReadonlyMap<string, Gene>;

  constructor(genes: readonly Gene[]) {
    this.#genes = new Map(genes.map((gene) => [geneKey(gene.id), gene]));
  }

  /** Finds the gene of a window, by the window's id or by that of its gene. */
  find(window: Gene): Gene | undefined {
    return this.#genes.get(geneKey(window.id)) ?? this.#genes.get(geneGroupKey(window.id, window));
  }
}

/** Returns a window with what its gene's annotation says; its own strand and place stay. */
export function describeFacts(window: Gene, gene: Gene): Gene {
  const { symbol, entrezId, aliases, type } = gene;
  const own = gene.gene ?? window.gene;
  return {
    ...window,
    strand: window.strand ?? gene.strand,
    ...(own !== undefined && { gene: own }),
    ...(symbol !== undefined && { symbol }),
    ...(entrezId !== undefined && { entrezId }),
    ...(aliases !== undefined && { aliases }),
    ...(type !== undefined && { type }),
  };
}
