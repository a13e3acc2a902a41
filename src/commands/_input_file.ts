/** Checks the input files that flags name before any work is done. */

import { ContractError } from "../errors.ts";
import { isAddress, showPlace } from "../files/http_address.ts";

/**
 * Throws, naming the flag, unless a path leads to a file that can be read.
 *
 * @param flag The flag as users type it.
 * @param path Its value.
 */
export async function checkInputFile(flag: string, path: string): Promise<void> {
  const found = await findProblem(path);
  if (found !== undefined) {
    throw new ContractError(`Cannot read ${flag} ${showPlace(path)}: ${found}`);
  }
}

async function findProblem(path: string): Promise<string | undefined> {
  if (isAddress(path)) return "it is an address, expected a file: download it first";
  try {
    const { isFile, isDirectory } = await Deno.stat(path);
    if (isDirectory) return "it is a directory, expected a file";
    if (!isFile) return "it is a pipe or a device, expected a file, since its size must be known";
    (await Deno.open(path)).close();
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "it does not exist";
    if (error instanceof Deno.errors.NotADirectory) return "a part of this path is a file";
    if (error instanceof Deno.errors.PermissionDenied) return "you may not read it";
    throw error;
  }
}
