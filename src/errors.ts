/**
 * The errors this package throws on purpose. Messages read "action, colon, what was found, what was
 * wanted". A wrong type or shape of an argument is a `TypeError`, a value out of range a `RangeError`.
 *
 * @module
 */

import { printableLine } from "./base/printable.ts";

/** Where in a file a {@linkcode FormatError} was found. */
export interface FormatErrorOptions extends ErrorOptions {
  /** Name or path of the file. */
  readonly file?: string;
  /** Line of a text file, counted from 1. */
  readonly line?: number;
  /** Offset in a binary file, in bytes from its start. */
  readonly byteOffset?: number;
}

/** What a message quotes of a file may be as long as the file. */
const LONGEST_MESSAGE = 2000;

/**
 * A file's content is damaged, or not what this package reads.
 *
 * A message may quote the file, as those of all errors here: it is cut where it becomes long, and control characters,
 * to which a terminal might listen, are spelled out.
 *
 * @example
 * ```ts
 * import { FormatError } from "@waka/histone/errors";
 * import { strictEqual } from "node:assert";
 *
 * const error = new FormatError("Cannot read row: 7 columns, expected 8", { file: "a.csv", line: 3 });
 * strictEqual(error.message, "Cannot read row: 7 columns, expected 8 (a.csv, line 3)");
 * ```
 */
export class FormatError extends Error {
  /** The file's name, where known. */
  readonly file: string | undefined;
  /** The line, counted from 1, of a text file. */
  readonly line: number | undefined;
  /** The offset in bytes of a binary file. */
  readonly byteOffset: number | undefined;

  /** Appends the place, where one is given, to `message` in parentheses. */
  constructor(message: string, options: FormatErrorOptions = {}) {
    const place = [
      options.file,
      options.line === undefined ? undefined : `line ${options.line}`,
      options.byteOffset === undefined ? undefined : `byte ${options.byteOffset}`,
    ].filter((part) => part !== undefined).join(", ");
    const plain = makePlain(message);
    super(place === "" ? plain : `${plain} (${printableLine(place)})`, options);
    this.name = "FormatError";
    this.file = options.file;
    this.line = options.line;
    this.byteOffset = options.byteOffset;
  }
}

function makePlain(message: string): string {
  // Spelled out, a character may take six.
  const plain = printableLine(message.slice(0, LONGEST_MESSAGE + 1));
  return plain.length > LONGEST_MESSAGE ? `${plain.slice(0, LONGEST_MESSAGE)}…` : plain;
}

/** Two things that must agree do not: a model and its data, a file and its labels, weights and shapes. */
export class ContractError extends Error {
  /** Name of the class. */
  override readonly name = "ContractError";

  /** `message` as it is printed: see {@linkcode FormatError}. */
  constructor(message: string, options?: ErrorOptions) {
    super(makePlain(message), options);
  }
}

/** The engine that was asked for cannot run on this machine; the message says why. */
export class EngineUnavailableError extends Error {
  /** Name of the class. */
  override readonly name = "EngineUnavailableError";

  /** `message` as it is printed: see {@linkcode FormatError}. */
  constructor(message: string, options?: ErrorOptions) {
    super(makePlain(message), options);
  }
}

/** An engine, or the package as a whole, cannot build or train this model; the message names the layer. */
export class UnsupportedModelError extends Error {
  /** Name of the class. */
  override readonly name = "UnsupportedModelError";

  /** `message` as it is printed: see {@linkcode FormatError}. */
  constructor(message: string, options?: ErrorOptions) {
    super(makePlain(message), options);
  }
}

/** A file cannot be written, for want of space or permission; `cause` is the system's own error. */
export class WriteError extends Error {
  /** Name of the class. */
  override readonly name = "WriteError";

  /** `message` as it is printed: see {@linkcode FormatError}. */
  constructor(message: string, options?: ErrorOptions) {
    super(makePlain(message), options);
  }
}

/**
 * The training loss became NaN or infinite, or a trained model's prediction is; the message names the epoch and the
 * step, or the sample.
 */
export class DivergedError extends Error {
  /** Name of the class. */
  override readonly name = "DivergedError";

  /** `message` as it is printed: see {@linkcode FormatError}. */
  constructor(message: string, options?: ErrorOptions) {
    super(makePlain(message), options);
  }
}

/** A session was used after its disposal. */
export class SessionDisposedError extends Error {
  /** Name of the class. */
  override readonly name = "SessionDisposedError";

  /** `message` as it is printed: see {@linkcode FormatError}. */
  constructor(message = "Cannot use the session: it was disposed of", options?: ErrorOptions) {
    super(makePlain(message), options);
  }
}
