/** Reads the body of a request within limits: how long it is, how long it takes, and how much is held in all. */

import { CLIENT_GONE, Refusal } from "./refusals.ts";

/** The bytes of all bodies that are held at a time, so that many clients cannot fill the memory together. */
export class BodyBudget {
  readonly #most: number;
  #held = 0;

  /** `most` bytes may be held. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Bytes that are held. */
  get held(): number {
    return this.#held;
  }

  /** Takes room for bytes, or refuses; give it back when they are no longer held. */
  take(bytes: number): void {
    if (this.#held + bytes > this.#most) {
      throw new Refusal("Too many uploads are being read: try again later.", {
        status: 503,
        code: "BUSY",
        retryAfter: 1,
      });
    }
    this.#held += bytes;
  }

  /** Gives room back. */
  give(bytes: number): void {
    this.#held -= bytes;
  }
}

/** Bodies that say that they are no longer are read in one piece. */
const SHORT_BODY = 65_536;

/** Options of {@linkcode readBody}. */
export interface ReadBodyOptions {
  readonly maxBytes: number;
  readonly budget: BodyBudget;
  /** Aborted when the body has taken too long. */
  readonly signal: AbortSignal;
}

/**
 * Reads a whole body. Its bytes count against the budget until the caller gives them back.
 *
 * @throws {Refusal} 413 if it is too long, 408 if it takes too long, 503 if too many are read, 400 if it breaks off.
 */
export async function readBody(
  request: Request,
  { maxBytes, budget, signal }: ReadBodyOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > maxBytes) throw tooLong(maxBytes);
  if (announced > 0 && announced <= SHORT_BODY) {
    return await readShort(request, { announced, budget, signal });
  }
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", stop);
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (signal.aborted) throw isGone(signal.reason) ? signal.reason : tooSlow();
      if (done) break;
      if (length + value.length > maxBytes) throw tooLong(maxBytes);
      budget.take(value.length);
      length += value.length;
      pieces.push(value);
    }
  } catch (error) {
    budget.give(length);
    stop();
    if (error instanceof Refusal) throw error;
    throw brokenOff();
  } finally {
    signal.removeEventListener("abort", stop);
  }
  return joined(pieces, length);
}

/** A short body in one piece, which takes a third of the time of a stream. */
async function readShort(
  request: Request,
  { announced, budget, signal }: Omit<ReadBodyOptions, "maxBytes"> & { readonly announced: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const late = Promise.withResolvers<never>();
  const stop = () => late.reject(isGone(signal.reason) ? signal.reason : tooSlow());
  signal.addEventListener("abort", stop);
  budget.take(announced);
  try {
    const bytes = await Promise.race([request.bytes(), late.promise]);
    budget.give(announced - bytes.length);
    return bytes;
  } catch (error) {
    budget.give(announced);
    if (error instanceof Refusal) throw error;
    throw brokenOff();
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const [first] = pieces;
  if (pieces.length === 1 && first!.buffer instanceof ArrayBuffer) {
    return first as Uint8Array<ArrayBuffer>;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Whether there is nobody to answer. */
function isGone(reason: unknown): boolean {
  return reason instanceof Refusal && reason.status === CLIENT_GONE;
}

function tooLong(maxBytes: number): Refusal {
  return new Refusal(`The upload has more than ${maxBytes} bytes.`, {
    status: 413,
    code: "TOO_LARGE",
  });
}

function brokenOff(): Refusal {
  return new Refusal("The upload broke off.", { status: 400, code: "BROKEN_OFF" });
}

function tooSlow(): Refusal {
  return new Refusal("The upload took too long.", { status: 408, code: "TOO_SLOW" });
}
