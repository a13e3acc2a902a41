import type { PackedArray } from "../base/arrays.ts";
import { formatGene, type GeneDetails } from "../gene_id.ts";
import type { SampleColumns } from "../io/columns.ts";
import { decodeValues } from "../io/signal_values.ts";
import { signalOfRow } from "../io/stored_rows.ts";
import { isStored } from "../io/stored_signal.ts";
import type { DataRecord } from "../record.ts";
import { checkColumnsOnce } from "./_check_columns.ts";
import { checkNumberColumn } from "./_check_types.ts";
import { codesOfGene, isMeasured, missingMarksAmong } from "./_item_facts.ts";
import { checkIndices, failCounts, failLabels } from "./_check_views.ts";
import { type Sample, SampleOfColumns } from "./sample.ts";

/**
 * What can be asked of samples, by their positions: the part of a {@linkcode Dataset} that makes no other views.
 *
 * @example
 * ```ts
 * import { Dataset, type SampleView } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const nameOf = (view: SampleView, i: number) => `${view.geneOf(i)} in ${view.cellTypeOf(i)}`;
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * strictEqual(nameOf(data, 0), `${data.columns.genes[0]} in ${data.columns.cellTypes[0]}`);
 * ```
 */
export class SampleView {
  /** The columns that this and all its subsets share. */
  readonly columns: SampleColumns;
  /** The row of `columns` at each position, `[position]`; not to be changed. */
  readonly rows: Uint32Array;

  /**
   * Makes a view of columns.
   *
   * @param columns The columns, as a reader returns them; not copied, and not to be changed from now on.
   * @param rows Rows of `columns` in the order of the view, `[position]`; by default all of them.
   * @throws {TypeError} If a column or `rows` is of a wrong type, as a plain array is, or the columns differ in length.
   * @throws {ContractError} If an index has no name, a name is listed twice, a label is not a finite number, a signal is
   * negative, not finite, or cannot be a result of the record's transform, or groups or the mask of marks contradict the
   * names or the signal.
   * @throws {RangeError} If a row is outside the columns.
   */
  constructor(columns: SampleColumns, rows?: Uint32Array) {
    checkColumnsOnce(columns);
    const count = columns.geneIndex.length;
    if (rows !== undefined) {
      checkNumberColumn("rows", rows, "a Uint32Array");
      checkIndices(rows, { bound: count, what: "row" });
    }
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

  /** The record that says what the numbers are. */
  get record(): DataRecord {
    return this.columns.record;
  }

  /** The record of `columns.signal` as it is stored: of counts, where these are kept for their logarithms. */
  get storedRecord(): DataRecord {
    const { record, signalValues } = this.columns;
    return signalValues === undefined ? record : { ...record, transform: "none" };
  }

  /** Whether the signal is in memory. If not, it is read where it is needed: best in the order of the rows. */
  get isInMemory(): boolean {
    return !isStored(this.columns.signal);
  }

  /** Whether the samples have labels. */
  get hasLabels(): boolean {
    return this.columns.labels !== undefined;
  }

  /**
   * The labels, `[position]`; a copy.
   *
   * @returns One label for each sample.
   * @throws {ContractError} If the data have no labels.
   */
  labels(): Float64Array<ArrayBuffer> {
    const { labels } = this.columns;
    if (labels === undefined) failLabels();
    return this.#gather(labels, new Float64Array(this.length));
  }

  /** The place in `columns.cellTypes` of each sample's cell type, `[position]`; a copy. */
  cellTypeIndices(): Uint32Array<ArrayBuffer> {
    return this.#gather(this.columns.cellTypeIndex, new Uint32Array(this.length));
  }

  /** The place in `columns.genes` of each sample's gene, `[position]`; a copy. */
  geneIndices(): Uint32Array<ArrayBuffer> {
    return this.#gather(this.columns.geneIndex, new Uint32Array(this.length));
  }

  /**
   * The name of the cell type at a position.
   *
   * @param position From 0 to `length` − 1.
   * @returns The name.
   * @throws {RangeError} If the position is outside the view.
   */
  cellTypeOf(position: number): string {
    const { cellTypes, cellTypeIndex } = this.columns;
    return cellTypes[cellTypeIndex[this.#rowOf(position)]!]!;
  }

  /**
   * The group of the cell type at a position, which no split separates: its own name, or that which replicates share.
   *
   * @param position From 0 to `length` − 1.
   * @returns The name of the group.
   * @throws {RangeError} If the position is outside the view.
   */
  groupOf(position: number): string {
    const { cellTypeGroups, cellTypeIndex, cellTypes } = this.columns;
    return (cellTypeGroups ?? cellTypes)[cellTypeIndex[this.#rowOf(position)]!]!;
  }

  /**
   * Whether a mark was measured in the cell type at a position. Where it was not, its signal is 0.
   *
   * @param position From 0 to `length` − 1.
   * @param mark Name of the mark.
   * @returns Whether it was measured.
   * @throws {RangeError} If the position is outside the view, or the data have no mark of that name.
   */
  hasMark(position: number, mark: string): boolean {
    return isMeasured(this.columns, this.columns.cellTypeIndex[this.#rowOf(position)]!, mark);
  }

  /** The marks that were not measured, by cell type, for those cell types of the view that lack any. */
  get missingMarks(): ReadonlyMap<string, readonly string[]> {
    return missingMarksAmong(this.columns, () => this.cellTypeIndices());
  }

  /**
   * The whole identifier of the gene at a position.
   *
   * @param position From 0 to `length` − 1.
   * @returns The identifier.
   * @throws {RangeError} If the position is outside the view.
   */
  geneOf(position: number): string {
    const { genes, geneIndex } = this.columns;
    return genes[geneIndex[this.#rowOf(position)]!]!;
  }

  /**
   * What is known about the gene at a position besides its identifier.
   *
   * @param position From 0 to `length` − 1.
   * @returns The details; `undefined` if the data have no details.
   * @throws {RangeError} If the position is outside the view.
   */
  geneDetailsOf(position: number): GeneDetails | undefined {
    const { geneDetails, geneIndex } = this.columns;
    return geneDetails?.[geneIndex[this.#rowOf(position)]!];
  }

  /**
   * The gene at a position as messages name it: its identifier and, where known, its symbol, as in
   * `ENSG00000000419.14 DPM1`.
   *
   * @param position From 0 to `length` − 1.
   * @returns The text.
   * @throws {RangeError} If the position is outside the view.
   */
  describeGene(position: number): string {
    return formatGene(this.geneOf(position), this.geneDetailsOf(position));
  }

  /**
   * Whether the counts are known: the signal is counts, or logarithms that are kept as the counts. Values that were
   * scaled to a sequencing depth are counts in this sense too.
   */
  get hasCounts(): boolean {
    return this.storedRecord.transform === "none";
  }

  /**
   * The signal of the sample at a position, as the record describes it: the values of the file.
   *
   * @param position From 0 to `length` − 1.
   * @returns The signal, `[bin, mark]` row-major; not to be changed.
   * @throws {RangeError} If the position is outside the view.
   */
  signalOf(position: number): PackedArray {
    return decodeValues(this.#storedOf(position), this.columns.signalValues);
  }

  /**
   * The counts of the sample at a position: its signal before the record's transform.
   *
   * @param position From 0 to `length` − 1.
   * @returns The counts, `[bin, mark]` row-major; not to be changed.
   * @throws {RangeError} If the position is outside the view.
   * @throws {ContractError} If the counts are not known; see `hasCounts`.
   */
  countsOf(position: number): PackedArray {
    if (!this.hasCounts) failCounts(this.record.transform);
    return this.#storedOf(position);
  }

  /** Whether genes have DNA sequences. */
  get hasSequences(): boolean {
    return this.columns.sequences !== undefined;
  }

  /**
   * The DNA around the TSS of the gene at a position, as codes: A 0, C 1, G 2, T 3, and 4 where the letter is not known.
   *
   * @param position From 0 to `length` − 1.
   * @returns The codes, `[base]`, a copy; `undefined` if the gene has no sequence.
   * @throws {RangeError} If the position is outside the view.
   */
  sequenceOf(position: number): Uint8Array<ArrayBuffer> | undefined {
    return codesOfGene(this.columns, this.columns.geneIndex[this.#rowOf(position)]!);
  }

  /**
   * The sample at a position by itself, as `Dataset.fromSamples` takes it.
   *
   * @param position From 0 to `length` − 1.
   * @returns Gene, cell type, signal as `signalOf` has it, label and letters of DNA; the last two are `undefined` if the data
   *   lack them.
   * @throws {RangeError} If the position is outside the view.
   */
  sampleAt(position: number): Sample {
    return new SampleOfColumns(this.columns, this.#rowOf(position), this.signalOf(position));
  }

  #storedOf(position: number): PackedArray {
    const row = this.#rowOf(position);
    return signalOfRow(this.columns.signal, row, this.bins * this.marks.length);
  }

  #rowOf(position: number): number {
    const row = this.rows[position];
    if (row === undefined) {
      throw new RangeError(`Cannot take sample ${position}: the data have ${this.length}`);
    }
    return row;
  }

  #gather<T extends Float64Array | Uint32Array>(column: ArrayLike<number>, out: T): T {
    for (let i = 0; i < out.length; i++) out[i] = column[this.rows[i]!]!;
    return out;
  }
}
