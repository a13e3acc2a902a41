import { type PackedArray, packedTypeOf } from "../../base/arrays.ts";
import type { Transform } from "../../record.ts";
import { pairLearned } from "../gather_learned.ts";
import { residentSignal } from "../memory_source.ts";
import type { SampleSource } from "../sample_source.ts";
import type { Kernel, Purpose } from "./kernel.ts";
import { gatherSamplesWgsl, type GpuPackedType } from "./ops/gather.ts";
import type { GpuMemory } from "./memory.ts";
import type { Tensor } from "./tensors.ts";

/** Rows in one of the buffers that a data set is divided into. */
interface Chunk {
  readonly name: string;
  readonly firstRow: number;
  readonly endRow: number;
}

/** Float64 values that are converted at a time. */
const CONVERTED = 1 << 22;

/** A data set on the GPU: its signal in as many buffers as the limits ask for, and its labels and weights. */
export class GpuColumns {
  readonly source: SampleSource;
  readonly #memory: GpuMemory;
  readonly #labels: string;
  readonly #type: GpuPackedType;
  readonly #transform: Transform;
  readonly #chunks: readonly Chunk[];

  /**
   * Uploads a data set. `name` begins the names of its buffers.
   *
   * @throws {UnsupportedModelError} If the signal is not in memory.
   */
  constructor(source: SampleSource, memory: GpuMemory, name: string) {
    const { labels, weights, samples } = source;
    const { signal, transform, bins, marks } = residentSignal(source);
    const size = bins * marks;
    this.source = source;
    this.#memory = memory;
    this.#labels = `${name} labels`;
    this.#type = gpuTypeOf(signal);
    this.#transform = transform;
    const rowBytes = size * bytesOfValue(signal);
    this.#chunks = divide({ rows: samples, rowBytes, largest: memory.largest, name });
    for (const { name, firstRow, endRow } of this.#chunks) {
      uploadValues(memory, name, signal.subarray(firstRow * size, endRow * size));
    }
    if (labels !== undefined) {
      memory.reserve(this.#labels, 2 * labels.length);
      memory.write(this.#labels, pairLearned({ labels, weights }));
    }
  }

  /** Kernels that gather samples into a network's input, one for each chunk. */
  gatherKernels(input: Tensor, models: number, purpose: Purpose): Kernel[] {
    const labels = purpose === "training" ? this.#labels : undefined;
    return this.#chunks.map(({ name, firstRow, endRow }) =>
      gatherSamplesWgsl({
        chunk: name,
        type: this.#type,
        transform: this.#transform,
        firstRow,
        endRow,
        input,
        models,
        labels,
      })
    );
  }

  /** Frees the buffers. */
  free(): void {
    for (const { name } of this.#chunks) this.#memory.free(name);
    this.#memory.free(this.#labels);
  }
}

/** The type of values on the GPU, where float64 is float32. */
function gpuTypeOf(signal: PackedArray): GpuPackedType {
  const type = packedTypeOf(signal);
  return type === "float64" ? "float32" : type;
}

/** Bytes of a value on the GPU. */
function bytesOfValue({ BYTES_PER_ELEMENT }: PackedArray): number {
  return Math.min(4, BYTES_PER_ELEMENT);
}

/** Chunks of whole rows, of nearly equal size. */
function divide({ rows, rowBytes, largest, name }: {
  readonly rows: number;
  readonly rowBytes: number;
  readonly largest: number;
  readonly name: string;
}): Chunk[] {
  const count = Math.max(1, Math.ceil(rows / Math.max(1, Math.floor(largest / rowBytes))));
  return Array.from({ length: count }, (_, i) => ({
    name: `${name} chunk ${i}`,
    firstRow: Math.floor(i * rows / count),
    endRow: Math.floor((i + 1) * rows / count),
  }));
}

function uploadValues(memory: GpuMemory, name: string, values: PackedArray): void {
  memory.reserve(name, Math.ceil(values.length * bytesOfValue(values) / 4));
  if (packedTypeOf(values) !== "float64") return memory.write(name, values);
  for (let start = 0; start < values.length; start += CONVERTED) {
    const part = Float32Array.from(values.subarray(start, start + CONVERTED));
    memory.write(name, part, 4 * start);
  }
}
