import { kindOfValue } from "../base/kind_of_value.ts";
import { bytesOf, isBlob, isDetached, isResponse, ownUrl, tagOf } from "../base/kinds.ts";
import { blobSource, type ByteSource, bytesSource } from "./byte_source.ts";
import { openFile } from "./file.ts";
import { guardedBy } from "./guard_source.ts";
import { isAddress } from "./http_address.ts";
import { readResponse } from "./_response_bytes.ts";

/**
 * What a file may be read from:
 *
 * - a path or a `file:` URL, where there is a file system;
 * - an `http:` or `https:` address, of which only the parts that are needed are asked for;
 * - a `Blob` or a `File`, as a browser's file input gives them; of a file, its name is that of the source;
 * - bytes in memory, which are not copied, as an `ArrayBuffer`, a `Uint8Array` or a `DataView`;
 * - the answer to a request, which is read into memory as a whole;
 * - any other {@linkcode ByteSource}, which stays open.
 */
export type BinarySource =
  | string
  | URL
  | Blob
  | Uint8Array
  | ArrayBuffer
  | DataView
  | Response
  | ByteSource;

/** Options of {@linkcode openSource}. */
export interface OpenSourceOptions {
  /** Gives the reading up: what waits for bytes then, or asks for some later, gets the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens whatever a file may be read from. Closing the result closes only what was opened here: a given source stays open.
 *
 * @param source The file.
 * @param options How to give it up.
 * @returns The source, to be closed.
 * @throws {TypeError} If something else is given, such as a promise of a file.
 * @throws {NotFoundError} If a path leads nowhere.
 * @throws {ContractError} If it leads to a directory or a pipe.
 * @throws {RemoteError} If a server cannot be reached, or its answer is a refusal or too long.
 * @throws The reason of `options.signal`, if it is aborted.
 *
 * @example Of bytes and of a file that a page was given
 * ```ts
 * import { openSource } from "@waka/histone/io";
 * import { strictEqual } from "node:assert";
 *
 * using bytes = await openSource(Uint8Array.of(1, 2, 3));
 * using file = await openSource(new File(["1,2"], "a.csv"));
 * strictEqual(`${bytes.size} bytes, ${file.name}`, "3 bytes, a.csv");
 * ```
 */
export async function openSource(
  source: BinarySource,
  { signal }: OpenSourceOptions = {},
): Promise<ByteSource & Disposable> {
  signal?.throwIfAborted();
  const guarded = guardedBy(await open(source, signal), signal);
  return { ...guarded, [Symbol.dispose]: () => guarded.close() };
}

async function open(source: BinarySource, signal: AbortSignal | undefined): Promise<ByteSource> {
  source = ownUrl(source);
  if (typeof source === "string" || source instanceof URL) {
    if (!isAddress(String(source))) return await openFile(source);
    // Few programs read from servers: what does is loaded only here.
    const { openHttpSource } = await import("./http_source.ts");
    return await openHttpSource(source, { signal });
  }
  if (isBlob(source)) return blobSource(source, nameOf(source));
  refuseDetached(source);
  const bytes = bytesOf(source);
  if (bytes !== undefined) return bytesSource(ownBuffer(bytes));
  if (isResponse(source)) return await readResponse(source, signal);
  if (isByteSource(source)) return borrowSource(source);
  throw new TypeError(
    `Cannot open file: found ${
      kindOfValue(source)
    }, expected a path, a URL, a Blob, an ArrayBuffer, a Uint8Array, ` +
      `a DataView, a Response or a ByteSource${adviceFor(source)}`,
  );
}

/** Refuses bytes whose memory is elsewhere, as after `postMessage` with a list of what is transferred: they would be none. */
function refuseDetached(source: unknown): void {
  const buffer = ArrayBuffer.isView(source) ? source.buffer : source;
  if (tagOf(buffer) !== "ArrayBuffer" || !isDetached(buffer as ArrayBuffer)) return;
  throw new TypeError(
    `Cannot open file: found ${
      kindOfValue(source)
    } whose memory was transferred or freed, expected one that has its bytes`,
  );
}

function isByteSource(source: unknown): source is ByteSource {
  const { read, size } = Object(source) as Partial<ByteSource>;
  return typeof read === "function" && typeof size === "number";
}

/** How to make a source of what is nearly one. */
function adviceFor(found: unknown): string {
  if (tagOf(found) === "Promise") return "; await it";
  return tagOf(found) === "ReadableStream" ? "; new Response(stream) is one" : "";
}

function nameOf(blob: Blob): string | undefined {
  return "name" in blob && typeof blob.name === "string" ? blob.name : undefined;
}

/** Bytes of which no other thread has the memory. */
function ownBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return tagOf(bytes.buffer) === "ArrayBuffer"
    ? bytes as Uint8Array<ArrayBuffer>
    : new Uint8Array(bytes);
}

/** Makes a source that reads another one, and whose closing does not close that one. */
export function borrowSource(source: ByteSource): ByteSource {
  return {
    name: source.name,
    size: source.size,
    readsAreCopies: source.readsAreCopies,
    identity: source.identity,
    blob: source.blob,
    read: (offset, length) => source.read(offset, length),
    willRead: source.willRead && ((ranges) => source.willRead?.(ranges)),
    close: () => {},
  };
}
