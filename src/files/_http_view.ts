/** An opened file on a server, as its readers see it. */

import type { Bytes } from "../base/bytes.ts";
import { type ByteRange, type ByteSource, checkRange } from "./byte_source.ts";
import type { HttpTraffic } from "./_http_file.ts";
import type { RemoteFile } from "./_http_open.ts";

/** A file on a server that can be read at any offset. */
export interface HttpSource extends ByteSource {
  /** The server's tag of the version that was opened, if it gave one. */
  readonly etag: string | undefined;
  /** When the file was last changed, if the server says. */
  readonly lastModified: Date | undefined;
  /** Whether the file is read in parts; otherwise as a stream from its start, or it is in memory as a whole. */
  readonly isReadInParts: boolean;
  /** What was sent and received for the file until now. */
  traffic(): HttpTraffic;
}

/**
 * Makes a source of an opened file.
 *
 * @param release Called when the source is closed.
 */
export function makeSource(opened: RemoteFile, release: () => void): HttpSource {
  const { file, facts, content } = opened;
  const { name } = file;
  const { size, etag, lastModified } = facts;
  const modified = lastModified === undefined ? NaN : Date.parse(lastModified);
  let isClosed = false;
  return {
    name,
    size,
    etag,
    lastModified: Number.isNaN(modified) ? undefined : new Date(modified),
    isReadInParts: content.willRead !== undefined,
    readsAreCopies: true,
    async read(offset: number, length: number): Promise<Bytes> {
      checkRange({ name, size }, { offset, length });
      if (isClosed) throw closedError(name);
      file.settings.signal?.throwIfAborted();
      return await content.read({ offset, length });
    },
    willRead(ranges: readonly ByteRange[]): void {
      if (!isClosed) content.willRead?.(ranges);
    },
    traffic: () => file.traffic,
    close(): void {
      if (isClosed) return;
      isClosed = true;
      release();
    },
  };
}

/** The error of a read after the file was closed. */
export function closedError(name: string): Error {
  return new TypeError(`Cannot read ${name}: it was closed`);
}
