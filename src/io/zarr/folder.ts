/** Folders that hold AnnData. */

import { directorySource } from "../../files/directory_source.ts";
import { pathKind, pathOf } from "../../files/file.ts";
import type { PackedColumns } from "../columns.ts";
import { readAnndata, type ReadAnndataOptions } from "./anndata_reader.ts";
import { ContractError } from "../../errors.ts";
import { storedBytes } from "./_array_metadata.ts";
import { unpacksSync } from "./_unpack.ts";
import { hasFacts } from "./_signal_facts.ts";
import { mostBytesOf, ZarrReader } from "./reader.ts";
import { openStoredColumns, type StoredColumns } from "./stored_columns.ts";

/** Whether a folder is a hierarchy of Zarr, of version 3 or 2. */
export async function isZarrFolder(path: string | URL): Promise<boolean> {
  for (const name of ["zarr.json", ".zgroup"]) {
    if (await pathKind(`${pathOf(path)}/${name}`) === "file") return true;
  }
  return false;
}

/**
 * Reads samples from a folder of AnnData.
 *
 * @throws {FormatError} As `readAnndata` does.
 */
export async function readAnndataFolder(
  path: string | URL,
  options: Omit<ReadAnndataOptions, "name"> = {},
): Promise<PackedColumns> {
  const name = nameOf(path);
  return await readAnndata(directorySource(path, mostBytesOf), { ...options, name });
}

/**
 * Opens samples of a folder of AnnData whose signal stays there.
 *
 * @throws {FormatError} As `readAnndata` does.
 * @throws {ContractError} If chunks of the signal hold parts of samples, or are compressed in Blosc.
 */
export async function openAnndataFolder(
  path: string | URL,
  options: Omit<ReadAnndataOptions, "name"> = {},
): Promise<StoredColumns> {
  const name = nameOf(path);
  const store = directorySource(path, mostBytesOf);
  await refuseUnreadable(new ZarrReader(store, name));
  return await openStoredColumns(store, { ...options, name });
}

/** Whether a folder of AnnData says what its signal is, so that it can be opened without being read through. */
export async function saysWhatSignalIs(path: string | URL): Promise<boolean> {
  const reader = new ZarrReader(directorySource(path, mostBytesOf), nameOf(path));
  const node = await reader.node("/X");
  return node?.kind === "array" && hasFacts(node.attributes);
}

/** The bytes that the signal of a folder of AnnData has, as it is stored but not compressed. */
export async function anndataSignalBytes(path: string | URL): Promise<number> {
  const reader = new ZarrReader(directorySource(path, mostBytesOf), nameOf(path));
  const node = await reader.node("/X");
  if (node?.kind !== "array") return 0;
  return node.shape.reduce((items, length) => items * length, storedBytes(node.type));
}

/**
 * Refuses chunks that cannot be decompressed while a thread waits, which models are trained without, but not measured: that
 * would show at the end.
 */
async function refuseUnreadable(reader: ZarrReader): Promise<void> {
  const node = await reader.node("/X");
  if (node?.kind !== "array") return;
  const packing = (node.chunk.inner ?? node.chunk).packings.find((one) => !unpacksSync(one));
  if (packing === undefined) return;
  throw new ContractError(
    `Cannot leave the signal of ${reader.name} on disk: its chunks are compressed in ${packing}, which this run-time does not ` +
      "decompress while it is waited for, expected none, gzip or zstd. It can be read into memory (--memory), and " +
      "`convert` with as much --memory writes it in zstd",
  );
}

/** The path without separators at its end. */
function nameOf(path: string | URL): string {
  return String(path).replace(/(?<=[^/\\])[/\\]+$/, "");
}
