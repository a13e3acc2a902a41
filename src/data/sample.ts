import { NO_SEQUENCE, sequenceLetters } from "../base/sequences.ts";
import type { SampleColumns } from "../io/columns.ts";

/** One gene in one cell type. */
export interface Sample {
  /** Id of the gene, such as `ENSG00000000419.14`. */
  readonly gene: string;
  /** Name of the cell type. */
  readonly cellType: string;
  /**
   * Its signal, `[bin, mark]` row-major. For `samplesFor` and predictors these are plain counts, marks in the order of the
   * model's `inputRecord.marks`; not transformed, since the model does that, unless the options name the transform. For
   * `Dataset.fromSamples` they are what the record says.
   */
  readonly signal: ArrayLike<number>;
  /**
   * The DNA around the gene's TSS, where the record has some: as many letters as its `sequence.bases`, in its orientation.
   * All samples of a gene have the same.
   *
   * @default {bases that are not known}
   */
  readonly sequence?: string | undefined;
  /** The measured expression, on the scale of the other labels. Give it for all samples or for none. */
  readonly label?: number | undefined;
}

/** A sample of columns. Its numbers are those of an instance of a class, which no other object comes to share. */
export class SampleOfColumns implements Sample {
  readonly gene: string;
  readonly cellType: string;
  readonly signal: ArrayLike<number>;
  readonly label: number | undefined;
  readonly #columns: SampleColumns;
  readonly #gene: number;

  constructor(columns: SampleColumns, row: number, signal: ArrayLike<number>) {
    const { genes, geneIndex, cellTypes, cellTypeIndex, labels } = columns;
    this.#columns = columns;
    this.#gene = geneIndex[row]!;
    this.gene = genes[this.#gene]!;
    this.cellType = cellTypes[cellTypeIndex[row]!]!;
    this.signal = signal;
    this.label = labels?.[row];
  }

  /** The letters are written out when they are asked for: they may be thousands. */
  get sequence(): string | undefined {
    const { sequences } = this.#columns;
    const entry = sequences?.entryOf[this.#gene] ?? NO_SEQUENCE;
    return sequences === undefined || entry === NO_SEQUENCE
      ? undefined
      : sequenceLetters(sequences, entry);
  }
}
