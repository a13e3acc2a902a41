/**
 * Finds files that are copies of each other under different names, whose reads would be taken for two experiments'.
 *
 * @module
 */

import { crc32 } from "../base/crc32.ts";

/** Bins that must have something in them: a few of them may agree by chance. */
const LEAST_BINS = 20;

/** A file, and what it is of. */
export interface NamedFile {
  readonly name: string;
  readonly cellType: string;
  readonly mark: string;
}

/** Numbers of a file, `[gene, bin]`. */
type Values = Float64Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** A part of a file's genes. */
export interface FilePart {
  /** Its place among the parts, from 0. */
  readonly number: number;
  /** How many parts there are. */
  readonly of: number;
}

/** What is kept of a part. */
interface PartSeen {
  readonly filled: number;
  readonly sum: number;
  readonly length: number;
}

/** Compares the counts of files, and warns of two that agree in every bin. */
export class CopyFinder {
  readonly #warn: (message: string, file: string) => void;
  readonly #seen = new Map<string, NamedFile>();
  readonly #parts = new Map<string, Map<number, PartSeen>>();

  constructor(warn: (message: string, file: string) => void = () => {}) {
    this.#warn = warn;
  }

  /**
   * Sees the counts of a file, before anything is done to them. A file may be seen several times, and in parts: the files
   * are compared when all parts have been seen.
   */
  see(file: NamedFile, values: Values, { number, of }: FilePart = { number: 0, of: 1 }): void {
    const parts = this.#parts.get(file.name) ?? new Map<number, PartSeen>();
    this.#parts.set(file.name, parts);
    if (parts.has(number)) return;
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    parts.set(number, { filled: countFilled(values), sum: crc32(bytes, 0), length: bytes.length });
    if (parts.size < of) return;
    const all = Array.from({ length: of }, (_, i) => parts.get(i)!);
    if (all.reduce((filled, part) => filled + part.filled, 0) < LEAST_BINS) return;
    const key = all.map(({ sum, length }) => `${length} ${sum}`).join();
    const earlier = this.#seen.get(key);
    this.#seen.set(key, earlier ?? file);
    if (earlier === undefined) return;
    this.#warn(
      `${file.name} (${file.mark} of ${file.cellType}) has the same number in every bin as ${earlier.name} ` +
        `(${earlier.mark} of ${earlier.cellType}): one is most likely a copy of the other`,
      file.name,
    );
  }
}

/** Counts the values that are not 0, up to as many as are needed. */
function countFilled(values: Values): number {
  let filled = 0;
  for (const value of values) {
    if (value !== 0 && ++filled === LEAST_BINS) break;
  }
  return filled;
}
