/** Reads and writes JSON files. */

import { describeJsonFault } from "../base/json_fault.ts";
import { parseJson } from "../base/parse_json.ts";
import { FormatError } from "../errors.ts";
import { decodeText, NotUtf8Error } from "../text/numbers.ts";
import { writeFileAtomic } from "../files/file.ts";
import { readWholeFile, type WholeFileOptions } from "../files/whole_file.ts";

/** Far more than any JSON file of this package, or of its users, has; a device without an end has more. */
const MOST_JSON_BYTES = 2 ** 24;

/** What {@linkcode readJson} says of a file that is not JSON. */
export interface ReadJsonOptions {
  /**
   * What to do then, as a sentence with a full stop and a space before it and no full stop at its end.
   *
   * @default {Nothing is advised}
   */
  readonly advice?: string | undefined;
}

/**
 * Reads a JSON file.
 *
 * @param path Its path.
 * @param purpose Why it is read, such as `load ensemble`, for the message.
 * @param options What to do if it is damaged.
 * @throws {FormatError} If it is not JSON, has a name twice in an object, or is longer, or nested more deeply, than any file
 * of this package.
 */
export async function readJson(
  path: string,
  purpose: string,
  { advice = "" }: ReadJsonOptions = {},
): Promise<unknown> {
  const text = await readText(path, { mostBytes: MOST_JSON_BYTES });
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (cause) {
    const fault = describeJsonFault(text, cause as Error);
    throw new FormatError(`Cannot ${purpose}: ${fault}${advice}`, { file: path, cause });
  }
  if (isDeeper(value, MOST_LEVELS)) {
    throw new FormatError(
      `Cannot ${purpose}: its values are nested more than ${MOST_LEVELS} deep, expected a few levels`,
      { file: path },
    );
  }
  return value;
}

/**
 * Deeper than any file of this package, yet far too shallow to overflow the stack of functions that visit the values.
 */
const MOST_LEVELS = 100;

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1));
}

/**
 * Reads a text file.
 *
 * @throws {FormatError} If it is not UTF-8, or longer than it may be.
 */
export async function readText(
  path: string,
  options?: Pick<WholeFileOptions, "mostBytes">,
): Promise<string> {
  const bytes = await readWholeFile(path, options);
  try {
    return decodeText(bytes, 0, bytes.length);
  } catch (error) {
    throw error instanceof NotUtf8Error ? error.at({ file: path }) : error;
  }
}

/** Writes a value as indented JSON. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, formatJson(value));
}

/** Formats a value as indented JSON with a line end after it. */
export function formatJson(value: unknown): string {
  return JSON.stringify(value, null, 2) + "\n";
}
