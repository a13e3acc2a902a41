/** Reads the answer to a request into memory. */

import { type Bytes, concatenateAll } from "../base/bytes.ts";
import { RemoteError } from "../errors.ts";
import { type ByteSource, bytesSource } from "./byte_source.ts";
import { showAddress } from "./http_address.ts";

/** An answer that does not say how long it is may be without an end. */
const MOST_BYTES = 2 ** 30;

/**
 * Reads an answer.
 *
 * @param response The answer; its body is read.
 * @param signal Gives the reading up.
 * @returns Its bytes, under its address without what may be secret.
 * @throws {TypeError} If its body was read already.
 * @throws {RemoteError} If it is a refusal, breaks off, or is too long.
 */
export async function readResponse(
  response: Response,
  signal: AbortSignal | undefined,
): Promise<ByteSource> {
  const name = response.url === "" ? "response" : showAddress(response.url);
  if (response.bodyUsed) throw new TypeError(`Cannot read ${name}: its body was read already`);
  const { status } = response;
  if (!response.ok) {
    await response.body?.cancel();
    throw new RemoteError(`Cannot read ${name}: its server answered ${status}, expected the file`, {
      status,
    });
  }
  const expected = lengthOf(response);
  if (expected !== undefined && expected > MOST_BYTES) refuseLength(name, `${expected}`);
  const bytes = await collect(response, name, signal);
  if (expected !== undefined && bytes.length !== expected) {
    throw new RemoteError(
      `Cannot read ${name}: it was cut short: found ${bytes.length} bytes, expected ${expected}`,
    );
  }
  return bytesSource(bytes, name);
}

/** Reads a body, up to the most bytes that are kept. */
async function collect(
  { body }: Response,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Bytes> {
  const pieces: Bytes[] = [];
  const reader = body?.getReader();
  const cancel = () => void reader?.cancel(signal!.reason).catch(() => undefined);
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    for (let length = 0; reader !== undefined;) {
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) break;
      pieces.push(value);
      length += value.length;
      if (length <= MOST_BYTES) continue;
      await reader.cancel();
      refuseLength(name, `more than ${MOST_BYTES}`);
    }
    return concatenateAll(pieces);
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof RemoteError) throw cause;
    const { message } = cause as Error;
    throw new RemoteError(`Cannot read ${name}: the connection broke: ${message}`, { cause });
  } finally {
    signal?.removeEventListener("abort", cancel);
  }
}

/** The length that an answer says its body has; what was compressed on its way has another one. */
function lengthOf({ headers }: Response): number | undefined {
  const text = headers.get("content-length") ?? "";
  const isPlain = (headers.get("content-encoding") ?? "identity") === "identity";
  return isPlain && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function refuseLength(name: string, found: string): never {
  throw new RemoteError(
    `Cannot read ${name}: it has ${found} bytes, expected at most ${MOST_BYTES}: save it to a file first`,
  );
}
