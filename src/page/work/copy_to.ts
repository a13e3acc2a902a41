/** Copies bytes, in parts. */

import type { ByteSource } from "../../files/byte_source.ts";
import type { CallContext } from "./call.ts";

const PIECE_BYTES = 2 ** 22;

/** Copies a source, and closes both. */
export async function copyTo(
  sink: WritableStream<Uint8Array>,
  source: ByteSource,
  { signal, onProgress }: CallContext,
): Promise<void> {
  const writer = sink.getWriter();
  try {
    for (let offset = 0; offset < source.size; offset += PIECE_BYTES) {
      signal.throwIfAborted();
      onProgress({ doing: `Copying ${source.name}`, done: offset, total: source.size });
      await writer.write(await source.read(offset, Math.min(PIECE_BYTES, source.size - offset)));
    }
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    throw error;
  } finally {
    source.close();
  }
}
