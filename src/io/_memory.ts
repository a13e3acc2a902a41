import { FormatError } from "../errors.ts";

/**
 * Allocates memory for the content of a file.
 *
 * @param file Name of the file.
 * @param take The function that allocates; it must not throw a `RangeError` for another reason.
 * @returns The result of the function.
 * @throws {FormatError} If there is not enough memory; the message has the file's name.
 */
export function takeMemory<T>(file: string, take: () => T): T {
  try {
    return take();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new FormatError(
      `Cannot read file: it takes more memory than is available: ${cause.message}`,
      { file, cause },
    );
  }
}
