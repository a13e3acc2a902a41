import type { Dataset } from "../data/dataset.ts";
import { type Axis, cellTypeAxis, geneGroupAxis } from "./axis.ts";
import { REGIMES, type RowKind } from "./regimes.ts";

/** The groups that are redrawn for a bootstrap sample. */
export type Resampled = "cell-types" | "cell-types-and-genes" | "genes";

/** Every {@linkcode Resampled}. */
export const RESAMPLED: readonly Resampled[] = ["cell-types", "cell-types-and-genes", "genes"];

/** The kinds of sample that are scored. Counts by kind have this order. */
export const SCORED_KINDS: readonly RowKind[] = [...REGIMES, "bothSeen"];

/**
 * Test samples in groups that are redrawn as one: all samples of a kind and a cell type if only cell types are redrawn,
 * or each sample by itself if genes are redrawn too. Replicates of one cell type are redrawn together.
 */
export class Groups {
  /** The group of each sample, `[position]`. */
  readonly ofRow: Uint32Array;
  /** The place of each group's kind in `SCORED_KINDS`, `[group]`. */
  readonly kinds: Uint8Array;
  /**
   * The items that are redrawn, each stratum by itself so that no kind of sample is lost: trained cell types and new
   * cell types, then trained genes and new genes, whose numbers follow those of the cell types.
   */
  readonly strata: readonly (readonly number[])[];
  readonly #cellTypes: Uint32Array | undefined; // [group]
  readonly #genes: Uint32Array | undefined; // [group], as numbers in the strata
  readonly #weights: Float64Array; // [group]

  /** Groups samples. None of them may have the kind `trained`. */
  constructor(test: Dataset, kinds: readonly RowKind[], resampled: Resampled) {
    const cellTypes = cellTypeAxis(test);
    const kindOfRow = Uint8Array.from(kinds, (kind) => SCORED_KINDS.indexOf(kind));
    const cellTypeStrata = partByNovelty(cellTypes, kinds, ["newCellType", "bothNew"]);
    if (resampled === "cell-types") {
      const count = cellTypes.names.length;
      this.ofRow = cellTypes.placeOfRow.map((place, row) => kindOfRow[row]! * count + place);
      const groups = Array.from({ length: SCORED_KINDS.length * count }, (_, group) => group);
      this.kinds = Uint8Array.from(groups, (group) => Math.floor(group / count));
      this.#cellTypes = Uint32Array.from(groups, (group) => group % count);
      this.strata = cellTypeStrata;
    } else {
      const genes = geneGroupAxis(test);
      const first = resampled === "genes" ? 0 : cellTypes.names.length;
      this.ofRow = Uint32Array.from(kinds.keys());
      this.kinds = kindOfRow;
      this.#cellTypes = resampled === "genes" ? undefined : cellTypes.placeOfRow;
      this.#genes = genes.placeOfRow.map((place) => first + place);
      const geneStrata = partByNovelty(genes, kinds, ["newGene", "bothNew"]);
      this.strata = [
        ...(resampled === "genes" ? [] : cellTypeStrata),
        ...geneStrata.map((stratum) => stratum.map((place) => first + place)),
      ];
    }
    this.#weights = new Float64Array(this.kinds.length);
  }

  /**
   * Counts how often each group was drawn.
   *
   * @param times How often each item of the strata was drawn.
   * @returns The counts, `[group]`; overwritten by the next call.
   */
  weigh(times: Float64Array): Float64Array {
    const weights = this.#weights;
    const cellTypes = this.#cellTypes;
    const genes = this.#genes;
    for (let group = 0; group < weights.length; group++) {
      weights[group] = (cellTypes === undefined ? 1 : times[cellTypes[group]!]!) *
        (genes === undefined ? 1 : times[genes[group]!]!);
    }
    return weights;
  }
}

/** Splits an axis into places that were trained on, and places that have samples of a kind in which they are new. */
function partByNovelty(
  axis: Axis,
  kinds: readonly RowKind[],
  newKinds: readonly RowKind[],
): number[][] {
  const isNew = new Uint8Array(axis.names.length);
  kinds.forEach((kind, row) => {
    if (newKinds.includes(kind)) isNew[axis.placeOfRow[row]!] = 1;
  });
  const places = [...axis.names.keys()];
  return [0, 1].map((novelty) => places.filter((place) => isNew[place] === novelty));
}
