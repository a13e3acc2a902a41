/**
 * Yields the pieces of a stream, and cancels the stream if the caller stops early. Not every browser can iterate
 * streams.
 */
export async function* readStream<Piece>(stream: ReadableStream<Piece>): AsyncGenerator<Piece> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
