/** Measures how many genes and cell types of a cross-validation are both in training and in validation. */

import type { FoldScheme } from "../data/fold_scheme.ts";
import type { Fold } from "../data/kfold.ts";
import { cellTypeGroupIndices, geneGroupIndices } from "../data/sample_groups.ts";

/** Shares of the validation samples, from 0 to 1. */
export interface SharedParts {
  /** The share of samples whose gene was trained on too, in another cell type. */
  readonly genes: number;
  /** The share of samples whose cell type was trained on too, with other genes. */
  readonly cellTypes: number;
}

/** Counts what training and validation share, over all folds. */
export function findSharedParts(folds: readonly Fold[]): SharedParts {
  const [genes, cellTypes] = [new Tally(), new Tally()];
  for (const { training, validation } of folds) {
    genes.add(geneGroupIndices(training), geneGroupIndices(validation));
    cellTypes.add(cellTypeGroupIndices(training), cellTypeGroupIndices(validation));
  }
  return { genes: genes.share(), cellTypes: cellTypes.share() };
}

class Tally {
  #shared = 0;
  #all = 0;

  add(training: Uint32Array, validation: Uint32Array): void {
    const trained = new Set(training);
    for (const item of validation) if (trained.has(item)) this.#shared++;
    this.#all += validation.length;
  }

  share(): number {
    return this.#shared / this.#all;
  }
}

/** Describes in a line what sharing means for the scores. */
export function describeSharedParts(scheme: FoldScheme, { genes, cellTypes }: SharedParts): string {
  const shared = ([["genes", genes], ["cell types", cellTypes]] as const)
    .filter(([, share]) => share > 0);
  if (shared.length === 0) {
    return `Scheme ${scheme}: training and validation share no gene and no cell type.`;
  }
  const names = shared.map(([what]) => what).join(" and ");
  const shares = shared.map(([, share]) => formatShare(share)).join(" and ");
  return `Scheme ${scheme} shares ${names}: ${shares} of the validation samples have one that is trained ` +
    "on too. Expect worse scores on new ones; --scheme by-both shares neither.";
}

/** Formats a share as a percentage that is 100 only if all samples are meant, and never 0. */
function formatShare(share: number): string {
  if (share === 1) return "100%";
  return `${Math.min(99.9, Math.max(0.1, 100 * share)).toFixed(1)}%`;
}
