/** Does plans as a cluster would, one process for each unit, and compares what comes of it with one process. */

import { deepStrictEqual, strictEqual } from "node:assert";
import { filesIn, runTask } from "./command.ts";

/** A plan that was done. */
export interface DonePlan {
  /** Its folder. */
  readonly plan: string;
  /** Where the planned command wrote its result. */
  readonly out: string;
  /** Number of units that were done. */
  readonly units: number;
}

/**
 * Plans a command, does all units, the last first, and gathers them; as often as gathering plans further units.
 *
 * @param directory Where the plan and the result are put, as `plan` and `gathered`.
 * @param args The command and its flags, without `--out`.
 */
export async function doPlan(
  directory: string,
  args: readonly string[],
  { perUnit = 1, out = `${directory}/gathered` }: {
    readonly perUnit?: number;
    readonly out?: string;
  } = {},
): Promise<DonePlan> {
  const plan = `${directory}/plan`;
  const planFlags = ["--plan", plan, "--per-unit", String(perUnit)];
  await succeed("plan", ...planFlags, ...args, "--out", out);
  let done = 0;
  while (true) {
    const lines = (await Deno.readTextFile(`${plan}/units.jsonl`)).trimEnd().split("\n");
    for (let unit = lines.length; unit > done; unit--) {
      await succeed("work", "--plan", plan, "--unit", String(unit));
    }
    done = lines.length;
    const { stdout } = await succeed("gather", "--plan", plan);
    if (!/^Planned .* further unit/m.test(stdout)) return { plan, out, units: done };
  }
}

/**
 * Runs the planned command by itself, and compares all files but for the times in them. Its result has the same place, since
 * some files name it; the one that was gathered is there again afterwards.
 */
export async function compareResults(
  directory: string,
  { args: [command, ...flags], out }: { readonly args: readonly string[]; readonly out: string },
): Promise<void> {
  const gathered = out.replace(/[^/.]+(?=[^/]*$)/, "aside");
  await Deno.rename(out, gathered);
  await succeed(command!, ...flags, "--out", out);
  await compareFiles(directory, { gathered, whole: out });
  await Deno.remove(out, { recursive: true });
  await Deno.rename(gathered, out);
}

async function compareFiles(
  directory: string,
  { gathered, whole }: { readonly gathered: string; readonly whole: string },
): Promise<void> {
  if ((await Deno.stat(gathered)).isFile) {
    deepStrictEqual(await readComparable(gathered), await readComparable(whole));
    return;
  }
  const files = filesIn(whole);
  deepStrictEqual(filesIn(gathered), files);
  strictEqual(files.length > 0, true, `${directory} holds nothing to compare`);
  for (const file of files) {
    const [ours, theirs] = [`${gathered}/${file}`, `${whole}/${file}`];
    deepStrictEqual(await readComparable(ours), await readComparable(theirs), file);
  }
}

/** What a file holds: its bytes, or its text where times stand in it, each of which is replaced by one word. */
export async function readComparable(path: string): Promise<Uint8Array | string> {
  const bytes = await Deno.readFile(path);
  if (/\.jsonl?$/.test(path)) return withoutTimes(new TextDecoder().decode(bytes));
  return path.endsWith(".csv") ? withoutTimeColumns(new TextDecoder().decode(bytes)) : bytes;
}

/** Names of fields and columns that hold times, or what is computed from them. */
const TIMES = ["seconds", "samplesPerSecond", "samples_per_second", "finished", "date"];

function withoutTimes(json: string): string {
  const names = TIMES.join("|");
  return json.replace(new RegExp(`("(?:${names})": ?)(?:"[^"]*"|[^,}\\s]+)`, "g"), "$1TIME");
}

function withoutTimeColumns(csv: string): string {
  const [head = "", ...rows] = csv.trimEnd().split("\n");
  const isTime = head.split(",").map((name) => TIMES.includes(name));
  const cut = (row: string) => row.split(",").map((cell, i) => isTime[i] ? "TIME" : cell).join(",");
  return [head, ...rows.map(cut)].join("\n");
}

async function succeed(task: string, ...args: readonly string[]) {
  const result = await runTask(task, ...args);
  strictEqual(result.code, 0, `${task} ${args.join(" ")}\n${result.stderr}\n${result.stdout}`);
  return result;
}
