/** The signals of several files as one, of which some stay where they are stored. */

import { type PackedArray, type PackedType, packedTypeOf } from "../base/arrays.ts";
import { sha256 } from "../base/bytes.ts";
import { toHex } from "../base/platform.ts";
import type { AbortOptions } from "../progress.ts";
import { asType } from "./packing.ts";
import { decodeValues, type SignalValues } from "./signal_values.ts";
import { chunkRowsOf, isStored, type StoredSignal } from "./stored_signal.ts";

/** A signal in memory that is read as if it were stored. */
async function storedInMemory(values: PackedArray, rowSize: number): Promise<StoredSignal> {
  const rows = values.length / rowSize;
  const chunkRows = chunkRowsOf(rowSize);
  const chunkStarts = Uint32Array.from(
    { length: Math.ceil(rows / chunkRows) + 1 },
    (_, chunk) => Math.min(rows, chunk * chunkRows),
  );
  const readChunkSync = (chunk: number) =>
    values.slice(chunkStarts[chunk]! * rowSize, chunkStarts[chunk + 1]! * rowSize);
  const digests: string[] = [];
  for (let chunk = 0; chunk + 1 < chunkStarts.length; chunk++) {
    const { buffer, byteOffset, byteLength } = readChunkSync(chunk);
    digests.push(
      toHex(await sha256(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength))),
    );
  }
  const type = packedTypeOf(values);
  return {
    type,
    length: values.length,
    rowSize,
    chunkStarts,
    digest: await digestOf([type, ...digests]),
    readChunk: (chunk) => Promise.resolve(readChunkSync(chunk)),
    readChunkSync,
  };
}

/**
 * The values for which the counts of a stored signal stand.
 *
 * @param signal Counts.
 * @param values The value of each count; `undefined` if what is stored are the values themselves.
 */
export async function storedValues(
  signal: StoredSignal,
  values: SignalValues | undefined,
): Promise<StoredSignal> {
  if (values === undefined) return signal;
  const { length, rowSize, chunkStarts, digest } = signal;
  return {
    type: packedTypeOf(values),
    length,
    rowSize,
    chunkStarts,
    digest: await digestOf([packedTypeOf(values), digest]),
    readChunk: async (chunk, options) =>
      decodeValues(await signal.readChunk(chunk, options), values),
    readChunkSync: (chunk) => decodeValues(signal.readChunkSync(chunk), values),
  };
}

async function digestOf(texts: readonly string[]): Promise<string> {
  return toHex(await sha256(new TextEncoder().encode(texts.join("\n"))));
}

/**
 * Joins signals.
 *
 * @param signals Signals of samples of the same form; those in memory are kept.
 * @param rowSize Values of a sample.
 * @returns The samples of the first, then those of the second, and so on; the chunks are theirs.
 */
export async function joinSignals(
  signals: readonly (PackedArray | StoredSignal)[],
  rowSize: number,
): Promise<StoredSignal> {
  const all: StoredSignal[] = [];
  for (const signal of signals) {
    all.push(isStored(signal) ? signal : await storedInMemory(signal, rowSize));
  }
  const type = all.map((signal) => signal.type).reduce(widerType);
  const starts: number[] = [];
  const places: (readonly [signal: StoredSignal, chunk: number])[] = [];
  let rows = 0;
  for (const signal of all) {
    for (let chunk = 0; chunk + 1 < signal.chunkStarts.length; chunk++) {
      starts.push(rows + signal.chunkStarts[chunk]!);
      places.push([signal, chunk]);
    }
    rows += signal.length / rowSize;
  }
  starts.push(rows);
  return {
    type,
    length: rows * rowSize,
    rowSize,
    chunkStarts: Uint32Array.from(starts),
    digest: await digestOf(all.map(({ digest }) => digest)),
    async readChunk(chunk: number, options?: AbortOptions) {
      const [signal, own] = places[chunk]!;
      return asType(await signal.readChunk(own, options), type);
    },
    readChunkSync(chunk: number) {
      const [signal, own] = places[chunk]!;
      return asType(signal.readChunkSync(own), type);
    },
  };
}

const TYPES: readonly PackedType[] = ["uint8", "uint16", "uint32", "float32", "float64"];

/** The narrowest type that holds what each of two types holds. */
function widerType(one: PackedType, other: PackedType): PackedType {
  const both = [one, other];
  // Float32 holds no integers of more than 24 bits.
  if (both.includes("uint32") && both.includes("float32")) return "float64";
  return TYPES[Math.max(TYPES.indexOf(one), TYPES.indexOf(other))]!;
}
