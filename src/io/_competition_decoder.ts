/**
 * The hot loop of reading competition files: rows of values to columns, with every value checked.
 */

import { FormatError } from "../errors.ts";
import type { PackedBuilder } from "./packing.ts";

/** Columns in the making, shared by all members of a file. */
export interface CompetitionColumns {
  /** `[sample, bin, mark]`. */
  readonly signal: PackedBuilder;
  /** `[sample]`. */
  readonly labels: Float64Array | undefined;
  /** `[sample]`. */
  readonly cellTypeIndex: Uint32Array;
  /** `[sample]`. */
  readonly geneIndex: Uint32Array;
  /** Position of each gene id, in order of first appearance. */
  readonly positions: Map<number, number>;
}

/** What one member holds, `[rows, bins, id + marks + label]`. */
export interface MemberLayout {
  readonly file: string;
  readonly cellType: string;
  readonly rows: number;
  readonly bins: number;
  readonly marks: readonly string[];
  readonly labelled: boolean;
}

/** So many values of signal fit the second-level cache, together with where they come from and go to. */
const BATCH_VALUES = 2 ** 14;

/** Takes the values of one member, in pieces of any length, to the columns. */
export class MemberDecoder {
  readonly #columns: CompetitionColumns;
  readonly #layout: MemberLayout;
  /** Sample of the member's first row. */
  readonly #start: number;
  /** Values of a row in the file. */
  readonly #rowValues: number;
  /** Signal of some rows, `[row, bin, mark]`. */
  readonly #batch: Float64Array;
  /** The row that a piece ended in. */
  readonly #partial: Float64Array;
  #partialLength = 0;
  #rows = 0;
  /** Genes of this member, to find one that stands twice. */
  readonly #seen = new Set<number>();

  constructor(columns: CompetitionColumns, layout: MemberLayout, start: number) {
    const { bins, marks, labelled } = layout;
    this.#columns = columns;
    this.#layout = layout;
    this.#start = start;
    this.#rowValues = bins * (marks.length + (labelled ? 2 : 1));
    const rows = Math.max(1, Math.floor(BATCH_VALUES / (bins * marks.length)));
    this.#batch = new Float64Array(rows * bins * marks.length);
    this.#partial = new Float64Array(this.#rowValues);
  }

  /** Rows decoded so far. */
  get rows(): number {
    return this.#rows;
  }

  /**
   * Decodes the next values of the member.
   *
   * @throws {FormatError} At the first value that cannot be.
   */
  push(values: Float64Array): void {
    let at = 0;
    if (this.#partialLength > 0) {
      at = Math.min(values.length, this.#rowValues - this.#partialLength);
      this.#partial.set(values.subarray(0, at), this.#partialLength);
      this.#partialLength += at;
      if (this.#partialLength < this.#rowValues) return;
      this.#decode(this.#partial, 1);
      this.#partialLength = 0;
    }
    const rows = Math.floor((values.length - at) / this.#rowValues);
    this.#decode(values.subarray(at, at + rows * this.#rowValues), rows);
    const left = values.subarray(at + rows * this.#rowValues);
    this.#partial.set(left);
    this.#partialLength = left.length;
  }

  #decode(values: Float64Array, rows: number): void {
    const { bins, marks } = this.#layout;
    const signalValues = bins * marks.length;
    const batchRows = this.#batch.length / signalValues;
    for (let row = 0; row < rows; row += batchRows) {
      const count = Math.min(batchRows, rows - row);
      for (let i = 0; i < count; i++) {
        this.#decodeRow(values, (row + i) * this.#rowValues, i * signalValues);
      }
      this.#columns.signal.append(this.#batch.subarray(0, count * signalValues));
    }
  }

  #decodeRow(values: Float64Array, start: number, batchStart: number): void {
    const { bins, marks, labelled } = this.#layout;
    const columns = this.#rowValues / bins;
    const end = start + this.#rowValues;
    const batch = this.#batch;
    const id = values[start];
    const label = labelled ? values[start + columns - 1] : 0;
    let valid = Number.isSafeInteger(id) && id >= 0 && Number.isFinite(label);
    let out = batchStart;
    for (let bin = start; bin < end; bin += columns) {
      if (values[bin] !== id) valid = false;
      if (labelled && values[bin + columns - 1] !== label) valid = false;
      for (let i = bin + 1, stop = i + marks.length; i < stop; i++) {
        const count = values[i];
        if (!(count >= 0 && count < Infinity)) valid = false;
        batch[out++] = count;
      }
    }
    if (!valid) this.#refuse(values.subarray(start, end));
    this.#place(id, label);
  }

  #place(id: number, label: number): void {
    const { positions, geneIndex, labels } = this.#columns;
    if (this.#seen.has(id)) this.#fail(`gene ${id} stands twice in the cell type`);
    this.#seen.add(id);
    let position = positions.get(id);
    if (position === undefined) positions.set(id, position = positions.size);
    const sample = this.#start + this.#rows++;
    geneIndex[sample] = position;
    if (labels !== undefined) labels[sample] = label;
  }

  /** Finds what is wrong with a row. */
  #refuse(row: Float64Array): never {
    const { bins, marks, labelled } = this.#layout;
    const columns = this.#rowValues / bins;
    const [id, label] = [row[0], row[columns - 1]];
    if (!Number.isSafeInteger(id) || id < 0) {
      this.#fail(`gene id is ${id}, expected an integer >= 0`);
    }
    for (let bin = 0; bin < bins; bin++) {
      const values = row.subarray(bin * columns, (bin + 1) * columns);
      if (values[0] !== id) this.#fail(`gene id is ${id} in bin 0 and ${values[0]} in bin ${bin}`);
      const mark = marks.findIndex((_, i) => !(values[i + 1] >= 0 && values[i + 1] < Infinity));
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
    return this.#fail("its values were changed while they were read");
  }

  #fail(found: string): never {
    const { file, cellType } = this.#layout;
    throw new FormatError(
      `Cannot read npz member "${cellType}": row ${this.#rows} (rows and bins from 0): ${found}`,
      { file },
    );
  }
}
