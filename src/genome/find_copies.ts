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

/** Compares the counts of files, and warns of two that agree in every bin. */
export class CopyFinder {
  readonly #warn: (message: string, file: string) => void;
  readonly #seen = new Map<string, NamedFile>();
  readonly #named = new Set<string>();

  constructor(warn: (message: string, file: string) => void = () => {}) {
    this.#warn = warn;
  }

  /** Sees the counts of a file, before anything is done to them. A file may be seen several times. */
  see(file: NamedFile, values: Values): void {
    if (!hasEnough(values)) return;
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const key = `${values.byteLength} ${crc32(bytes, 0)}`;
    const earlier = this.#seen.get(key);
    this.#seen.set(key, earlier ?? file);
    if (earlier === undefined || earlier.name === file.name || this.#named.has(file.name)) return;
    this.#named.add(file.name);
    this.#warn(
      `${file.name} (${file.mark} of ${file.cellType}) has the same number in every bin as ${earlier.name} ` +
        `(${earlier.mark} of ${earlier.cellType}): one is most likely a copy of the other`,
      file.name,
    );
  }
}

function hasEnough(values: Values): boolean {
  let filled = 0;
  for (const value of values) {
    if (value !== 0 && ++filled === LEAST_BINS) return true;
  }
  return false;
}
