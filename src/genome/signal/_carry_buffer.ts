/**
 * Joins each piece of a stream with the bytes left over from the previous one. It reuses a single buffer: copying the
 * pieces into new arrays would leave hundreds of megabytes of garbage.
 */
export class CarryBuffer {
  #bytes = new Uint8Array();
  #length = 0;

  /** Number of bytes left over. */
  get length(): number {
    return this.#length;
  }

  /** Adds a piece. Returns the bytes left over followed by the piece, which are valid until the next call. */
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

  /** Keeps the bytes from `start` for the next piece. */
  keepFrom(start: number): void {
    this.#bytes.copyWithin(0, start, this.#length);
    this.#length -= start;
  }
}
