/** Runs groups of tests one after another and says how far they are. */

import { SOUND_V8_FLAG } from "../../src/commands/version.ts";
import { TextLineStream } from "./text_line_stream.ts";
import { condense } from "./condense.ts";
import { filesOf, type TestGroup } from "./groups.ts";
import { showProgress } from "./progress.ts";

/** The number of files whose times are printed, of those that took longest. */
const SLOWEST_SHOWN = 3;
/** Files that take less are not worth a look. */
const SLOW_SECONDS = 10;

/** How groups are run. */
export interface RunOptions {
  /** Print all that the tests print. */
  readonly verbose: boolean;
  /** Further flags of `deno test`, such as `--filter`. */
  readonly flags: readonly string[];
}

/**
 * Runs groups and prints the time of each.
 *
 * @param groups What to run.
 * @param options How.
 * @returns Whether all tests passed.
 */
export async function runGroups(
  groups: readonly TestGroup[],
  options: RunOptions,
): Promise<boolean> {
  const times: string[] = [];
  let passed = true;
  for (const [i, group] of groups.entries()) {
    console.log(`[${i + 1} of ${groups.length}] ${group.name}: ${group.about}`);
    const start = performance.now();
    const succeeded = await runWithAttempts(group, options);
    passed &&= succeeded;
    const seconds = Math.round((performance.now() - start) / 1000);
    times.push(`${group.name} ${seconds} s${succeeded ? "" : " (FAILED)"}`);
  }
  console.log(`Time: ${times.join(", ")}`);
  return passed;
}

async function runWithAttempts(group: TestGroup, options: RunOptions): Promise<boolean> {
  const attempts = group.attempts ?? 1;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (await runOnce(group, options)) return true;
    if (attempt < attempts) console.log(`Trying ${group.name} again: see tests/runner/groups.ts`);
  }
  return false;
}

async function runOnce(group: TestGroup, options: RunOptions): Promise<boolean> {
  return group.task === undefined
    ? await runTests(group, options)
    : await runTask(group.task, group.env);
}

/** Runs a task of deno.json, whose own output says how far it is. */
async function runTask(task: readonly string[], env: TestGroup["env"] = {}): Promise<boolean> {
  const args = ["task", "--quiet", ...task];
  return (await new Deno.Command(Deno.execPath(), { args, env }).spawn().status).success;
}

async function runTests(group: TestGroup, { verbose, flags }: RunOptions): Promise<boolean> {
  const child = new Deno.Command(Deno.execPath(), {
    args: testArguments(group, flags),
    env: { ...group.env, NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  // Of files with documentation, those without an example are not run.
  const progress = showProgress(group.documentation ? undefined : filesOf(group).length);
  const { take, unfinished, seconds } = condense(progress.advance);
  const print = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    const lines = stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    for await (const line of lines) {
      const shown = take(line);
      if (verbose || shown !== undefined) progress.print(verbose ? line : shown ?? "");
    }
  };
  await Promise.all([print(child.stdout), print(child.stderr)]);
  progress.end();
  printSlowest(seconds);
  const { success } = await child.status;
  if (!success) { for (const line of unfinished()) console.log(line); }
  return success;
}

function testArguments(group: TestGroup, flags: readonly string[]): string[] {
  return [
    "test",
    "--cached-only",
    "--frozen",
    "--permit-no-files",
    "-P",
    `--v8-flags=${SOUND_V8_FLAG}`,
    ...(group.parallel ? ["--parallel"] : []),
    ...(group.unchecked ? ["--no-check"] : []),
    ...(group.documentation ? ["--doc"] : []),
    ...flags,
    ...(group.documentation ? group.paths : filesOf(group)),
  ];
}

function printSlowest(seconds: ReadonlyMap<string, number>): void {
  const slowest = [...seconds]
    .filter(([, time]) => time >= SLOW_SECONDS)
    .sort(([, one], [, other]) => other - one)
    .slice(0, SLOWEST_SHOWN)
    .map(([file, time]) => `${file} ${Math.round(time)} s`);
  if (slowest.length > 0) console.log(`  Slowest: ${slowest.join(", ")}`);
}
