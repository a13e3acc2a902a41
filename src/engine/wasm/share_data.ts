import type { EngineData } from "../engine.ts";

const shared = new WeakMap<EngineData, EngineData>();

/**
 * Samples in memory that threads share. Readers of this package put signals there from the start; others are
 * copied once for as long as they live.
 */
export function shareData(data: EngineData): EngineData {
  const known = shared.get(data);
  if (known !== undefined) return known;
  const { signal, labels } = data;
  const made = {
    ...data,
    signal: isShared(signal) ? signal : shareArray(signal),
    labels: labels === undefined || isShared(labels) ? labels : shareArray(labels),
  };
  shared.set(data, made);
  return made;
}

function isShared(array: ArrayBufferView): boolean {
  return array.buffer instanceof SharedArrayBuffer;
}

function shareArray<T extends EngineData["signal"]>(array: T): T {
  const Type = array.constructor as new (buffer: SharedArrayBuffer) => T;
  const copy = new Type(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}
