/**
 * Reads npz files: zip files of npy arrays, as `numpy.savez` and `numpy.savez_compressed` write them.
 *
 * @module
 */

import { ZipNpzReader } from "./_npz_reader.ts";
import { type BinarySource, openSource } from "../files/open_source.ts";
import { readZipDirectory } from "./_zip_directory.ts";
import type { NpzReader } from "./npz_types.ts";
import type { AbortOptions } from "../progress.ts";

/**
 * Opens an npz file, stored or deflated, with or without ZIP64. Only its directory is read.
 *
 * @param source Path of the file, or a source of its bytes, which stays open when the reader is closed.
 * @param options How to give the reading up.
 * @returns The reader, to be closed.
 * @throws {FormatError} If the file is not a zip file or was cut short, or its directory contradicts itself: two members
 * of one name, overlapping members, impossible sizes.
 *
 * @example
 * ```ts
 * import { bytesSource, openNpz, writeNpz } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
 * const [bytes] = await Promise.all([
 *   new Response(readable).bytes(),
 *   writeNpz(writable, [{ name: "x", dtype: "float32", shape: [2], data: new Float32Array([1, 2]) }]),
 * ]);
 * const npz = await openNpz(bytesSource(bytes));
 * deepStrictEqual((await npz.read("x")).data, new Float32Array([1, 2]));
 * npz.close();
 * ```
 */
export async function openNpz(
  source: BinarySource,
  options: AbortOptions = {},
): Promise<NpzReader> {
  const file = await openSource(source, options);
  try {
    return new ZipNpzReader(file, await readZipDirectory(file, ".npy"));
  } catch (error) {
    file.close();
    throw error;
  }
}
