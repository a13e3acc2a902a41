import type { PackedArray, PackedType } from "../base/arrays.ts";
import type { SampleColumns } from "../io/columns.ts";
import { isStored, type StoredSignal } from "../io/stored_signal.ts";
import type { AbortOptions } from "../progress.ts";
import { checkValues, needsCheckOfValues } from "./_check_values.ts";

/** What the values of a signal are compared with. */
type Expectations = Pick<SampleColumns, "signalValues" | "markMask"> & {
  readonly transform: SampleColumns["record"]["transform"];
};

const expected = new WeakMap<StoredSignal, Expectations>();

/**
 * Has the values of a stored signal checked as each chunk is read, so that data can be opened without reading them all.
 *
 * @returns The columns, with a signal that throws a `ContractError` on reading a chunk with an impossible value; the same
 * columns if no value could be impossible, or the signal is in memory.
 */
export function checkWhenRead(columns: SampleColumns): SampleColumns {
  if (!isStored(columns.signal) || !needsCheckOfValues(columns)) return columns;
  const signal = new CheckedSignal(columns.signal, columns);
  expected.set(signal, expectationsOf(columns));
  return { ...columns, signal };
}

/** Whether the signal of columns is checked as it is read, against what these columns say. */
export function isCheckedWhenRead(columns: SampleColumns): boolean {
  const known = isStored(columns.signal) && expected.get(columns.signal);
  if (!known) return false;
  const { signalValues, markMask, transform } = expectationsOf(columns);
  return known.signalValues === signalValues && known.markMask === markMask &&
    known.transform === transform;
}

function expectationsOf(
  { signalValues, markMask, record: { transform } }: SampleColumns,
): Expectations {
  return { signalValues, markMask, transform };
}

class CheckedSignal implements StoredSignal {
  readonly type: PackedType;
  readonly length: number;
  readonly rowSize: number;
  readonly chunkStarts: Uint32Array;
  readonly digest: string;
  readonly #signal: StoredSignal;
  readonly #columns: SampleColumns;
  /** Whether each chunk was found to be good, `[chunk]`. */
  readonly #isGood: Uint8Array;

  constructor(signal: StoredSignal, columns: SampleColumns) {
    this.type = signal.type;
    this.length = signal.length;
    this.rowSize = signal.rowSize;
    this.chunkStarts = signal.chunkStarts;
    this.digest = signal.digest;
    this.#signal = signal;
    this.#columns = columns;
    this.#isGood = new Uint8Array(signal.chunkStarts.length);
  }

  async readChunk(chunk: number, options?: AbortOptions): Promise<PackedArray> {
    return this.#check(chunk, await this.#signal.readChunk(chunk, options));
  }

  readChunkSync(chunk: number): PackedArray {
    return this.#check(chunk, this.#signal.readChunkSync(chunk));
  }

  #check(chunk: number, values: PackedArray): PackedArray {
    if (this.#isGood[chunk] === 1) return values;
    const [first, end] = [this.chunkStarts[chunk]!, this.chunkStarts[chunk + 1]!];
    checkValues(this.#columns, { values, first, end });
    this.#isGood[chunk] = 1;
    return values;
  }
}
