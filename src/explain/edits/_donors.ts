/** Draws real genes whose profiles take the place of marks. */

import { findFirst } from "../../base/search.ts";
import { geneKey } from "../../gene_id.ts";
import { deriveKey, RandomStream } from "../../random.ts";
import { CellTypeGenes, type DescribedGenes } from "./_cell_type_genes.ts";
import type { EditScope } from "./_scope.ts";
import { binsFor } from "../bin_places.ts";
import { ranksByDistance } from "../ranks_by_distance.ts";
import type { PlannedMarkStep } from "./_planned_edit.ts";
import { ProfileFeatures } from "./_profile_features.ts";
import type { SampleValues } from "./_sample_values.ts";

/** Genes are drawn from this share of a cell type's, those that are most like the sample, but from no more than these. */
const POOL_SHARE = 0.02;
const LARGEST_POOL = 100;
/** Genes that have least of a mark. */
const LOW_SHARE = 0.1;
/** Cell types whose features are kept. */
const MOST_KEPT = 16;

/** How genes are drawn. */
export interface DonorOptions {
  readonly draws: number;
  readonly seed: number;
  /** `[position]`: labels or predictions; read when the first draw by expression is made. */
  readonly expression: () => ArrayLike<number>;
}

/** A step that draws, of one edit, for one sample. */
export interface Draw {
  readonly step: PlannedMarkStep & { readonly kind: "draw" };
  /** The edit's id and the number of the step, which say what is drawn. */
  readonly id: string;
  readonly number: number;
  readonly position: number;
}

/** The genes of a cell type in the order of expression, `[rank]` each. */
interface OrderedGenes {
  readonly places: Uint32Array;
  /** Labels or predictions, rising. */
  readonly values: Float64Array;
}

/** Draws genes of a sample's own cell type, the same for a sample and an edit whatever else is computed. */
export class Donors {
  readonly #described: DescribedGenes;
  readonly #options: DonorOptions;
  readonly #cellTypes = new Map<number, CellTypeGenes>();
  /** By cell type. */
  readonly #orders = new Map<number, OrderedGenes>();
  /** The genes that have least of a step's marks, by cell type. */
  readonly #low = new WeakMap<PlannedMarkStep, Map<number, Uint32Array>>();

  /** Takes what genes are described by. */
  constructor(scope: EditScope, values: SampleValues, options: DonorOptions) {
    this.#described = {
      scope,
      values,
      features: new ProfileFeatures(values),
    };
    this.#options = options;
  }

  /** The genes of a cell type. */
  genesOf(cellType: number): CellTypeGenes {
    const known = this.#cellTypes.get(cellType);
    this.#cellTypes.delete(cellType);
    const genes = known ?? new CellTypeGenes(cellType, this.#described);
    this.#cellTypes.set(cellType, genes);
    const [oldest] = this.#cellTypes.keys();
    if (this.#cellTypes.size > MOST_KEPT) this.#cellTypes.delete(oldest!);
    return genes;
  }

  /** Positions of the samples that are drawn, `[draw]`, each once: as many as are asked for, or as there are. */
  draw(wanted: Draw): Uint32Array {
    const { scope } = this.#described;
    const cellType = scope.cellTypeAt(wanted.position);
    const genes = this.genesOf(cellType);
    const pool = this.#poolFor(wanted, cellType, genes);
    const { draws, seed } = this.#options;
    const { id, number, position } = wanted;
    const { data } = scope;
    const gene = geneKey(data.geneOf(position));
    const stream = new RandomStream(
      deriveKey(seed, "edit", id, number, data.cellTypeOf(position), gene),
    );
    const count = Math.min(draws, pool.length);
    for (let i = 0; i < count; i++) {
      const other = i + stream.below(pool.length - i);
      const held = pool[i]!;
      pool[i] = pool[other]!;
      pool[other] = held;
    }
    return pool.slice(0, count).map((place) => genes.positions[place]!);
  }

  /** The places of the genes that one is drawn from. */
  #poolFor({ step, position }: Draw, cellType: number, genes: CellTypeGenes): Uint32Array {
    const { length } = genes.positions;
    const { draws } = this.#options;
    const most = Math.max(draws, Math.min(LARGEST_POOL, Math.ceil(POOL_SHARE * length)));
    const without = step.marks ?? [...this.#described.scope.data.marks.keys()];
    switch (step.from) {
      case "any":
        return Uint32Array.from({ length }, (_, place) => place)
          .filter((place) => genes.isOther(place, position));
      case "expression":
        return this.#nearestByExpression(position, { most, cellType, genes });
      case "marks":
        return genes.nearest(position, { most, without });
      case "low":
        return genes.nearest(position, {
          most,
          among: this.#lowOf(step, cellType, genes),
          without,
        });
    }
  }

  #nearestByExpression(
    position: number,
    { most, cellType, genes }: {
      readonly most: number;
      readonly cellType: number;
      readonly genes: CellTypeGenes;
    },
  ): Uint32Array {
    const expression = this.#options.expression();
    let order = this.#orders.get(cellType);
    if (order === undefined) {
      const valueOf = (place: number) => expression[genes.positions[place]!]!;
      const places = Uint32Array.from(genes.positions.keys())
        .sort((a, b) => valueOf(a) - valueOf(b) || a - b);
      order = { places, values: Float64Array.from(places, valueOf) };
      this.#orders.set(cellType, order);
    }
    const { places, values } = order;
    const own = expression[position]!;
    const found: number[] = [];
    const above = findFirst(places.length, (rank) => values[rank]! >= own);
    for (const rank of ranksByDistance(values, own, above)) {
      if (found.length === most) break;
      if (genes.isOther(places[rank]!, position)) found.push(places[rank]!);
    }
    return Uint32Array.from(found);
  }

  /** The genes that have least of a step's marks in its bins: a tenth of them, and all that have as little. */
  #lowOf(
    step: Draw["step"],
    cellType: number,
    genes: CellTypeGenes,
  ): Uint32Array {
    const byCellType = this.#low.get(step) ?? new Map<number, Uint32Array>();
    this.#low.set(step, byCellType);
    const known = byCellType.get(cellType);
    if (known !== undefined) return known;
    const scores = Float64Array.from(genes.positions, (position) => this.#amountOf(step, position));
    const sorted = scores.toSorted();
    const limit = sorted[Math.min(sorted.length - 1, Math.ceil(LOW_SHARE * sorted.length))]!;
    const low = Uint32Array.from(genes.positions.keys()).filter((place) => scores[place]! <= limit);
    byCellType.set(cellType, low);
    return low;
  }

  /** How much of a step's marks a sample has: the sum over marks of ln(1 + mean count), so that none outweighs the others. */
  #amountOf({ marks, bins }: Draw["step"], position: number): number {
    const { scope, values } = this.#described;
    const all = scope.data.marks.length;
    // Where a range depends on a strand that is not known, the gene is as good as one on the plus strand.
    const own = binsFor(bins, scope.directions[scope.geneAt(position)]!) ?? bins.forward;
    const sample = values.of(position);
    let amount = 0;
    for (const mark of marks ?? scope.data.marks.keys()) {
      let sum = 0;
      for (const bin of own) sum += values.toCount(sample[bin * all + mark]!);
      amount += Math.log1p(sum / own.length);
    }
    return amount;
  }
}
