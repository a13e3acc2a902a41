/** What commands make of errors, counts and paths. */

import { match, rejects, strictEqual } from "node:assert";
import { formatError, stackOf } from "../../src/commands/_error_line.ts";
import { quotePath } from "../../src/base/shell.ts";
import { formatCountOf } from "../../src/base/count.ts";
import { FormatError, WriteError } from "../../src/errors.ts";
import { type CommandResult, endOf, taskFlags, withDirectory } from "../helpers/command.ts";

async function explainFailure(promise: Promise<unknown>): Promise<string> {
  let explained = "";
  await rejects(promise, (error) => {
    explained = formatError(error);
    return true;
  });
  return explained;
}

Deno.test("the system's message about a file becomes an action, the file and the reason", async () => {
  await withDirectory(async (directory) => {
    const none = `${directory}/it's: none.json`;
    strictEqual(
      await explainFailure(Deno.readTextFile(none)),
      `Cannot read ${none}: no such file or directory`,
    );
    strictEqual(
      await explainFailure(Deno.readTextFile(directory)),
      `Cannot read ${directory}: it is a directory, expected a file`,
    );
    strictEqual(
      await explainFailure(Deno.mkdir(`${directory}/a/b`)),
      `Cannot create ${directory}/a/b: no such file or directory`,
    );
    const file = `${directory}/file`;
    await Deno.writeTextFile(file, "");
    strictEqual(
      await explainFailure(Deno.stat(`${file}/b`)),
      `Cannot find ${file}/b: a part of this path is a file, expected directories`,
    );
  });
});

Deno.test("our own words before the system's are kept, and other messages are unchanged", () => {
  const full = new WriteError(
    "Cannot write a: b.csv: No space left on device (os error 28): open 'a: b.csv.12345678.part'",
  );
  strictEqual(formatError(full), "Cannot write a: b.csv: no space left on device");
  // Some of the system's errors have no class of their own.
  strictEqual(
    formatError(new Error("Read-only file system (os error 30): mkdir 'run'")),
    "Cannot create run: read-only file system",
  );
  const kept = 'Requires all access to "/dev/full/x", run again with the --allow-all flag';
  strictEqual(
    formatError(new Deno.errors.NotCapable(kept)),
    "Cannot use /dev/full/x: Deno lets no command read or write there",
  );
  const closed = 'Requires write access to "runs", run again with the --allow-write flag';
  const where =
    "no command writes into this package's own folders or into the system's. Change to another folder, or " +
    "name an --out outside of them";
  strictEqual(formatError(new Deno.errors.NotCapable(closed)), `Cannot write to runs: ${where}`);
  strictEqual(
    formatError(new WriteError(`Cannot write to src/a: ${closed}`)),
    `Cannot write to src/a: ${where}`,
  );
  strictEqual(formatError(new FormatError("Cannot read a", { line: 3 })), "Cannot read a (line 3)");
});

Deno.test("a bug is reported in one line too, and its place in the program is shown on request", () => {
  const fault =
    /^unexpected Error: a mistake\\nof ours\. This is a bug in the program; --stack shows/;
  const mistake = new Error("a mistake\nof ours", { cause: new TypeError("below") });
  match(formatError(mistake), fault);
  match(
    stackOf(mistake),
    /^Error: a mistake\nof ours\n +at [^]*\ncaused by TypeError: below\n +at /,
  );
  match(formatError("a text"), /^unexpected a text\. /);
  match(
    formatError(new RangeError("Maximum call stack size exceeded")),
    /^unexpected RangeError: Max/,
  );
  match(formatError(new TypeError("x".repeat(1e6))), /^unexpected TypeError: x{400,500}…\. This/);
});

Deno.test("the first error is reported, not a failed clean-up after it", async () => {
  const dispose = () => Promise.reject(new Deno.errors.PermissionDenied("locked"));
  const run = async () => {
    await using _first = { [Symbol.asyncDispose]: dispose };
    await using _second = { [Symbol.asyncDispose]: dispose };
    throw new WriteError("Cannot write a.csv: no space");
  };
  strictEqual(await explainFailure(run()), "Cannot write a.csv: no space");
});

Deno.test("the content of files never reaches the terminal unescaped", async () => {
  const program = `
    import { guardConsole } from "./src/commands/_console.ts";
    guardConsole();
    const name = "E\\x1b[31m1\\r\\x9b\\u202e";
    console.log("one\\ttwo\\nthree", name);
    console.warn(name, { name });
    console.error(name);
  `;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["eval", program.replaceAll("\\\\", "\\")],
  });
  const { stdout, stderr } = await endOf(command);
  const shown = "E\\x1b[31m1\\x0d\\x9b\\u202e".replace("\\x0d", "\\r");
  strictEqual(stdout, `one\ttwo\nthree ${shown}\n`);
  match(stderr, /^E\\x1b\[31m1\\r\\x9b\\u202e \{ name: .*\nE\\x1b\[31m1\\r\\x9b\\u202e\n$/);
});

/** Runs a task whose standard output, or standard error, goes to a device that is full. */
async function runWithFull(
  stream: ">" | "2>",
  ...words: readonly string[]
): Promise<CommandResult> {
  const [task = "", ...args] = words;
  const flags = taskFlags(task).map((flag) => `'${flag}'`).join(" ");
  const line = `exec "${Deno.execPath()}" run ${flags} scripts/${task}.ts ${args.join(" ")}`;
  return await endOf(new Deno.Command("bash", { args: ["-c", `${line} ${stream} /dev/full`] }));
}

Deno.test({
  name: "a failing standard output ends a command with one line, a failing standard error does not",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    // A table that is the output itself has messages before it, on standard error.
    const split = "split --data fixtures/train.npz --scheme by-gene --folds 2 --out -".split(" ");
    for (const args of [["doctor", "fixtures/train.npz"], ["train", "--help"], split]) {
      const { code, stderr } = await runWithFull(">", ...args);
      strictEqual(code, 1);
      match(stderr, /^([^]*\n)?error: Cannot write to standard output: no space left on device\n$/);
    }
    strictEqual((await runWithFull("2>", "doctor", "fixtures/train.npz")).code, 0);
    strictEqual((await runWithFull("2>", "train", "--data", "none.npz")).code, 1);
  },
});

Deno.test("a path is quoted if a shell would misread it", () => {
  strictEqual(quotePath("runs/first-2/model_1.json"), "runs/first-2/model_1.json");
  strictEqual(quotePath("my runs/$HOME"), "'my runs/$HOME'");
  strictEqual(quotePath("it's"), `'it'\\''s'`);
  strictEqual(quotePath(""), "''");
});

Deno.test("a count of one is in the singular", () => {
  strictEqual(formatCountOf(1, "gene"), "1 gene");
  strictEqual(formatCountOf(0, "cell type"), "0 cell types");
  strictEqual(formatCountOf(1234, "sample"), "1,234 samples");
});
