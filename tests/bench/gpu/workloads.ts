/**
 * The benchmark's workloads at the size of a GPU: counts as bytes, and as many samples as wanted.
 */

import type { SequentialPresetName } from "../../../src/model/presets.ts";
import { makeSignalWorkload, type SignalWorkload } from "../workload.ts";

/** Data of a workload. */
type Data = SignalWorkload["data"];

/** A workload of so many samples, the simulated ones again and again. */
export function makeByteWorkload(preset: SequentialPresetName, samples: number): SignalWorkload {
  const workload = makeSignalWorkload(preset);
  return { ...workload, data: repeatSamples(workload.data, samples) };
}

/** So many samples, those of `data` again and again, with counts above 255 cut to that. */
export function repeatSamples(data: Data, samples: number): Data {
  const size = data.bins * data.marks;
  const known = data.labels.length;
  const bytes = data.signal instanceof Uint8Array
    ? data.signal
    : Uint8Array.from(data.signal, (count) => Math.min(count, 255));
  const signal = new Uint8Array(samples * size);
  const labels = new Float64Array(samples);
  for (let first = 0; first < samples; first += known) {
    const count = Math.min(known, samples - first);
    signal.set(bytes.subarray(0, count * size), first * size);
    labels.set(data.labels.subarray(0, count), first);
  }
  return { ...data, signal, labels };
}
