/** The program of a worker thread: decodes the members that it is told to, from bytes that it asks for. */

import { type MemberLayout, type RowBatch, rowBatches } from "./_competition_decoder.ts";
import { ZipNpzReader } from "./_npz_reader.ts";
import type { ZipDirectory } from "./_zip_directory.ts";
import type { ByteSource } from "../files/byte_source.ts";

/** Messages to a worker: first the file, then members, and the bytes it asked for, in the order of its requests. */
export type DecodeRequest =
  | {
    readonly kind: "file";
    readonly name: string;
    readonly size: number;
    readonly directory: ZipDirectory;
  }
  | { readonly kind: "member"; readonly layout: MemberLayout }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array<ArrayBuffer> };

/** Messages of a worker: the bytes that it wants, rows as they are decoded, and the end or the failure of a member. */
export type DecodeReply =
  | { readonly kind: "read"; readonly offset: number; readonly length: number }
  | { readonly kind: "rows"; readonly batch: RowBatch }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly message: string };

/** The part of a worker's global scope that is used here; the library types assume a window. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<DecodeRequest>) => void) | null;
  postMessage(reply: DecodeReply, transfer?: readonly ArrayBufferLike[]): void;
}

const scope = globalThis as unknown as WorkerScope;
const reads: ((bytes: Uint8Array<ArrayBuffer>) => void)[] = [];
let npz: ZipNpzReader | undefined;

scope.onmessage = ({ data: request }) => {
  if (request.kind === "bytes") reads.shift()!(request.bytes);
  else if (request.kind === "file") {
    npz = new ZipNpzReader(askingSource(request), request.directory);
  } else decode(request.layout);
};

/** A source whose bytes the main thread reads, so that any source works and each file is opened once. */
function askingSource({ name, size }: Pick<ByteSource, "name" | "size">): ByteSource {
  return {
    name,
    size,
    readsAreCopies: true,
    read: (offset, length) =>
      new Promise((resolve) => {
        reads.push(resolve);
        scope.postMessage({ kind: "read", offset, length });
      }),
    close: () => {},
  };
}

async function decode(layout: MemberLayout): Promise<void> {
  try {
    for await (const batch of rowBatches(npz!, layout)) {
      const { signal, learned, geneIds, labels } = batch;
      const arrays = [signal, geneIds, labels, learned?.counts, learned?.values];
      const buffers = arrays.flatMap((array) => array?.buffer ?? []);
      scope.postMessage({ kind: "rows", batch }, buffers);
    }
    scope.postMessage({ kind: "done" });
  } catch (error) {
    scope.postMessage({ kind: "failed", message: String(error) });
  }
}
