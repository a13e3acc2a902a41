/** What a worker thread does: decodes the members that it is told to, from bytes that it asks for. */

import type { WorkerPort } from "../base/workers.ts";
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

type Send = (reply: DecodeReply, transfer?: readonly ArrayBufferLike[]) => void;

const reads: ((bytes: Uint8Array<ArrayBuffer>) => void)[] = [];
let npz: ZipNpzReader | undefined;

/** Returns what takes requests, and answers them on the thread's port. */
export function listen(port: WorkerPort): (request: DecodeRequest) => void {
  const send: Send = (reply, transfer) => port.postMessage(reply, transfer);
  return (request) => {
    if (request.kind === "bytes") reads.shift()!(request.bytes);
    else if (request.kind === "file") {
      npz = new ZipNpzReader(askingSource(request, send), request.directory);
    } else void decode(request.layout, send);
  };
}

/** A source whose bytes the main thread reads, so that any source works and each file is opened once. */
function askingSource({ name, size }: Pick<ByteSource, "name" | "size">, send: Send): ByteSource {
  return {
    name,
    size,
    readsAreCopies: true,
    read: (offset, length) =>
      new Promise((resolve) => {
        reads.push(resolve);
        send({ kind: "read", offset, length });
      }),
    close: () => {},
  };
}

async function decode(layout: MemberLayout, send: Send): Promise<void> {
  try {
    for await (const batch of rowBatches(npz!, layout)) {
      const { signal, learned, geneIds, labels } = batch;
      const arrays = [signal, geneIds, labels, learned?.counts, learned?.values];
      const buffers = arrays.flatMap((array) => array?.buffer ?? []);
      send({ kind: "rows", batch }, buffers);
    }
    send({ kind: "done" });
  } catch (error) {
    send({ kind: "failed", message: String(error) });
  }
}
