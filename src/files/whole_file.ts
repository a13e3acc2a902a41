/** Reads files whole, never more of them than they may have: a path may lead to a device, which never ends. */

import { SYSTEM } from "./_system.ts";
import { type Bytes, concatenateAll } from "../base/bytes.ts";
import { ContractError, FormatError } from "../errors.ts";
import { refuseMissing } from "./_not_found.ts";

/** Far more than any file of ours that is read whole: settings, tables of a run, parts of a count. */
const MOST_BYTES = 2 ** 28;
const PIECE_BYTES = 1 << 16;

/** How a file is read whole. */
export interface WholeFileOptions {
  /**
   * The most bytes that it may have.
   *
   * @default {268435456}
   */
  readonly mostBytes?: number | undefined;
  /**
   * Whether it must be a file, neither a pipe nor a device. Opening a pipe waits for whoever writes to it, and not even
   * Ctrl-C ends that.
   *
   * @default {false}
   */
  readonly isRegular?: boolean | undefined;
}

/**
 * Reads all bytes of a file or a pipe.
 *
 * @param path Its path.
 * @param options What it may be.
 * @returns Its bytes.
 * @throws {FormatError} If it has more bytes than it may have, which a device without an end has.
 * @throws {NotFoundError} If nothing has that path.
 * @throws {ContractError} If it is a directory, or must be a file and is a pipe or a device.
 */
export async function readWholeFile(
  path: string,
  { mostBytes = MOST_BYTES, isRegular = false }: WholeFileOptions = {},
): Promise<Bytes> {
  const { isFile, isDirectory, size } = await SYSTEM.stat(path).catch(refuseMissing(path));
  if (isFile && size > mostBytes) refuseLength(path, { found: `${size}`, mostBytes });
  if (isDirectory) {
    throw new ContractError(`Cannot open ${path}: it is a directory, expected a file`);
  }
  if (isFile) return await SYSTEM.readFile(path);
  if (isRegular) {
    throw new ContractError(`Cannot open ${path}: it is a pipe or a device, expected a file`);
  }
  using file = await SYSTEM.open(path, { read: true });
  const pieces: Bytes[] = [];
  for (let length = 0; length <= mostBytes;) {
    const piece = new Uint8Array(PIECE_BYTES);
    const count = await file.read(piece);
    if (count === null) return concatenateAll(pieces);
    pieces.push(piece.subarray(0, count));
    length += count;
  }
  return refuseLength(path, { found: "more", mostBytes });
}

function refuseLength(
  file: string,
  { found, mostBytes }: { readonly found: string; readonly mostBytes: number },
): never {
  const message = `Cannot read file: it has ${found} bytes, expected at most ${mostBytes}`;
  throw new FormatError(message, { file });
}
