/** A file that the page was given. */

import { blobSource, type ByteSource } from "../../files/byte_source.ts";

/** A file that was dropped, or that lies at an address. */
export interface GivenFile {
  /** Its name. */
  readonly name: string;
  /** Its length in bytes. */
  readonly bytes: number;
  /** When it was last changed, where that is known. */
  readonly modified?: Date;
  /** Opens it; the caller closes it. */
  readonly open: () => Promise<ByteSource>;
}

/** Takes a file of the browser's. Its bytes stay on the disk until they are read. */
export function fromBrowser(file: File): GivenFile {
  return {
    name: file.name,
    bytes: file.size,
    modified: new Date(file.lastModified),
    open: () => Promise.resolve(blobSource(file, file.name)),
  };
}
