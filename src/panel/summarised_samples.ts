import type { PackedArray } from "../base/arrays.ts";
import { ContractError } from "../errors.ts";
import type { SampleColumns } from "../io/columns.ts";
import { inMemory } from "../io/stored_signal.ts";
import { type DataRecord, type ReconcileOptions, reconcileRecords } from "../record.ts";
import { Summariser } from "./summariser.ts";
import type { SummaryShape } from "./summary.ts";

/** What summaries are made for: the bins and the record of a panel. */
export interface SummaryTarget {
  /** Number of bins. */
  readonly bins: number;
  /** Describes the counts; its marks are those of the summary. */
  readonly record: DataRecord;
}

/** Which windows are turned round, which differences are accepted, and what may differ besides. */
export interface SummarisedSamplesOptions extends ReconcileOptions {
  /**
   * Whether labels are of no interest, so that they may be on another scale.
   *
   * @default false
   */
  readonly ignoreLabels?: boolean | undefined;
  /** `[gene]`: 1 for the genes whose windows are turned round, as `turned_genes.ts` finds them. */
  readonly turned: Uint8Array;
}

/**
 * The samples of a data set as summaries with the marks of a panel. The data may lack some of its marks, wholly or in some
 * cell types, and may have them in another order; what they lack is marked as not measured.
 */
export class SummarisedSamples {
  /** The arrangement of the values. */
  readonly shape: SummaryShape;
  /** `[cellType, mark]` of the data's cell types and the panel's marks: 1 for a mark that was measured. */
  readonly measured: Uint8Array<ArrayBuffer>;
  readonly #columns: SampleColumns;
  readonly #signal: PackedArray;
  readonly #summariser: Summariser;
  readonly #marks: number;
  readonly #turned: Uint8Array;

  /**
   * Compares a data set with what summaries are made for.
   *
   * @param columns The data.
   * @param target Bins and record.
   * @param options What is turned round and accepted.
   * @throws {ContractError} If the data have other bins, a mark that the panel lacks or none of its marks, or their record
   * contradicts the panel's.
   */
  constructor(
    columns: SampleColumns,
    target: SummaryTarget,
    options: SummarisedSamplesOptions,
  ) {
    checkRecord(columns, target, options);
    const { marks } = target.record;
    const { record: { marks: own, transform }, signalValues, signal, bins } = columns;
    const places = Int32Array.from(marks, (mark) => own.indexOf(mark));
    this.#columns = columns;
    this.#signal = inMemory(signal, "compare samples with a panel");
    this.#marks = marks.length;
    this.#turned = options.turned;
    this.#summariser = new Summariser({
      bins,
      signalMarks: own.length,
      places,
      transform: signalValues === undefined ? transform : "none",
    }, this.#signal);
    this.shape = this.#summariser.shape;
    this.measured = measuredMarks(columns, places);
  }

  /** The marks that were measured in one of the data's cell types, `[mark]`. */
  measuredIn(cellType: number): Uint8Array<ArrayBuffer> {
    return this.measured.subarray(cellType * this.#marks, (cellType + 1) * this.#marks);
  }

  /**
   * Writes the summary of a row of the columns.
   *
   * @param row Number of the row.
   * @param values Receives the values.
   * @param start The first place in `values`.
   */
  summarise(row: number, values: Float32Array | Float64Array, start = 0): void {
    const { cellTypeIndex, geneIndex } = this.#columns;
    const isTurned = this.#turned[geneIndex[row]!] === 1;
    const measured = this.measuredIn(cellTypeIndex[row]!);
    this.#summariser.summarise(this.#signal, row, { values, start, measured, isTurned });
  }
}

/** `[cellType, mark]`: whether a mark was measured, by its place among the data's marks. */
function measuredMarks(
  { cellTypes, markMask, record }: SampleColumns,
  places: Int32Array,
): Uint8Array<ArrayBuffer> {
  const measured = new Uint8Array(cellTypes.length * places.length);
  for (let cellType = 0; cellType < cellTypes.length; cellType++) {
    for (const [mark, place] of places.entries()) {
      const isThere = place >= 0 && markMask?.[cellType * record.marks.length + place] !== 0;
      measured[cellType * places.length + mark] = isThere ? 1 : 0;
    }
  }
  return measured;
}

function checkRecord(
  { record: data, bins }: SampleColumns,
  target: SummaryTarget,
  { ignoreLabels = false, turned: _, ...options }: SummarisedSamplesOptions,
): void {
  const wanted = target.record;
  const others = data.marks.filter((mark) => !wanted.marks.includes(mark));
  if (others.length > 0 || data.marks.length === 0) {
    throw new ContractError(
      `Cannot use these data: they have ${
        data.marks.join(", ")
      }, expected marks among the model's, ` +
        wanted.marks.join(", "),
    );
  }
  // Summaries are made of the counts, from whatever transform these carry.
  const { expressionTransform: __, expressionReference: ___, ...rest } = data;
  const found = {
    ...(ignoreLabels ? rest : data),
    marks: wanted.marks,
    transform: "none",
  } as const;
  reconcileRecords({ ...wanted, transform: "none" }, found, options);
  if (bins === target.bins) return;
  throw new ContractError(
    `Cannot use these data: they have ${bins} bins, the model's panel has ${target.bins}`,
  );
}
