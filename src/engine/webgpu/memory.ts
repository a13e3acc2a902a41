import { UnsupportedModelError } from "../../errors.ts";

/** Bytes that are copied to the GPU at a time. */
const COPY_BYTES = 64 * 1024 * 1024;

/** The session's buffers, by name. All hold 32-bit values. */
export class GpuMemory {
  readonly #device: GPUDevice;
  readonly #buffers = new Map<string, GPUBuffer>();
  readonly #parent: GpuMemory | undefined;
  /** Bytes that a buffer may have. */
  readonly largest: number;

  /** `parent` is searched for buffers that are not found here. */
  constructor(device: GPUDevice, largest: number, parent?: GpuMemory) {
    this.#device = device;
    this.largest = largest;
    this.#parent = parent;
  }

  /**
   * Makes a buffer of `values` 32-bit values, zero at first, or keeps the present one if that is large enough.
   *
   * @throws {UnsupportedModelError} If it would be larger than the GPU's limit.
   */
  reserve(name: string, values: number): GPUBuffer {
    const size = Math.max(16, 4 * values);
    const known = this.#buffers.get(name);
    if (known !== undefined && known.size >= size) return known;
    if (size > this.largest) {
      throw new UnsupportedModelError(
        `Cannot run on this GPU: "${name}" takes ${size} bytes, a buffer can have ${this.largest}. ` +
          "A smaller batch or fewer models side by side take less",
      );
    }
    known?.destroy();
    const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
    const usage = STORAGE | COPY_SRC | COPY_DST;
    const buffer = this.#device.createBuffer({ label: name, size, usage });
    this.#buffers.set(name, buffer);
    return buffer;
  }

  /** The buffer of that name. */
  get(name: string): GPUBuffer {
    const buffer = this.#buffers.get(name) ?? this.#parent?.get(name);
    if (buffer === undefined) {
      throw new RangeError(`Cannot bind "${name}": there is no buffer of that name`);
    }
    return buffer;
  }

  /** Whether there is a buffer of that name here, the parent's not counted. */
  has(name: string): boolean {
    return this.#buffers.has(name);
  }

  /** Frees a buffer, if there is one. */
  free(name: string): void {
    this.#buffers.get(name)?.destroy();
    this.#buffers.delete(name);
  }

  /** Copies bytes into a buffer, starting at byte `offset`. Their number is rounded up to whole words. */
  write(name: string, data: ArrayBufferView, offset = 0): void {
    const buffer = this.get(name);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    for (let start = 0; start < bytes.length; start += COPY_BYTES) {
      const part = bytes.subarray(start, start + COPY_BYTES);
      const padded = new Uint8Array(Math.ceil(part.length / 4) * 4);
      padded.set(part);
      this.#device.queue.writeBuffer(buffer, offset + start, padded);
    }
  }

  /** Reads 32-bit values from the beginning of some buffers. */
  async read(
    wanted: readonly { readonly name: string; readonly values: number }[],
  ): Promise<Float32Array<ArrayBuffer>[]> {
    const total = wanted.reduce((sum, { values }) => sum + 4 * values, 0);
    if (total === 0) return wanted.map(() => new Float32Array(0));
    const { MAP_READ, COPY_DST } = GPUBufferUsage;
    const staging = this.#device.createBuffer({ size: total, usage: MAP_READ | COPY_DST });
    const encoder = this.#device.createCommandEncoder();
    let offset = 0;
    for (const { name, values } of wanted) {
      if (values > 0) encoder.copyBufferToBuffer(this.get(name), 0, staging, offset, 4 * values);
      offset += 4 * values;
    }
    this.#device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const all = new Float32Array(staging.getMappedRange());
    offset = 0;
    const found = wanted.map(({ values }) => all.slice(offset, offset += values));
    staging.destroy();
    return found;
  }

  /** Frees everything. */
  destroy(): void {
    for (const buffer of this.#buffers.values()) buffer.destroy();
    this.#buffers.clear();
  }
}
