/** What all errors of this package have in common. */

import { printableLine } from "./base/printable.ts";

/** The code of a {@linkcode HistoneError}, which shows its kind; codes do not change between versions. */
export type HistoneErrorCode =
  | "HISTONE_FORMAT"
  | "HISTONE_CONTRACT"
  | "HISTONE_NOT_FOUND"
  | "HISTONE_ENGINE_UNAVAILABLE"
  | "HISTONE_UNSUPPORTED_MODEL"
  | "HISTONE_WRITE"
  | "HISTONE_REMOTE"
  | "HISTONE_DIVERGED"
  | "HISTONE_SESSION_DISPOSED"
  | "HISTONE_BUSY";

/** Longer messages are cut: a message may quote a file, whose content has no bound. */
const LONGEST_MESSAGE = 2000;

/** Options of a {@linkcode HistoneError}. */
export interface HistoneErrorOptions extends ErrorOptions {
  /** Where the error was found; appended to the message in parentheses. */
  readonly place?: string | undefined;
}

/**
 * The class of all errors that this package defines.
 *
 * A message may quote a file, so long messages are cut, and control characters, which a terminal might obey, are
 * spelled out.
 *
 * @example
 * ```ts
 * import { ContractError, HistoneError } from "@waka/histone/errors";
 * import { ok, strictEqual } from "node:assert";
 *
 * const error: HistoneError = new ContractError("Cannot predict: the data have \x1b[2J");
 * ok(error instanceof Error);
 * strictEqual(error.code, "HISTONE_CONTRACT");
 * strictEqual(error.message, "Cannot predict: the data have \\x1b[2J");
 * ```
 */
export abstract class HistoneError extends Error {
  /** The kind of error. */
  abstract readonly code: HistoneErrorCode;

  /** Takes a message of any length and content. */
  constructor(message: string, options: HistoneErrorOptions = {}) {
    const plain = makePlain(message);
    super(options.place ? `${plain} (${printableLine(options.place)})` : plain, options);
  }
}

function makePlain(message: string): string {
  // A character that is spelled out may take six.
  const plain = printableLine(message.slice(0, LONGEST_MESSAGE + 1));
  return plain.length > LONGEST_MESSAGE ? `${plain.slice(0, LONGEST_MESSAGE)}…` : plain;
}
