/** `deno task roadmap` rebuilds the report's data set, the competition's, from Roadmap's public files. */

import { type Command, InvalidArgumentError, Option } from "commander";
import {
  EVAL_CELL_TYPES,
  hasStartedWriting,
  MISSING_RULES,
  type MissingRule,
  rebuildCompetition,
  REBUILT_FILES,
  type RebuiltCompetition,
  ROADMAP_URL,
} from "../atlas/mod.ts";
import { formatCountOf } from "../base/count.ts";
import { quotePath } from "../base/shell.ts";
import { ContractError } from "../errors.ts";
import { isAddress } from "../files/http_address.ts";
import { choice, type CommandCall, type CommandDefinition, Interrupted, list } from "./flags.ts";
import { checkHosts, explainDenied } from "./_network.ts";
import { checkOutput, lockOutput } from "./_outputs.ts";
import { commandLine, formatNext } from "./_place.ts";
import { openRoadmap } from "./_roadmap_files.ts";
import { RebuildReport } from "./_roadmap_report.ts";

interface RoadmapFlags {
  readonly out: string;
  readonly cellTypes?: readonly string[] | undefined;
  readonly missing: MissingRule;
  readonly keep: boolean;
  readonly from?: string | undefined;
  readonly baseUrl: string;
  readonly overwrite: boolean;
}

/** Command `roadmap`. */
export const command: CommandDefinition<RoadmapFlags> = {
  name: "roadmap",
  summary:
    "Rebuilds the competition's files from Roadmap Epigenomics' public alignments and expression: " +
    "train.npz, eval.npz and eval_labels.csv. Each alignment file is counted while it is downloaded. " +
    "A stopped run resumes when the same command is run again.",
  examples: [
    [
      "deno task roadmap --out competition",
      "all 56 cell types: 280 files, some 60 to 100 GB to download, of which nothing is kept",
    ],
    [
      "deno task roadmap --out two --cell-types E003,E116",
      "the same files with two cell types: 10 files, some 3 GB to download",
    ],
    [
      "deno task roadmap --out again --from competition",
      "from files that are here, such as those that --keep kept in competition/",
    ],
  ],
  declare,
  run,
};

function declare(command: Command): Command {
  return command
    .requiredOption("--out <dir>", "directory to write")
    .option(
      "--cell-types <names>",
      "cell types between commas, such as E003,E116 (default: all 56)",
      parseCellTypes,
    )
    .option(
      "--missing <rule>",
      "what becomes of a cell type that lacks a file or its expression: refuse, leave-out",
      choice(MISSING_RULES),
      "refuse",
    )
    .option("--keep", "keep the downloaded files in --out, at their paths in Roadmap's tree", false)
    .addOption(
      new Option("--from <dir>", "read a copy of Roadmap's files instead of downloading them")
        .conflicts(["baseUrl", "keep"]),
    )
    .option("--base-url <url>", "address of a mirror of Roadmap's tree", parseBaseUrl, ROADMAP_URL)
    .option("--overwrite", "replace the data that --out already holds", false);
}

/** Parses names between commas; `all` are all cell types. */
function parseCellTypes(text: string): readonly string[] {
  return text.trim().toLowerCase() === "all" ? EVAL_CELL_TYPES : list(text);
}

function parseBaseUrl(text: string): string {
  if (isAddress(text) && URL.canParse(text.trim())) return text.trim();
  throw new InvalidArgumentError("Expected an address that begins with https:// or http://.");
}

async function run(flags: RoadmapFlags, { signal }: CommandCall): Promise<void> {
  const { out, cellTypes, missing, keep } = flags;
  const addresses = flags.from === undefined ? [flags.baseUrl] : [];
  checkHosts(addresses, "the files are there");
  const files = await openRoadmap(flags, signal);
  await using _lock = await lockOutput(`${out}/${REBUILT_FILES[0]}`);
  await checkOutputs(flags);
  const report = new RebuildReport(files.place);
  try {
    const rebuilt = await rebuildCompetition(out, {
      files,
      cellTypes,
      missing,
      keep,
      signal,
      onPlan: (plan) => report.announce(plan),
      onProgress: (progress) => report.show(progress),
      onWriting: (file) => report.showWriting(file),
      onWarning: (message) => report.warn(message),
    });
    report.clear();
    printResult(rebuilt, out);
  } catch (error) {
    report.clear();
    if (!signal.aborted) throw explainDenied(error, addresses);
    throw new Interrupted(`Interrupted: ${report.describeKept()}. The same command resumes.`);
  }
}

/** Refuses to replace what is there, unless asked to or unless a stopped run of this command wrote it. */
async function checkOutputs({ out, cellTypes, overwrite }: RoadmapFlags): Promise<void> {
  const mayReplace = overwrite || await hasStartedWriting(out, cellTypes);
  for (const name of REBUILT_FILES) {
    if (await checkOutput(`${out}/${name}`) && !mayReplace) {
      throw new ContractError(
        `Cannot write to ${out}: it already holds ${name}. Name another --out, or add --overwrite`,
      );
    }
  }
}

function printResult({ cellTypes, rows }: RebuiltCompetition, out: string): void {
  console.info(
    `Written: ${out}/ (${REBUILT_FILES.join(", ")}): ${
      formatCountOf(cellTypes.length, "cell type")
    }, ${formatCountOf(rows.train, "row")} to train on and ${
      formatCountOf(rows.eval, "row")
    } to predict`,
  );
  const [train, evaluation, labels] = REBUILT_FILES.map((name) => quotePath(`${out}/${name}`));
  // With all cell types, the report's figures are of the same rows.
  const figures = cellTypes.length === EVAL_CELL_TYPES.length ? " --competition" : "";
  const then = `${
    commandLine("experiments")
  } --data ${train} --test ${evaluation} --labels ${labels}${figures}`;
  console.info(formatNext("Next", `${commandLine("doctor")} ${train}`));
  console.info(formatNext("Then", then));
}
