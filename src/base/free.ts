/**
 * Releases the memory of an array immediately; the array, and any other view of its buffer, has no elements afterwards.
 * The garbage collector lets such memory grow by some 64 MB before it looks for unused arrays. That is several times
 * what the pieces of large files, or the states of many small epochs, need.
 */
export function freeArray({ buffer }: ArrayBufferView): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
