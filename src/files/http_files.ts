/**
 * Files on servers that are opened several times.
 *
 * @module
 */

import { BlockCache } from "./_http_cache.ts";
import type { RemoteFile } from "./_http_open.ts";
import { type HttpSettings, type HttpSourceOptions, resolveSettings } from "./_http_settings.ts";
import { closedError, type HttpSource, makeSource } from "./_http_view.ts";

/** What asks servers. Most programs that may read from them read from disks, and start sooner without it. */
function loadOpener(): Promise<typeof import("./_http_open.ts")> {
  return import("./_http_open.ts");
}

/** Options of {@linkcode HttpFiles.open}. */
export type OpenHttpFileOptions = Pick<HttpSourceOptions, "readsAhead">;

/**
 * Opens files on servers, and keeps what was read for when a file is opened again.
 *
 * @example One request for a file that is opened twice
 * ```ts
 * import { HttpFiles } from "@waka/histone/io";
 * import { strictEqual } from "node:assert";
 *
 * let requests = 0;
 * const answer = () => {
 *   requests++;
 *   return Promise.resolve(new Response("histone"));
 * };
 * const files = new HttpFiles({ fetch: answer });
 * for (let i = 0; i < 2; i++) {
 *   const source = await files.open("https://example.org/a.txt");
 *   strictEqual(new TextDecoder().decode(await source.read(0, 4)), "hist");
 *   source.close();
 * }
 * files.close();
 * strictEqual(requests, 1);
 * ```
 */
export class HttpFiles {
  readonly #settings: HttpSettings;
  readonly #cache: BlockCache;
  /** The files by their addresses, and by whether they are read ahead. */
  readonly #opened = new Map<string, Promise<RemoteFile>>();

  readonly #stop = new AbortController();

  /** Takes how to ask for all files; `cacheBytes` is for all of them together. */
  constructor(options: HttpSourceOptions = {}) {
    const signals = [this.#stop.signal, options.signal].filter((signal) => signal !== undefined);
    this.#settings = resolveSettings({ ...options, signal: AbortSignal.any(signals) });
    this.#cache = new BlockCache(this.#settings.cacheBytes);
  }

  /**
   * Opens a file as {@linkcode openHttpSource} does. If it was opened before, it is the same version of it.
   *
   * @throws {TypeError} As `openHttpSource` does.
   * @throws {RemoteError} As `openHttpSource` does.
   */
  async open(
    address: string | URL,
    { readsAhead = this.#settings.readsAhead }: OpenHttpFileOptions = {},
  ): Promise<HttpSource> {
    const key = `${readsAhead} ${address}`;
    const known = this.#opened.get(key);
    const opening = known ?? this.#openRemote(address, readsAhead);
    this.#opened.set(key, opening);
    let opened: RemoteFile;
    try {
      opened = await opening;
    } catch (error) {
      this.#opened.delete(key);
      throw error;
    }
    const { content, file } = opened;
    if (known !== undefined && readsAhead) (await loadOpener()).planAll(opened);
    return makeSource(opened, () => {
      if (content.isKept) return content.willRead?.([]);
      this.#opened.delete(key);
      content.close(closedError(file.name));
    });
  }

  async #openRemote(address: string | URL, readsAhead: boolean): Promise<RemoteFile> {
    const { openRemote } = await loadOpener();
    return await openRemote(address, { ...this.#settings, readsAhead }, this.#cache);
  }

  /** Ends all requests and forgets everything. Whoever reads or opens a file gets an error. */
  close(): void {
    this.#stop.abort(new TypeError("Cannot read a file on a server: the files were closed"));
    this.#opened.clear();
  }
}
