/**
 * What not every run-time has under the same name. All of this package uses these functions instead of the new methods
 * of the language, so that it runs on Node 20 and later, Bun, Deno and in browsers.
 *
 * @module
 */

import type { Bytes } from "./bytes.ts";

/** The new methods as far as they are used here. */
interface NewBytes {
  toHex?(): string;
  toBase64?(): string;
}
interface NewBytesConstructor {
  fromHex?(text: string): Bytes;
  fromBase64?(text: string): Bytes;
}

const NEW_BYTES = Uint8Array as unknown as NewBytesConstructor;
/** Arguments of one call of `String.fromCharCode`: stacks are bounded. */
const MOST_CHARACTERS = 8192;

/** Formats bytes as hexadecimal digits in lower case. */
export function toHex(bytes: Uint8Array): string {
  const { toHex } = bytes as NewBytes;
  if (toHex !== undefined) return toHex.call(bytes);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Reads bytes from hexadecimal digits.
 *
 * @throws {SyntaxError} If there is an odd number of digits, or anything else.
 */
export function fromHex(digits: string): Bytes {
  if (NEW_BYTES.fromHex !== undefined) return NEW_BYTES.fromHex(digits);
  if (!/^([0-9a-f]{2})*$/i.test(digits)) {
    throw new SyntaxError("Cannot read bytes: expected an even number of hexadecimal digits");
  }
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** Formats bytes as base64. */
export function toBase64(bytes: Uint8Array): string {
  const { toBase64 } = bytes as NewBytes;
  if (toBase64 !== undefined) return toBase64.call(bytes);
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length; start += MOST_CHARACTERS) {
    pieces.push(String.fromCharCode(...bytes.subarray(start, start + MOST_CHARACTERS)));
  }
  return btoa(pieces.join(""));
}

/**
 * Reads bytes from base64.
 *
 * @throws {Error} If it is not base64: a `SyntaxError`, or a `DOMException` of older run-times.
 */
export function fromBase64(text: string): Bytes {
  if (NEW_BYTES.fromBase64 !== undefined) return NEW_BYTES.fromBase64(text);
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

/** Calls a function; what it throws becomes a rejection. */
export async function attemptAsync<Value>(call: () => Value | Promise<Value>): Promise<Value> {
  return await call();
}

/** A promise, and the functions that settle it. */
export interface Deferred<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value | PromiseLike<Value>) => void;
  readonly reject: (reason?: unknown) => void;
}

/** Makes a promise that is settled from outside. */
export function deferred<Value = void>(): Deferred<Value> {
  let resolve!: Deferred<Value>["resolve"];
  let reject!: Deferred<Value>["reject"];
  const promise = new Promise<Value>((onValue, onReason) => {
    resolve = onValue;
    reject = onReason;
  });
  return { promise, resolve, reject };
}

/** Takes the memory of a buffer away from all arrays over it, which have no elements afterwards. */
export function detachBuffer(buffer: ArrayBuffer): void {
  const { transfer } = buffer as { transfer?: (bytes: number) => ArrayBuffer };
  if (transfer !== undefined) transfer.call(buffer, 0);
  else structuredClone(buffer, { transfer: [buffer] });
}

/** Reads all bytes of a stream. */
export async function readAll(stream: ReadableStream<Uint8Array>): Promise<Bytes> {
  return new Uint8Array(await new Response(stream as ReadableStream<Bytes>).arrayBuffer());
}

/** Reads a URL; `null` if the text is something else. */
export function parseUrl(text: string, base?: string | URL): URL | null {
  return URL.canParse(text, base) ? new URL(text, base) : null;
}
