/**
 * Joins each piece of a stream with what the last left over, in one buffer that is used again and again: pieces
 * copied into new arrays would be hundreds of megabytes of garbage.
 */
export class CarryBuffer {
  #bytes = new Uint8Array();
  #length = 0;

  /** Number of bytes left over. */
  get length(): number {
    return this.#length;
  }

  /** Adds a piece, and returns it behind what was left over; valid until the next call. */
  append(piece: Uint8Array): Uint8Array {
    const length = this.#length + piece.length;
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(2 * length);
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(piece, this.#length);
    this.#length = length;
    return this.#bytes.subarray(0, length);
  }

  /** Leaves over what is from `start` on. */
  keepFrom(start: number): void {
    this.#bytes.copyWithin(0, start, this.#length);
    this.#length -= start;
  }
}
