/** Warnings on standard error. */

import { ContractError } from "../errors.ts";
import { explain } from "./_explain.ts";

/** Prints a warning in one line; what the system said of a file is put into the words of this package. */
export function warn(text: string): void {
  console.warn(`warning: ${explain(new ContractError(text))}`);
}
