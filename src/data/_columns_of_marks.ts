import { showValue } from "../base/show_value.ts";
import type { PackedArray, PackedType } from "../base/arrays.ts";
import type { SampleColumns } from "../io/columns.ts";
import { makePacked } from "../io/packing.ts";
import { isStored, type StoredSignal } from "../io/stored_signal.ts";
import type { AbortOptions } from "../progress.ts";
import { checkWhenRead } from "./_checked_signal.ts";
import type { SampleView } from "./sample_view.ts";

/** Columns, and the rows of them that are a view. */
export interface RowsOfColumns {
  readonly columns: SampleColumns;
  /** By default all of them, in their order. */
  readonly rows?: Uint32Array | undefined;
}

/**
 * The samples of a view with some of their marks: a copy, or for stored signal a choice that is made as it is read.
 *
 * @throws {RangeError} If a mark is not there or named twice, or there are 0 names.
 */
export function columnsOfMarks(view: SampleView, marks: readonly string[]): RowsOfColumns {
  const { columns, rows, bins } = view;
  const places = placesOf(marks, view.marks);
  const from = view.marks.length;
  const to = marks.length;
  const { markMask, cellTypes, signal } = columns;
  const chosen = {
    ...columns,
    markMask: markMask && Uint8Array.from(
      { length: cellTypes.length * to },
      (_, i) => markMask[Math.floor(i / to) * from + places[i % to]!]!,
    ),
    record: { ...columns.record, marks: [...marks] },
  };
  if (isStored(signal)) {
    const stored = new MarksOfSignal(signal, { marks: from, places });
    return { columns: checkWhenRead({ ...chosen, signal: stored }), rows };
  }
  const copy = new (signal.constructor as Uint8ArrayConstructor)(rows.length * bins * to);
  for (const [position, row] of rows.entries()) {
    const own = signal.subarray(row * bins * from, (row + 1) * bins * from);
    copyMarks(own, copy.subarray(position * bins * to), { marks: from, places });
  }
  return {
    columns: {
      ...chosen,
      signal: copy,
      labels: view.hasLabels ? view.labels() : undefined,
      cellTypeIndex: view.cellTypeIndices(),
      geneIndex: view.geneIndices(),
    },
  };
}

interface MarkChoice {
  /** Number of marks that the values have. */
  readonly marks: number;
  /** Which of them are chosen. */
  readonly places: readonly number[];
}

/** Copies the chosen marks of all bins. */
function copyMarks(values: PackedArray, into: PackedArray, { marks, places }: MarkChoice): void {
  for (let from = 0, to = 0; from < values.length; from += marks) {
    for (const place of places) into[to++] = values[from + place]!;
  }
}

/** Some marks of a stored signal, which are chosen as each chunk is read. */
class MarksOfSignal implements StoredSignal {
  readonly type: PackedType;
  readonly length: number;
  readonly rowSize: number;
  readonly chunkStarts: Uint32Array;
  readonly digest: string;
  readonly #signal: StoredSignal;
  readonly #choice: MarkChoice;

  constructor(signal: StoredSignal, choice: MarkChoice) {
    const { marks, places } = choice;
    this.type = signal.type;
    this.length = signal.length / marks * places.length;
    this.rowSize = signal.rowSize / marks * places.length;
    this.chunkStarts = signal.chunkStarts;
    this.digest = `${signal.digest} marks ${places.join(" ")} of ${marks}`;
    this.#signal = signal;
    this.#choice = choice;
  }

  async readChunk(chunk: number, options?: AbortOptions): Promise<PackedArray> {
    return this.#choose(await this.#signal.readChunk(chunk, options));
  }

  readChunkSync(chunk: number): PackedArray {
    return this.#choose(this.#signal.readChunkSync(chunk));
  }

  #choose(values: PackedArray): PackedArray {
    const { marks, places } = this.#choice;
    const chosen = makePacked(this.type, values.length / marks * places.length);
    copyMarks(values, chosen, this.#choice);
    return chosen;
  }
}

function placesOf(marks: readonly string[], known: readonly string[]): number[] {
  if (!Array.isArray(marks)) {
    throw new TypeError(
      `Cannot select marks: found ${showValue(marks)}, expected an array of names, such as ["${
        known[0]
      }"]`,
    );
  }
  if (marks.length === 0) {
    throw new RangeError(
      `Cannot select marks: found 0 names, expected some of ${known.join(", ")}`,
    );
  }
  return marks.map((mark, i) => {
    const place = known.indexOf(mark);
    if (place < 0) {
      throw new RangeError(
        `Cannot select marks: found "${mark}", expected some of ${known.join(", ")}`,
      );
    }
    if (marks.indexOf(mark) === i) return place;
    throw new RangeError(`Cannot select marks: "${mark}" is named twice, expected each once`);
  });
}
