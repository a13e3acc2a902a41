import { detachBuffer } from "./platform.ts";

/**
 * Releases the memory of an array immediately; the array, and any other view of its buffer, has no elements afterwards.
 * The garbage collector lets such memory grow by some 64 MB before it looks for unused arrays. That is several times
 * what the pieces of large files, or the states of many small epochs, need.
 */
export function freeArray({ buffer }: ArrayBufferView): void {
  if (buffer instanceof ArrayBuffer) detachBuffer(buffer);
}

/**
 * Calls the garbage collector where V8's flag `--expose-gc` is set, as it is for this project's commands; elsewhere it
 * does nothing. V8 decides by the size of its own heap, of which the contents of arrays are no part.
 */
export function collectGarbage(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

/**
 * Calls the garbage collector, as {@linkcode collectGarbage} does, each time that arrays of so many bytes were used. It
 * sees only how small the objects of large arrays are, and would let a hundred megabytes of them pile up.
 */
export class GarbageWatch {
  readonly #everyBytes: number;
  #bytes = 0;

  /** @param everyBytes After how many bytes of arrays it is called. */
  constructor(everyBytes: number) {
    this.#everyBytes = everyBytes;
  }

  /** Says that an array of this many bytes is on its way and will not be used for long. */
  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < this.#everyBytes) return;
    this.#bytes = 0;
    collectGarbage();
  }
}
