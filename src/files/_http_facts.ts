/** What the head of an answer says about a file, and whether it is still the file that was opened. */

import { FormatError, RemoteError } from "../errors.ts";
import type { HttpAnswer } from "./_http_exchange.ts";
import { PassingFailure } from "./_http_retry.ts";

/** What identifies the version of a file. */
export interface FileFacts {
  /** Length in bytes. */
  readonly size: number;
  /** The server's tag of the version, as it wrote it. */
  readonly etag: string | undefined;
  /** When the file was last changed, as the server wrote it. */
  readonly lastModified: string | undefined;
}

/** A part of a file, 0-based half-open. */
export interface ContentRange {
  readonly start: number;
  readonly end: number;
  /** Length of the whole file in bytes, if the server knows it. */
  readonly total: number | undefined;
}

/** Reads the header `Content-Range`, such as `bytes 0-99/1234`; `undefined` if it makes no sense. */
export function parseContentRange(header: string | null): ContentRange | undefined {
  const [, first, last, total] =
    /^\s*bytes\s+(\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)\s*$/i.exec(header ?? "") ?? [];
  if (first === undefined || last === undefined) return undefined;
  const range = {
    start: Number(first),
    end: Number(last) + 1,
    total: total === "*" ? undefined : Number(total),
  };
  const isSound = range.start < range.end && range.end <= (range.total ?? Infinity) &&
    Number.isSafeInteger(range.total ?? range.end);
  return isSound ? range : undefined;
}

/** Reads the header `Content-Length`. */
export function parseContentLength(headers: Headers): number | undefined {
  const text = headers.get("content-length") ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Reads what the head of an answer says about the version of the file. */
export function factsOf(headers: Headers, size: number): FileFacts {
  return {
    size,
    etag: headers.get("etag") ?? undefined,
    lastModified: headers.get("last-modified") ?? undefined,
  };
}

/**
 * Throws if an answer is about another version of the file than the one that was opened.
 *
 * @throws {FormatError} If length, tag or date differ.
 */
export function checkIsSame(found: Partial<FileFacts>, opened: FileFacts, file: string): void {
  const changed = ([["size", "length"], ["etag", "ETag"], ["lastModified", "date"]] as const).find(
    ([key]) => found[key] !== undefined && opened[key] !== undefined && found[key] !== opened[key],
  );
  if (changed === undefined) return;
  const [key, what] = changed;
  throw new FormatError(
    `Cannot read file: it was changed on its server while it was read: its ${what} was ${
      opened[key]
    }, ` +
      `and is ${found[key]} now`,
    { file },
  );
}

/** Formats of files that are gzip themselves, which some servers declare as an encoding of what is in them. */
const GZIP_FILE = /\.(b?gz|bam|bai|tbi|csi|crai)$/i;

/**
 * Throws if the server compresses the file on its way, so that offsets would not be those of the file.
 *
 * @param path Path of the file.
 * @throws {RemoteError} If it does.
 */
export function checkIsPlain({ headers }: HttpAnswer, path: string, shown: string): void {
  const encoding = headers.get("content-encoding")?.trim() ?? "";
  if (encoding === "" || /^identity$/i.test(encoding)) return;
  if (/^(x-)?gzip$/i.test(encoding) && GZIP_FILE.test(path)) return;
  throw new RemoteError(
    `Cannot read ${shown}: its server compresses it on the way (Content-Encoding: ${encoding}), expected the ` +
      "file as it is: download it first",
  );
}

/**
 * Throws if the server sends a page, such as one for logging in, where a file was asked for.
 *
 * @throws {RemoteError} If it does.
 */
export function checkIsFile({ headers }: HttpAnswer, path: string, shown: string): void {
  const type = headers.get("content-type") ?? "";
  if (!/^\s*text\/html\b/i.test(type) || /\.html?$/i.test(path)) return;
  throw new RemoteError(
    `Cannot open ${shown}: its server sends a web page (Content-Type: ${type}), expected a file: is a ` +
      "login needed, or is this the address of a page about the file?",
  );
}

/**
 * Throws for the status of an answer that has no data.
 *
 * @throws {RemoteError} In words that say what to do.
 */
export function failStatus(status: number, shown: string): never {
  throw new RemoteError(`Cannot open ${shown}: ${describeStatus(status)}`, { status });
}

function describeStatus(status: number): string {
  switch (status) {
    case 401:
      return "its server asks for a user and a password (status 401)";
    case 403:
      return "its server forbids it (status 403): if the address is signed, it may have expired";
    case 404:
    case 410:
      return `it is not there (status ${status})`;
    case 407:
      return "a proxy asks for a user and a password (status 407)";
  }
  return `its server answers with status ${status}, expected the file`;
}

/** Throws a failure that a second try may mend, since a body has another length than its head says. */
export function failLength(found: number, expected: number): never {
  throw new PassingFailure(
    `its server sent ${
      found > expected ? "more than" : `${found} bytes of`
    } the ${expected} bytes that it announced`,
  );
}
