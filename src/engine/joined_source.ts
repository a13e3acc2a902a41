import type { PackedArray } from "../base/arrays.ts";
import { checkInteger } from "../base/check_integer.ts";
import { checkObject } from "../base/check_object.ts";
import { showValue } from "../base/show_value.ts";
import { ContractError } from "../errors.ts";
import { isOverReferences } from "../model/inputs.ts";
import type { InputSpec } from "../model/spec.ts";
import { checkLearned } from "./check_columns.ts";
import { EntryTable, type GatheredTable, type InputColumn } from "./entry_table.ts";
import { NO_ENTRY, placesOf, type SampleBatch, type SampleSource } from "./sample_source.ts";

export type { InputColumn } from "./entry_table.ts";

/** Samples of several inputs. */
export interface JoinedColumns {
  /** Number of samples. */
  readonly samples: number;
  /** `[sample]`; needed to train. */
  readonly labels?: Float64Array | undefined;
  /**
   * `[sample]`: factors of the samples' losses; see {@linkcode SampleSource}.
   *
   * @default {1 for each}
   */
  readonly weights?: Float64Array | undefined;
  /** The inputs, each name once. */
  readonly columns: readonly InputColumn[];
}

/**
 * Joins tables in memory into samples of several inputs. Samples may share entries: a gene's sequence, the references
 * of a gene. Engines may keep a copy of the tables for as long as they are given the same source: after changing values
 * join them again.
 *
 * @param joined The tables, and which entries of them each sample has; they are not copied.
 * @returns A source of these samples.
 * @throws {ContractError} If two inputs have the same name, the length of a table is not a multiple of an entry's, the
 * number of indices does not fit the samples, or `references` and `referenceLabels` are not of the same references.
 * @throws {RangeError} If an index is past the last entry, the code of a base is not 0 to 4, a transform is unknown, or the
 * number of samples is no integer of at least 0.
 * @throws {TypeError} If there are no columns, a table, its indices, labels or weights are no typed arrays, or there is not one label or one weight
 * for each sample.
 *
 * @example Two samples of one gene in two cell types, each the other's reference
 * ```ts
 * import { joinInputs, NO_ENTRY, SampleBatch } from "@waka/histone/engine";
 * import { deepStrictEqual } from "node:assert";
 *
 * const summaries = Float32Array.of(0.5, 1, 2, 3); // [cell type, value]
 * const source = joinInputs({
 *   samples: 2,
 *   columns: [
 *     { input: { name: "summary", values: 2 }, table: summaries },
 *     {
 *       input: { name: "references", references: 3, values: 2 },
 *       table: summaries,
 *       entryOf: Uint32Array.of(1, NO_ENTRY, NO_ENTRY, 0, NO_ENTRY, NO_ENTRY), // [sample, reference]
 *     },
 *   ],
 * });
 * const batch = new SampleBatch(source.inputs, 1);
 * await source.gather(Uint32Array.of(0), batch);
 * const { entries, values, entryOf } = batch.input("references");
 * deepStrictEqual([entries, ...values.subarray(0, 2)], [1, 2, 3]);
 * deepStrictEqual([...entryOf], [0, NO_ENTRY, NO_ENTRY]);
 * ```
 */
export function joinInputs(joined: JoinedColumns): SampleSource {
  const [action, expected] = ["join inputs", "an object with samples and columns"];
  checkObject(joined, { action, as: "the columns", expected });
  if (!Array.isArray(joined.columns)) {
    throw new TypeError(
      `Cannot join inputs: columns are ${showValue(joined.columns)}, expected an array`,
    );
  }
  for (const column of joined.columns) {
    checkObject(column, { action, as: "a column", expected: "an object with input and table" });
  }
  const source = new JoinedSource(joined);
  checked.add(source);
  if (joined.columns.every(isTable)) tables.set(source, joined.columns);
  return source;
}

const checked = new WeakSet<SampleSource>();

/** Says that a source gathers nothing but what checked sources do. */
export function markChecked(source: SampleSource): void {
  checked.add(source);
}

/**
 * Whether a source is one of {@linkcode joinInputs}, whose indices were checked when it was made, or a stack of such.
 *
 * @param source Any source.
 * @returns False for a copy with a `gather` of its own.
 */
export function isChecked(source: SampleSource): boolean {
  return checked.has(source);
}

/** A column whose table has the values themselves. */
export interface TableColumn extends InputColumn {
  readonly table: PackedArray;
}

const tables = new WeakMap<SampleSource, readonly TableColumn[]>();

/**
 * The tables of a source that {@linkcode joinInputs} made, which engines may read instead of having it gather.
 *
 * @param source Any source.
 * @returns Its columns; `undefined` if sequences are packed, or it is another source, such as a copy with a `gather` of its
 * own.
 */
export function tablesOf(source: SampleSource): readonly TableColumn[] | undefined {
  return tables.get(source);
}

class JoinedSource implements SampleSource {
  readonly samples: number;
  readonly inputs: readonly InputSpec[];
  readonly labels: Float64Array | undefined;
  readonly weights: Float64Array | undefined;
  readonly #tables: ReadonlyMap<InputSpec["name"], EntryTable>;

  constructor({ samples, labels, weights, columns }: JoinedColumns) {
    checkInteger(samples, { action: "join inputs", name: "samples", least: 0 });
    checkLearned({ samples, labels, weights }, "join inputs");
    this.samples = samples;
    this.labels = labels ?? undefined;
    this.weights = weights ?? undefined;
    this.inputs = columns.map(({ input }) => input);
    this.#tables = new Map(
      columns.map((column) => [column.input.name, new EntryTable(column, samples)]),
    );
    if (this.#tables.size < columns.length) {
      const names = this.inputs.map(({ name }) => name).join(", ");
      throw new ContractError(`Cannot join inputs: found ${names}, expected each name once`);
    }
    checkSameReferences(columns);
  }

  gather(rows: Uint32Array, into: SampleBatch): void {
    const before: GatheredTable[] = [];
    for (const input of into.inputs) {
      const table = this.#tables.get(input.spec.name);
      if (table === undefined) {
        throw new ContractError(
          `Cannot gather samples: they have no ${input.spec.name}, expected one of ` +
            this.inputs.map(({ name }) => name).join(", "),
        );
      }
      const alike = before.find((other) => table.isIndexedLike(other.table));
      if (alike === undefined) table.gather(rows, input);
      else table.gatherLike(alike, input, rows.length);
      before.push({ table, input });
    }
    into.samples = rows.length;
  }
}

/** Whether engines can read a column themselves: packed sequences are unpacked as they are gathered. */
function isTable(column: InputColumn): column is TableColumn {
  return ArrayBuffer.isView(column.table);
}

/** Throws unless `references` and `referenceLabels` lack the same references. */
function checkSameReferences(columns: readonly InputColumn[]): void {
  const [first, second] = columns.filter(({ input }) => isOverReferences(input));
  if (first === undefined || second === undefined) return;
  const [marks, labels] = [first.entryOf!, second.entryOf!];
  const apart = marks.length === labels.length
    ? marks.findIndex((entry, place) => (entry === NO_ENTRY) !== (labels[place] === NO_ENTRY))
    : 0;
  if (apart < 0) return;
  const sample = Math.floor(apart / placesOf(first.input));
  throw new ContractError(
    `Cannot join inputs: ${first.input.name} and ${second.input.name} of sample ${sample} are not of the same references`,
  );
}
