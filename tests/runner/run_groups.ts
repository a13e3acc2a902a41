/** Runs groups of tests one after another and says how far they are. */

import { TextLineStream } from "./text_line_stream.ts";
import { condense } from "./condense.ts";
import { pathsOfOthers, type TestGroup } from "./groups.ts";

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

async function runOnce(group: TestGroup, { verbose, flags }: RunOptions): Promise<boolean> {
  const ignored = pathsOfOthers(group);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "--quiet",
      "--cached-only",
      "--frozen",
      "--permit-no-files",
      "-P",
      ...(group.parallel ? ["--parallel"] : []),
      ...(group.documentation ? ["--doc"] : []),
      ...(ignored.length > 0 ? [`--ignore=${ignored.join(",")}`] : []),
      ...flags,
      ...group.paths,
    ],
    env: { ...group.env, NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const progress = showProgress();
  const { take } = condense(progress.advance);
  const print = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    const lines = stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    for await (const line of lines) {
      const shown = take(line);
      if (verbose || shown !== undefined) progress.print(verbose ? line : shown ?? "");
    }
  };
  await Promise.all([print(child.stdout), print(child.stderr)]);
  progress.end();
  return (await child.status).success;
}

/** A line that counts files on a terminal; elsewhere one line for every 25 files. */
function showProgress(): {
  advance: (path: string) => void;
  print: (line: string) => void;
  end: () => void;
} {
  const terminal = Deno.stdout.isTerminal();
  const encoder = new TextEncoder();
  const write = (text: string) => Deno.stdout.writeSync(encoder.encode(text));
  let files = 0;
  let open = false;
  const end = () => {
    if (open) write("\r\x1b[K");
    open = false;
  };
  return {
    advance: (path) => {
      files++;
      const text = `  ${files} files, now ${path}`.slice(0, 79);
      if (terminal) {
        write(`\r\x1b[K${text}`);
        open = true;
      } else if (files % 25 === 0) console.log(text);
    },
    print: (line) => {
      end();
      console.log(line);
    },
    end,
  };
}
