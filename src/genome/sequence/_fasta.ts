/** Reads letters of a FASTA file by its index, and checks on the way that the index is this file's own. */

import { isBaseLetter, LETTERS_WANTED } from "../../base/sequence_packer.ts";
import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { CARRIAGE_RETURN, LINE_FEED } from "../../text/characters.ts";
import { type FastaEntry, placeOfBase } from "./_fasta_index.ts";
import { checkBases, type Chromosome, failName, type Genome } from "./genome.ts";

/** Far more than the line of a name has. */
const LONGEST_HEADER_BYTES = 1 << 16;
const USUAL_HEADER_BYTES = 1 << 9;
const GREATER = ">".charCodeAt(0);

/** A FASTA file, inflated, and its index. */
export interface IndexedFasta {
  readonly source: ByteSource;
  readonly entries: readonly FastaEntry[];
  /** Length of the file as it is stored, in bytes. */
  readonly storedBytes: number;
  /** Name of the index, for messages. */
  readonly index: string;
  readonly close: () => void;
}

/** Makes a genome of an indexed FASTA file. */
export function fastaGenome({ source, entries, storedBytes, index, close }: IndexedFasta): Genome {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const names = [...byName.keys()];
  return {
    name: source.name,
    size: storedBytes,
    names,
    async chromosome(name) {
      const entry = byName.get(name) ?? failName(name, { name: source.name, names });
      await checkEnds(source, entry, index);
      return new FastaSequence(source, entry, index);
    },
    close,
  };
}

class FastaSequence implements Chromosome {
  readonly name: string;
  readonly length: number;
  readonly #source: ByteSource;
  readonly #entry: FastaEntry;
  readonly #index: string;

  constructor(source: ByteSource, entry: FastaEntry, index: string) {
    this.name = entry.name;
    this.length = entry.length;
    this.#source = source;
    this.#entry = entry;
    this.#index = index;
  }

  willRead(ranges: readonly (readonly [start: number, end: number])[]): void {
    this.#source.willRead?.(ranges.map(([start, end]) => this.#placeOf(start, end)));
  }

  async read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    checkBases(this, start, end);
    const letters = new Uint8Array(end - start);
    if (start === end) return letters;
    const { lineBases, lineBytes } = this.#entry;
    const { offset, length } = this.#placeOf(start, end);
    const bytes = await this.#source.read(offset, length);
    let at = 0;
    let filled = 0;
    while (filled < letters.length) {
      const count = Math.min(letters.length - filled, lineBases - (start + filled) % lineBases);
      const line = bytes.subarray(at, at + count);
      this.#checkLetters(line, start + filled);
      letters.set(line, filled);
      filled += count;
      at += count;
      if (filled === letters.length) break;
      this.#checkLineEnd(bytes.subarray(at, at + lineBytes - lineBases), start + filled);
      at += lineBytes - lineBases;
    }
    return letters;
  }

  #placeOf(start: number, end: number): { readonly offset: number; readonly length: number } {
    const offset = placeOfBase(this.#entry, start);
    const length = start === end ? 0 : placeOfBase(this.#entry, end - 1) + 1 - offset;
    return { offset, length };
  }

  #checkLetters(letters: Uint8Array, first: number): void {
    const wrong = letters.findIndex((letter) => !isBaseLetter(letter));
    if (wrong < 0) return;
    const found = JSON.stringify(String.fromCharCode(letters[wrong]!));
    failAt(
      this.#source,
      placeOfBase(this.#entry, first + wrong),
      `base ${
        first + wrong
      } of "${this.name}", from 0, is ${found}, expected ${LETTERS_WANTED}, or ${this.#index} is ` +
        "the index of another file",
    );
  }

  #checkLineEnd(end: Uint8Array, base: number): void {
    const isSound = end.length > 0 && end.at(-1) === LINE_FEED &&
      end.subarray(0, -1).every((byte) => byte === CARRIAGE_RETURN);
    if (isSound) return;
    failAt(
      this.#source,
      placeOfBase(this.#entry, base),
      `no line of "${this.name}" ends before base ${base}, as by ${this.#index}: it is the index of another file`,
    );
  }
}

/** Throws unless a sequence begins after its own name and ends where the next begins, as the index has it. */
async function checkEnds(source: ByteSource, entry: FastaEntry, index: string): Promise<void> {
  const { name, offset, length } = entry;
  const header = await readHeader(source, offset);
  if (header !== name) {
    failAt(
      source,
      offset,
      `by ${index} the letters of "${name}" begin there, but ${
        header === undefined ? "no line with a name ends there" : `those of "${header}" do`
      }: it is the index of another file, or older than this one`,
    );
  }
  const end = length === 0 ? offset : placeOfBase(entry, length - 1) + 1;
  const rest = await source.read(end, Math.min(LONGEST_GAP_BYTES, source.size - end));
  const next = rest.find((byte) => byte !== LINE_FEED && byte !== CARRIAGE_RETURN);
  const isAfterLine = length === 0 || rest.length === 0 || rest[0] === LINE_FEED ||
    rest[0] === CARRIAGE_RETURN;
  if ((next === undefined || next === GREATER) && isAfterLine) return;
  failAt(
    source,
    end,
    `by ${index} "${name}" ends there after ${length} bases, but more letters follow: it is the index of another file, or older ` +
      "than this one",
  );
}

/** Line ends and blank lines between two sequences. */
const LONGEST_GAP_BYTES = 8;

/** The name in the line that ends before a place; `undefined` if no line with a name ends there. */
async function readHeader(source: ByteSource, offset: number): Promise<string | undefined> {
  for (const most of [USUAL_HEADER_BYTES, LONGEST_HEADER_BYTES]) {
    const length = Math.min(most, offset);
    const bytes = await source.read(offset - length, length);
    if (bytes.at(-1) !== LINE_FEED) return undefined;
    const start = bytes.lastIndexOf(LINE_FEED, length - 2) + 1;
    if (start === 0 && length < offset && most < LONGEST_HEADER_BYTES) continue;
    if (bytes[start] !== GREATER) return undefined;
    return /^\S*/.exec(new TextDecoder().decode(bytes.subarray(start + 1)))![0];
  }
  return undefined;
}

function failAt(source: ByteSource, byteOffset: number, found: string): never {
  throw new FormatError(`Cannot read FASTA file: ${found}`, { file: source.name, byteOffset });
}
