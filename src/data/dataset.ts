import { kindOfValue } from "../base/kind_of_value.ts";
import { askedNow } from "../base/asked_now.ts";
import { isStored } from "../io/stored_signal.ts";
import { submissionId } from "../io/submission.ts";
import type { AbortOptions } from "../progress.ts";
import { listSamples } from "./_check_samples.ts";
import { checkIndices, checkSpan } from "./_check_views.ts";
import { columnsOfMarks } from "./_columns_of_marks.ts";
import { loadView } from "./_load_view.ts";
import { columnsOfSamples, type FromSamplesOptions } from "./sample_columns.ts";
import type { Sample } from "./sample.ts";
import { SampleView } from "./sample_view.ts";

/**
 * Samples of histone data: a view of some rows of shared columns. Subsets, folds and batches are further
 * views; none of them copies the signal. A position is a row's place in the view, from 0 to `length` − 1.
 *
 * @example
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { DEEPCHROME_RECORD } from "@waka/histone/record";
 * import { deepStrictEqual, strictEqual } from "node:assert";
 *
 * const data = new Dataset({
 *   signal: Uint8Array.of(4, 6, 2, 8), // [sample, bin, mark]
 *   labels: undefined,
 *   cellTypes: ["E003"],
 *   cellTypeIndex: Uint32Array.of(0, 0),
 *   genes: ["ENSG00000000003", "ENSG00000000005"],
 *   geneIndex: Uint32Array.of(0, 1),
 *   bins: 2,
 *   record: { ...DEEPCHROME_RECORD, marks: ["H3K4me3"] },
 * });
 * const last = data.subset([1]);
 * strictEqual(last.geneOf(0), "ENSG00000000005");
 * deepStrictEqual([...last.signalOf(0)], [2, 8]);
 * ```
 */
export class Dataset extends SampleView {
  /**
   * Makes a data set of samples that are held one by one.
   *
   * @param samples The samples, whose signals are copied.
   * @param options What their numbers are.
   * @returns A data set of them, in their order.
   * @throws {TypeError} If there is no record, a gene or a cell type is no text or empty, a label is no number, a signal has
   * another number of values than the record and the bins say, or an option or a field of the first sample is misspelt.
   * @throws {RangeError} If the bins are no integer of at least 1.
   * @throws {ContractError} If some samples have a label and others lack it, samples of one gene in one cell type have
   * different labels, two samples of a gene have different sequences, or a value is impossible; see the constructor.
   *
   * @example
   * ```ts
   * import { Dataset } from "@waka/histone/data";
   * import { DEEPCHROME_RECORD } from "@waka/histone/record";
   * import { deepStrictEqual, strictEqual } from "node:assert";
   *
   * const samples = [
   *   { gene: "ENSG00000115459", cellType: "liver", signal: [4, 0, 6, 1], label: 1.5 }, // [bin, mark]
   *   { gene: "ENSG00000115459", cellType: "lung", signal: [2, 3, 8, 0], label: 0.2 },
   * ];
   * const record = { ...DEEPCHROME_RECORD, assembly: "hg38" };
   * const data = Dataset.fromSamples(samples, { record, marks: ["H3K4me3", "H3K27ac"] });
   * strictEqual(data.bins, 2);
   * deepStrictEqual([...data.selectMarks(["H3K27ac"]).signalOf(1)], [3, 0]);
   * for (const { cellType, label } of data) strictEqual(label, cellType === "liver" ? 1.5 : 0.2);
   * ```
   */
  static fromSamples(samples: Iterable<Sample>, options: FromSamplesOptions): Dataset {
    return new Dataset(columnsOfSamples(listSamples(samples), options));
  }

  /** The competition's id of each sample, such as `E065_115459`, `[position]`. */
  submissionIds(): string[] {
    return Array.from(this.rows, (_, i) => submissionId(this.cellTypeOf(i), this.geneOf(i)));
  }

  /**
   * Makes a view of some of the samples.
   *
   * @param positions Positions in this view, in the order of the new one; each may occur repeatedly.
   * @returns The view.
   * @throws {RangeError} If a position is outside this view.
   */
  subset(positions: ArrayLike<number>): Dataset {
    checkIndices(positions, { bound: this.length, what: "position" });
    const rows = new Uint32Array(positions.length);
    for (let i = 0; i < rows.length; i++) rows[i] = this.rows[positions[i]!]!;
    return new Dataset(this.columns, rows);
  }

  /**
   * Makes a view of consecutive samples.
   *
   * @param start First position.
   * @param end Position after the last.
   * @returns The view.
   * @throws {RangeError} Unless both are integers and 0 ≤ start ≤ end ≤ length.
   */
  slice(start: number, end: number): Dataset {
    checkSpan(start, end, this.length);
    return new Dataset(this.columns, this.rows.subarray(start, end));
  }

  /**
   * Makes a view of the samples for which a condition holds, in the same order.
   *
   * @param keep The condition; called with each position.
   * @returns The view.
   * @throws {TypeError} If the condition is asynchronous, or no function.
   */
  filter(keep: (position: number) => boolean): Dataset {
    if (typeof keep !== "function") {
      throw new TypeError(`Cannot filter: found ${kindOfValue(keep)}, expected a function`);
    }
    const what = { action: "filter", name: "the condition" };
    return new Dataset(
      this.columns,
      this.rows.filter((_, position) => askedNow(keep(position), what)),
    );
  }

  /**
   * Makes a data set of the same samples with some of the marks. Their signal is copied, unless it stays where it is
   * stored: take folds and other views of the result, not of the whole.
   *
   * @param marks Names of the marks, in the order that they are to have.
   * @returns The data set.
   * @throws {RangeError} If the data have no mark of a name, or it is named twice, or there are 0 names.
   * @throws {ContractError} If a cell type would be left without any mark that was measured in it.
   */
  selectMarks(marks: readonly string[]): Dataset {
    const { columns, rows } = columnsOfMarks(this, marks);
    return new Dataset(columns, rows);
  }

  /**
   * Reads the samples of this view into memory, if their signal is on disk.
   *
   * @param options Gives it up.
   * @returns A data set of these samples alone, in the same order; this one if it is in memory.
   * @throws {FormatError} If a file is damaged or lost.
   * @throws {ContractError} If a value is impossible; see the constructor.
   * @throws The reason of `options.signal`, once it is aborted.
   *
   * @example
   * ```ts
   * import { Dataset } from "@waka/histone/data";
   * import { simulateColumns } from "@waka/histone/simulate";
   * import { strictEqual } from "node:assert";
   *
   * const data = new Dataset(simulateColumns({ cellTypes: 1, genes: 2, newGenes: 1, bins: 4 }).train);
   * strictEqual(await data.load(), data); // data of your own arrays are in memory
   * ```
   */
  async load(options: AbortOptions = {}): Promise<Dataset> {
    const { signal } = this.columns;
    return isStored(signal) ? new Dataset(await loadView(this, signal, options)) : this;
  }

  /**
   * The samples one after the other, each made when it is asked for; see `sampleAt`.
   *
   * @returns An iterator over them.
   */
  *[Symbol.iterator](): Generator<Sample, void, undefined> {
    for (let position = 0; position < this.length; position++) yield this.sampleAt(position);
  }
}
