/** The flags that say in what data may differ from those that a model was trained on. */

import type { Command } from "commander";
import { list } from "./flags.ts";

/** Flags of {@linkcode declareModelData}. */
export interface ModelDataFlags {
  readonly acceptAssembly?: boolean | undefined;
  readonly dropMarks?: readonly string[] | undefined;
}

/** Declares the flags. */
export function declareModelData(command: Command): Command {
  return command
    .option(
      "--accept-assembly",
      "accept windows around the same genes in another build of the model's species, such as hg38 for hg19",
      false,
    )
    .option(
      "--drop-marks <names>",
      "marks to treat as not measured, such as H3K4me1 (for models that read a panel)",
      list,
    );
}

/** Data as commands take them. */
const DATA =
  "competition .npz, AnnData .zarr, DeepChrome .csv, or a folder; several with commas between them";

/** Declares the directory of a model, and the data that it is asked about; `purpose` says what else these are for. */
export function declareModelAndData(command: Command, purpose?: string): Command {
  return command
    .argument(
      "<dir>",
      "directory of a run, or of a model; starter is the one that comes with this program",
    )
    .requiredOption("--data <path>", purpose === undefined ? DATA : `${purpose}: ${DATA}`);
}
