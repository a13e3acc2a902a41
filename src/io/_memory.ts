import { FormatError } from "../errors.ts";

/**
 * Takes memory for what a file holds.
 *
 * @param file Name of the file.
 * @param take Allocates; what else it does must not throw a `RangeError`.
 * @throws {FormatError} With the file's name, if there is not enough.
 */
export function takeMemory<T>(file: string, take: () => T): T {
  try {
    return take();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new FormatError(
      `Cannot read file: it takes more memory than there is: ${cause.message}`,
      { file, cause },
    );
  }
}
