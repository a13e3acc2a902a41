/** What the fuzzer starts from: sound files, with the places where it pays to damage them. */

import { Buffer } from "node:buffer";
import type { ByteSource } from "../../src/files/byte_source.ts";

/** Bytes of one file. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** A number in a binary file that says how long, how many or where: little-endian. */
export interface Field {
  readonly offset: number;
  readonly bytes: 1 | 2 | 4 | 8;
}

/** How a part is damaged. */
export type PartKind = "binary" | "text" | "json";

/** One of the files that a reader is given together, such as a BAM file and its index. */
export interface Part {
  /** The file's name, as the reader sees it. */
  readonly name: string;
  readonly kind: PartKind;
  /** What is damaged. */
  readonly bytes: Bytes;
  /** Numbers that may lie. */
  readonly fields?: readonly Field[];
  /** Where one structure ends and the next begins. */
  readonly boundaries?: readonly number[];
  /**
   * Makes the file of the damaged bytes, with sizes and checksums that hold: so that damage reaches what a checksum
   * would otherwise keep it from.
   */
  readonly wrap?: (bytes: Bytes) => Bytes;
}

/** Sound files that a reader reads together. */
export type Seed = readonly Part[];

/** A reader under test. */
export interface Target {
  readonly name: string;
  /** Errors besides `FormatError` that its documentation names. */
  readonly allowed?: readonly (new (message: string) => Error)[];
  readonly seeds: () => Promise<readonly Seed[]> | readonly Seed[];
  /**
   * Reads everything that there is to read.
   *
   * @param files The files of a seed, damaged.
   * @throws {UnsoundValueError} If what was read cannot be.
   */
  readonly read: (files: readonly ByteSource[]) => Promise<void>;
}

/** A reader took a damaged file for sound and returned what cannot be. */
export class UnsoundValueError extends Error {
  override readonly name = "UnsoundValueError";
}

/** Throws unless a value that was read is sound. */
export function expectSound(sound: boolean, what: string): asserts sound {
  if (!sound) throw new UnsoundValueError(what);
}

/** A text as the bytes of a file. */
export function encode(text: string): Bytes {
  return new TextEncoder().encode(text);
}

/** Bytes as a text of one letter each, and back: unlike `TextDecoder`'s "latin1", which is another alphabet. */
export function toLetters(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

/** The bytes of {@linkcode toLetters}; of letters beyond 255 the low byte. */
export function fromLetters(letters: string): Bytes {
  return new Uint8Array(Buffer.from(letters, "latin1"));
}

/** A part that holds a text. */
export function textPart(name: string, text: string, wrap?: Part["wrap"]): Part {
  return { name, kind: "text", bytes: encode(text), wrap };
}

/** A part that holds a value as JSON. */
export function jsonPart(name: string, value: unknown): Part {
  return { name, kind: "json", bytes: encode(JSON.stringify(value, null, 1)) };
}
