/**
 * The errors that this package throws on purpose. Their messages read "action, colon, what was found, what was
 * expected", and each class has a `code` that does not change between versions. A wrong type or shape of an argument is
 * a `TypeError`, a value out of range a `RangeError`.
 *
 * @example Recognise the errors of this package
 * ```ts
 * import { HistoneError } from "@waka/histone/errors";
 * import { bytesSource, readPredictions } from "@waka/histone/io";
 * import { ok, strictEqual } from "node:assert";
 *
 * const error = await readPredictions(bytesSource(new Uint8Array())).catch((error) => error);
 * ok(error instanceof HistoneError);
 * strictEqual(error.code, "HISTONE_FORMAT");
 * ```
 *
 * @module
 */

import { HistoneError } from "./_histone_error.ts";

export { HistoneError, type HistoneErrorCode, type HistoneErrorOptions } from "./_histone_error.ts";

/** Where in a file a {@linkcode FormatError} was found. */
export interface FormatErrorOptions extends ErrorOptions {
  /** Name or path of the file. */
  readonly file?: string | undefined;
  /** Line of a text file, counted from 1. */
  readonly line?: number | undefined;
  /** Offset in a binary file, in bytes from its start. */
  readonly byteOffset?: number | undefined;
}

/**
 * An error for a file whose content is damaged, or is of a kind that this package does not read.
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
export class FormatError extends HistoneError {
  /** Name of the class. */
  override readonly name = "FormatError";
  /** The kind of error. */
  override readonly code = "HISTONE_FORMAT";
  /** The file's name, if it is known. */
  readonly file: string | undefined;
  /** The line of a text file, counted from 1. */
  readonly line: number | undefined;
  /** The offset in a binary file, in bytes from its start. */
  readonly byteOffset: number | undefined;

  /** Appends the place, if one is given, to the message in parentheses. */
  constructor(message: string, options: FormatErrorOptions = {}) {
    const { file, line, byteOffset } = options;
    const place = [
      file,
      line === undefined ? undefined : `line ${line}`,
      byteOffset === undefined ? undefined : `byte ${byteOffset}`,
    ].filter((part) => part !== undefined).join(", ");
    super(message, { ...options, place });
    this.file = file;
    this.line = line;
    this.byteOffset = byteOffset;
  }
}

/**
 * An error for two things that must agree and do not: a model and its data, a file and its labels, weights and shapes.
 *
 * @example
 * ```ts
 * import { ContractError } from "@waka/histone/errors";
 * import { DEEPCHROME_RECORD, reconcileRecords } from "@waka/histone/record";
 * import { throws } from "node:assert";
 *
 * const data = { ...DEEPCHROME_RECORD, assembly: "hg38" };
 * throws(() => reconcileRecords(DEEPCHROME_RECORD, data), ContractError);
 * ```
 */
export class ContractError extends HistoneError {
  /** Name of the class. */
  override readonly name = "ContractError";
  /** The kind of error. */
  override readonly code = "HISTONE_CONTRACT";
}

/** What is known of a {@linkcode NotFoundError}, beside its message. */
export interface NotFoundErrorOptions extends ErrorOptions {
  /** The path that leads nowhere. */
  readonly path?: string | undefined;
}

/**
 * An error for a path that leads nowhere; `cause` is the system's own error, where it was the system that said so. What a
 * server does not have is a {@linkcode RemoteError} with the status 404.
 *
 * @example
 * ```ts
 * import { readDataset } from "@waka/histone/data";
 * import { NotFoundError } from "@waka/histone/errors";
 * import { ok, strictEqual } from "node:assert";
 *
 * const error = await readDataset("nowhere/train.npz").catch((error) => error);
 * ok(error instanceof NotFoundError);
 * strictEqual(error.path, "nowhere/train.npz");
 * ```
 */
export class NotFoundError extends HistoneError {
  /** Name of the class. */
  override readonly name = "NotFoundError";
  /** The kind of error. */
  override readonly code = "HISTONE_NOT_FOUND";
  /** The path that leads nowhere, if it is known. */
  readonly path: string | undefined;

  /** Takes a message, and the path. */
  constructor(message: string, options: NotFoundErrorOptions = {}) {
    super(message, options);
    this.path = options.path;
  }
}

/** What is known of a {@linkcode RemoteError}, beside its message. */
export interface RemoteErrorOptions extends ErrorOptions {
  /** The HTTP status that the server answered with, such as 404. */
  readonly status?: number | undefined;
  /** The host, and its port if it is unusual, that this program may not reach, such as `example.org:8080`. */
  readonly deniedHost?: string | undefined;
}

/**
 * An error for a file on a server that cannot be reached, is not there, or is not sent as asked. Its message never has
 * the part of a URL that may be secret: user, password and query.
 *
 * @example
 * ```ts
 * import { RemoteError } from "@waka/histone/errors";
 * import { strictEqual } from "node:assert";
 *
 * const error = new RemoteError("Cannot open https://example.org/a.bam: it is not there", { status: 404 });
 * strictEqual(error.status, 404);
 * ```
 */
export class RemoteError extends HistoneError {
  /** Name of the class. */
  override readonly name = "RemoteError";
  /** The kind of error. */
  override readonly code = "HISTONE_REMOTE";
  /** The HTTP status that the server answered with, if that was the fault. */
  readonly status: number | undefined;
  /** The host, and its port if it is unusual, that this program may not reach, if that was the fault. */
  readonly deniedHost: string | undefined;

  /** Takes a message, and what else is known. */
  constructor(message: string, options: RemoteErrorOptions = {}) {
    super(message, options);
    this.status = options.status;
    this.deniedHost = options.deniedHost;
  }
}

/**
 * An error for an engine that cannot run on this machine; the message says why.
 *
 * @example
 * ```ts
 * import { EngineUnavailableError } from "@waka/histone/errors";
 * import { strictEqual } from "node:assert";
 *
 * const error = new EngineUnavailableError("Cannot use engine webgpu: there is no GPU");
 * strictEqual(error.code, "HISTONE_ENGINE_UNAVAILABLE");
 * ```
 */
export class EngineUnavailableError extends HistoneError {
  /** Name of the class. */
  override readonly name = "EngineUnavailableError";
  /** The kind of error. */
  override readonly code = "HISTONE_ENGINE_UNAVAILABLE";
}

/**
 * An error for a model that an engine, or the whole package, cannot build or train; the message names the layer.
 *
 * @example
 * ```ts
 * import { UnsupportedModelError } from "@waka/histone/errors";
 * import { strictEqual } from "node:assert";
 *
 * const error = new UnsupportedModelError("Cannot train on wasm: layer 2 is an attention layer");
 * strictEqual(error.code, "HISTONE_UNSUPPORTED_MODEL");
 * ```
 */
export class UnsupportedModelError extends HistoneError {
  /** Name of the class. */
  override readonly name = "UnsupportedModelError";
  /** The kind of error. */
  override readonly code = "HISTONE_UNSUPPORTED_MODEL";
}

/**
 * An error for a file that cannot be written because space or permission is missing; `cause` is the system's own error.
 *
 * @example
 * ```ts
 * import { WriteError } from "@waka/histone/errors";
 * import { strictEqual } from "node:assert";
 *
 * const cause = new Error("No space left on device");
 * const error = new WriteError(`Cannot write model.json: ${cause.message}`, { cause });
 * strictEqual(error.cause, cause);
 * strictEqual(error.code, "HISTONE_WRITE");
 * ```
 */
export class WriteError extends HistoneError {
  /** Name of the class. */
  override readonly name = "WriteError";
  /** The kind of error. */
  override readonly code = "HISTONE_WRITE";
}

/**
 * An error for a training loss that became NaN or infinite, or for such a prediction of a trained model; the message
 * names the epoch and the step, or the sample.
 *
 * @example
 * ```ts
 * import { DivergedError } from "@waka/histone/errors";
 * import { strictEqual } from "node:assert";
 *
 * const error = new DivergedError("Cannot continue training: the loss is NaN in epoch 2, step 17");
 * strictEqual(error.code, "HISTONE_DIVERGED");
 * ```
 */
export class DivergedError extends HistoneError {
  /** Name of the class. */
  override readonly name = "DivergedError";
  /** The kind of error. */
  override readonly code = "HISTONE_DIVERGED";
}

/**
 * An error for a session that was used after its disposal.
 *
 * @example
 * ```ts
 * import { SessionDisposedError } from "@waka/histone/errors";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(new SessionDisposedError().code, "HISTONE_SESSION_DISPOSED");
 * ```
 */
export class SessionDisposedError extends HistoneError {
  /** Name of the class. */
  override readonly name = "SessionDisposedError";
  /** The kind of error. */
  override readonly code = "HISTONE_SESSION_DISPOSED";

  /** Makes the error, with the given message instead of the usual one. */
  constructor(message = "Cannot use the session: it was disposed of", options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * An error for work that is refused because too much of it waits already; the same call may be taken a moment later. A
 * service answers it with status 503.
 *
 * @example
 * ```ts
 * import { BusyError } from "@waka/histone/errors";
 * import { strictEqual } from "node:assert";
 *
 * const error = new BusyError("Cannot predict 5 samples: 100 wait, expected at most 100");
 * strictEqual(error.code, "HISTONE_BUSY");
 * ```
 */
export class BusyError extends HistoneError {
  /** Name of the class. */
  override readonly name = "BusyError";
  /** The kind of error. */
  override readonly code = "HISTONE_BUSY";
}
