/**
 * Gives the memory of an array back at once; it has no elements afterwards, nor has any view of its buffer. The
 * garbage collector lets such memory grow by some 64 MB before it looks for what nobody uses any more, which
 * for pieces of large files, or states of many small epochs, is several times what they need.
 */
export function freeArray({ buffer }: ArrayBufferView): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
