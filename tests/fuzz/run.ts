/**
 * `deno task fuzz`: gives damaged files to every reader. Each must end in a correct value or a documented error that
 * names the file, within a second and 256 MiB.
 */

import { parseArgs } from "node:util";
import { type Failure, fuzzReader, type ReaderResult } from "./campaign.ts";
import { makeCase } from "./case.ts";
import { judge } from "./judge.ts";
import { toLetters } from "./seed.ts";
import { targetNamed, TARGETS } from "./targets/mod.ts";

const LIMITS = { limitMs: 1000, limitBytes: 256 * 2 ** 20 };
/** The number of a reader's failures that are printed; they mostly have one cause. */
const FAILURES_SHOWN = 5;

const HELP = `Usage: deno task fuzz [options]

  --cases N       damaged inputs over all readers (default 20000)
  --seed N        the seed of all of them (default: a random one, which is printed)
  --reader NAME   one reader only: ${TARGETS.map(({ name }) => name).join(", ")}
  --case K        one case of --reader only, with what came of it
`;

function readFlags() {
  const { values } = parseArgs({
    options: {
      cases: { type: "string", default: "20000" },
      seed: { type: "string", default: String(crypto.getRandomValues(new Uint32Array(1))[0]) },
      reader: { type: "string" },
      case: { type: "string" },
      help: { type: "boolean" },
    },
  });
  const integer = (name: string, text: string): number => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= 0) return value;
    throw new RangeError(`--${name} is ${text}, expected an integer >= 0`);
  };
  return {
    help: values.help === true,
    reader: values.reader,
    cases: integer("cases", values.cases),
    seed: integer("seed", values.seed),
    number: values.case === undefined ? undefined : integer("case", values.case),
  };
}

/** Runs one case on this thread, where a debugger can follow it. */
async function replay(reader: string, seed: number, number: number): Promise<boolean> {
  const target = targetNamed(reader);
  const files = makeCase({ seed, reader, number }, await target.seeds());
  for (const { name, bytes } of files) {
    console.log(`${name}: ${bytes.length} bytes`);
    console.log(toLetters(bytes.subarray(0, 400)));
  }
  const start = performance.now();
  const { kind, message } = await judge(target, files);
  console.log(`${kind} in ${(performance.now() - start).toFixed(1)} ms: ${message}`);
  return kind !== "failure";
}

async function fuzzAll(readers: readonly string[], cases: number, seed: number): Promise<boolean> {
  console.log(`seed ${seed}, ${cases} cases, ${readers.length} readers`);
  console.log(row(["reader", "cases", "values", "refused", "failed", "slowest ms", "gained MiB"]));
  const start = performance.now();
  const results: ReaderResult[] = [];
  for (const reader of readers) {
    const to = Math.ceil(cases / readers.length);
    const result = await fuzzReader(reader, { seed, from: 0, to, ...LIMITS });
    results.push(result);
    console.log(describe(result));
    for (const failure of result.failures.slice(0, FAILURES_SHOWN)) showFailure(failure, seed);
  }
  const done = results.reduce((sum, { tally }) => sum + tally.get("done"), 0);
  const failed = results.reduce((sum, { failures }) => sum + failures.length, 0);
  const seconds = (performance.now() - start) / 1000;
  const largest = Math.max(...results.map(({ tally }) => tally.get("largestAllocation")));
  console.log(
    `${done} cases in ${seconds.toFixed(0)} s (${(done / seconds).toFixed(0)} a second), ` +
      `${failed} failed, largest buffer asked for ${Math.ceil(largest / 1024)} KiB`,
  );
  return failed === 0;
}

function describe({ reader, tally, failures, gained }: ReaderResult): string {
  return row([
    reader,
    tally.get("done"),
    tally.get("values"),
    tally.get("refused"),
    failures.length,
    `${tally.get("slowestMs").toFixed(0)} (#${tally.get("slowestCase")})`,
    Math.round(gained / 2 ** 20),
  ]);
}

function row([first, ...cells]: readonly (string | number)[]): string {
  return String(first).padEnd(18) + cells.map((cell) => String(cell).padStart(14)).join("");
}

function showFailure({ reader, number, message }: Failure, seed: number): void {
  console.log(`  deno task fuzz --seed ${seed} --reader ${reader} --case ${number}`);
  console.log(`    ${message.split("\n").slice(0, 4).join("\n    ")}`);
}

const { help, reader, cases, seed, number } = readFlags();
if (help) {
  console.log(HELP);
} else if (number === undefined) {
  const readers = reader === undefined
    ? TARGETS.map(({ name }) => name)
    : [targetNamed(reader).name];
  if (!await fuzzAll(readers, cases, seed)) Deno.exit(1);
} else {
  if (reader === undefined) throw new RangeError("--case needs --reader");
  if (!await replay(reader, seed, number)) Deno.exit(1);
}
