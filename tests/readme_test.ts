/** Runs what the README and the guide tell a reader to type, and compares it with what they show. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { endOf, filesIn, withDirectory } from "./helpers/command.ts";
import { blocksOf, commandsOf, readPage, ROOT } from "./helpers/pages.ts";

/** What commands need of a clone. They run in a copy, since the reader's own `runs/` may hold what they would write. */
const CLONE = ["deno.json", "deno.lock", "mod.ts", "scripts", "src", "fixtures"];

/** What is not run, and why. */
const NOT_RUN: readonly (readonly [command: RegExp, reason: string])[] = [
  [/^deno task test\b/, "it runs this test"],
  [/^deno install --global/, "it needs JSR; tests/commands/program_test.ts installs"],
];

async function copyClone(directory: string): Promise<void> {
  const paths = CLONE.map((name) => new URL(name, ROOT).pathname);
  strictEqual((await endOf(new Deno.Command("cp", { args: ["-R", ...paths, directory] }))).code, 0);
}

/** Runs a page's commands as printed, from top to bottom, and returns what each printed. */
async function runCommands(page: string, directory: string): Promise<Map<string, string>> {
  const before = new Set(filesIn(directory));
  const printed = new Map<string, string>();
  for (const command of commandsOf(await readPage(page))) {
    // npx would ask a registry for the Deno that runs this.
    const local = command.replace(/^npx -y deno@\S+/, "deno");
    if (NOT_RUN.some(([pattern]) => pattern.test(local))) continue;
    const { code, stdout, stderr } = await endOf(shellCommand(local, directory));
    strictEqual(code, 0, `${page}: ${command}\n${stdout}${stderr}`);
    printed.set(local, stdout);
  }
  const added = filesIn(directory).filter((file) => !before.has(file));
  // Git ignores these two.
  deepStrictEqual(added.filter((file) => !/^(runs|simulated)\//.test(file)), [], page);
  return printed;
}

/** A command as a reader types it where a clone has its root, with the Deno that runs the tests. */
function shellCommand(command: string, cwd: string): Deno.Command {
  const deno = `deno() { "${Deno.execPath()}" "$@"; }`;
  // `deno task` sets the variable unless the task of these tests did so before.
  const script = `unset INIT_CWD; ${deno}; ${command}`;
  return new Deno.Command("sh", { args: ["-c", script], cwd, env: { COLUMNS: "80" } });
}

/** The lines of a text, wrapped ones joined, with `#` for each number; what computes differs between machines. */
function shapesOf(text: string): string[] {
  return text.replaceAll("\n  ", " ").split("\n").filter((line) => line !== "").map((line) =>
    line.startsWith("Engine: ")
      ? "Engine: …"
      : line.replace(/\d+(,\d{3})*(\.\d+)?/g, "#").replace(/ +/g, " ")
  );
}

/** Runs a page's commands and compares what they print with what the page shows. */
async function checkPage(page: string, directory: string): Promise<void> {
  const printed = await runCommands(page, directory);
  ok(printed.size >= 9, `${printed.size} commands`);
  const lines = new Set([...printed.values()].flatMap(shapesOf));
  const shown = blocksOf(await readPage(page), "").flatMap(shapesOf);
  ok(shown.length > 0);
  deepStrictEqual(shown.filter((line) => !lines.has(line)), []);
}

// A reader of the guide comes from the README, and has what its commands wrote.
Deno.test("commands of the README, then of the guide, run as printed and print what is shown", async (t) => {
  await withDirectory(async (directory) => {
    await copyClone(directory);
    for (const page of ["README.md", "docs/guide.md"]) {
      await t.step(page, () => checkPage(page, directory));
    }
  });
});

Deno.test("the table of edits that the page on edits shows is the example's", async () => {
  const [shown] = blocksOf(await readPage("docs/edits.md"), "tsv");
  strictEqual(shown, await readPage("fixtures/genome/example/edits.tsv"));
});

Deno.test("the README has at most 150 lines", async () => {
  ok((await readPage("README.md")).split("\n").length <= 151);
});
