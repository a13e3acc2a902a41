/** Makes the index of a FASTA file that has none. */

import { freeArray } from "../../base/free.ts";
import { isPlainLine } from "../../base/printable.ts";
import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { CARRIAGE_RETURN, LINE_FEED } from "../../text/characters.ts";
import { decodeLoosely } from "../../text/numbers.ts";
import type { FastaEntry } from "./_fasta_index.ts";

const PIECE_BYTES = 1 << 22;
const GREATER = ">".charCodeAt(0);
/** Far more than any name has. */
const LONGEST_NAME = 1000;

/**
 * Makes the index of a FASTA file in one pass over its inflated bytes.
 *
 * @param source The bytes.
 * @param onProgress Called with the bytes read and all bytes.
 * @throws {FormatError} With the line, if it is not FASTA, a name appears twice, or lines of one sequence differ in
 * length, so that letters cannot be found.
 */
export async function makeFastaIndex(
  source: ByteSource,
  onProgress?: (done: number, total: number) => void,
): Promise<FastaEntry[]> {
  const scanner = new FastaScanner(source.name);
  for (let offset = 0; offset < source.size; offset += PIECE_BYTES) {
    const length = Math.min(PIECE_BYTES, source.size - offset);
    const piece = await source.read(offset, length);
    scanner.scan(piece);
    if (source.readsAreCopies) freeArray(piece);
    onProgress?.(offset + length, source.size);
  }
  return scanner.finish();
}

type GrowingEntry = { -readonly [Field in keyof FastaEntry]: FastaEntry[Field] };

/** Follows the lines of a file that comes in pieces; a line may be as long as a chromosome. */
class FastaScanner {
  readonly #file: string;
  readonly #entries: GrowingEntry[] = [];
  readonly #names = new Set<string>();
  #current: GrowingEntry | undefined;
  /** The line of the current sequence that was shorter than those before, as only the last may be. */
  #shortLine: number | undefined;
  /** Bytes of all lines before the current one. */
  #lineStart = 0;
  #lineNumber = 1;
  /** Bytes of the current line so far. */
  #lineBytes = 0;
  #firstByte = 0;
  #lastByte = 0;
  /** The first bytes of a header so far. */
  #header: number[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  scan(piece: Uint8Array): void {
    for (let at = 0; at < piece.length;) {
      const found = piece.indexOf(LINE_FEED, at);
      const end = found < 0 ? piece.length : found;
      this.#extend(piece, at, end);
      if (found < 0) return;
      this.#endLine(1);
      at = found + 1;
    }
  }

  finish(): FastaEntry[] {
    if (this.#lineBytes > 0) this.#endLine(0);
    if (this.#entries.length === 0) {
      throw new FormatError("Cannot read FASTA file: it is empty, expected sequences", {
        file: this.#file,
      });
    }
    // A sequence without letters has no lines.
    return this.#entries.map((entry) => ({ ...entry, lineBases: Math.max(1, entry.lineBases) }));
  }

  /** Adds bytes to the current line. */
  #extend(piece: Uint8Array, start: number, end: number): void {
    if (start === end) return;
    if (this.#lineBytes === 0) this.#firstByte = piece[start]!;
    if (this.#firstByte === GREATER && this.#header.length < LONGEST_NAME) {
      this.#header.push(...piece.subarray(start, Math.min(end, start + LONGEST_NAME)));
    }
    this.#lastByte = piece[end - 1]!;
    this.#lineBytes += end - start;
  }

  #endLine(endBytes: 0 | 1): void {
    const returns = this.#lineBytes > 0 && this.#lastByte === CARRIAGE_RETURN ? 1 : 0;
    const letters = this.#lineBytes - returns;
    const bytes = this.#lineBytes + endBytes;
    const next = this.#lineStart + bytes;
    if (letters > 0 && this.#firstByte === GREATER) this.#begin(next);
    else this.#addLetters(letters, letters + returns + 1);
    this.#lineStart = next;
    this.#lineNumber++;
    this.#lineBytes = 0;
    this.#header = [];
  }

  #begin(offset: number): void {
    // What follows the name may be in any encoding.
    const name = /^\S*/.exec(decodeLoosely(Uint8Array.from(this.#header.slice(1))))![0];
    if (name === "" || !isPlainLine(name) || name.includes("\ufffd")) {
      this.#fail(
        `its name is ${JSON.stringify(name.slice(0, 40))}, expected a plain text after ">"`,
      );
    }
    if (this.#names.has(name)) this.#fail(`"${name}" appears twice, expected once`);
    this.#names.add(name);
    this.#current = { name, length: 0, offset, lineBases: 0, lineBytes: 0 };
    this.#shortLine = undefined;
    this.#entries.push(this.#current);
  }

  /** Adds a line of the current sequence. */
  #addLetters(letters: number, bytes: number): void {
    const entry = this.#current;
    if (entry === undefined) {
      if (letters === 0) return;
      this.#fail('found no ">" at the start of the file, expected FASTA: ">name", then letters');
    }
    if (letters === 0) {
      this.#shortLine ??= this.#lineNumber;
      return;
    }
    if (entry.lineBases === 0 && this.#shortLine === undefined) {
      entry.lineBases = letters;
      entry.lineBytes = bytes;
    }
    const isLonger = letters > entry.lineBases ||
      bytes - letters !== entry.lineBytes - entry.lineBases;
    if (this.#shortLine !== undefined || isLonger) {
      this.#fail(
        `lines of "${entry.name}" differ in length (lines ${
          this.#shortLine ?? this.#lineNumber - 1
        } and ${this.#lineNumber}), expected all but the last as long as the first: write it again, for instance ` +
          'with "seqkit seq -w 60"',
      );
    }
    if (letters < entry.lineBases) this.#shortLine = this.#lineNumber;
    entry.length += letters;
  }

  #fail(found: string): never {
    throw new FormatError(`Cannot read FASTA file: ${found}`, {
      file: this.#file,
      line: this.#lineNumber,
    });
  }
}
