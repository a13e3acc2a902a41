/** Reads a member of an npz file while the caller's thread waits. */

import { BUILTINS } from "../base/builtins.ts";
import { crc32 } from "../base/crc32.ts";
import { ContractError } from "../errors.ts";
import type { DirectorySource } from "../files/directory_source.ts";
import { checkNpySize, npyError } from "./_npy_header.ts";
import { decodeItems, NPY_TYPES, toFloat64 } from "./_npy_items.ts";
import type { ZipMember } from "./_zip_directory.ts";
import { parseNpyHeader } from "./npy.ts";
import type { NpyPlace } from "./npy_types.ts";

/** Values that are decoded together. */
const PIECE_VALUES = 2 ** 17;

/** A file in a directory. */
export interface FileInDirectory {
  readonly directory: DirectorySource;
  /** Its key, which starts with `/`. */
  readonly key: string;
  /** Its name, for messages. */
  readonly name: string;
}

/**
 * The numbers of a member, some at a time.
 *
 * @throws {FormatError} If it is damaged, or is another than when the file was opened.
 * @throws {ContractError} If its array is in Fortran's order, or the run-time has no inflation that is waited for.
 */
export function* memberNumbersSync(
  { directory, key, name }: FileInDirectory,
  member: ZipMember,
): Generator<Float64Array> {
  const place: NpyPlace = {
    file: name,
    member: member.filename.replace(/\.npy$/, ""),
    byteOffset: undefined,
  };
  const { dataOffset: offset, compressedSize: length } = member;
  const stored = directory.getRangeSync(key, { offset, length });
  if (stored?.length !== length) {
    throw npyError(`it ends after ${stored?.length ?? 0} bytes, expected ${length}`, place);
  }
  const bytes = member.deflated ? inflate(stored, member, place) : stored;
  if (bytes.length !== member.size || crc32(bytes, 0) !== member.crc32) {
    throw npyError("its bytes are damaged (CRC-32 differs)", place);
  }
  const header = parseNpyHeader(bytes, place);
  checkNpySize(header, member.size, place);
  if (header.fortranOrder) {
    throw new ContractError(
      `Cannot read ${name} from disk: its arrays are in Fortran's order. \`convert\` writes them so that they can be`,
    );
  }
  const itemBytes = NPY_TYPES[header.dtype].bytes;
  for (let start = header.dataOffset; start < bytes.length; start += PIECE_VALUES * itemBytes) {
    const items = decodeItems(bytes.slice(start, start + PIECE_VALUES * itemBytes), header);
    const values = toFloat64(items);
    if (typeof values === "number") {
      throw npyError(`a value is ${items[values]}, beyond 2^53`, place);
    }
    yield values;
  }
}

function inflate(
  bytes: Uint8Array<ArrayBuffer>,
  { size }: ZipMember,
  place: NpyPlace,
): Uint8Array<ArrayBuffer> {
  const inflateRaw = BUILTINS.getBuiltinModule?.("node:zlib")?.inflateRawSync;
  if (inflateRaw === undefined) {
    throw new ContractError(
      `Cannot read ${place.file} while it is waited for: this run-time has no inflation for that, expected an npz file that ` +
        "is not deflated",
    );
  }
  try {
    const content = inflateRaw(bytes, { maxOutputLength: Math.max(1, size) });
    return new Uint8Array(content.buffer as ArrayBuffer, content.byteOffset, content.byteLength);
  } catch (cause) {
    throw npyError("its deflated bytes are damaged", place, { cause });
  }
}
