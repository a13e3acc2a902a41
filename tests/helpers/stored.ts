/** Signal that stays where it is stored, made of arrays. */

import { type PackedArray, type PackedType, packedTypeOf } from "../../src/base/arrays.ts";
import { Dataset } from "../../src/data/mod.ts";
import { inMemory, type StoredSignal } from "../../src/io/stored_signal.ts";
import type { SampleColumns } from "../../src/io/columns.ts";

/** How a signal is stored. */
export interface StoredOptions {
  /** Rows of each chunk; the last has what is left. */
  readonly chunkRows?: number | undefined;
  /** Stands for the digest of the values. */
  readonly digest?: string | undefined;
}

/** A signal that behaves as one on disk, and counts what is read of it. */
export class ArraySignal implements StoredSignal {
  readonly type: PackedType;
  readonly length: number;
  readonly rowSize: number;
  readonly chunkStarts: Uint32Array;
  readonly digest: string;
  /** How often each chunk was read. */
  readonly reads: Uint32Array;
  readonly #values: PackedArray;

  constructor(
    values: PackedArray,
    rowSize: number,
    { chunkRows = 7, digest = "made of arrays" }: StoredOptions = {},
  ) {
    const rows = values.length / rowSize;
    const chunks = Math.ceil(rows / chunkRows);
    this.type = packedTypeOf(values);
    this.length = values.length;
    this.rowSize = rowSize;
    this.chunkStarts = Uint32Array.from(
      { length: chunks + 1 },
      (_, chunk) => Math.min(chunk * chunkRows, rows),
    );
    this.digest = digest;
    this.reads = new Uint32Array(chunks);
    this.#values = values;
  }

  readChunk(chunk: number): Promise<PackedArray> {
    return Promise.resolve().then(() => this.readChunkSync(chunk));
  }

  readChunkSync(chunk: number): PackedArray {
    this.reads[chunk]!++;
    const [first, end] = [this.chunkStarts[chunk]!, this.chunkStarts[chunk + 1]!];
    return this.#values.slice(first * this.rowSize, end * this.rowSize);
  }
}

/** The same columns with their signal in chunks. */
export function storedColumns(
  columns: SampleColumns,
  options?: StoredOptions,
): SampleColumns & { readonly signal: ArraySignal } {
  const rowSize = columns.bins * columns.record.marks.length;
  return {
    ...columns,
    signal: new ArraySignal(inMemory(columns.signal, "store"), rowSize, options),
  };
}

/** A view of the same rows with their signal in chunks. */
export function storedDataset({ columns, rows }: Dataset, options?: StoredOptions): Dataset {
  return new Dataset(storedColumns(columns, options), rows);
}
