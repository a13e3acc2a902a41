/**
 * Memory that threads share, where there is such a thing: a page has it only if it is cross-origin isolated. Elsewhere
 * plain memory takes its place, and work is done on one thread.
 *
 * @module
 */

/** Whether threads can share memory here. */
export const HAS_SHARED_MEMORY: boolean = typeof SharedArrayBuffer === "function";

/** Takes memory that threads share, if they can; filled with zeros. */
export function sharedBuffer(bytes: number): ArrayBufferLike {
  return HAS_SHARED_MEMORY ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
}

/** Whether all threads that there can be see an array as it is, without a copy. */
export function isShared({ buffer }: ArrayBufferView): boolean {
  return !HAS_SHARED_MEMORY || buffer instanceof SharedArrayBuffer;
}

/** Takes memory for WebAssembly, which threads share if they can. `pages` is its size in 64 KiB; it does not grow. */
export function wasmMemory(pages: number): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: HAS_SHARED_MEMORY });
}
