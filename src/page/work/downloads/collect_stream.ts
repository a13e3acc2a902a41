/** Collects what is written to a stream into a file in memory. */

/** Collects what a writer writes. */
export async function collectStream(
  write: (sink: WritableStream<Uint8Array>) => Promise<void>,
  type: string,
): Promise<Blob> {
  const pieces: Blob[] = [];
  // Browsers keep the bytes of blobs outside of the memory of scripts, on the disk if there are many.
  const keep = (piece: Uint8Array) =>
    void pieces.push(new Blob([piece as Uint8Array<ArrayBuffer>]));
  await write(new WritableStream({ write: keep }));
  return new Blob(pieces, { type });
}
