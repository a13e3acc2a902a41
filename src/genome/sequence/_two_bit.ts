/**
 * Reads genomes in UCSC's 2bit format: an index of names, and for each sequence its length, the runs of N, the runs in
 * lower case, and two bits a base.
 *
 * @see https://genome.ucsc.edu/FAQ/FAQformat.html#format7
 */

import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { isPlainLine } from "../../base/printable.ts";
import { findFirst } from "../../base/search.ts";
import { checkBases, type Chromosome, failName, type Genome } from "./genome.ts";

const SIGNATURE = 0x1a412743;
const HEADER_BYTES = 16;
/** The shortest entry of the index without its offset: the length of a name, and a name of one letter. */
const LEAST_ENTRY_BYTES = 2;
/** What an entry of the index takes as a rule: more is read where that is too little. */
const USUAL_ENTRY_BYTES = 40;
/** A byte holds the length of a name. */
const LONGEST_NAME = 255;
/** T, C, A and G, four a byte, the first in the highest bits. */
const LETTERS = new TextEncoder().encode("TCAG");
const N = "N".charCodeAt(0);
const LOWER_CASE = 0x20;

/** Whether a file begins as 2bit, in either byte order. */
export async function isTwoBit(source: ByteSource): Promise<boolean> {
  if (source.size < 4) return false;
  const view = viewOf(await source.read(0, 4));
  return [true, false].some((littleEndian) => view.getUint32(0, littleEndian) === SIGNATURE);
}

/**
 * Opens a genome in 2bit.
 *
 * @throws {FormatError} If the file is not 2bit, or its index is damaged or cut short.
 */
export async function openTwoBit(source: ByteSource): Promise<Genome> {
  const reader = await TwoBitReader.open(source);
  return {
    name: source.name,
    size: source.size,
    names: [...reader.offsets.keys()],
    chromosome: (name) => reader.chromosome(name),
    close: () => source.close(),
  };
}

/** Runs of bases, by ascending start. */
interface Runs {
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
}

class TwoBitReader {
  readonly offsets = new Map<string, number>();
  readonly #source: ByteSource;
  readonly #littleEndian: boolean;

  private constructor(source: ByteSource, littleEndian: boolean) {
    this.#source = source;
    this.#littleEndian = littleEndian;
  }

  static async open(source: ByteSource): Promise<TwoBitReader> {
    if (source.size < HEADER_BYTES) {
      failAt(source, 0, `the file has ${source.size} bytes, expected a header of ${HEADER_BYTES}`);
    }
    const view = viewOf(await source.read(0, HEADER_BYTES));
    const littleEndian = view.getUint32(0, true) === SIGNATURE;
    if (!littleEndian && view.getUint32(0, false) !== SIGNATURE) {
      failAt(source, 0, "it does not begin as 2bit does");
    }
    const version = view.getUint32(4, littleEndian);
    if (version > 1) failAt(source, 4, `its version is ${version}, expected 0 or 1`);
    const reader = new TwoBitReader(source, littleEndian);
    await reader.#readIndex(view.getUint32(8, littleEndian), version === 1 ? 8 : 4);
    return reader;
  }

  /** Reads the names, each with where its sequence begins. */
  async #readIndex(count: number, offsetBytes: 4 | 8): Promise<void> {
    const source = this.#source;
    const rest = source.size - HEADER_BYTES;
    if (count === 0) failAt(source, 8, "it has 0 sequences, expected some");
    if (count * (LEAST_ENTRY_BYTES + offsetBytes) > rest) {
      failAt(
        source,
        8,
        `it claims ${count} sequences, for which its ${source.size} bytes are too few`,
      );
    }
    const longest = Math.min(rest, count * (1 + LONGEST_NAME + offsetBytes));
    let bytes = await source.read(HEADER_BYTES, Math.min(longest, USUAL_ENTRY_BYTES * count));
    let at = 0;
    for (let i = 0; i < count; i++) {
      if (at + 1 + LONGEST_NAME + offsetBytes > bytes.length && bytes.length < longest) {
        bytes = await source.read(HEADER_BYTES, Math.min(longest, 2 * bytes.length + LONGEST_NAME));
      }
      const end = at + 1 + (bytes[at] ?? 0) + offsetBytes;
      if (end > bytes.length) {
        failAt(source, HEADER_BYTES + at, `its index ends after ${i} of ${count} names`);
      }
      const name = new TextDecoder().decode(bytes.subarray(at + 1, end - offsetBytes));
      const offset = this.#offset(viewOf(bytes), end - offsetBytes, offsetBytes);
      this.#addName(name, offset, HEADER_BYTES + at);
      at = end;
    }
  }

  #addName(name: string, offset: number, place: number): void {
    const source = this.#source;
    if (name === "" || !isPlainLine(name) || name.includes("\ufffd")) {
      failAt(
        source,
        place,
        `its index has the name ${JSON.stringify(name)}, expected a plain text`,
      );
    }
    if (this.offsets.has(name)) {
      failAt(source, place, `its index has "${name}" twice, expected once`);
    }
    if (offset < HEADER_BYTES || offset + 16 > source.size) {
      failAt(
        source,
        place,
        `"${name}" begins at byte ${offset}, but the file has ${source.size} bytes: it was cut short or is damaged`,
      );
    }
    this.offsets.set(name, offset);
  }

  #offset(view: DataView, at: number, bytes: 4 | 8): number {
    return bytes === 4
      ? view.getUint32(at, this.#littleEndian)
      : Number(view.getBigUint64(at, this.#littleEndian));
  }

  async chromosome(name: string): Promise<Chromosome> {
    const source = this.#source;
    const offset = this.offsets.get(name) ??
      failName(name, { name: source.name, names: [...this.offsets.keys()] });
    const [length] = await this.#words(offset, 1, name);
    // The runs and the letters are not needed to know the length.
    let content: Promise<Content> | undefined;
    const open = () => content ??= this.#readContent(name, offset, length!);
    let announced: readonly (readonly [number, number])[] = [];
    const announce = ({ lettersAt }: Content) => {
      if (announced.length === 0) return;
      source.willRead?.(announced.map(([start, end]) => placeOf(lettersAt, start, end)));
      announced = [];
    };
    return {
      name,
      length: length!,
      willRead: (ranges) => announced = ranges,
      read: async (start, end) => {
        checkBases({ name, length: length! }, start, end);
        const found = await open();
        announce(found);
        return await this.#readLetters(found, start, end);
      },
    };
  }

  /** Reads the runs of a sequence, and where its letters are. */
  async #readContent(name: string, offset: number, length: number): Promise<Content> {
    const unknown = await this.#readRuns({ name, length, at: offset + 4, what: "N" });
    const at = offset + 8 + 8 * unknown.starts.length;
    const masked = await this.#readRuns({ name, length, at, what: "lower case" });
    // A word that is reserved comes before the letters.
    const lettersAt = at + 8 + 8 * masked.starts.length;
    const bytes = Math.ceil(length / 4);
    if (lettersAt + bytes > this.#source.size) {
      failAt(
        this.#source,
        lettersAt,
        `"${name}" has ${length} bases, which need ${bytes} bytes from here on, but the file has ${this.#source.size}: ` +
          "it was cut short",
      );
    }
    return { unknown, masked, lettersAt };
  }

  async #readRuns(
    { name, length, at, what }: {
      readonly name: string;
      readonly length: number;
      readonly at: number;
      readonly what: string;
    },
  ): Promise<Runs> {
    const [count = 0] = await this.#words(at, 1, name);
    if (at + 4 + 8 * count > this.#source.size) {
      failAt(
        this.#source,
        at,
        `"${name}" claims ${count} runs of ${what}, but the file has ${this.#source.size} bytes: it was cut short or ` +
          "is damaged",
      );
    }
    const words = await this.#words(at + 4, 2 * count, name);
    const runs = { starts: words.subarray(0, count), lengths: words.subarray(count) };
    let end = 0;
    for (let run = 0; run < count; run++) {
      const [start, bases] = [runs.starts[run]!, runs.lengths[run]!];
      if (start < end || start + bases > length) {
        failAt(
          this.#source,
          at + 4 + 4 * run,
          `run ${
            run + 1
          } of ${what} of "${name}" is of ${bases} bases from base ${start}, expected one within ` +
            `${length} bases and after the run before it`,
        );
      }
      end = start + bases;
    }
    return runs;
  }

  async #readLetters(
    { unknown, masked, lettersAt }: Content,
    start: number,
    end: number,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const letters = new Uint8Array(end - start);
    if (letters.length === 0) return letters;
    const { offset, length } = placeOf(lettersAt, start, end);
    const packed = await this.#source.read(offset, length);
    const first = start & 3;
    for (let i = 0; i < letters.length; i++) {
      const base = first + i;
      letters[i] = LETTERS[packed[base >> 2]! >> 2 * (3 - (base & 3)) & 3]!;
    }
    visitOverlaps(unknown, start, end, (from, to) => letters.fill(N, from, to));
    visitOverlaps(masked, start, end, (from, to) => {
      for (let i = from; i < to; i++) letters[i]! |= LOWER_CASE;
    });
    return letters;
  }

  /** Reads numbers of 4 bytes. */
  async #words(offset: number, count: number, name: string): Promise<Uint32Array> {
    const source = this.#source;
    if (offset + 4 * count > source.size) {
      failAt(source, offset, `"${name}" ends at byte ${source.size}: the file was cut short`);
    }
    const view = viewOf(await source.read(offset, 4 * count));
    const words = new Uint32Array(count);
    for (let i = 0; i < count; i++) words[i] = view.getUint32(4 * i, this.#littleEndian);
    return words;
  }
}

/** What a sequence consists of. */
interface Content {
  readonly unknown: Runs;
  readonly masked: Runs;
  /** Where its letters begin in the file, in bytes. */
  readonly lettersAt: number;
}

/** Where the letters of some bases are. */
function placeOf(
  lettersAt: number,
  start: number,
  end: number,
): { readonly offset: number; readonly length: number } {
  const first = Math.floor(start / 4);
  return { offset: lettersAt + first, length: Math.ceil(end / 4) - first };
}

/** Visits what runs have in common with some bases, counted from the first of these. */
function visitOverlaps(
  { starts, lengths }: Runs,
  start: number,
  end: number,
  visit: (from: number, to: number) => void,
): void {
  // The run before the first that starts later may reach into the bases.
  const next = findFirst(starts.length, (run) => starts[run]! > start);
  for (let run = Math.max(0, next - 1); run < starts.length; run++) {
    const from = starts[run]!;
    if (from >= end) return;
    const to = from + lengths[run]!;
    if (to > start) visit(Math.max(from, start) - start, Math.min(to, end) - start);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function failAt(source: ByteSource, byteOffset: number, found: string): never {
  throw new FormatError(`Cannot read 2bit file: ${found}`, { file: source.name, byteOffset });
}
