/**
 * Groups, attributes and arrays of an HDF5 file, by h5wasm, the C library of HDF5 compiled to WebAssembly. It is loaded
 * only where such a file is read, and sees nothing but the bytes that it is given.
 *
 * @module
 */

import type { Attribute, Dataset, File, Group } from "h5wasm";
import { FormatError } from "../errors.ts";
import type { Bytes } from "../base/bytes.ts";
import { checkFinite, countValues, type Tensor } from "./tensor.ts";

/** An open file. Paths are those of HDF5, between slashes. */
export interface Hdf5Reader {
  /** The text of an attribute; `undefined` if it is not there. */
  text(path: string, name: string): string | undefined;
  /**
   * The texts of an attribute, of which long lists are in several: `name0`, `name1`, …; `undefined` if it is not there.
   */
  texts(path: string, name: string): readonly string[] | undefined;
  /** Whether there is a group or an array. */
  has(path: string): boolean;
  /** An array of floating-point numbers; `undefined` if it is missing. */
  tensor(path: string): Tensor | undefined;
}

/** Numbers the files in the library's memory. */
let opened = 0;

/**
 * Opens an HDF5 file for as long as a function reads it.
 *
 * @param bytes Its content.
 * @param file Its name, for messages.
 * @param read Reads it.
 * @returns What the function returns.
 * @throws {FormatError} If it is damaged.
 */
export async function withHdf5<Value>(
  bytes: Bytes,
  file: string,
  read: (reader: Hdf5Reader) => Value,
): Promise<Value> {
  const library = await import("h5wasm");
  const module = await library.ready;
  // Without it the library prints what it finds, and continues.
  module.activate_throwing_error_handler();
  const name = `${++opened}.h5`;
  module.FS.writeFile(name, bytes);
  let handle: File | undefined;
  try {
    handle = new library.File(name, "r");
    return read(new LibraryReader(handle, { file, bytes: bytes.length }));
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw new FormatError(`Cannot read HDF5: ${firstReason(cause)}`, { file, cause });
  } finally {
    closeQuietly(handle);
    module.FS.unlink(name);
  }
}

function closeQuietly(handle: File | undefined): void {
  try {
    handle?.close();
  } catch {
    // A damaged file may not close either; its memory is given back with the name.
  }
}

/** What went wrong, of a trace of many lines: the innermost reason. */
function firstReason(error: unknown): string {
  const lines = String((error as Error)?.message ?? error).split("\n");
  const reasons = lines.filter((line) => line.includes("(): "));
  return (reasons.at(-1)?.replace(/^.*\(\): /, "") ?? lines[0] ?? "").slice(0, 200);
}

class LibraryReader implements Hdf5Reader {
  readonly #root: Group;
  readonly #file: string;
  readonly #bytes: number;

  constructor(root: Group, { file, bytes }: { readonly file: string; readonly bytes: number }) {
    this.#root = root;
    this.#file = file;
    this.#bytes = bytes;
  }

  text(path: string, name: string): string | undefined {
    const value = this.#attribute(path, name)?.value;
    return typeof value === "string" ? value : undefined;
  }

  texts(path: string, name: string): readonly string[] | undefined {
    const whole = this.#attribute(path, name)?.value;
    if (whole !== undefined) return textsOf(whole);
    const parts: string[] = [];
    for (let part = 0;; part++) {
      const value = this.#attribute(path, `${name}${part}`)?.value;
      if (value === undefined) return part === 0 ? undefined : parts;
      parts.push(...textsOf(value));
    }
  }

  has(path: string): boolean {
    return this.#find(path) !== undefined;
  }

  tensor(path: string): Tensor | undefined {
    const found = this.#find(path);
    if (found === undefined || !("type" in found) || found.type !== "Dataset") return undefined;
    const { shape, metadata } = found as Dataset;
    const fail = (what: string): never => {
      throw new FormatError(`Cannot read HDF5: "${path}" ${what}`, { file: this.#file });
    };
    // The class of floating-point numbers is 1.
    if (metadata.type !== 1 || ![2, 4, 8].includes(metadata.size) || shape === null) {
      fail(`has the type ${String(metadata.type)}, expected floating-point numbers`);
    }
    const extents = shape!.map(Number);
    const count = countValues(extents) ?? Infinity;
    // Keras stores weights as they are, so more values than bytes are there only in a file that means harm.
    if (count * metadata.size > this.#bytes) {
      fail(`has the shape [${extents.join(", ")}], expected no more than the file has bytes`);
    }
    const value = count === 0 ? [] : (found as Dataset).value;
    const values = Float32Array.from(numbersOf(value) ?? fail("holds no numbers")!);
    if (values.length !== count) fail(`has ${values.length} values, expected ${count}`);
    checkFinite(values, { action: "read HDF5", name: path, file: this.#file });
    return { name: path, shape: extents, values };
  }

  #find(path: string) {
    return path === "" ? this.#root : this.#root.get(path) ?? undefined;
  }

  #attribute(path: string, name: string): Attribute | undefined {
    const found = this.#find(path);
    if (found === undefined || !("attrs" in found)) return undefined;
    return Object.hasOwn(found.attrs, name) ? found.attrs[name] : undefined;
  }
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.flatMap(textsOf) : typeof value === "string" ? [value] : [];
}

function numbersOf(value: unknown): ArrayLike<number> | undefined {
  if (typeof value === "number") return [value];
  if (Array.isArray(value)) {
    return value.every((each) => typeof each === "number") ? value : undefined;
  }
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
    ? value as unknown as ArrayLike<number>
    : undefined;
}
