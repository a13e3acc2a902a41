/** The flags of commands that show what data look like, and the files that these write. */

import type { Command } from "commander";
import { ContractError } from "../errors.ts";
import { STANDARD_OUTPUT } from "./_outputs.ts";
import type { PageOutput } from "./_page_output.ts";

/** What is shown, and where. */
export interface PageFlags {
  readonly page?: string | undefined;
  readonly multiqc?: string | undefined;
}

/** Declares the flags about what is shown. */
export function declarePageFlags(command: Command): Command {
  return command
    .option(
      "--page <file>",
      "write an HTML page of what the data look like: profiles and heat maps around the TSS, depths, labels",
    )
    .option("--multiqc <dir>", "write the same into this folder, as files for MultiQC");
}

/**
 * Checks that a page and files for MultiQC can be written, before any work is done.
 *
 * @param data Path of the data set that they are about.
 * @returns `undefined` if neither was asked for.
 * @throws {ContractError} As `openOutput` does, or if the page is to be written to standard output.
 */
export async function openPage(
  data: string,
  { page, multiqc, overwrite = false }: PageFlags & { readonly overwrite?: boolean },
): Promise<PageOutput | undefined> {
  if (page === undefined && multiqc === undefined) return undefined;
  if (page === STANDARD_OUTPUT) {
    throw new ContractError("Cannot write a page to standard output: expected the name of a file");
  }
  const { openPageOutput } = await import("./_page_output.ts");
  return await openPageOutput(data, { page, multiqc, overwrite });
}
