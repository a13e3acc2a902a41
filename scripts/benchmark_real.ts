/** `deno task benchmark-real`: compares models, baselines and boosted trees on real data. */

import { InvalidArgumentError } from "commander";
import { choice, type CommandCall, integer, list, threadCount } from "../src/commands/flags.ts";
import { runCommand } from "../src/commands/run_command.ts";
import { ENGINE_NAMES, type EngineName } from "../src/engine/select.ts";
import { parsePresetName, type PresetName } from "../src/model/mod.ts";
import { benchmarkReal } from "../tests/bench/real/benchmark.ts";
import { REAL_PRESETS, USUAL_PRESETS } from "../tests/bench/real/contestants.ts";
import { writeFigures } from "../tests/bench/real/figure.ts";
import { writeParts } from "../tests/bench/page.ts";
import { formatSuite, LEGEND } from "../tests/bench/real/tables.ts";
import { benchmarkAuroc, formatAuroc } from "../tests/bench/real/auroc.ts";
import { lentThreads } from "../src/files/lent.ts";
import { printText } from "./_print_text.ts";

interface BenchmarkFlags {
  readonly log2?: string;
  readonly competition?: string;
  readonly counts?: string;
  readonly auroc?: readonly string[];
  readonly presets: readonly PresetName[];
  readonly seeds: readonly number[];
  readonly oneSeed: readonly PresetName[];
  readonly folds?: readonly string[];
  readonly quick: boolean;
  readonly trees: boolean;
  readonly python?: string;
  readonly engine: EngineName;
  readonly threads: number;
  readonly out: string;
  readonly figures?: string;
  readonly page?: string;
  readonly part: string;
  readonly json: boolean;
}

await runCommand<BenchmarkFlags>(
  {
    name: "benchmark-real",
    summary:
      "Compares presets, baselines and boosted trees on measured data: each cell type is held out in turn, and with all of " +
      "them the same fifth of the genes. Prints tables in Markdown. Results are kept in --out, so that a run that was " +
      "stopped, or that asks for more, computes nothing twice; remove the folder after a change of the code.",
    examples: [
      [
        "deno task benchmark-real --log2 peaks_log2.npz --competition peaks_competition.npz",
        "the usual presets, both labels, three seeds: half an hour on two cores",
      ],
      ["deno task benchmark-real --log2 peaks_log2.npz --quick", "one fold and one seed"],
      [
        "deno task benchmark-real --log2 peaks_log2.npz --presets all --folds E123 --seeds 0",
        "every preset, with one cell type held out",
      ],
      [
        "deno task benchmark-real --auroc peaks_log2.npz,counts_log2.npz",
        "high or low expression, beside DeepChrome's published figures",
      ],
    ],
    declare: (command) =>
      command
        .option("--log2 <path>", "data whose label is log2(RPKM + 1)")
        .option("--competition <path>", "the same with the competition's label")
        .option("--counts <path>", "data of few genes, of which a fifth is held out in turn")
        .option(
          "--auroc <paths>",
          "data, between commas, on which DeepChrome is trained for each cell type",
          list,
        )
        .option(
          "--presets <names>",
          `all, or some of ${REAL_PRESETS.join(", ")}`,
          presetNames,
          USUAL_PRESETS,
        )
        .option("--seeds <list>", "seeds of weights, order and dropout", seedList, [0, 1, 2])
        .option("--one-seed <names>", "presets that take the first seed alone", presetNames, [])
        .option("--folds <names>", "cell types to hold out (default: each)", list)
        .option("--quick", "the first fold and the first seed alone", false)
        .option("--no-trees", "leave the boosted trees out")
        .option("--python <path>", "a Python with scikit-learn (default: python3, if it has it)")
        .option("--engine <name>", "where to compute", choice(ENGINE_NAMES), "wasm")
        .option("--threads <n>", "threads", threadCount, lentThreads())
        .option("--out <dir>", "folder of results that are kept", "benchmark-real")
        .option("--figures <dir>", "folder for a figure of each table, as SVG and PNG")
        .option(
          "--page <file>",
          "Markdown page, such as docs/science.md, whose tables are replaced",
        )
        .option(
          "--part <suffix>",
          "what follows log2 or competition in the name of the page's part",
          "",
        )
        .option("--json", "print JSON instead of Markdown", false),
    run: benchmark,
  },
  Deno.args,
);

async function benchmark(flags: BenchmarkFlags, { signal }: CommandCall): Promise<void> {
  const { log2, competition, counts, auroc = [], quick, ...rest } = flags;
  if ([log2, competition, counts, ...auroc].every((path) => path === undefined)) {
    throw new TypeError(
      "Cannot benchmark: there are no data, expected --log2, --competition, --counts or --auroc",
    );
  }
  const seeds = quick ? flags.seeds.slice(0, 1) : flags.seeds;
  const common = { ...rest, seeds, quick, signal, log: (line: string) => console.warn(line) };
  const suites = await benchmarkReal({ ...common, data: { log2, competition, counts } });
  if (flags.figures !== undefined) await writeFigures(flags.figures, suites);
  const classes = auroc.length === 0 ? [] : await benchmarkAuroc({ ...common, paths: auroc });
  const parts = suites.map((suite) => ({
    id: `${suite.id}${flags.part}`,
    text: formatSuite(suite),
  }));
  if (classes.length > 0) parts.push({ id: "auroc", text: formatAuroc(classes).join("\n\n") });
  if (flags.page !== undefined) await writeParts(flags.page, parts, "benchmark-real");
  const legend = suites.length > 0 ? [LEGEND] : [];
  const text = [...legend, ...parts.map(({ text }) => text)].join("\n\n");
  printText(flags.json ? JSON.stringify({ suites, auroc: classes }, null, 2) : text);
}

/** Parses the names of presets. */
function presetNames(text: string): readonly PresetName[] {
  if (text === "all") return REAL_PRESETS;
  if (text === "none") return [];
  try {
    return list(text).map(parsePresetName);
  } catch (error) {
    throw error instanceof RangeError ? new InvalidArgumentError(`${error.message}.`) : error;
  }
}

/** Parses seeds between commas. */
function seedList(text: string): readonly number[] {
  return [...new Set(list(text).map(integer(0)))];
}
