/**
 * Files on servers, read through `fetch` alone: only the parts that are needed, several at a time, kept in memory, and
 * asked for again when a connection breaks.
 *
 * @module
 */

import { BlockCache } from "./_http_cache.ts";
import { openRemote } from "./_http_open.ts";
import { type HttpSourceOptions, resolveSettings } from "./_http_settings.ts";
import { closedError, type HttpSource, makeSource } from "./_http_view.ts";

export type { FetchLike, HttpSourceOptions } from "./_http_settings.ts";
export type { HttpTraffic } from "./_http_file.ts";
export type { HttpSource } from "./_http_view.ts";

/**
 * Opens a file on a server for random access, by `http:` or `https:`.
 *
 * Its first bytes are asked for with a range request, whose answer has the length too, so no `HEAD` request is needed.
 * Later reads fetch blocks of 16 KiB; those that are near each other are fetched together, and several requests are
 * under way at a time. What was read is kept in memory up to `cacheBytes`. A request whose connection breaks or stalls,
 * or whose server is busy, is sent again after a while, for what is still missing. If a server redirects, its
 * target is asked directly until it refuses, since signed addresses expire.
 *
 * A server that sends whole files only is read as a stream with `readsAhead`; without it the file is kept in memory if it
 * is small, and refused otherwise. User and password in the address are sent as a header. Neither they nor the query
 * appear in any message.
 *
 * @param address The address.
 * @param options How to ask for it.
 * @returns The file, to be closed. It throws a `FormatError` once the file was changed on its server.
 * @throws {TypeError} If the address is not one of `http:` or `https:`.
 * @throws {RangeError} If an option is out of range.
 * @throws {RemoteError} If the server cannot be reached, forbids it, does not have it, or does not send parts of it.
 *
 * @example Two bytes of a file on a server
 * ```ts
 * import { openHttpSource } from "@waka/histone/io";
 * import { deepStrictEqual, strictEqual } from "node:assert";
 *
 * // In place of a server, for this example; by default the global `fetch` is used.
 * const file = Uint8Array.of(5, 6, 7, 8);
 * const answer = (_: URL, { headers }: RequestInit) => {
 *   const [, first, last] = /bytes=(\d+)-(\d+)/.exec(new Headers(headers).get("range") ?? "") ?? [];
 *   const part = file.slice(Number(first), Number(last) + 1);
 *   const range = `bytes ${first}-${Number(first) + part.length - 1}/${file.length}`;
 *   return Promise.resolve(new Response(part, { status: 206, headers: { "content-range": range } }));
 * };
 *
 * const source = await openHttpSource("https://example.org/a.bin?secret=1", { fetch: answer });
 * strictEqual(source.name, "https://example.org/a.bin");
 * deepStrictEqual([...await source.read(1, 2)], [6, 7]);
 * source.close();
 * ```
 */
export async function openHttpSource(
  address: string | URL,
  options: HttpSourceOptions = {},
): Promise<HttpSource> {
  const settings = resolveSettings(options);
  const opened = await openRemote(address, settings, new BlockCache(settings.cacheBytes));
  return makeSource(opened, () => opened.content.close(closedError(opened.file.name)));
}
