/** The flags of `prepare` about its sample sheet: which files there are, and how they combine. */

import type { Command } from "commander";

/** Which files there are. */
export interface SheetFlags {
  readonly samples: string;
}

/** Declares the flags about the sample sheet. */
export function declareSheetFlags(command: Command): Command {
  return command
    .requiredOption(
      "--samples <file>",
      "sample sheet: tab-separated, cell_type mark path, and expression if cell types have separate files",
    );
}
