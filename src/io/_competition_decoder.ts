/**
 * The hot loop of reading competition files: it turns rows of values into columns, and checks every value.
 */

import type { PackedArray } from "../base/arrays.ts";
import { FormatError } from "../errors.ts";
import { CountFinder, type LearnedValues } from "./_count_finder.ts";
import { joinContents, type SignalContent } from "./_signal_content.ts";
import type { NpyDtype } from "./npy_types.ts";
import type { NpzReader } from "./npz_types.ts";
import { PackedBuilder } from "./packing.ts";

/** The layout of a member, `[row, bin, column]`, whose columns are id, marks and label. */
export interface MemberLayout {
  readonly file: string;
  readonly cellType: string;
  readonly rows: number;
  readonly bins: number;
  readonly marks: readonly string[];
  readonly labelled: boolean;
  /** Element type in the file, which must hold the gene numbers exactly. */
  readonly dtype: NpyDtype;
  /** Whether values that are all logarithms of counts are decoded to these counts. */
  readonly recoversCounts: boolean;
}

/** Some rows of a member as columns, in their own memory. */
export interface RowBatch {
  /** Number of the first row in the member. */
  readonly firstRow: number;
  /** Signal, `[row, bin, mark]`; the counts where the content is logarithms, without meaning where it is mixed. */
  readonly signal: PackedArray;
  /** What the member's signal is in these rows. */
  readonly content: SignalContent;
  /** The values of counts that the member's earlier rows did not have. */
  readonly learned: LearnedValues | undefined;
  /** Numbers of the genes, `[row]`. */
  readonly geneIds: Float64Array<ArrayBuffer>;
  /** Labels, `[row]`. */
  readonly labels: Float64Array<ArrayBuffer> | undefined;
}

/**
 * Decodes a member.
 *
 * @throws {FormatError} If the member is damaged or holds an impossible value; the message has the first.
 */
export async function* rowBatches(npz: NpzReader, layout: MemberLayout): AsyncGenerator<RowBatch> {
  const decoder = new MemberDecoder(layout);
  for await (const values of npz.numbers(layout.cellType)) yield* decoder.decode(values);
}

/**
 * Decodes a member whose values are at hand.
 *
 * @throws {FormatError} As `rowBatches` does.
 */
export function* decodeRows(
  pieces: Iterable<Float64Array>,
  layout: MemberLayout,
): Generator<RowBatch> {
  const decoder = new MemberDecoder(layout);
  for (const values of pieces) yield* decoder.decode(values);
}

/**
 * Finds the first integer that may be the result of rounding another one: from there on the type does not hold every
 * integer.
 */
function firstRoundedInteger(dtype: NpyDtype): number {
  if (dtype === "float16") return 2 ** 11;
  return dtype === "float32" ? 2 ** 24 : 2 ** 53;
}

/** This many values of signal fit the second-level cache, together with their source and their destination. */
const BLOCK_VALUES = 2 ** 14;

/** Decodes the values of one member, which arrive in pieces of any length. */
class MemberDecoder {
  readonly #layout: MemberLayout;
  /** Number of values in a row of the file. */
  readonly #rowValues: number;
  /** Number of signal values in a row. */
  readonly #signalValues: number;
  /** Signal of some rows, `[row, bin, mark]`: as counts, which nearly all data are, or as arbitrary numbers. */
  readonly #counts: Uint32Array;
  readonly #numbers: Float64Array;
  /** The start of a row whose end is in the next piece. */
  readonly #partial: Float64Array;
  #partialLength = 0;
  #rows = 0;
  /** Genes of this member, to find one that appears twice. */
  readonly #seen = new Set<number>();
  /** Gene numbers must be below this. */
  readonly #endOfNumbers: number;
  /** Absent if counts are not to be recovered, and from the first value on that is no logarithm of a count. */
  #finder: CountFinder | undefined;

  constructor(layout: MemberLayout) {
    const { bins, marks, labelled } = layout;
    this.#layout = layout;
    this.#endOfNumbers = firstRoundedInteger(layout.dtype);
    this.#finder = layout.recoversCounts ? new CountFinder() : undefined;
    this.#rowValues = bins * (marks.length + (labelled ? 2 : 1));
    this.#signalValues = bins * marks.length;
    const rows = Math.max(1, Math.floor(BLOCK_VALUES / this.#signalValues));
    this.#counts = new Uint32Array(rows * this.#signalValues);
    this.#numbers = new Float64Array(rows * this.#signalValues);
    this.#partial = new Float64Array(this.#rowValues);
  }

  /**
   * Decodes the next values of the member.
   *
   * @returns The rows that end among these values, in at most two batches.
   * @throws {FormatError} If a value is impossible; the message has the first.
   */
  decode(values: Float64Array): RowBatch[] {
    const batches: RowBatch[] = [];
    let at = 0;
    if (this.#partialLength > 0) {
      at = Math.min(values.length, this.#rowValues - this.#partialLength);
      this.#partial.set(values.subarray(0, at), this.#partialLength);
      this.#partialLength += at;
      if (this.#partialLength < this.#rowValues) return [];
      batches.push(this.#decodeRows(this.#partial, 1));
    }
    const rows = Math.floor((values.length - at) / this.#rowValues);
    const end = at + rows * this.#rowValues;
    if (rows > 0) batches.push(this.#decodeRows(values.subarray(at, end), rows));
    this.#partialLength = values.length - end;
    this.#partial.set(values.subarray(end));
    return batches;
  }

  #decodeRows(values: Float64Array, rows: number): RowBatch {
    const firstRow = this.#rows;
    const signal = new PackedBuilder(rows * this.#signalValues, { shared: false });
    const geneIds = new Float64Array(rows);
    const labels = this.#layout.labelled ? new Float64Array(rows) : undefined;
    const labelPlace = this.#rowValues / this.#layout.bins - 1;
    const blockRows = this.#counts.length / this.#signalValues;
    let content: SignalContent = "zeros";
    for (let row = 0; row < rows; row += blockRows) {
      const count = Math.min(blockRows, rows - row);
      const block = this.#decodeBlock(values, row, count);
      signal.append(block.signal);
      content = joinContents(content, block.content);
      for (let i = row; i < row + count; i++) {
        const id = values[i * this.#rowValues]!;
        geneIds[i] = id;
        if (labels !== undefined) labels[i] = values[i * this.#rowValues + labelPlace]!;
        this.#accept(id);
      }
    }
    const learned = this.#finder?.takeLearned();
    return { firstRow, signal: signal.finish(), content, learned, geneIds, labels };
  }

  /** The signal of a block of rows; the result is overwritten by the next. */
  #decodeBlock(
    values: Float64Array,
    row: number,
    rows: number,
  ): Pick<RowBatch, "signal" | "content"> {
    const block = values.subarray(row * this.#rowValues, (row + rows) * this.#rowValues);
    this.#checkRepeats(block);
    const length = rows * this.#signalValues;
    const counts = this.#copyCounts(block);
    if (counts !== undefined) return { signal: this.#counts.subarray(0, length), content: counts };
    if (this.#copyLogarithms(block)) {
      return { signal: this.#counts.subarray(0, length), content: "logarithms" };
    }
    this.#finder = undefined;
    this.#copyNumbers(block);
    return { signal: this.#numbers.subarray(0, length), content: "numbers" };
  }

  /** Checks that each row has one id, and one label, in all its bins. */
  #checkRepeats(block: Float64Array): void {
    const { bins, labelled } = this.#layout;
    const columns = this.#rowValues / bins;
    for (let start = 0; start < block.length; start += this.#rowValues) {
      const end = start + this.#rowValues;
      const id = block[start]!;
      const label = block[start + columns - 1]!;
      let valid = Number.isInteger(id) && id >= 0 && id < this.#endOfNumbers &&
        (!labelled || Number.isFinite(label));
      for (let bin = start; bin < end; bin += columns) {
        if (block[bin] !== id) valid = false;
        if (labelled && block[bin + columns - 1] !== label) valid = false;
      }
      if (!valid) this.#refuse(block);
    }
  }

  /** Copies the signal of some rows if all of it is counts; returns `undefined` if it is not. */
  #copyCounts(block: Float64Array): "zeros" | "counts" | undefined {
    const { bins, marks } = this.#layout;
    const columns = this.#rowValues / bins;
    const counts = this.#counts;
    let out = 0;
    let bits = 0;
    for (let bin = 0; bin < block.length; bin += columns) {
      for (let i = bin + 1, stop = i + marks.length; i < stop; i++) {
        const count = block[i]! >>> 0;
        if (count !== block[i]) return undefined;
        counts[out++] = count;
        bits |= count;
      }
    }
    return bits === 0 ? "zeros" : "counts";
  }

  /** Copies the counts of which the signal of some rows is the logarithm; returns whether all of it is. */
  #copyLogarithms(block: Float64Array): boolean {
    const { bins, marks } = this.#layout;
    const shape = { columns: this.#rowValues / bins, marks: marks.length };
    return this.#finder?.copyCounts(block, shape, this.#counts) ?? false;
  }

  #copyNumbers(block: Float64Array): void {
    const { bins, marks } = this.#layout;
    const columns = this.#rowValues / bins;
    const numbers = this.#numbers;
    let out = 0;
    for (let start = 0; start < block.length; start += this.#rowValues) {
      let valid = true;
      for (let bin = start; bin < start + this.#rowValues; bin += columns) {
        for (let i = bin + 1, stop = i + marks.length; i < stop; i++) {
          const number = block[i]!;
          if (!(number >= 0 && number < Infinity)) valid = false;
          numbers[out++] = number;
        }
      }
      if (!valid) this.#refuse(block);
    }
  }

  /** Counts a row whose values are valid. */
  #accept(id: number): void {
    if (this.#seen.has(id)) this.#fail(`gene ${id} appears twice in the cell type`);
    this.#seen.add(id);
    this.#rows++;
  }

  /** Throws the error of the first bad row of a block. */
  #refuse(block: Float64Array): never {
    for (let start = 0; start < block.length; start += this.#rowValues) {
      this.#checkRow(block.subarray(start, start + this.#rowValues));
      this.#accept(block[start]!);
    }
    return this.#fail("its values were changed while they were read");
  }

  #checkRow(row: Float64Array): void {
    const { bins, marks, labelled } = this.#layout;
    const columns = this.#rowValues / bins;
    const [id, label] = [row[0]!, row[columns - 1]!];
    if (!Number.isInteger(id) || id < 0) {
      this.#fail(`gene id is ${id}, expected an integer >= 0`);
    }
    if (id >= this.#endOfNumbers) {
      const { dtype } = this.#layout;
      this.#fail(
        `gene id is ${id}, which in ${dtype} may stand for other numbers too: expected less than ` +
          `${this.#endOfNumbers}. Store the ids as float64 or integers`,
      );
    }
    for (let bin = 0; bin < bins; bin++) {
      const values = row.subarray(bin * columns, (bin + 1) * columns);
      if (values[0] !== id) this.#fail(`gene id is ${id} in bin 0 and ${values[0]} in bin ${bin}`);
      const mark = marks.findIndex((_, i) => !(values[i + 1]! >= 0 && values[i + 1]! < Infinity));
      if (mark !== -1) {
        this.#fail(
          `gene ${id}, bin ${bin}, ${marks[mark]} is ${values[mark + 1]}, ` +
            "expected a finite count >= 0",
        );
      }
      const other = values[columns - 1];
      if (labelled && !Number.isFinite(other)) {
        this.#fail(`gene ${id}, bin ${bin}, label is ${other}, expected a finite number`);
      }
      if (labelled && other !== label) {
        this.#fail(
          `labels differ between bins of gene ${id}: ${label} in bin 0, ${other} in ${bin}`,
        );
      }
    }
  }

  #fail(found: string): never {
    const { file, cellType } = this.#layout;
    throw new FormatError(
      `Cannot read npz member "${cellType}": row ${this.#rows} (rows and bins from 0): ${found}`,
      { file },
    );
  }
}
