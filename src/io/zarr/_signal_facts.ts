/** What is known of the signal of AnnData before it is read: it stands in an attribute of `X`. */

import type { PackedType } from "../../base/arrays.ts";
import { toHex } from "../../base/platform.ts";
import { CHECKSUM_BYTES } from "./_unpack.ts";
import type { ZarrAttributes } from "./store.ts";

/** A type in which signal is written. */
export type StoredType = "uint8" | "uint16" | "float32";

/** What is known of signal. */
export interface Facts {
  /** Identifies the values: others have another. */
  readonly digest: string;
  /** The narrowest type that holds all values of marks that were measured. */
  readonly type: PackedType;
  /** Which marks were measured, `[cellType, mark]`, in the order of the cell types' first samples; `undefined` if all were. */
  readonly markMask: Uint8Array | undefined;
  /** The checksums with which the chunks end, one after another: a chunk of other data has another. */
  readonly checksums?: string | undefined;
}

/**
 * The attribute of `X` that has them. It is one of the array, not of the data as a whole, since programs that write the
 * data again, with other samples, keep those but not this.
 */
export const FACTS = "histone-signal";

/** The attribute that has the facts. */
export function factsAttribute({ digest, type, markMask, checksums }: Facts): ZarrAttributes {
  const measured = markMask && Array.from(markMask).join("");
  return {
    [FACTS]: {
      digest,
      type,
      ...(measured !== undefined && { measured }),
      ...(checksums !== undefined && { checksums }),
    },
  };
}

/** The last bytes of a chunk, which are its checksum, in hexadecimal digits. */
export function endOf(chunk: Uint8Array<ArrayBuffer>): string {
  return toHex(chunk.subarray(Math.max(0, chunk.length - CHECKSUM_BYTES)));
}

/** Whether a chunk is the one that was written with the attributes of its array, as far as they tell. */
export function isOwnChunk(
  attributes: ZarrAttributes,
  { chunk, bytes }: { readonly chunk: number; readonly bytes: Uint8Array<ArrayBuffer> },
): boolean {
  const { checksums } = (attributes[FACTS] ?? {}) as Readonly<Record<string, unknown>>;
  if (checksums === undefined) return true;
  const place = chunk * 2 * CHECKSUM_BYTES;
  return typeof checksums === "string" &&
    checksums.slice(place, place + 2 * CHECKSUM_BYTES) === endOf(bytes);
}

/** Whether attributes have the facts, damaged or not. */
export function hasFacts(attributes: ZarrAttributes): boolean {
  return attributes[FACTS] !== undefined;
}

const PACKED_TYPES: readonly PackedType[] = ["uint8", "uint16", "uint32", "float32", "float64"];

/**
 * Reads the facts.
 *
 * @param attributes Those of `X`.
 * @param places Number of cell types × marks.
 * @returns `undefined` if another program wrote the array; a text if they are damaged.
 */
export function parseFacts(attributes: ZarrAttributes, places: number): Facts | undefined | string {
  const found = attributes[FACTS];
  if (found === undefined) return undefined;
  const { digest, type, measured } = (found ?? {}) as Readonly<Record<string, unknown>>;
  const packed = PACKED_TYPES.find((name) => name === type);
  const isMask = measured === undefined ||
    (typeof measured === "string" && measured.length === places && /^[01]*$/.test(measured));
  if (
    packed === undefined || !isMask || typeof digest !== "string" || !/^[0-9a-f]{64}$/.test(digest)
  ) {
    return `its attribute ${FACTS} is damaged`;
  }
  const markMask = measured === undefined ? undefined : Uint8Array.from(measured as string, Number);
  return { digest, type: packed, markMask };
}

/** Finds the narrowest types that hold values. */
export class NeededTypes {
  #most = 0;
  #isWhole = true;
  #isSingle = true;
  #isMissing = false;

  /** Takes values, of which NaN stands for those that were not measured. */
  add(values: ArrayLike<number>): void {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value !== value) {
        this.#isMissing = true;
        continue;
      }
      if (value > this.#most) this.#most = value;
      if (value < 0 || value !== Math.floor(value)) this.#isWhole = false;
      if (value !== Math.fround(value)) this.#isSingle = false;
    }
  }

  /** The type of what was measured, as it is in memory. */
  get packed(): PackedType {
    if (!this.#isWhole || this.#most >= 2 ** 32) return this.#isSingle ? "float32" : "float64";
    return this.#most < 2 ** 8 ? "uint8" : this.#most < 2 ** 16 ? "uint16" : "uint32";
  }

  /** The type of all values, as they are written. */
  get stored(): StoredType {
    if (this.#isMissing) return "float32";
    const { packed } = this;
    return packed === "uint8" || packed === "uint16" ? packed : "float32";
  }
}

/** Copies values into an array of the type in which they are written. */
export function toStored(
  values: ArrayLike<number>,
  type: StoredType,
): Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Float32Array<ArrayBuffer> {
  switch (type) {
    case "uint8":
      return new Uint8Array(values);
    case "uint16":
      return new Uint16Array(values);
    case "float32":
      return new Float32Array(values);
  }
}
