import { FormatError } from "../errors.ts";

/** The error for a file that changed while it was read. */
export function changedError(file: string): FormatError {
  return new FormatError("Cannot read file: it was changed while it was read", { file });
}
