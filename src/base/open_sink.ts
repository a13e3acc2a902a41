import { kindOfValue } from "./kind_of_value.ts";

/**
 * Opens the stream that a function writes to.
 *
 * @param sink The stream.
 * @param action What is refused otherwise, such as `write npz file`.
 * @returns Its writer.
 * @throws {TypeError} If it is something else, such as a path.
 */
export function openSink(
  sink: WritableStream<Uint8Array>,
  action: string,
): WritableStreamDefaultWriter<Uint8Array> {
  checkSink(sink, action);
  return sink.getWriter();
}

/**
 * Throws unless a value is a stream to write to.
 *
 * @throws {TypeError} With what it is.
 */
export function checkSink(sink: unknown, action: string): void {
  if (typeof Object(sink).getWriter === "function") return;
  throw new TypeError(
    `Cannot ${action}: found ${kindOfValue(sink)} as the sink, expected a WritableStream, ` +
      "such as the `writable` of a file that was opened for writing",
  );
}
