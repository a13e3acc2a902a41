/** Failures that a second try may mend, and how long to wait before it. */

/** A failure of one request. It is tried again, until that is hopeless. */
export class PassingFailure extends Error {
  /** Name of the class. */
  override readonly name = "PassingFailure";
  /** The HTTP status that the server answered with, if that was the failure. */
  readonly status: number | undefined;
  /** How long the server asks to wait, in milliseconds. */
  readonly waitMs: number | undefined;

  constructor(
    message: string,
    { status, waitMs }: { readonly status?: number; readonly waitMs?: number | undefined } = {},
  ) {
    super(message);
    this.status = status;
    this.waitMs = waitMs;
  }
}

/** Statuses of servers that are busy or out of order for a while. */
export function isPassingStatus(status: number): boolean {
  return [408, 425, 429].includes(status) || (status >= 500 && ![501, 505].includes(status));
}

/** The longest time that a server may ask to wait; with more, its words are passed on to the user. */
export const LONGEST_WAIT_MS = 120_000;
const LONGEST_BACK_OFF_MS = 20_000;

/**
 * How long to wait after some failures in a row: about twice as long each time, unless the server says.
 *
 * @param failures Number of failures.
 */
export function waitAfter(
  failures: number,
  { failure, backOffMs }: { readonly failure: PassingFailure; readonly backOffMs: number },
): number {
  if (failure.waitMs !== undefined) return failure.waitMs;
  const longest = Math.min(LONGEST_BACK_OFF_MS, backOffMs * 2 ** (failures - 1));
  // Many requests that failed together must not all come back together.
  return longest * (0.5 + Math.random() / 2);
}

/** Reads the header `Retry-After`, in seconds or as a date, as milliseconds from now. */
export function parseRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const until = Date.parse(header);
  return Number.isNaN(until) ? undefined : Math.max(0, until - Date.now());
}

/** Waits. Rejects with the signal's reason if it is aborted. */
export async function sleep(waitMs: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, waitMs);
    signal.addEventListener("abort", stop, { once: true });
  });
}
