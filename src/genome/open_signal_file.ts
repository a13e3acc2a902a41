/**
 * Files of reads or signal, on disk or on a server, opened together with their indexes.
 *
 * @module
 */

import { RemoteError } from "../errors.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { modificationTime, openFile, pathKind } from "../files/file.ts";
import { isAddress, parseAddress, siblingAddress } from "../files/http_address.ts";
import { HttpFiles } from "../files/http_files.ts";
import type { HttpSource } from "../files/http_source.ts";
import type { OpenedSignal } from "./prepare_options.ts";
import { isShared, type SharedTrack } from "./signal/count_shares.ts";
import {
  describeOlderIndex,
  indexNames,
  isIndexOlder,
  openSignal,
  signalFormat,
} from "./signal/open_signal.ts";
import { isText, type SignalFormat, type SignalTrack } from "./signal/track.ts";

/** Options of {@linkcode openSignalFile}. */
export interface OpenSignalFileOptions {
  /**
   * Path or address of the file's index.
   *
   * @default {It is looked for beside the file.}
   */
  readonly index?: string | undefined;
  /**
   * What the file holds.
   *
   * @default {The format that the ending of the file's name shows.}
   */
  readonly format?: SignalFormat | undefined;
  /**
   * What opens files on servers, and keeps what was read of them for the next opening.
   *
   * @default {A new one for each file.}
   */
  readonly remote?: HttpFiles | undefined;
  /**
   * Whether a text file on a server that has no index is read from its start to its end, however large it is.
   *
   * @default {false}
   */
  readonly readsWhole?: boolean | undefined;
}

/** Text files on servers that have no index are read whole up to this size in bytes. */
const LARGEST_UNASKED_BYTES = 2 ** 25;

/**
 * Opens a file of reads or signal by its path or its `http:` or `https:` address, together with its index if there is
 * one beside it.
 *
 * Of an indexed file on a server only the parts are moved that the windows need. The index has the address of the file
 * with another ending of its path, such as `.bam.bai`; the query stays. Text without an index is read whole: up to 32
 * MiB without being asked, as files of peaks are, and beyond that with `readsWhole`.
 *
 * @param place The path or the address.
 * @param options Where its index is, and how to read it.
 * @returns The opened file.
 * @throws {TypeError} If the name does not show its format.
 * @throws {FormatError} As `openSignal` does. Of an index on disk that is older than its file and fits it, the opened file has a
 * warning.
 * @throws {RemoteError} If a server does not send the file, or it has no index there and needs one.
 *
 * @example A bedGraph file on disk
 * ```ts
 * import { openSignalFile } from "@waka/histone/genome";
 * import { strictEqual } from "node:assert";
 * import { mkdtemp, rm, writeFile } from "node:fs/promises";
 * import { tmpdir } from "node:os";
 *
 * const directory = await mkdtemp(`${tmpdir()}/signal-`);
 * await writeFile(`${directory}/liver.bedGraph`, "chr1\t0\t100\t2.5\n");
 * const { track, close } = await openSignalFile(`${directory}/liver.bedGraph`);
 * strictEqual(track.format, "bedgraph");
 * close();
 * await rm(directory, { recursive: true });
 * ```
 */
export async function openSignalFile(
  place: string,
  options: OpenSignalFileOptions = {},
): Promise<OpenedSignal> {
  const opener = new PlaceOpener(options);
  try {
    const track = isAddress(place) ? await opener.openRemote(place) : await opener.openLocal(place);
    return { track, version: opener.version, close: () => opener.close() };
  } catch (error) {
    opener.close();
    throw error;
  }
}

/** Opens a file and its index, and closes both. */
class PlaceOpener {
  readonly #options: OpenSignalFileOptions;
  readonly #sources: ByteSource[] = [];
  /** What is closed with the file, since nobody else knows it. */
  #own: HttpFiles | undefined;
  #version: string | undefined;

  constructor(options: OpenSignalFileOptions) {
    this.#options = options;
  }

  get #remote(): HttpFiles {
    return this.#options.remote ?? (this.#own ??= new HttpFiles());
  }

  /** What changes when the content of the file does. */
  get version(): string | undefined {
    return this.#version;
  }

  close(): void {
    for (const source of this.#sources) source.close();
    this.#own?.close();
  }

  async openLocal(path: string): Promise<SignalTrack> {
    const source = this.#keep(await openFile(path));
    const { size, identity } = source;
    this.#version = JSON.stringify([size, identity?.modifiedMs]);
    const { index: named, format } = this.#options;
    const index = named !== undefined && isAddress(named)
      ? await this.#openIndex(named)
      : await this.#openLocalIndex(path, named);
    const track = await openSignal(source, { index, format });
    return index !== undefined && await isOlder(index.name, path)
      ? withWarning(track, describeOlderIndex(path))
      : track;
  }

  async #openLocalIndex(path: string, named: string | undefined): Promise<ByteSource | undefined> {
    const name = named ?? await newestOf(indexNames(path));
    return name === undefined ? undefined : this.#keep(await openFile(name));
  }

  async openRemote(address: string): Promise<SignalTrack> {
    const { url, shown } = parseAddress(address);
    const format = this.#options.format ?? signalFormat(shown);
    const { index: named, readsWhole = false } = this.#options;
    const index = named === undefined
      ? await this.#findRemoteIndex(address, format)
      : await this.#openIndex(named);
    const isWhole = index === undefined && format !== "bigwig";
    const source = this.#keep(await this.#remote.open(address, { readsAhead: isWhole }));
    const { size, etag, lastModified } = source;
    this.#version = JSON.stringify([size, etag, lastModified]);
    if (isWhole && (isIndexed(format) || (!readsWhole && source.size > LARGEST_UNASKED_BYTES))) {
      throw noIndexError(source, { format, names: indexNames(url.pathname) });
    }
    const track = await openSignal(source, { index, format });
    const warning = index === undefined ? undefined : describeOldIndex(source, index);
    return warning === undefined ? track : withWarning(track, warning);
  }

  /** Looks for the index beside a file on a server, which cannot list its directory. */
  async #findRemoteIndex(address: string, format: SignalFormat): Promise<HttpSource | undefined> {
    if (this.#options.readsWhole && !isIndexed(format)) return undefined;
    const { pathname } = parseAddress(address).url;
    for (const name of indexNames(pathname)) {
      try {
        return await this.#openRemoteIndex(siblingAddress(address, () => name).href);
      } catch (error) {
        if (!(error instanceof RemoteError && isMissing(error.status))) throw error;
      }
    }
    return undefined;
  }

  async #openIndex(place: string): Promise<ByteSource> {
    return isAddress(place)
      ? await this.#openRemoteIndex(place)
      : this.#keep(await openFile(place));
  }

  /** An index is read from its start to its end. */
  async #openRemoteIndex(address: string): Promise<HttpSource> {
    return this.#keep(await this.#remote.open(address, { readsAhead: true }));
  }

  #keep<Source extends ByteSource>(source: Source): Source {
    this.#sources.push(source);
    return source;
  }
}

/** Whether a file of this format cannot be read without its index. */
function isIndexed(format: SignalFormat): boolean {
  return !isText(format);
}

/** Statuses for a name that is not there; stores say 403 to who may not list them, and for a signature of another name. */
function isMissing(status: number | undefined): boolean {
  return status !== undefined && [400, 403, 404, 410].includes(status);
}

function noIndexError(
  { name, size }: ByteSource,
  { format, names }: { readonly format: SignalFormat; readonly names: readonly string[] },
): RemoteError {
  const tried = names.map((path) => path.slice(path.lastIndexOf("/") + 1)).join(", ");
  const found = tried === ""
    ? "files of its name have no index"
    : `there is no index beside it (${tried})`;
  if (isIndexed(format)) {
    return new RemoteError(
      `Cannot open ${name}: ${found}, expected one: name the index's address in column "index", or download ` +
        "the file and index it",
    );
  }
  return new RemoteError(
    `Cannot open ${name}: ${found}, so all its ${size} bytes would be moved: download it first, or write ` +
      '"none" in column "index" to have it read whole',
  );
}

/** Says if an index was put on its server before its file. On servers that may be chance, so it is no error. */
function describeOldIndex(source: HttpSource, index: ByteSource): string | undefined {
  const { lastModified } = index as Partial<HttpSource>;
  const modified = source.lastModified;
  if (modified === undefined || lastModified === undefined || lastModified >= modified) return;
  return `${index.name} was put on its server ${lastModified.toISOString()}, before ${source.name} ` +
    `(${modified.toISOString()}): is it the index of this version of the file?`;
}

/** Whether the index of a file on disk is older than it. One on a server has another clock. */
async function isOlder(index: string, path: string): Promise<boolean> {
  if (isAddress(index)) return false;
  return isIndexOlder(
    { name: path, modified: await modificationTime(path) },
    { name: index, modified: await modificationTime(index) },
  );
}

/** Adds a warning to those of an opened file. */
function withWarning(track: SignalTrack, warning: string): SignalTrack {
  const { name, format, contigs, assembly, hasSoundSummary } = track;
  const warned: SignalTrack = {
    name,
    format,
    contigs,
    assembly,
    warnings: [...track.warnings ?? [], warning],
    ...hasSoundSummary !== undefined && { hasSoundSummary },
    count: (windows, options) => track.count(windows, options),
  };
  if (!isShared(track)) return warned;
  // So that its sequences are still shared out among threads.
  const shared: SharedTrack = {
    ...warned,
    countTogether: (windows, options, crew) => track.countTogether(windows, options, crew),
  };
  return shared;
}

/** The newest of the files that there are, the first of those that are equally new: an older one may have been left lying. */
async function newestOf(names: readonly string[]): Promise<string | undefined> {
  let newest: { readonly name: string; readonly time: number } | undefined;
  for (const name of names) {
    if (await pathKind(name) !== "file") continue;
    const time = (await modificationTime(name)).getTime();
    if (newest === undefined || time > newest.time) newest = { name, time };
  }
  return newest?.name;
}
