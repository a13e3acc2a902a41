/** The flags of `prepare` about what it writes. */

import type { Command } from "commander";
import { declarePageFlags, type PageFlags } from "./_page_flags.ts";

/** What is written, and where. */
export interface OutputFlags extends PageFlags {
  readonly out: string;
  readonly compress: boolean;
  readonly overwrite: boolean;
}

/** Declares the flags about what is written. */
export function declareOutputFlags(command: Command): Command {
  return declarePageFlags(
    command
      .optionsGroup("Output:")
      .requiredOption("--out <path>", "what to write: an .npz file, or a .zarr folder of AnnData")
      .option("--compress", "deflate the npz file; a .zarr folder always is", false)
      .option("--overwrite", "replace an existing file or .zarr folder", false),
  );
}
