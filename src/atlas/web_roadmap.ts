/**
 * Roadmap's files on their server, or on a mirror of it.
 *
 * @module
 */

import { FormatError, RemoteError } from "../errors.ts";
import { parseAddress } from "../files/http_address.ts";
import { type HttpSource, type HttpSourceOptions, openHttpSource } from "../files/http_source.ts";
import type { RoadmapFile, RoadmapFiles } from "./roadmap_files.ts";
import { ROADMAP_URL } from "./roadmap_tree.ts";

/** Options of {@linkcode webRoadmap}. */
export interface WebRoadmapOptions extends
  Pick<
    HttpSourceOptions,
    "backOffMs" | "fetch" | "headers" | "retries" | "signal" | "stallTimeoutMs"
  > {
  /**
   * The address that the paths of Roadmap's tree follow.
   *
   * @default {ROADMAP_URL}
   */
  readonly baseUrl?: string | URL | undefined;
}

/** Failures in a row before a read is given up: with the waits between them, a break of some two minutes. */
const READ_RETRIES = 12;
/** Memory for the blocks of a file that is read once; more than what is fetched ahead. */
const CACHE_BYTES = 6 * 2 ** 20;
const NOT_THERE = [404, 410];

/**
 * Uses Roadmap's files on their server. A file is opened once to find out its length and version, and again when it is
 * read. If it is another version by then, that is an error, as it is if it changes while it is read.
 *
 * @param options A mirror's address, and how to ask for files; see `openHttpSource`.
 * @returns The files that are there.
 * @throws {TypeError} If the address is not one of `http:` or `https:`.
 *
 * @example A server that has one of the files
 * ```ts
 * import { roadmapPath, webRoadmap } from "@waka/histone/atlas";
 * import { strictEqual } from "node:assert";
 *
 * // In place of a server, for this example; by default the global `fetch` is used.
 * const answer = (url: URL) => {
 *   const isThere = url.pathname.endsWith("/E003-H3K4me3.tagAlign.gz");
 *   return Promise.resolve(isThere ? new Response("reads") : new Response("", { status: 404 }));
 * };
 * const files = webRoadmap({ baseUrl: "https://example.org/roadmap", fetch: answer });
 * const found = await files.find(roadmapPath({ cellType: "E003", mark: "H3K4me3" }));
 * strictEqual(found?.size, 5);
 * strictEqual(await files.find(roadmapPath("genes")), undefined);
 * ```
 */
export function webRoadmap(options: WebRoadmapOptions = {}): RoadmapFiles {
  const { baseUrl = ROADMAP_URL, ...settings } = options;
  const { url, shown } = parseAddress(baseUrl);
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  const base = new URL(baseUrl);
  base.pathname = url.pathname;
  const place = shown.endsWith("/") ? shown : `${shown}/`;
  return {
    place,
    isRemote: true,
    async find(path: string): Promise<RoadmapFile | undefined> {
      const address = new URL(base);
      address.pathname += path;
      return await findFile(address, settings);
    },
  };
}

async function findFile(
  address: URL,
  options: HttpSourceOptions,
): Promise<RoadmapFile | undefined> {
  try {
    const source = await look(address, options);
    source.close();
    const { name, size } = source;
    const version = versionOf(source);
    const open = (from?: number) => openSame(address, { size, version, from }, options);
    return { name, size, version, open };
  } catch (error) {
    if (error instanceof RemoteError && NOT_THERE.includes(error.status ?? 0)) return undefined;
    throw error;
  }
}

/** Opens a file without fetching more than its beginning, where its server sends parts of files. */
async function look(address: URL, options: HttpSourceOptions): Promise<HttpSource> {
  try {
    return await openHttpSource(address, { ...options, wholeFileBytes: 0 });
  } catch (error) {
    const mayBeWhole = error instanceof RemoteError && error.status === undefined &&
      error.deniedHost === undefined;
    if (!mayBeWhole) throw error;
    // The server sends whole files only: they are read as streams.
    return await openHttpSource(address, { ...options, readsAhead: true });
  }
}

async function openSame(
  address: URL,
  wanted: Pick<RoadmapFile, "size" | "version"> & { readonly from?: number | undefined },
  options: HttpSourceOptions,
): Promise<HttpSource> {
  const source = await look(address, {
    retries: READ_RETRIES,
    cacheBytes: CACHE_BYTES,
    ...options,
  });
  const version = versionOf(source);
  if (source.size === wanted.size && version === wanted.version) {
    const { from: offset = 0 } = wanted;
    source.willRead?.([{ offset, length: source.size - offset }]);
    return source;
  }
  source.close();
  throw new FormatError(
    `Cannot read file: it was changed on its server: it had ${wanted.size} bytes (${wanted.version}), and has ` +
      `${source.size} (${version}) now`,
    { file: source.name },
  );
}

/** What a server says about the version of a file: its tag, or when it was changed. */
function versionOf({ etag, lastModified }: HttpSource): string {
  return etag ?? (lastModified === undefined ? "no version" : lastModified.toISOString());
}
