/** The flags of `differences`. */

import { formatCountOf } from "../base/count.ts";
import { type Command, Option } from "commander";
import type { EngineName } from "../engine/select.ts";
import { ContractError } from "../errors.ts";
import { MOST_STEPS } from "../explain/quadrature.ts";
import { ROW_FORMATS, type RowFormat } from "../io/row_table.ts";
import { choice, declareCommon, integer, list, number } from "./flags.ts";
import { declareModelAndData, declareModelData, type ModelDataFlags } from "./_model_data_flags.ts";
import { declarePanel, type PanelFlags } from "./_panel_flags.ts";
import { declareOverwrite, type OverwriteFlag, STANDARD_OUTPUT } from "./_outputs.ts";

/** Flags of the command. */
export interface DifferenceFlags extends PanelFlags, ModelDataFlags, OverwriteFlag {
  readonly data: string;
  readonly between?: readonly string[] | undefined;
  readonly from?: readonly string[] | undefined;
  readonly to?: readonly string[] | undefined;
  readonly labels?: string | undefined;
  readonly deseq2?: string | undefined;
  readonly geneSets?: string | undefined;
  readonly geneFile?: string | undefined;
  readonly steps: number;
  readonly significance: number;
  readonly leastGenes: number;
  readonly bootstrap: number;
  readonly seed: number;
  readonly out?: string | undefined;
  readonly format?: RowFormat | undefined;
  readonly setsOut?: string | undefined;
  readonly report?: string | undefined;
  readonly engine: EngineName;
}

/** Declares the flags. */
export function declareDifferences(command: Command): Command {
  return declareCommon(declareOverwrite(declareOutputs(declareMeasured(declareSides(command)))));
}

function declareSides(command: Command): Command {
  return declareModelData(declarePanel(
    declareModelAndData(command)
      .addOption(
        new Option(
          "--between <names>",
          "two cell types: changes begin at the first and end at the second, such as E003,E004",
        ).argParser(list).conflicts(["from", "to"]),
      )
      .option(
        "--from <names>",
        "with --to: several cell types that changes begin at, such as the replicates of a condition, or their group",
        list,
      )
      .option("--to <names>", "with --from: those that they end at", list),
  ))
    .option("--steps <n>", "points on the path between two samples", integer(1, MOST_STEPS), 50);
}

function declareMeasured(command: Command): Command {
  return command
    .option("--labels <file>", "measured values, id,expression, for data without them")
    .option(
      "--deseq2 <file>",
      "fold changes that DESeq2, edgeR or limma measured between the same sides, as CSV or TSV",
    )
    .option("--gene-sets <file>", "sets of genes, as GMT of MSigDB")
    .option(
      "--gene-file <file>",
      "annotation with the genes' symbols, as GTF or GFF3, for data that do not know them; hg19 and hg38 are built in",
    )
    .option(
      "--significance <q>",
      "genes with less padj or FDR are significant",
      number(Number.MIN_VALUE, 1),
      0.05,
    )
    .option("--least-genes <n>", "sets with fewer genes are not tested", integer(4), 10)
    .option(
      "--bootstrap <n>",
      "bootstrap samples of genes for intervals, and exchanges of genes for the null",
      integer(1, 100_000),
      1000,
    )
    .option("--seed <n>", "seed of these draws", integer(0), 0);
}

function declareOutputs(command: Command): Command {
  return command
    .option(
      "--out <file>",
      "table of genes to write: .tsv, .csv, .jsonl or .parquet; - is standard output " +
        "(default: differences.tsv, or as --format has it)",
    )
    .option(
      "--format <name>",
      `${ROW_FORMATS.join(", ")} (default: by the end of --out)`,
      choice(ROW_FORMATS),
    )
    .option("--sets-out <file>", "table of all gene sets to write")
    .option("--report <file>", "all figures that are printed, as JSON");
}

/** The names on both sides. */
export interface Sides {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/**
 * Reads which cell types are on which side.
 *
 * @throws {ContractError} If they are not named.
 */
export function readSides({ between, from, to }: DifferenceFlags): Sides {
  if (between !== undefined) {
    const [first, second, ...others] = between;
    if (first !== undefined && second !== undefined && others.length === 0) {
      return { from: [first], to: [second] };
    }
    throw new ContractError(
      `Cannot compare cell types: --between has ${
        formatCountOf(between.length, "name")
      }, expected two; ` +
        "--from and --to name several on each side",
    );
  }
  if (from !== undefined && to !== undefined) return { from, to };
  const found = from === undefined && to === undefined
    ? "no cell types are named"
    : `--${from === undefined ? "to" : "from"} is there alone`;
  throw new ContractError(
    `Cannot compare cell types: ${found}, expected --between with two names, or --from and --to`,
  );
}

/**
 * Refuses flags that contradict each other, before files are read.
 *
 * @throws {ContractError} Naming the flag.
 */
export function checkDifferenceFlags({ setsOut, geneSets, report }: DifferenceFlags): void {
  if (setsOut !== undefined && geneSets === undefined) {
    throw new ContractError("Cannot use --sets-out: no sets are named, expected --gene-sets too");
  }
  for (const [flag, path] of [["--sets-out", setsOut], ["--report", report]] as const) {
    if (path !== STANDARD_OUTPUT) continue;
    throw new ContractError(
      `Cannot write ${flag} to standard output: expected the name of a file; --out may be ${STANDARD_OUTPUT}`,
    );
  }
}
