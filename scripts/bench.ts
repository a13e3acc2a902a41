/** `deno task bench`: compares this package's engine with its peers. */

import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { InvalidArgumentError } from "commander";
import manifest from "../deno.json" with { type: "json" };
import { ENGINE_NAMES, type EngineName } from "../src/engine/engine_names.ts";
import { ContractError } from "../src/errors.ts";
import { type BenchResult, runBench } from "../tests/bench/bench.ts";
import type { Clock } from "../tests/bench/contest.ts";
import { FIGURE_NAMES } from "../tests/bench/figures.ts";
import { benchLoad, formatLoad } from "../tests/bench/load.ts";
import { type PeerName, PEERS } from "../tests/bench/peers.ts";
import { describeMachine } from "../tests/bench/machine.ts";
import { writeParts } from "../tests/bench/page.ts";
import { makeParts } from "../tests/bench/page_parts.ts";
import { benchPastMemory, formatPastMemory } from "../tests/bench/past_memory.ts";
import { benchPrepare } from "../tests/bench/prepare.ts";
import { formatPrepare, keptRows } from "../tests/bench/prepare_report.ts";
import { formatBest, formatTable } from "../tests/bench/report.ts";
import {
  formatAgainst,
  formatHistory,
  keepResult,
  type KeptResult,
  readResults,
} from "../tests/bench/results.ts";
import { choice, type CommandCall, integer, number, threadCount } from "../src/commands/flags.ts";
import { runCommand } from "../src/commands/run_command.ts";
import { printText } from "./_print_text.ts";

interface BenchFlags {
  readonly engine: EngineName;
  readonly only?: readonly string[];
  readonly threads?: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly quick: boolean;
  readonly peers?: readonly PeerName[];
  readonly clock: Clock;
  readonly ours?: string;
  readonly against?: string;
  readonly json: boolean;
  readonly load: boolean;
  readonly pastMemory: boolean;
  readonly rows: readonly number[];
  readonly prepare: boolean;
  readonly full: boolean;
  readonly files?: string;
  readonly keep: boolean;
  readonly history: boolean;
  readonly page?: string;
}

/** The clock on the wall, or for a busy machine, and one thread only, the time of processors. */
const CLOCKS: readonly Clock[] = ["wall", "processor"];
/** One thread, and all. */
const THREADS = [...new Set([1, navigator.hardwareConcurrency])];
/** Numbers of genes in the data sets that are read: a hundredth, a tenth and all of the competition's. */
const GENES = [160, 1600, 16_000];
/** Rows of the data sets that are trained on from disk: a tenth, all and ten times the competition's. */
const ROWS = [80_000, 800_000, 8_000_000];
/** Windows are those of 128 MiB that are the default; the competition's size still fits into memory. */
const PAST_MEMORY = { genes: 16_000, window: 134_000, mostInMemory: 800_000, rounds: 3 };

await runCommand<BenchFlags>(
  {
    name: "bench",
    summary:
      "Compares an engine with PyTorch, JAX, ONNX Runtime, tf.js and jax-js, each in its best form: checks that they " +
      "agree, then times them in turns, on one thread and on all. HISTONE_BENCH_PYTHON names a Python with the packages of " +
      "tests/bench/peers/requirements.txt; peers that are missing are said. It needs an otherwise idle machine and most of " +
      "an hour; one figure takes a minute.",
    examples: [
      ["deno task bench", "everything"],
      [
        "deno task bench --only wakawaka-training,wakawaka-inference --json",
        "two figures, as JSON",
      ],
      [
        "deno task bench --only wakawaka-inference --against ../before",
        "one figure, beside the engine of another checkout",
      ],
      ["deno task bench --page docs/benchmarks.md", "the page's tables, from what --keep kept"],
      ["deno task bench --load", "reading the competition's files, against numpy"],
      ["deno task bench --past-memory", "training on ten times the competition from disk"],
      [
        "deno task bench --prepare",
        "from ten files to a table, against featureCounts, bedtools, deepTools and others",
      ],
    ],
    declare: (command) =>
      command
        .option("--engine <name>", "this package's engine", choice(ENGINE_NAMES), "wasm")
        .option("--only <names>", `some of ${FIGURE_NAMES.join(", ")}`, figureNames)
        .option("--threads <n>", "threads of all sides (default: one, then all)", threadCount)
        .option("--seconds <x>", "least length of a sample, in seconds", number(0), 0.4)
        .option("--rounds <n>", "samples of each side, taken in turns", integer(1), 7)
        .option("--peers <names>", `instead of a figure's own: some of ${names(PEERS)}`, peerNames)
        .option("--quick", "leave out peers that take long to start", false)
        .option("--clock <name>", "processor: time of processors", choice(CLOCKS), "wall")
        .option("--ours <checkout>", "measure the engine of another checkout as ours")
        .option(
          "--against <version>",
          "a version whose result was kept, to compare with; or another checkout, whose engine takes part",
        )
        .option("--json", "print JSON instead of a table", false)
        .option("--load", "compare reading files at three sizes instead", false)
        .option(
          "--past-memory",
          "train on data that stay on disk instead, and beside it in memory",
          false,
        )
        .option(
          "--rows <n,…>",
          "with --past-memory: rows of the data sets, multiples of 16,000",
          rowCounts,
          ROWS,
        )
        .option("--prepare", "compare counting into bins instead", false)
        .option("--keep", "add the result to those of this version in tests/bench/results/", false)
        .option("--history", "print the ratios of all versions that were kept", false)
        .option(
          "--page <file>",
          "Markdown page, such as docs/benchmarks.md, whose tables are replaced by what was kept of this version",
        )
        .option("--full", "with --prepare: all peers count all windows, not a share", false)
        .option(
          "--files <dir>",
          "where the simulated files of prepare, or data sets on disk, are kept",
        ),
    run: bench,
  },
  Deno.args,
);

async function bench(flags: BenchFlags, { signal }: CommandCall): Promise<void> {
  // Before an hour of measuring, not after it.
  checkKeep(flags);
  const log = (line: string) => console.error(line);
  const print = <Result>(result: Result, format: (result: Result) => string) => {
    // Tables keep their lines, however wide.
    printText(flags.json ? JSON.stringify(result, null, 2) : format(result));
  };
  if (flags.history) return print(await readResults(), formatHistory);
  if (flags.page !== undefined) return await writePage(flags.page);
  if (flags.load) return print(await benchLoad({ genes: GENES, rounds: 3, log }), formatLoad);
  if (flags.pastMemory) {
    const { rows, files } = flags;
    return print(await benchPastMemory({ ...PAST_MEMORY, rows, files, log }), formatPastMemory);
  }
  if (flags.prepare) {
    const result = await benchPrepare({ full: flags.full, data: flags.files, log });
    print(result, formatPrepare);
    const rows = keptRows(result);
    return await keep({ engine: "prepare", rows, disturbed: [], ...await machine() });
  }
  const { checkout, version } = await findAgainst(flags.against);
  const threads = flags.threads === undefined ? THREADS : [flags.threads];
  const result = await runBench({ ...flags, threads, against: checkout, signal, log });
  print(result, formatEngines);
  if (version !== undefined && !flags.json) {
    printText(`\n${formatAgainst(result, { version, results: await readResults() })}`);
  }
  await keep(result);

  async function keep(measured: Omit<KeptResult, "version" | "date">): Promise<void> {
    if (!flags.keep) return;
    const date = new Date().toISOString().slice(0, 10);
    const kept = await keepResult({ version: manifest.version, date, ...measured });
    log(`Kept in ${relative(Deno.cwd(), fileURLToPath(kept))}`);
  }
}

/** Throws if the result is to be kept and will not be one of this version on the clock, beside all peers. */
function checkKeep({ keep, ours, clock, quick, load }: BenchFlags): void {
  if (!keep || (ours === undefined && clock === "wall" && !quick && !load)) return;
  throw new ContractError(
    "Cannot keep the result: found --ours, --clock processor, --quick or --load, expected none beside --keep",
  );
}

/** Whether the comparison is with another checkout or with a version whose result was kept. */
async function findAgainst(
  named: string | undefined,
): Promise<{ readonly checkout?: string; readonly version?: string }> {
  if (named === undefined) return {};
  const isCheckout = await Deno.stat(`${named}/src/engine/select.ts`).then(() => true, () => false);
  if (isCheckout) return { checkout: await Deno.realPath(named) };
  const versions = [...new Set((await readResults()).map(({ version }) => version))];
  if (versions.includes(named)) return { version: named };
  throw new ContractError(
    `Cannot compare with "${named}": found neither a checkout there nor its result; results are of ` +
      `${versions.length === 0 ? "no version" : versions.join(", ")}, expected one of these`,
  );
}

/** Writes the tables of what was kept of this version on this machine. */
async function writePage(path: string): Promise<void> {
  const { cpu, cores } = await describeMachine();
  const kept = (await readResults()).filter(({ version, machine }) =>
    version === manifest.version && machine.cpu === cpu && machine.cores === cores
  );
  if (kept.length === 0) {
    throw new ContractError(
      `Cannot write ${path}: no result of version ${manifest.version} was kept on this machine, expected one (--keep)`,
    );
  }
  await writeParts(path, makeParts(kept), "bench");
}

async function machine(): Promise<Pick<KeptResult, "machine" | "versions">> {
  const { deno, v8 } = Deno.version;
  return { machine: await describeMachine(), versions: { deno, v8 } };
}

function formatEngines({ machine, versions, engine, rows, disturbed }: BenchResult): string {
  return [
    `${machine.cpu}, ${machine.cores} cores, vectors of ${machine.vectorBits ?? "unknown"} bits; ` +
    `Deno ${versions.deno}, V8 ${versions.v8}`,
    `Ours is engine ${engine}; the best of the rounds of both sides.\n\n${formatTable(rows)}`,
    `\n${formatBest(rows)}`,
    ...(disturbed.length > 0
      ? [`\nOther programs were at work; measure again: ${disturbed.join(", ")}`]
      : []),
  ].join("\n");
}

function names(of: object): string {
  return Object.keys(of).join(", ");
}

/** Parses a list of numbers of rows. */
function rowCounts(text: string): number[] {
  return text.split(",").map(integer(PAST_MEMORY.genes));
}

/** Parses a list of peers. */
function peerNames(text: string): PeerName[] {
  const asked = text.split(",");
  const unknown = asked.find((name) => !Object.hasOwn(PEERS, name));
  if (unknown !== undefined) throw new InvalidArgumentError(`There is no peer "${unknown}".`);
  return asked as PeerName[];
}

/** Parses a list of figures. */
function figureNames(text: string): string[] {
  const names = text.split(",");
  const unknown = names.find((name) => !FIGURE_NAMES.includes(name));
  if (unknown !== undefined) throw new InvalidArgumentError(`There is no figure "${unknown}".`);
  return names;
}
