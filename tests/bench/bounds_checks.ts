/**
 * What it costs that Deno does not switch on V8's trap handler, so that every load and store of WebAssembly is checked by
 * instructions; prints Markdown.
 *
 *     deno run -A --cached-only tests/bench/bounds_checks.ts [--rounds 5] [--only wakawaka-training,…]
 *
 * First kernels, which are the same module everywhere: the forward convolutions of wakawaka without fused multiply-add, in
 * Deno, in Deno without checks, in Node, which has the handler, and in Node without it. Then whole figures of the bench, in
 * Deno with and without checks. The flags that leave checks out are unsafe: they are for measuring alone.
 */

import { parseArgs } from "node:util";
import { Calibration } from "./calibration.ts";
import { compareRates, runContest } from "./contest.ts";
import { figuresOf } from "./figures.ts";
import type { PeakShare } from "./peak_share.ts";
import { PeerProcess } from "./peer_process.ts";
import { ourProgram } from "./peers.ts";
import { formatMarkdown, formatRate, formatRatio } from "./report.ts";
import { makeWorkload, writeWorkload } from "./workload.ts";

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    only: {
      type: "string",
      default: "wakawaka-training,wakawaka-inference,deepchrome-training,deepchrome-inference",
    },
    clock: { type: "string", default: "wall" },
  },
});
const ROUNDS = Number(flags.rounds);
const UNCHECKED = "--v8-flags=--no-wasm-bounds-checks";

/** A program that runs the job. */
interface Runner {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

/** Bundles the job into one file of JavaScript. */
async function bundleJob(folder: string): Promise<string> {
  const out = `${folder}/job.mjs`;
  const job = new URL("bounds_checks_job.ts", import.meta.url).pathname;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "-q", "-o", out, job],
  }).output();
  if (!success) {
    throw new Error(`Cannot bundle ${job}: ${new TextDecoder().decode(stderr).trim()}`);
  }
  return out;
}

async function runnersOf(job: string): Promise<Runner[]> {
  const deno = { program: Deno.execPath() };
  const runners: Runner[] = [
    { name: `Deno ${Deno.version.deno}`, ...deno, args: ["run", "-q", job] },
    {
      name: `Deno ${Deno.version.deno} without checks`,
      ...deno,
      args: ["run", "-q", UNCHECKED, job],
    },
  ];
  const version = await versionOfNode();
  if (version === undefined) {
    console.error("NOT MEASURED: Node: not installed here");
    return runners;
  }
  return [
    ...runners,
    { name: `Node ${version}, which has the handler`, program: "node", args: [job] },
    {
      name: `Node ${version} without the handler`,
      program: "node",
      args: ["--disable-wasm-trap-handler", job],
    },
  ];
}

async function versionOfNode(): Promise<string | undefined> {
  try {
    const command = new Deno.Command("node", { args: ["--version"] });
    const { success, stdout } = await command.output();
    return success ? new TextDecoder().decode(stdout).trim().slice(1) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The best of the rounds of each program, in turns. */
async function measureKernels(folder: string): Promise<string> {
  const runners = await runnersOf(await bundleJob(folder));
  const best = runners.map((): PeakShare => ({ reached: 0, peak: 0 }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, { name, program, args }] of runners.entries()) {
      const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args] })
        .output();
      if (!success) throw new Error(`${name} failed: ${new TextDecoder().decode(stderr)}`);
      const { reached, peak }: PeakShare = JSON.parse(new TextDecoder().decode(stdout));
      const known = best[i]!;
      best[i] = {
        reached: Math.max(known.reached, reached),
        peak: Math.max(known.peak, peak),
      };
    }
  }
  return formatMarkdown(
    ["forward convolutions, one thread", "GFLOP/s", "to Deno", "multiply-adds alone, GFLOP/s"],
    best.map(({ reached, peak }, i) => [
      runners[i]!.name,
      formatRate(reached),
      formatRatio(reached / best[0]!.reached),
      formatRate(peak),
    ]),
  );
}

/** Figures of the bench on one thread, with checks and without. */
async function measureFigures(): Promise<string> {
  const names = flags.only.split(",");
  const lines: string[][] = [];
  const program = ourProgram({ engine: "wasm", threads: 1 });
  const [run, ...rest] = program.args;
  await using checked = new PeerProcess(program);
  await using free = new PeerProcess({ ...program, args: [run!, UNCHECKED, ...rest] });
  for (const { name, workload, measure } of figuresOf("wasm")) {
    if (!names.includes(name)) continue;
    const folder = await Deno.makeTempDir();
    await writeWorkload(folder, makeWorkload(workload));
    const sides = [await free.open(folder, ""), await checked.open(folder, "")];
    using calibration = new Calibration(1);
    const [without, as] = await runContest(sides, {
      measure,
      seconds: 0.4,
      rounds: ROUNDS,
      clock: flags.clock === "processor" ? "processor" : "wall",
      signal: new AbortController().signal,
      calibration,
    });
    const { ours, theirs, ratio, medians } = compareRates(without!, as!);
    const rates = [formatRate(theirs), formatRate(ours)];
    lines.push([name, ...rates, formatRatio(ratio), formatRatio(medians.ratio)]);
    for (const side of sides) await side[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  }
  return formatMarkdown(
    ["one thread, samples/s", "Deno", "Deno without checks", "ratio", "median"],
    lines,
  );
}

const folder = await Deno.makeTempDir();
try {
  console.log(await measureKernels(folder));
  console.log();
  console.log(await measureFigures());
} finally {
  await Deno.remove(folder, { recursive: true });
}
