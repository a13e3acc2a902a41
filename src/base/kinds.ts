/**
 * What values of the platform are, told by the name that they carry. `instanceof` does not know those of other contexts of
 * JavaScript, such as a frame, `node:vm`, or Jest with jsdom, in which frameworks run tests.
 */

import { typedArrayName } from "./arrays.ts";

/** The name that a value carries, such as `Map`, `Blob` or `ArrayBuffer`; `Object` for most of a program's own. */
export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Whether a value is a `URL`. */
export function isUrl(value: unknown): value is URL {
  return value instanceof URL ||
    (tagOf(value) === "URL" && typeof (value as URL).href === "string");
}

/** A `URL` of another context as one of this, which is what the run-time opens files by; any other value is left as it is. */
export function ownUrl<Value>(value: Value): Value {
  if (value instanceof URL || !isUrl(value)) return value;
  return new URL((value as URL).href) as Value;
}

/** Whether a value is a `Blob` or a `File` whose bytes can be read. */
export function isBlob(value: unknown): value is Blob {
  if (value instanceof Blob) return true;
  const { arrayBuffer, slice } = Object(value);
  return ["Blob", "File"].includes(tagOf(value)) && typeof arrayBuffer === "function" &&
    typeof slice === "function";
}

/** Whether a value is an `AbortSignal`. */
export function isSignal(value: unknown): value is AbortSignal {
  const { aborted, addEventListener } = Object(value);
  return typeof aborted === "boolean" && typeof addEventListener === "function";
}

/** Whether a value is the answer to a request, with a body that can be read. */
export function isResponse(value: unknown): value is Response {
  if (value instanceof Response) return true;
  if (tagOf(value) !== "Response") return false;
  const { body, headers } = value as Partial<Response>;
  return typeof headers?.get === "function" &&
    (body === null || typeof body?.getReader === "function");
}

/**
 * The bytes of an array of bytes, a buffer or a `DataView`, as an array of this context over the same memory; `undefined` for
 * anything else.
 */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (tagOf(value) === "ArrayBuffer") return new Uint8Array(value as ArrayBuffer);
  if (!ArrayBuffer.isView(value)) return undefined;
  const isBytes = typedArrayName(value) === "Uint8Array" || tagOf(value) === "DataView";
  return isBytes ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : undefined;
}

/** Whether the memory of a buffer was given to another thread, or freed: arrays of it have no elements any more. */
export function isDetached(buffer: ArrayBufferLike): boolean {
  // `detached` of buffers is newer than some run-times.
  if (buffer.byteLength > 0) return false;
  try {
    return new Uint8Array(buffer).length > 0;
  } catch {
    return true;
  }
}
