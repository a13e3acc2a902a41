/** The flags of `prepare` about what it writes. */

import type { Command } from "commander";

/** What is written, and where. */
export interface OutputFlags {
  readonly out: string;
  readonly compress: boolean;
  readonly overwrite: boolean;
}

/** Declares the flags about what is written. */
export function declareOutputFlags(command: Command): Command {
  return command
    .requiredOption("--out <file>", "the .npz file to write")
    .option("--compress", "deflate the npz file", false)
    .option("--overwrite", "replace an existing file", false);
}
