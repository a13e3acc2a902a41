/** The flags of `split`, and what they stand for. */

import { type Command, Option } from "commander";
import type { FoldScheme } from "../data/fold_scheme.ts";
import { ContractError } from "../errors.ts";
import type { NamedParts, NamedUnit, SplitDataOptions } from "../validation/mod.ts";
import { choice, declareSequences, integer, list, number, threadCount } from "./flags.ts";
import type { SequenceFlags } from "./_sequences.ts";
import { declareScheme, type SchemeFlags } from "./_scheme.ts";

/** Kinds of file that hold the parts. */
export const SPLIT_FORMATS = ["npz", "zarr"] as const;

/** Flags of the command. */
export interface SplitFlags extends SchemeFlags, SequenceFlags {
  readonly data: string;
  readonly record?: string | undefined;
  readonly threads?: number | undefined;
  readonly testShare?: number | undefined;
  readonly validationShare?: number | undefined;
  readonly testChromosomes?: readonly string[] | undefined;
  readonly validationChromosomes?: readonly string[] | undefined;
  readonly testCellTypes?: readonly string[] | undefined;
  readonly validationCellTypes?: readonly string[] | undefined;
  readonly testGroups?: readonly string[] | undefined;
  readonly validationGroups?: readonly string[] | undefined;
  readonly keepCrossing: boolean;
  readonly folds?: number | undefined;
  readonly repeats: number;
  readonly seed: number;
  readonly out: string;
  readonly format?: (typeof SPLIT_FORMATS)[number] | undefined;
  readonly compress: boolean;
  readonly overwrite: boolean;
}

const NAMED = [
  ["chromosomes", "chr8,chr9"],
  ["cell-types", "E116,E119"],
  ["groups", "donor3"],
] as const;

/** Declares the flags. */
export function declareSplit(command: Command): Command {
  const scheme = declareScheme(
    declareSequences(
      command
        .requiredOption(
          "--data <path>",
          "competition .npz, AnnData .zarr, DeepChrome .csv, or a folder of cell types; several with commas between them",
        )
        .option("--record <file>", "JSON data record of the files (default: their own)"),
    )
      .option(
        "--threads <n>",
        "threads that read (default: all that the machine lends)",
        threadCount,
      ),
    { scheme: "by-both" },
  );
  declareParts(scheme);
  return scheme
    .addOption(
      new Option("--folds <n>", "write a table of n folds instead").argParser(integer(2))
        .conflicts(PART_FLAGS),
    )
    .option(
      "--repeats <n>",
      "with --folds: how often to divide, each time in another way",
      integer(1),
      1,
    )
    .option("--seed <n>", "seed of the random choice", integer(0), 0)
    .requiredOption(
      "--out <path>",
      "folder for train, validation and test data; or a table, .tsv or .csv, that says where each sample is",
    )
    .option(
      "--format <name>",
      "files in the folder: npz, zarr (default: as --data)",
      choice(SPLIT_FORMATS),
    )
    .option("--compress", "deflate npz files", false)
    .option("--overwrite", "replace what --out holds already", false);
}

/** Declares the flags that say what is in which part. */
function declareParts(command: Command): void {
  command
    .option(
      "--test-share <x>",
      "share of what is divided to test on (default: 0.2; 0 beside names)",
      number(0, 1),
    )
    .option("--validation-share <x>", "share to validate on (default: 0)", number(0, 1));
  for (const [what, example] of NAMED) {
    for (const part of ["test", "validation"]) {
      const does = part === "test" ? "test on these instead of a share" : "validate on these";
      command.option(`--${part}-${what} <names>`, `${does}, such as ${example}`, list);
    }
  }
  command.option(
    "--keep-crossing",
    "with two things to divide: also validate and test on samples of which one is trained on, as in the competition",
    false,
  );
}

/** Names of the flags about parts, which folds do not have. */
const PART_FLAGS = [
  "testShare",
  "validationShare",
  ...["Chromosomes", "CellTypes", "Groups"].flatMap((what) => [`test${what}`, `validation${what}`]),
  "keepCrossing",
];

/**
 * Fills in the scheme that names of parts stand for, if `--scheme` was not given.
 *
 * @param flags All flags of the call.
 * @param given Names of the flags that were given.
 */
export function chooseScheme(flags: SplitFlags, given: ReadonlySet<string>): SplitFlags {
  if (given.has("scheme")) return flags;
  const named = namedParts(flags);
  const [byChromosome, byCellType, byGroup] = [named.chromosomes, named.cellTypes, named.groups]
    .map((parts) => parts !== undefined);
  const scheme: FoldScheme | undefined = byGroup
    ? "by-group"
    : byChromosome
    ? (byCellType ? "by-chromosome-and-cell-type" : "by-chromosome")
    : byCellType
    ? "by-cell-type"
    : undefined;
  return scheme === undefined ? flags : { ...flags, scheme };
}

/** The options that the flags stand for. */
export function splitOptions(flags: SplitFlags): Omit<SplitDataOptions, "groups"> {
  const { scheme, testShare, validationShare, keepCrossing, seed, stratified } = flags;
  return {
    scheme,
    testShare,
    validationShare,
    named: namedParts(flags),
    keepCrossing,
    seed,
    stratified,
  };
}

function namedParts(flags: SplitFlags): Partial<Record<NamedUnit, NamedParts>> {
  const parts = {
    chromosomes: { test: flags.testChromosomes, validation: flags.validationChromosomes },
    cellTypes: { test: flags.testCellTypes, validation: flags.validationCellTypes },
    groups: { test: flags.testGroups, validation: flags.validationGroups },
  };
  return Object.fromEntries(
    Object.entries(parts).filter(([, { test, validation }]) => (test ?? validation) !== undefined),
  );
}

/** What `--out` asks for: a folder of data, or a table whose cells are separated by tabs or commas. */
export function kindOfOutput({ out, folds }: SplitFlags): "folder" | "\t" | "," {
  const kind = /\.tsv$/i.test(out) || out === "-" ? "\t" : /\.csv$/i.test(out) ? "," : "folder";
  if (folds !== undefined && kind === "folder") {
    throw new ContractError(
      `Cannot write folds to ${out}: expected the name of a table, which ends in .tsv or .csv`,
    );
  }
  if (kind === "folder" && /\.(npz|zarr)$/i.test(out)) {
    throw new ContractError(
      `Cannot write to ${out}: a split is several files, expected a folder, or a table in .tsv or .csv`,
    );
  }
  return kind;
}
