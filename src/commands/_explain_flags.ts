/** The flags of `explain`. */

import { flagOf } from "./_flag_name.ts";
import { type Command, InvalidArgumentError, Option } from "commander";
import { ContractError } from "../errors.ts";
import {
  type AttributeOptions,
  ATTRIBUTION_METHODS,
  type AttributionMethod,
  BASELINE_KINDS,
  type BaselineKind,
  type MatchBy,
  NULL_KINDS,
  type NullKind,
  TRACK_FILE_FORMATS,
  type TrackFileFormat,
} from "../explain/mod.ts";
import { MOST_STEPS } from "../explain/quadrature.ts";
import { ROW_FORMATS, type RowFormat } from "../io/row_table.ts";
import type { EngineName } from "../engine/select.ts";
import { choice, declareCommon, integer, list, suggestWords } from "./flags.ts";
import { ALL_GENES } from "./_explained_samples.ts";
import { declareModelAndData, declareModelData, type ModelDataFlags } from "./_model_data_flags.ts";
import { declarePanel, type PanelFlags } from "./_panel_flags.ts";
import type { OverwriteFlag } from "./_outputs.ts";

/** How attributions are written: a table, an AnnData, or not at all. */
export type AttributionFormat = RowFormat | "zarr" | "none";

/** Every {@linkcode AttributionFormat}. */
export const ATTRIBUTION_FORMATS: readonly AttributionFormat[] = [...ROW_FORMATS, "zarr", "none"];

/** How tracks are written. */
export type TrackFormat = TrackFileFormat | "none";

/** Every {@linkcode TrackFormat}. */
export const TRACK_FORMATS: readonly TrackFormat[] = [...TRACK_FILE_FORMATS, "none"];

/** Flags of the command. */
export interface ExplainFlags extends PanelFlags, ModelDataFlags, OverwriteFlag {
  readonly data: string;
  readonly genes: string;
  readonly cellTypes?: readonly string[] | undefined;
  readonly marks?: readonly string[] | undefined;
  readonly method: AttributionMethod;
  readonly baseline?: BaselineKind | undefined;
  readonly matchBy?: MatchBy | undefined;
  readonly steps?: number | undefined;
  readonly occlude?: NonNullable<AttributeOptions["occlude"]> | undefined;
  readonly window?: readonly [start: number, end: number] | undefined;
  readonly null: NullKind | "none";
  readonly nullShuffles: number;
  readonly seed: number;
  readonly out: string;
  readonly format: AttributionFormat;
  readonly tracks?: TrackFormat | undefined;
  readonly geneFile?: string | undefined;
  readonly chromosomeSizes?: string | undefined;
  readonly pages: boolean;
  readonly engine: EngineName;
}

/** Declares the flags. */
export function declareExplain(command: Command): Command {
  return declareCommon(declareOutputs(declareMethod(declareSamples(command))));
}

function declareSamples(command: Command): Command {
  return declareModelData(declarePanel(
    declareModelAndData(command)
      .option(
        "--genes <names>",
        "genes between commas, by identifier or symbol; or a file with one a line; or all",
        ALL_GENES,
      )
      .option("--cell-types <names>", "cell types between commas (default: all)", list)
      .option("--marks <names>", "marks to write into tables and tracks (default: all)", list),
  ));
}

function declareMethod(command: Command): Command {
  return command
    .option(
      "--method <name>",
      `how: ${ATTRIBUTION_METHODS.join(", ")}`,
      choice(ATTRIBUTION_METHODS),
      "integrated-gradients",
    )
    .option(
      "--baseline <name>",
      `what a sample is compared with, by integrated gradients and occlusion: ${
        BASELINE_KINDS.join(", ")
      } (default: zero)`,
      choice(BASELINE_KINDS),
    )
    .option(
      "--match-by <name>",
      "what the samples of --baseline matched have in common: signal, label (default: signal)",
      choice(["signal", "label"] as const),
    )
    .option(
      "--steps <n>",
      "points between baseline and sample, or baselines that are drawn (default: 50)",
      integer(1, MOST_STEPS),
    )
    .option(
      "--occlude <unit>",
      "what occlusion replaces each time: bin, mark, or a number of bins (default: bin)",
      suggestWords(parseOcclusion, ["bin", "mark"]),
    )
    .option(
      "--window <from:to>",
      "the bins to occlude or the bases to mutate, counted from 0, the last one not included",
      parseWindow,
    )
    .addOption(
      new Option(
        "--null <name>",
        "what q-values compare with: matched, other genes with as much signal; labels, models of shuffled labels; none",
      ).argParser(choice([...NULL_KINDS, "none"] as const)).default("none"),
    )
    .option(
      "--null-shuffles <n>",
      "how often labels are shuffled for --null labels, and models trained on them; with fewer than 19 nothing says that the " +
        "model as a whole learned anything",
      integer(1, 1000),
      1,
    )
    .option("--seed <n>", "seed of what is drawn", integer(0), 0);
}

function declareOutputs(command: Command): Command {
  return command
    .requiredOption("--out <dir>", "directory to write")
    .option(
      "--format <name>",
      `the table of attributions: ${ATTRIBUTION_FORMATS.join(", ")}`,
      choice(ATTRIBUTION_FORMATS),
      "tsv",
    )
    .option(
      "--tracks <name>",
      `tracks for genome browsers: ${
        TRACK_FORMATS.join(", ")
      } (default: bigwig, where it is known where genes lie)`,
      choice(TRACK_FORMATS),
    )
    .option(
      "--gene-file <file>",
      "annotation that knows the genes' symbols and places, as GTF, GFF3, BED, genePred or table; hg19 and hg38 " +
        "are built in (default: what the data know)",
    )
    .option(
      "--chromosome-sizes <file>",
      "lengths of chromosomes, which bigWig needs, as UCSC's chrom.sizes or .fai (default: those of the assembly)",
    )
    .addOption(new Option("--no-pages", "write no pages"))
    .option("--overwrite", "replace the explanation that --out holds, finished or not", false);
}

function parseOcclusion(text: string): NonNullable<AttributeOptions["occlude"]> {
  if (text === "bin" || text === "mark") return text;
  if (/^[1-9]\d{0,5}$/.test(text)) return { bins: Number(text) };
  throw new InvalidArgumentError("Expected bin, mark, or a number of bins.");
}

function parseWindow(text: string): readonly [start: number, end: number] {
  const [, from, to] = /^(\d{1,9}):(\d{1,9})$/.exec(text) ?? [];
  if (from === undefined || to === undefined || Number(from) >= Number(to)) {
    throw new InvalidArgumentError("Expected two numbers such as 40:60, the first one smaller.");
  }
  return [Number(from), Number(to)];
}

/** Methods for which a flag means something, by flag. */
const USERS: Readonly<Record<string, readonly AttributionMethod[]>> = {
  baseline: ["integrated-gradients", "occlusion"],
  matchBy: ["integrated-gradients", "occlusion"],
  steps: ["integrated-gradients", "expected-gradients"],
  occlude: ["occlusion"],
  window: ["occlusion", "mutagenesis"],
};

/**
 * Refuses flags that the method would not use.
 *
 * @param flags The flags.
 * @param given Names of those that were given.
 * @throws {ContractError} Naming the first of them.
 */
export function checkExplainFlags(flags: ExplainFlags, given: ReadonlySet<string>): void {
  for (const [name, methods] of Object.entries(USERS)) {
    if (!given.has(name) || methods.includes(flags.method)) continue;
    throw new ContractError(
      `Cannot use ${
        flagOf(name)
      } with --method ${flags.method}: it has no use for it, expected --method ${
        methods.join(" or ")
      }`,
    );
  }
  if (given.has("nullShuffles") && flags.null !== "labels") {
    throw new ContractError(
      `Cannot use --null-shuffles: null is ${flags.null}, expected --null labels`,
    );
  }
  if (flags.matchBy !== undefined && flags.baseline !== "matched") {
    throw new ContractError(
      `Cannot use --match-by: baseline is ${flags.baseline ?? "zero"}, expected --baseline matched`,
    );
  }
}
