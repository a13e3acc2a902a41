/** Signal of AnnData that stays on disk. */

import type { PackedArray, PackedType } from "../../base/arrays.ts";
import { sha256 } from "../../base/bytes.ts";
import { toHex } from "../../base/platform.ts";
import { FormatError } from "../../errors.ts";
import type { AbortOptions, OnProgress } from "../../progress.ts";
import type { StoredSignal } from "../stored_signal.ts";
import type { ReadItems, ReadNumbers } from "./_chunks.ts";
import type { RowChunks } from "./_row_chunks.ts";
import type { SampleFacts } from "./_sample_facts.ts";
import { SignalBands } from "./_signal_bands.ts";
import { asType } from "../packing.ts";
import { type Facts, NeededTypes } from "./_signal_facts.ts";

/** The most values of each type that holds integers alone. */
const MOST: Readonly<Record<PackedType, number>> = {
  uint8: 2 ** 8 - 1,
  uint16: 2 ** 16 - 1,
  uint32: 2 ** 32 - 1,
  float32: Infinity,
  float64: Infinity,
};

/** Signal whose chunks are read when they are needed. */
export class ZarrSignal implements StoredSignal {
  readonly #chunks: RowChunks;
  readonly #facts: Facts;
  readonly #samples: SampleFacts;
  readonly type: PackedType;
  readonly digest: string;
  readonly rowSize: number;
  readonly length: number;

  constructor(chunks: RowChunks, facts: Facts, samples: SampleFacts) {
    this.#chunks = chunks;
    this.#facts = facts;
    this.#samples = samples;
    this.type = facts.type;
    this.digest = facts.digest;
    this.rowSize = samples.bins * samples.record.marks.length;
    this.length = samples.cellTypeIndex.length * this.rowSize;
  }

  get chunkStarts(): Uint32Array {
    return this.#chunks.starts;
  }

  async readChunk(chunk: number, { signal }: AbortOptions = {}): Promise<PackedArray> {
    signal?.throwIfAborted();
    const stored = await this.#chunks.load(chunk);
    signal?.throwIfAborted();
    return this.#take(chunk, {
      items: await this.#chunks.decode(chunk, stored),
      file: stored.file,
    });
  }

  readChunkSync(chunk: number): PackedArray {
    const stored = this.#chunks.loadSync(chunk);
    return this.#take(chunk, { items: this.#chunks.decodeSync(chunk, stored), file: stored.file });
  }

  /** The values as they are in memory; those of marks that were not measured are 0. */
  #take(
    chunk: number,
    { items, file }: { readonly items: ReadItems; readonly file: string },
  ): PackedArray {
    const values = items as ReadNumbers;
    const { type, markMask } = this.#facts;
    // Nothing else fits into these types.
    if (markMask === undefined && type === "uint8" && values instanceof Uint8Array) return values;
    if (markMask === undefined && type === "uint16" && values instanceof Uint16Array) return values;
    const rows = this.chunkStarts.subarray(chunk, chunk + 2);
    const measured = takeMeasured(values, { rows, markMask, samples: this.#samples });
    if (measured !== undefined && fits(measured, type)) return asType(measured, type);
    throw new FormatError(
      "Cannot read AnnData: a chunk of X has other values than the attributes of X say, expected those that were written " +
        "with it",
      { file },
    );
  }
}

/** Copies values, with zeros where a mark was not measured; `undefined` if NaN is elsewhere, or not there. */
function takeMeasured(
  values: ReadNumbers,
  { rows: [first, end], markMask, samples: { cellTypeIndex, bins, record: { marks } } }: {
    readonly rows: Uint32Array;
    readonly markMask: Uint8Array | undefined;
    readonly samples: SampleFacts;
  },
): Float32Array | Float64Array | undefined {
  const copy = values instanceof Float32Array
    ? values
    : values instanceof BigInt64Array || values instanceof BigUint64Array
    ? Float64Array.from(values as ArrayLike<bigint>, Number)
    : new Float64Array(values);
  let at = 0;
  for (let row = first!; row < end!; row++) {
    const place = cellTypeIndex[row]! * marks.length;
    for (let bin = 0; bin < bins; bin++) {
      for (let mark = 0; mark < marks.length; mark++, at++) {
        const isMissing = markMask !== undefined && markMask[place + mark] === 0;
        if (Number.isNaN(copy[at]!) !== isMissing) return undefined;
        if (isMissing) copy[at] = 0;
      }
    }
  }
  return copy;
}

/** Whether values are such that a type holds them. */
function fits(values: Float32Array | Float64Array, type: PackedType): boolean {
  if (type === "float64" || (type === "float32" && values instanceof Float32Array)) return true;
  if (type === "float32") return values.every((value) => Math.fround(value) === value);
  const most = MOST[type];
  return values.every((value) => value >= 0 && value <= most && Math.floor(value) === value);
}

/**
 * Finds out what is known of signal that another program wrote, by reading all of it, one chunk at a time.
 *
 * @throws {FormatError} If a chunk is damaged, or a mark is NaN in some samples of a cell type.
 */
export async function scanSignal(
  chunks: RowChunks,
  samples: SampleFacts,
  { signal, onProgress, fail }: AbortOptions & {
    readonly onProgress?: OnProgress | undefined;
    /** Makes an error about `X`. */
    readonly fail: (found: string) => FormatError;
  },
): Promise<Facts> {
  const { bins, cellTypes, cellTypeIndex, record: { marks } } = samples;
  const bands = new SignalBands({
    cellTypes: cellTypeIndex,
    count: cellTypes.length,
    marks: marks.length,
  });
  const needed = new NeededTypes();
  let digest = new Uint8Array();
  for (let chunk = 0; chunk < chunks.count; chunk++) {
    signal?.throwIfAborted();
    const items = await chunks.decode(chunk, await chunks.load(chunk)) as ReadNumbers;
    // Of each chunk after the digest of those before it.
    const bytes = new Uint8Array(items.buffer, items.byteOffset, items.byteLength);
    const both = new Uint8Array(digest.length + 32);
    both.set(digest);
    both.set(await sha256(bytes), digest.length);
    digest = await sha256(both);
    const values = bands.take(items, bins);
    if (typeof values === "string") throw fail(values);
    needed.add(values);
    onProgress?.({ done: chunks.starts[chunk + 1]!, total: cellTypeIndex.length, unit: "samples" });
  }
  return { digest: toHex(digest), type: needed.packed, markMask: bands.markMask() };
}
