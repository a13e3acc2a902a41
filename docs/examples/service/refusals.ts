/** What goes wrong with a request, as a status, a code and words for the client. */

import { HistoneError, type HistoneErrorCode } from "@waka/histone/errors";

/** What logs have in place of a status where the client did not wait for one. */
export const CLIENT_GONE = 499;

/** A request that the service does not answer, for a reason that it may tell. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  /** HTTP status. */
  readonly status: number;
  /** A word that programs can compare. */
  readonly code: string;
  /** Seconds after which the same request may be answered, if waiting helps. */
  readonly retryAfter: number | undefined;

  constructor(
    message: string,
    { status, code, retryAfter }: {
      readonly status: number;
      readonly code: string;
      readonly retryAfter?: number;
    },
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** The statuses of the package's errors; what is not listed is the service's own fault. */
const STATUSES: Readonly<Partial<Record<HistoneErrorCode, number>>> = {
  HISTONE_FORMAT: 400, // the upload is damaged
  HISTONE_CONTRACT: 422, // it is sound, and contradicts the model
  HISTONE_DIVERGED: 422, // its values are too large for a finite prediction
  HISTONE_BUSY: 503, // too many samples wait
  HISTONE_ENGINE_UNAVAILABLE: 503, // a thread died; the next request may be answered
  HISTONE_SESSION_DISPOSED: 503, // the service is about to stop
};

/**
 * Turns an error into what the client is told. An error that nobody foresaw becomes a 500 without its message, which might
 * name files or addresses of the machine; the log has it.
 */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const status = error instanceof HistoneError ? STATUSES[error.code] : undefined;
  if (!(error instanceof HistoneError) || status === undefined) {
    return new Refusal("The service failed.", { status: 500, code: "INTERNAL" });
  }
  if (status === 503) {
    return new Refusal(error.message, { status, code: error.code, retryAfter: 1 });
  }
  return new Refusal(error.message, { status, code: error.code });
}
