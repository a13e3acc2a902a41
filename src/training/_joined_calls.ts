/** Samples of several calls as one source, so that an engine computes them together. */

import { sharedBuffer } from "../base/shared_memory.ts";
import type { PackedArray } from "../base/arrays.ts";
import { memorySource, residentSignal } from "../engine/memory_source.ts";
import type { SampleSource } from "../engine/sample_source.ts";
import type { CallPart } from "./_waiting_calls.ts";

/** Samples that are computed together. */
export interface JoinedParts {
  readonly source: SampleSource;
  readonly rows: Uint32Array;
}

/**
 * Joins parts of calls for one of the predictor's models. Signals are copied as they are stored: the engine transforms them
 * as it would alone, so the bits are the same.
 *
 * @param parts One part, or parts of calls with the same key.
 * @param model Number of the model.
 * @returns A source with all samples, part by part.
 */
export function joinParts(parts: readonly CallPart[], model: number): JoinedParts {
  const [{ call, positions }] = parts as readonly [CallPart, ...CallPart[]];
  const source = call.sources[model]!;
  const isWhole = parts.length === 1 && positions.length === source.samples;
  if (source.resident === undefined || isWhole) {
    return { source, rows: rowsOf(parts[0]!) };
  }
  const { bins, marks, transform } = residentSignal(source);
  const signal = copySignals(parts, { model, size: bins * marks });
  const joined = memorySource({ signal, labels: undefined, bins, marks, transform });
  return { source: joined, rows: Uint32Array.from({ length: joined.samples }, (_, row) => row) };
}

/** The rows of the source of a part's call. */
function rowsOf({ call: { data }, positions }: CallPart): Uint32Array {
  return positions.map((position) => data.rows[position]!);
}

/** A copy of the signals of all parts, `[sample, bin, mark]`, in a type that holds each of them. */
function copySignals(
  parts: readonly CallPart[],
  { model, size }: { readonly model: number; readonly size: number },
): PackedArray {
  const signals = parts.map(({ call }) => call.sources[model]!.resident!.signal);
  const samples = parts.reduce((sum, { positions }) => sum + positions.length, 0);
  const joined = makeArray(signals, samples * size);
  let at = 0;
  for (const [index, part] of parts.entries()) {
    const signal = signals[index]!;
    for (const row of rowsOf(part)) {
      joined.set(signal.subarray(row * size, (row + 1) * size), at);
      at += size;
    }
  }
  return joined;
}

/** Room for values of some arrays: in their type if they have one type, else in float64, which holds all of them exactly. */
function makeArray(alike: readonly PackedArray[], length: number): PackedArray {
  const [{ constructor }, ...others] = alike as readonly [PackedArray, ...PackedArray[]];
  const isOneType = others.every((other) => other.constructor === constructor);
  const Type = (isOneType ? constructor : Float64Array) as Float64ArrayConstructor;
  const bytes = length * Type.BYTES_PER_ELEMENT;
  // Threads read it without another copy.
  return new Type(sharedBuffer(bytes));
}
