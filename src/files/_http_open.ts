/** Opens a file on a server: finds out how long it is, and whether the server sends parts of it. */

import { type Bytes, concatenateAll } from "../base/bytes.ts";
import { RemoteError } from "../errors.ts";
import { parseAddress } from "./http_address.ts";
import { BLOCK_BYTES, HttpBlocks } from "./_http_blocks.ts";
import type { BlockCache } from "./_http_cache.ts";
import type { HttpAnswer } from "./_http_exchange.ts";
import type { RemoteContent } from "./_http_content.ts";
import { factsOf, type FileFacts, parseContentLength } from "./_http_facts.ts";
import { HttpFile } from "./_http_file.ts";
import type { HttpSettings } from "./_http_settings.ts";
import { HttpStream } from "./_http_stream.ts";

/** An opened file, which several sources may read. */
export interface RemoteFile {
  readonly file: HttpFile;
  readonly facts: FileFacts;
  readonly content: RemoteContent;
}

/**
 * Opens a file.
 *
 * @throws {TypeError} If the address is not one of `http:` or `https:`.
 * @throws {RemoteError} If the server cannot be reached, forbids it, does not have it, or does not send parts of it.
 */
export async function openRemote(
  address: string | URL,
  settings: HttpSettings,
  cache: BlockCache,
): Promise<RemoteFile> {
  const file = new HttpFile(parseAddress(address), settings);
  const signal = settings.signal ?? new AbortController().signal;
  const opened = await file.retry(() => openOnce(file, { cache, signal }), signal);
  if (settings.readsAhead) planAll(opened);
  return opened;
}

/** Plans to read a file from its start to its end. */
export function planAll({ facts, content }: RemoteFile): void {
  content.willRead?.([{ offset: 0, length: facts.size }]);
}

async function openOnce(
  file: HttpFile,
  { cache, signal }: { readonly cache: BlockCache; readonly signal: AbortSignal },
): Promise<RemoteFile> {
  const { answer, range } = await file.open(BLOCK_BYTES, signal);
  try {
    if (range === undefined) return await openWhole(file, answer);
    const facts = factsOf(answer.headers, range.total ?? 0);
    const blocks = new HttpBlocks(file, { facts, cache });
    blocks.keepHead(await collect(file.readBody(answer, range.end), range.end) ?? new Uint8Array());
    return { file, facts, content: blocks };
  } finally {
    answer.close();
  }
}

/** Opens a file whose server sends whole files only. */
async function openWhole(file: HttpFile, answer: HttpAnswer): Promise<RemoteFile> {
  const { readsAhead, wholeFileBytes } = file.settings;
  const size = parseContentLength(answer.headers);
  if (size === undefined || size <= wholeFileBytes) {
    const bytes = await collect(file.readBody(answer, size), wholeFileBytes);
    if (bytes !== undefined) {
      return { file, facts: factsOf(answer.headers, bytes.length), content: inMemory(bytes) };
    }
  } else if (readsAhead) {
    const facts = factsOf(answer.headers, size);
    return { file, facts, content: new HttpStream(file, facts) };
  }
  const found = size === undefined
    ? "sends whole files only and does not say how long they are"
    : `sends whole files only, and this one has ${size} bytes`;
  throw new RemoteError(
    `Cannot open ${file.name}: its server ${found}, expected one that answers range requests: download it first`,
  );
}

/** Collects bytes up to a number of them; `undefined` if there are more. */
async function collect(
  pieces: AsyncIterable<Bytes>,
  mostBytes: number,
): Promise<Bytes | undefined> {
  const kept: Bytes[] = [];
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    if (length > mostBytes) return undefined;
    kept.push(piece);
  }
  return concatenateAll(kept);
}

/** The content of a file that is in memory as a whole. */
function inMemory(bytes: Bytes): RemoteContent {
  return {
    isKept: true,
    read: ({ offset, length }) => Promise.resolve(bytes.slice(offset, offset + length)),
    close: () => {},
  };
}
