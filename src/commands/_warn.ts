/** Warnings on standard error. */

import { ContractError } from "../errors.ts";
import { formatError } from "./_error_line.ts";

/** Prints a warning in one line. The system's messages about files are put into this package's words. */
export function warn(text: string): void {
  console.warn(`warning: ${formatError(new ContractError(text))}`);
}
