import type { Dataset } from "../data/dataset.ts";
import { hasCellTypeGroups } from "../data/sample_groups.ts";
import { meanDefined, pearson } from "../metrics/mod.ts";
import type { Axis } from "./axis.ts";
import { cellTypeAxis, placeCellTypes, placeGenes } from "./axis.ts";
import type { ExpressionTable } from "./expression_table.ts";
import { checkSameSignal, findCounts, makeStretches, writeStretches } from "./signal.ts";

/** Cell types are compared if they have at least this many genes in common. */
const FEWEST_GENES = 10;

/**
 * Finds the training cell types with the most similar signal. Labels are not used.
 *
 * The profile of a cell type is ln(1 + counts summed over the window) of each mark and training gene, minus its mean
 * over the training cell types: otherwise the part that all cell types share would hide their differences. The
 * similarity of two cell types is Pearson's correlation of their profiles over the genes that both have, for each mark,
 * then averaged over the marks; so neither a sample's depth nor a mark's scale matters. Replicates of one cell type
 * have one profile, the mean of theirs.
 */
export class SignalNeighbours {
  readonly #train: Dataset;
  readonly #cellTypes: Axis;
  readonly #genes: Axis;
  readonly #means: Float64Array; // [mark, gene]
  readonly #profiles: readonly Float32Array[]; // [cell type][mark, gene]
  readonly #ranked = new Map<number, Uint32Array>();

  /** Computes the training cell types' profiles. */
  constructor(train: Dataset, { cellTypes, genes }: ExpressionTable) {
    this.#train = train;
    this.#cellTypes = cellTypes;
    this.#genes = genes;
    this.#profiles = readProfiles(train, {
      geneOfRow: Int32Array.from(genes.placeOfRow),
      cellTypeOfRow: cellTypes.placeOfRow,
      cellTypes: cellTypes.names.length,
      genes: genes.names.length,
    });
    this.#means = meanProfile(this.#profiles);
    for (const profile of this.#profiles) subtract(profile, this.#means);
  }

  /**
   * Ranks the training cell types for each cell type of a data set. A training cell type is compared by its training
   * signal and is never in its own list; a new cell type is compared by its signal in `data`.
   *
   * @param data Samples; labels are not needed. Give all samples of a new cell type together.
   * @returns For each position of `data`, the training cell types as places on their axis, most similar first; empty if
   * there is too little to compare.
   * @throws {ContractError} If the signal is of another kind than that of the training samples.
   */
  rank(data: Dataset): Uint32Array[] {
    checkSameSignal(this.#train, data);
    const axis = cellTypeAxis(data);
    const knownPlaces = new Int32Array(axis.names.length);
    placeCellTypes(this.#cellTypes, data).forEach((known, row) => {
      knownPlaces[axis.placeOfRow[row]!] = known;
    });
    const profiles = readProfiles(data, {
      geneOfRow: placeGenes(this.#genes, data),
      cellTypeOfRow: axis.placeOfRow,
      cellTypes: axis.names.length,
      genes: this.#genes.names.length,
      skip: Array.from(knownPlaces, (known) => known >= 0),
    });
    const ranked = Array.from(knownPlaces, (known, place) => {
      if (known >= 0) return this.#rankTraining(known);
      const profile = profiles[place]!;
      subtract(profile, this.#means);
      return this.#rankBy(profile, -1);
    });
    return Array.from(axis.placeOfRow, (place) => ranked[place]!);
  }

  #rankTraining(own: number): Uint32Array {
    const known = this.#ranked.get(own);
    if (known !== undefined) return known;
    const ranked = this.#rankBy(this.#profiles[own]!, own);
    this.#ranked.set(own, ranked);
    return ranked;
  }

  #rankBy(profile: Float32Array, own: number): Uint32Array {
    const marks = this.#train.marks.length;
    return Uint32Array.from(
      this.#profiles
        .map((other, place) => ({
          place,
          similarity: place === own ? NaN : similarityOf(profile, other, marks),
        }))
        .filter(({ similarity }) => !Number.isNaN(similarity))
        .sort((a, b) => b.similarity - a.similarity)
        .map(({ place }) => place),
    );
  }
}

interface ProfileOptions {
  /** The place of each sample's gene; −1 for a gene to leave out. */
  readonly geneOfRow: Int32Array;
  readonly cellTypeOfRow: Uint32Array;
  readonly cellTypes: number;
  readonly genes: number;
  /** Cell types whose profiles are not wanted and stay empty. */
  readonly skip?: readonly boolean[];
}

/** Computes profiles from which the mean is not yet subtracted; NaN where a cell type lacks a gene. */
function readProfiles(data: Dataset, options: ProfileOptions): Float32Array[] {
  const { geneOfRow, cellTypeOfRow, genes, skip } = options;
  const whole = makeStretches(data, 1);
  const logs = new Float64Array(whole.marks);
  const profiles = Array.from(
    { length: options.cellTypes },
    (_, place) => new Float32Array(skip?.[place] ? 0 : whole.marks * genes).fill(NaN),
  );
  const counts = hasCellTypeGroups(data)
    ? profiles.map(({ length }) => new Uint16Array(length === 0 ? 0 : genes))
    : undefined;
  for (let row = 0; row < data.length; row++) {
    const [cellType, gene] = [cellTypeOfRow[row]!, geneOfRow[row]!];
    const profile = profiles[cellType]!;
    if (gene < 0 || profile.length === 0) continue;
    writeStretches(whole, findCounts(data, row), logs);
    const count = counts === undefined ? 1 : ++counts[cellType]![gene]!;
    for (let mark = 0; mark < logs.length; mark++) {
      const at = mark * genes + gene;
      // The mean of the replicates so far.
      profile[at] = count === 1 ? logs[mark]! : profile[at]! + (logs[mark]! - profile[at]!) / count;
    }
  }
  return profiles;
}

function meanProfile(profiles: readonly Float32Array[]): Float64Array {
  const values = new Float64Array(profiles.length);
  return Float64Array.from({ length: profiles[0]!.length }, (_, i) => {
    for (let place = 0; place < values.length; place++) values[place] = profiles[place]![i]!;
    return meanDefined(values);
  });
}

function subtract(profile: Float32Array, mean: Float64Array): void {
  for (let i = 0; i < profile.length; i++) profile[i]! -= mean[i]!;
}

/** Computes the similarity of two profiles; NaN if they have too few genes in common, or no mark varies. */
function similarityOf(a: Float32Array, b: Float32Array, marks: number): number {
  const genes = a.length / marks;
  const valuesA = new Float32Array(genes);
  const valuesB = new Float32Array(genes);
  const correlations = new Float64Array(marks);
  for (let mark = 0; mark < marks; mark++) {
    let count = 0;
    for (let i = mark * genes; i < (mark + 1) * genes; i++) {
      const [valueA, valueB] = [a[i]!, b[i]!];
      if (Number.isNaN(valueA) || Number.isNaN(valueB)) continue;
      valuesA[count] = valueA;
      valuesB[count] = valueB;
      count++;
    }
    if (count < FEWEST_GENES) return NaN;
    correlations[mark] = pearson(valuesA.subarray(0, count), valuesB.subarray(0, count));
  }
  return meanDefined(correlations);
}
