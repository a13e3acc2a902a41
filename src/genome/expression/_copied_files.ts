/** Finds files of expression that are copies of each other under different names. */

import { crc32 } from "../../base/crc32.ts";
import { showName } from "../wording.ts";

/** Values that must be there and not 0: a few may agree by chance. */
const LEAST_VALUES = 20;

interface Column {
  readonly file: string;
  readonly cellType: string;
}

/**
 * Compares columns of different files. What one file has for several cell types is not compared, since one column may be named
 * for several of them on purpose.
 */
export class CopiedFiles {
  readonly #seen = new Map<number, Column>();

  /** Sees the values of a column, `[gene]`, and describes an earlier one that is the same. */
  see(column: Column, values: Float64Array<ArrayBuffer>): string | undefined {
    if (!isTelling(values)) return undefined;
    const key = crc32(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), 0);
    const earlier = this.#seen.get(key);
    if (earlier === undefined) this.#seen.set(key, column);
    if (earlier === undefined || earlier.file === column.file) return undefined;
    return `${column.file} (expression of ${
      showName(column.cellType)
    }) has the same value for every gene as ` +
      `${earlier.file} (of ${showName(earlier.cellType)}): one is most likely a copy of the other`;
  }
}

/** Whether values are of something: enough of them, and not all the same. */
function isTelling(values: Float64Array): boolean {
  const some = values.filter((value) => value !== 0 && !Number.isNaN(value));
  return some.length >= LEAST_VALUES && some.some((value) => value !== some[0]);
}
