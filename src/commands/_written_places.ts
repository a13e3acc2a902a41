/** Refuses places that nothing can be written to, before a command does any work. */

import type { Command } from "commander";
import { ContractError } from "../errors.ts";
import { isAddress, showAddress } from "../files/http_address.ts";

/** Flags that name what is written, or a folder that is written into. */
const WRITTEN = [
  "--out",
  "--page",
  "--report",
  "--sets-out",
  "--plan",
  "--resume",
  "--tensorboard",
  "--multiqc",
  "--figures",
];

/**
 * Refuses an address, which would become a folder `http:`, and no path at all, as of a variable of the shell that is not set.
 *
 * @throws {ContractError} Naming the flag.
 */
export function refuseOtherPlaces(command: Command): void {
  for (const option of command.options) {
    const { long } = option;
    const value: unknown = command.getOptionValue(option.attributeName());
    if (!WRITTEN.includes(long ?? "") || typeof value !== "string") continue;
    if (value.trim() === "") {
      throw new ContractError(`Cannot use ${long}: it is empty, expected a path`);
    }
    if (!isAddress(value)) continue;
    throw new ContractError(
      `Cannot use ${long} ${showAddress(value)}: it is an address, expected a path on this machine`,
    );
  }
}
