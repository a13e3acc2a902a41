/** How far samples lie from real genes. */

import { findFirst } from "../../base/search.ts";
import type { Donors } from "./_donors.ts";
import type { ScaledFeatures } from "./_profile_features.ts";
import type { EditScope } from "./_scope.ts";

/** Of fewer genes, it is not known what is usual. */
const FEWEST_GENES = 100;
/** Samples are compared with so many genes of their cell type, evenly taken from all. */
const MOST_GENES = 500;

/** Genes with which samples of a cell type are compared. */
interface ComparedGenes {
  /** What gives samples their features. */
  readonly scaled: ScaledFeatures;
  /** `[gene, feature]` */
  readonly features: Float32Array;
  /** The group of each gene, `[gene]`. */
  readonly groups: Uint32Array;
  /** Each one's squared distance from the nearest of the others, ascending. */
  readonly distances: Float64Array;
}

/** Compares edited samples with real ones of the same cell type. */
export class Typicality {
  readonly #scope: EditScope;
  readonly #donors: Donors;
  readonly #compared = new Map<number, ComparedGenes | undefined>();

  /** Takes what finds the genes of cell types. */
  constructor(scope: EditScope, donors: Donors) {
    this.#scope = scope;
    this.#donors = donors;
  }

  /**
   * The share of real genes that lie at least as far from their nearest one as a sample does: were the sample a real gene
   * like the others, this would be at most 0.01 in one of 100 samples.
   *
   * @param position The sample before it was edited.
   * @param values Its numbers, `[bin, mark]`.
   * @returns Above 0, up to 1; `undefined` where the cell type has fewer than 100 genes.
   */
  of(position: number, values: ArrayLike<number>): number | undefined {
    const cellType = this.#scope.cellTypeAt(position);
    if (!this.#compared.has(cellType)) this.#compared.set(cellType, this.#compare(cellType));
    const compared = this.#compared.get(cellType);
    if (compared === undefined) return undefined;
    const isTurned = this.#scope.directions[this.#scope.geneAt(position)] === -1;
    const features = compared.scaled.describe(values, isTurned);
    const distance = nearestDistance(compared, features, this.#scope.groups[position]!);
    const { distances } = compared;
    const { length } = distances;
    const nearer = findFirst(length, (rank) => distances[rank]! >= distance);
    return (1 + length - nearer) / (1 + length);
  }

  #compare(cellType: number): ComparedGenes | undefined {
    const genes = this.#donors.genesOf(cellType);
    const { length } = genes.positions;
    if (length < FEWEST_GENES) return undefined;
    const size = genes.features.length / length;
    const count = Math.min(length, MOST_GENES);
    const features = new Float32Array(count * size);
    const groups = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      const place = Math.floor(i * length / count);
      features.set(genes.features.subarray(place * size, (place + 1) * size), i * size);
      groups[i] = this.#scope.groups[genes.positions[place]!]!;
    }
    const distances = Float64Array.from(
      groups,
      (group, i) =>
        nearestDistance({ features, groups }, features.subarray(i * size, (i + 1) * size), group),
    );
    return { scaled: genes.scaled, features, groups, distances: distances.sort() };
  }
}

/** The least squared distance of some features from those of genes of other groups. */
function nearestDistance(
  { features: all, groups }: Pick<ComparedGenes, "features" | "groups">,
  features: Float32Array,
  group: number,
): number {
  const size = features.length;
  let least = Infinity;
  for (let gene = 0; gene < groups.length; gene++) {
    if (groups[gene] === group) continue;
    let distance = 0;
    for (let i = 0; i < size && distance < least; i++) {
      const difference = all[gene * size + i]! - features[i]!;
      distance += difference * difference;
    }
    if (distance < least) least = distance;
  }
  return least;
}
