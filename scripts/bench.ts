/** `deno task bench`: this package's engine and its peers, side by side. */

import { InvalidArgumentError } from "commander";
import { ENGINE_NAMES, type EngineName } from "../src/engine/select.ts";
import { runBench } from "../tests/bench/bench.ts";
import { FIGURE_NAMES } from "../tests/bench/figures.ts";
import { benchPrepare, formatPrepare } from "../tests/bench/prepare.ts";
import { formatTable } from "../tests/bench/report.ts";
import { choice, integer, number, runCommand } from "./_cli.ts";

interface BenchFlags {
  readonly engine: EngineName;
  readonly only?: readonly string[];
  readonly threads: number;
  readonly seconds: number;
  readonly json: boolean;
  readonly prepare: boolean;
  readonly full: boolean;
}

await runCommand<BenchFlags>({
  name: "bench",
  summary:
    "Compares an engine with PyTorch, tf.js and jax-js: checks that they agree, then times " +
    "them in turns. Wants a machine that does nothing else; takes some minutes.",
  examples: [
    ["deno task bench", "everything"],
    ["deno task bench --only wakawaka-training,wakawaka-inference --json", "two figures, as JSON"],
    ["deno task bench --prepare", "counting reads and signal, against bedtools and pyBigWig"],
  ],
  declare: (command) =>
    command
      .option("--engine <name>", "ours", choice(ENGINE_NAMES), "wasm")
      .option("--only <names>", `some of ${FIGURE_NAMES.join(", ")}`, figureNames)
      .option("--threads <n>", "of both sides", integer(1), navigator.hardwareConcurrency)
      .option("--seconds <x>", "length of a sample, at least", number(0), 1.5)
      .option("--json", "print JSON instead of a table", false)
      .option("--prepare", "compare counting into bins instead", false)
      .option("--full", "with --prepare: peers count all windows, not every tenth", false),
  run: bench,
});

async function bench(flags: BenchFlags, signal: AbortSignal): Promise<void> {
  const log = (line: string) => console.error(line);
  if (flags.prepare) {
    const result = await benchPrepare({ full: flags.full, log });
    console.log(flags.json ? JSON.stringify(result, null, 2) : formatPrepare(result));
    return;
  }
  const result = await runBench({ ...flags, signal, log });
  if (flags.json) {
    console.log(JSON.stringify(result, null, 2));
    return;
  }
  const { machine, versions, engine, rows, disturbed } = result;
  console.log(`${machine.cpu}, ${machine.cores} cores; Deno ${versions.deno}, V8 ${versions.v8}`);
  console.log(`Ours is engine ${engine}.\n\n${formatTable(rows)}`);
  if (disturbed.length > 0) {
    console.log(`\nOther programs were at work; measure again: ${disturbed.join(", ")}`);
  }
}

/** Parser of a list of figures. */
function figureNames(text: string): string[] {
  const names = text.split(",");
  const unknown = names.find((name) => !FIGURE_NAMES.includes(name));
  if (unknown !== undefined) throw new InvalidArgumentError(`There is no figure "${unknown}".`);
  return names;
}
