import type { PackedArray } from "../base/arrays.ts";
import { ContractError } from "../errors.ts";
import { formatGene, type GeneDetails, geneKey } from "../gene_id.ts";
import type { SampleColumns } from "../io/columns.ts";
import { submissionId } from "../io/submission.ts";
import type { DataRecord } from "../record.ts";
import { checkSignal } from "./_check_signal.ts";

/** Columns that were found sound, so that views on them need not look again. */
const checkedColumns = new WeakSet<SampleColumns>();

/**
 * Samples of histone data: a view of some rows of shared columns. Subsets, folds and batches are further
 * views; none copies the signal. A position is a row's place in the view, from 0 to `length` − 1.
 *
 * @example
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { COMPETITION_RECORD } from "@waka/histone/record";
 * import { deepStrictEqual, strictEqual } from "node:assert";
 *
 * const data = new Dataset({
 *   signal: Uint8Array.of(4, 6, 2, 8), // [sample, bin, mark]
 *   labels: Float64Array.of(0.5, 1.5),
 *   cellTypes: ["E003"],
 *   cellTypeIndex: Uint32Array.of(0, 0),
 *   genes: ["ENSG00000000003", "ENSG00000000005"],
 *   geneIndex: Uint32Array.of(0, 1),
 *   bins: 2,
 *   record: { ...COMPETITION_RECORD, marks: ["H3K4me3"] },
 * });
 * const last = data.subset([1]);
 * strictEqual(last.geneOf(0), "ENSG00000000005");
 * deepStrictEqual([...last.signalOf(0)], [2, 8]);
 * deepStrictEqual([...last.labels()], [1.5]);
 * ```
 */
export class Dataset {
  /** The columns that this and all its subsets share. */
  readonly columns: SampleColumns;
  /** For each position the row of `columns`; not to be changed. */
  readonly rows: Uint32Array;

  /**
   * A view of columns.
   *
   * @param columns What a reader returned; not copied, and not to be changed any more.
   * @param rows Rows of `columns` in the order of the view; all of them if left out.
   * @throws {TypeError} If the columns differ in length.
   * @throws {ContractError} If an index points at no name, a name stands there twice, a label is no finite number,
   * a signal is negative or no finite number, or one that the record's transform cannot have made.
   * @throws {RangeError} If a row is outside the columns.
   */
  constructor(columns: SampleColumns, rows?: Uint32Array) {
    if (!checkedColumns.has(columns)) {
      checkColumns(columns);
      checkedColumns.add(columns);
    }
    const count = columns.geneIndex.length;
    if (rows !== undefined) checkIndices(rows, count, "row");
    this.columns = columns;
    this.rows = rows ?? Uint32Array.from({ length: count }, (_, row) => row);
  }

  /** Number of samples. */
  get length(): number {
    return this.rows.length;
  }

  /** Number of bins of a sample. */
  get bins(): number {
    return this.columns.bins;
  }

  /** Names of the marks, in the order of the signal's last axis. */
  get marks(): readonly string[] {
    return this.columns.record.marks;
  }

  /** What the numbers are. */
  get record(): DataRecord {
    return this.columns.record;
  }

  /** Whether the samples have labels. */
  get hasLabels(): boolean {
    return this.columns.labels !== undefined;
  }

  /**
   * The labels, `[position]`; a copy.
   *
   * @throws {ContractError} If the data have none.
   */
  labels(): Float64Array<ArrayBuffer> {
    const { labels } = this.columns;
    if (labels === undefined) {
      throw new ContractError("Cannot take labels: the data have none, expected one a sample");
    }
    return this.#gather(labels, new Float64Array(this.length));
  }

  /** For each position the place of its cell type in `columns.cellTypes`; a copy. */
  cellTypeIndices(): Uint32Array<ArrayBuffer> {
    return this.#gather(this.columns.cellTypeIndex, new Uint32Array(this.length));
  }

  /** For each position the place of its gene in `columns.genes`; a copy. */
  geneIndices(): Uint32Array<ArrayBuffer> {
    return this.#gather(this.columns.geneIndex, new Uint32Array(this.length));
  }

  /**
   * Name of the cell type at a position.
   *
   * @throws {RangeError} If there is no such position.
   */
  cellTypeOf(position: number): string {
    return this.columns.cellTypes[this.columns.cellTypeIndex[this.#rowOf(position)]];
  }

  /**
   * Id of the gene at a position.
   *
   * @throws {RangeError} If there is no such position.
   */
  geneOf(position: number): string {
    return this.columns.genes[this.columns.geneIndex[this.#rowOf(position)]];
  }

  /**
   * What is known of the gene at a position besides its id; `undefined` if the data do not tell.
   *
   * @throws {RangeError} If there is no such position.
   */
  geneDetailsOf(position: number): GeneDetails | undefined {
    return this.columns.geneDetails?.[this.columns.geneIndex[this.#rowOf(position)]];
  }

  /**
   * The gene at a position as messages speak of it: its id and, where known, its symbol (`ENSG00000000419.14 DPM1`).
   *
   * @throws {RangeError} If there is no such position.
   */
  describeGene(position: number): string {
    return formatGene(this.geneOf(position), this.geneDetailsOf(position));
  }

  /**
   * Signal of the sample at a position, `[bin, mark]` row-major; not a copy.
   *
   * @throws {RangeError} If there is no such position.
   */
  signalOf(position: number): PackedArray {
    const size = this.bins * this.marks.length;
    const row = this.#rowOf(position);
    return this.columns.signal.subarray(row * size, (row + 1) * size);
  }

  /** The competition's id of each position, such as `E065_115459`. */
  submissionIds(): string[] {
    return Array.from(
      this.rows,
      (_, position) => submissionId(this.cellTypeOf(position), this.geneOf(position)),
    );
  }

  /**
   * A view of some of the samples.
   *
   * @param positions Positions in this view, in the order of the new one; one may stand there repeatedly.
   * @throws {RangeError} If there is no such position.
   */
  subset(positions: ArrayLike<number>): Dataset {
    checkIndices(positions, this.length, "position");
    const rows = new Uint32Array(positions.length);
    for (let i = 0; i < rows.length; i++) rows[i] = this.rows[positions[i]];
    return new Dataset(this.columns, rows);
  }

  /**
   * A view of consecutive samples.
   *
   * @param start First position.
   * @param end Position behind the last.
   * @throws {RangeError} Unless 0 ≤ start ≤ end ≤ length.
   */
  slice(start: number, end: number): Dataset {
    if (!(start >= 0 && start <= end && end <= this.length)) {
      throw new RangeError(
        `Cannot take samples ${start} to ${end}: the data have ${this.length}`,
      );
    }
    return new Dataset(this.columns, this.rows.subarray(start, end));
  }

  /**
   * A view of the samples for which `keep` holds, in the same order.
   *
   * @param keep Called with each position.
   */
  filter(keep: (position: number) => boolean): Dataset {
    return new Dataset(this.columns, this.rows.filter((_, position) => keep(position)));
  }

  #rowOf(position: number): number {
    const row = this.rows[position];
    if (row === undefined) {
      throw new RangeError(`Cannot take sample ${position}: the data have ${this.length}`);
    }
    return row;
  }

  #gather<T extends Float64Array | Uint32Array>(column: ArrayLike<number>, out: T): T {
    for (let i = 0; i < out.length; i++) out[i] = column[this.rows[i]];
    return out;
  }
}

function checkColumns(columns: SampleColumns): void {
  const { signal, labels, cellTypes, cellTypeIndex, genes, geneIndex, bins, record } = columns;
  const count = geneIndex.length;
  const marks = record.marks.length;
  if (!Number.isInteger(bins) || bins < 1 || marks < 1) {
    throw new TypeError(
      `Cannot build data set: ${bins} bins and ${marks} marks, expected at least 1 of each`,
    );
  }
  checkLength("cellTypeIndex", cellTypeIndex.length, count);
  checkLength("signal", signal.length, count * bins * marks);
  checkSignal(columns);
  if (labels !== undefined) {
    checkLength("labels", labels.length, count);
    checkLabels(labels);
  }
  checkNames("cell type", cellTypes, cellTypeIndex);
  checkNames("gene", genes, geneIndex);
  checkGenes(columns);
}

/** Two spellings of one gene would be two genes to whatever matches them. */
function checkGenes({ genes, geneDetails }: SampleColumns): void {
  const spellings = new Map<string, string>();
  for (const id of genes) {
    const earlier = spellings.get(geneKey(id));
    if (earlier !== undefined) {
      throw new ContractError(
        `Cannot build data set: genes "${earlier}" and "${id}" are one gene, expected each once`,
      );
    }
    spellings.set(geneKey(id), id);
  }
  if (geneDetails !== undefined) checkLength("geneDetails", geneDetails.length, genes.length);
}

function checkLength(column: string, found: number, wanted: number): void {
  if (found !== wanted) {
    throw new TypeError(
      `Cannot build data set: ${column} has ${found} values, expected ${wanted}`,
    );
  }
}

function checkLabels(labels: Float64Array): void {
  for (let row = 0; row < labels.length; row++) {
    if (!Number.isFinite(labels[row])) {
      throw new ContractError(
        `Cannot build data set: label of row ${row} is ${labels[row]}, expected a finite number`,
      );
    }
  }
}

function checkNames(what: string, names: readonly string[], index: Uint32Array): void {
  if (new Set(names).size !== names.length) {
    const twice = names.find((name, place) => names.indexOf(name) !== place);
    throw new ContractError(`Cannot build data set: ${what} "${twice}" is listed twice`);
  }
  for (let row = 0; row < index.length; row++) {
    if (index[row] >= names.length) {
      throw new ContractError(
        `Cannot build data set: ${what} of row ${row} is number ${index[row]}, ` +
          `expected less than ${names.length}`,
      );
    }
  }
}

function checkIndices(indices: ArrayLike<number>, bound: number, what: string): void {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i];
    if (!Number.isInteger(index) || index < 0 || index >= bound) {
      throw new RangeError(
        `Cannot take subset: ${what} ${index} is outside the data, which have ${bound}`,
      );
    }
  }
}
