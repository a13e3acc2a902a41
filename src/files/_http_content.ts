import type { Bytes } from "../base/bytes.ts";
import type { ByteRange } from "./byte_source.ts";

/** Where the bytes of a file come from. */
export interface RemoteContent {
  /** Whether another source may use it after a source was closed. */
  readonly isKept: boolean;
  /** Reads a part that lies within the file. */
  read(range: ByteRange): Promise<Bytes>;
  /** Plans what will be read; missing where nothing can be fetched ahead. */
  willRead?(ranges: readonly ByteRange[]): void;
  /** Ends all requests. Whoever waits for bytes gets the error. */
  close(reason: Error): void;
}
