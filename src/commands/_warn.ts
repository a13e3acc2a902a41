/** Warnings on standard error. */

import { ContractError } from "../errors.ts";
import { explain } from "./_explain.ts";

/** Prints a warning in one line. The system's messages about files are put into this package's words. */
export function warn(text: string): void {
  console.warn(`warning: ${explain(new ContractError(text))}`);
}
