/** Valid files that the fuzzer starts from, with the places where damage is most likely to show an error. */

import { Buffer } from "node:buffer";
import type { ByteSource } from "../../src/files/byte_source.ts";

/** Bytes of one file. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** A little-endian number in a binary file that states a length, a count or an offset. */
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
  /** The bytes that are damaged. */
  readonly bytes: Bytes;
  /** Numbers that may be changed to wrong ones. */
  readonly fields?: readonly Field[] | undefined;
  /** Where one structure ends and the next begins. */
  readonly boundaries?: readonly number[] | undefined;
  /**
   * Makes the file from the damaged bytes, with correct sizes and checksums, so that the damage is not found by a
   * checksum before it reaches the code that follows.
   */
  readonly wrap?: ((bytes: Bytes) => Bytes) | undefined;
}

/** Valid files that a reader reads together. */
export type Seed = readonly Part[];

/** A reader under test. */
export interface Target {
  readonly name: string;
  /** Errors besides `FormatError` that its documentation names. */
  readonly allowed?: readonly (new (...parameters: never[]) => Error)[];
  readonly seeds: () => Promise<readonly Seed[]> | readonly Seed[];
  /**
   * Reads the whole content.
   *
   * @param files The files of a seed, damaged.
   * @throws {UnsoundValueError} If a value that was read is impossible.
   */
  readonly read: (files: readonly [ByteSource, ...ByteSource[]]) => Promise<void>;
}

/** A reader accepted a damaged file and returned an impossible value. */
export class UnsoundValueError extends Error {
  override readonly name = "UnsoundValueError";
}

/** Throws unless a value that was read is possible. */
export function expectSound(sound: boolean, what: string): asserts sound {
  if (!sound) throw new UnsoundValueError(what);
}

/** A text as the bytes of a file. */
export function encode(text: string): Bytes {
  return new TextEncoder().encode(text);
}

/** Bytes as a text with one letter for each, as Latin-1 has it; `TextDecoder`'s "latin1" is another encoding. */
export function toLetters(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

/** The inverse of {@linkcode toLetters}; letters beyond 255 give their low byte. */
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
