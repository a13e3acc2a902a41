/** The flags of `prepare` about its sample sheet: which files there are, and how they combine. */

import type { Command } from "commander";
import {
  MISSING_MARK_RULES,
  type MissingMarkRule,
  type SampleSheet,
} from "../genome/sample_sheet.ts";
import { CONTROL_RULES, type ControlRule, REPLICATE_RULES, type ReplicateRule } from "../record.ts";
import { choice } from "./flags.ts";

/** Which files there are, and how they combine. */
export interface SheetFlags {
  readonly samples: string;
  readonly results?: string;
  readonly outputType?: string;
  readonly marks?: readonly string[];
  readonly cellTypes?: readonly string[];
  readonly replicates?: ReplicateRule;
  readonly control?: ControlRule;
  readonly missingMarks: MissingMarkRule;
}

/** Declares the flags about the sample sheet. */
export function declareSheetFlags(command: Command): Command {
  return command
    .optionsGroup("Files:")
    .requiredOption(
      "--samples <file>",
      "sample sheet with columns cell_type, mark, path and, where needed, replicate, control, index, expression; " +
        "or a samplesheet of nf-core/chipseq or nf-core/cutandrun, or ENCODE's metadata.tsv",
    )
    .option(
      "--results <dir>",
      "folder with the files of such a sheet: nf-core's results, or a download from ENCODE",
    )
    .option(
      "--output-type <type>",
      'which of ENCODE\'s files to take, such as alignments or "fold change over control"',
    )
    .option(
      "--marks <names>",
      "use only these marks, in this order unless all are the competition's; separate them by commas or repeat the flag",
      names,
    )
    .option("--cell-types <names>", "use only these cell types, separated in the same way", names)
    .option(
      "--replicates <rule>",
      `how replicates are combined: ${REPLICATE_RULES.join(", ")} (apart, each as a cell type)`,
      choice(REPLICATE_RULES),
    )
    .option(
      "--control <rule>",
      `use the controls of the sheet, scaled to the mark's depth: ${CONTROL_RULES.join(", ")}`,
      choice(CONTROL_RULES),
    )
    .option(
      "--missing-marks <rule>",
      `cell types that lack a mark: ${MISSING_MARK_RULES.join(", ")}`,
      choice(MISSING_MARK_RULES),
      "refuse",
    );
}

/** Splits names at commas, but for commas with a space after them, which names such as `T cell, CD4+` have. */
function names(text: string, others: readonly string[] = []): string[] {
  const own = text.split(/,(?!\s)/).map((name) => name.trim()).filter((name) => name !== "");
  return [...others, ...own];
}

/** The options of reading the sheet that the flags name. */
export function sheetOptions(flags: SheetFlags & { readonly assembly?: string }) {
  const { results, outputType, marks, cellTypes, replicates, control, missingMarks } = flags;
  const { assembly } = flags;
  return {
    results,
    outputType,
    marks,
    cellTypes,
    replicates,
    control,
    missingMarks,
    assembly,
  };
}

/** The options of combining the files of a sheet. */
export function combineOptions(
  { replicates, control, missingMarks }: SheetFlags,
  { marks, cellTypeGroups }: SampleSheet,
) {
  return {
    replicates,
    control,
    missingMarks: missingMarks === "mask" ? "mask" as const : "refuse" as const,
    marks,
    cellTypeGroups,
  };
}
