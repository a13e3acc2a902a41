/** Decodes the data series of a slice. */

import { BitCursor, type BytePlace, CramCursor, failCram } from "./_cram_bytes.ts";
import { type CramEncoding, type HuffmanEncoding, usesCore } from "./_cram_encodings.ts";

/** Decodes the next number, or byte, of a series. */
export type ReadNumber = () => number;

/** Skips the next array of a series, and returns its length. */
export type SkipArray = () => number;

/** The inflated blocks of a slice. */
export class SliceBlocks {
  readonly place: BytePlace;
  readonly #core: BitCursor;
  readonly #external = new Map<number, CramCursor>();

  constructor(place: BytePlace, core: Uint8Array = new Uint8Array()) {
    this.place = place;
    this.#core = new BitCursor(core, place);
  }

  /** Adds an external block. */
  add(id: number, bytes: Uint8Array): void {
    this.#external.set(id, new CramCursor(bytes, this.place));
  }

  /** Makes the decoder of a series of integers. */
  integers(encoding: CramEncoding): ReadNumber {
    if (encoding.kind !== "external") return this.#codes(encoding);
    const block = this.#external.get(encoding.id);
    return block === undefined ? this.#lacking(encoding.id) : () => block.itf8();
  }

  /** Makes the decoder of a series of bytes. */
  bytes(encoding: CramEncoding): ReadNumber {
    if (encoding.kind !== "external") return this.#codes(encoding);
    const block = this.#external.get(encoding.id);
    return block === undefined ? this.#lacking(encoding.id) : () => block.byte();
  }

  /** Makes the function that skips a number of bytes of a series. */
  skipBytes(encoding: CramEncoding): (count: number) => void {
    const block = encoding.kind === "external" ? this.#external.get(encoding.id) : undefined;
    if (block !== undefined) return (count) => void block.skip(count);
    // Values without bits are all the same: however many there are, they take no bytes and no time.
    if (encoding.kind === "beta" || encoding.kind === "huffman") {
      if (!usesCore(encoding)) return () => {};
    }
    const read = this.bytes(encoding);
    return (count) => {
      for (let i = 0; i < count; i++) read();
    };
  }

  /** Makes the function that skips the arrays of a series. */
  arrays(encoding: CramEncoding): SkipArray {
    if (encoding.kind === "stop") {
      const { id, stop } = encoding;
      const block = this.#external.get(id);
      return block === undefined ? this.#lacking(id) : () => block.skipPast(stop);
    }
    if (encoding.kind !== "array") return this.#unusable(`arrays are encoded as ${encoding.kind}`);
    const readLength = this.integers(encoding.lengths);
    const skip = this.skipBytes(encoding.values);
    return () => {
      const length = readLength();
      if (length < 0) failCram(`an array has ${length} bytes`, this.place);
      skip(length);
      return length;
    };
  }

  #codes(encoding: CramEncoding): ReadNumber {
    const core = this.#core;
    switch (encoding.kind) {
      case "huffman":
        return this.#huffman(encoding);
      case "beta": {
        const { bits, offset } = encoding;
        if (bits < 0 || bits > 32) return this.#unusable(`numbers have ${bits} bits`);
        return () => core.bits(bits) - offset;
      }
      case "gamma": {
        const { offset } = encoding;
        return () => {
          const bits = core.run(0);
          return (1 << bits | core.bits(bits)) - offset;
        };
      }
      case "subexp": {
        const { bits: least, offset } = encoding;
        return () => {
          const ones = core.run(1);
          const bits = ones === 0 ? least : least + ones - 1;
          if (bits < 0 || bits > 31) failCram(`a number has ${bits} bits`, this.place);
          return (ones === 0 ? core.bits(bits) : 1 << bits | core.bits(bits)) - offset;
        };
      }
    }
    return this.#unusable(`numbers are encoded as ${encoding.kind}`);
  }

  #huffman({ symbols, counts }: HuffmanEncoding): ReadNumber {
    const core = this.#core;
    const { place } = this;
    if (symbols.length === 0) return this.#unusable("a series without symbols has a value");
    if (counts[0] !== 0) return () => symbols[0]!;
    return () => {
      let code = 0;
      let first = 0;
      let index = 0;
      for (let length = 1; length < counts.length; length++) {
        code = code << 1 | core.bit();
        const count = counts[length]!;
        if (code - first < count) return symbols[index + code - first]!;
        index += count;
        first = first + count << 1;
      }
      return failCram("a code is not in its table", place);
    };
  }

  #lacking(id: number): ReadNumber {
    return this.#unusable(`a slice lacks its block ${id}`);
  }

  /** Makes a decoder that throws when it is used: slices may lack what none of their records needs. */
  #unusable(found: string): ReadNumber {
    return () => failCram(found, this.place);
  }
}
