/** Sheets with addresses: what a command may not reach, it answers with the line to run, and that line works. */

import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import {
  type CommandResult,
  endOf,
  filesIn,
  programCommand,
  runTask,
  taskCommand,
  withDirectory,
} from "../helpers/command.ts";
import { startWebServer, type WebServer } from "../helpers/web_server.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const EXAMPLE = `${ROOT}fixtures/genome/example`;
const FLAGS = ["--signal", "reads", "--assembly", "hg38"];

/** Serves the example's files of reads, and their indexes. */
function serveExample(fault?: Parameters<typeof startWebServer>[0]["fault"]): WebServer {
  const names = [...Deno.readDirSync(EXAMPLE)].map(({ name }) => name);
  return startWebServer({
    files: Object.fromEntries(
      names.map((name) => [`/data/${name}`, Deno.readFileSync(`${EXAMPLE}/${name}`)]),
    ),
    ...(fault && { fault }),
  });
}

/** Writes the example's sheet with addresses in place of paths, and its genes, into a directory. */
async function writeSheet(directory: string, origin: string, query = ""): Promise<void> {
  const sheet = await Deno.readTextFile(`${EXAMPLE}/sheet.tsv`);
  const lines = sheet.trimEnd().split("\n").map((line, i) => {
    const cells = line.split("\t");
    return i === 0 ? line : [cells[0], cells[1], `${origin}/data/${cells[2]}${query}`].join("\t");
  });
  await Deno.writeTextFile(`${directory}/sheet of mine.tsv`, `${lines.join("\n")}\n`);
  await Deno.copyFile(`${EXAMPLE}/genes.gtf`, `${directory}/genes.gtf`);
}

const ARGS = [
  "--samples",
  "sheet of mine.tsv",
  "--genes",
  "genes.gtf",
  ...FLAGS,
  "--out",
  "it's.npz",
];

/** The line that a refused command says to run. */
function lineOf({ code, stdout, stderr }: CommandResult): string {
  strictEqual(code, 1, stderr);
  strictEqual(stdout, "");
  const [, line] =
    /^error: Cannot reach .*: if you want that, run:\n {2}(\S[\s\S]*)\n$/.exec(stderr) ?? [];
  ok(line !== undefined, stderr);
  return line;
}

/** Runs a line as a user does, in a shell. */
function runLine(line: string, cwd: string): Promise<CommandResult> {
  const path = `${Deno.execPath().replace(/\/[^/]*$/, "")}:/usr/bin:/bin`;
  const env = { PATH: path, HOME: Deno.env.get("HOME") ?? "/", COLUMNS: "10000" };
  return endOf(new Deno.Command("sh", { args: ["-c", line], cwd, env, clearEnv: true }));
}

/** Checks that the data set of a directory is that of the example's own files. */
async function checkData(directory: string): Promise<void> {
  const local = `${directory}/local.npz`;
  const files = ["--samples", `${EXAMPLE}/sheet.tsv`, "--genes", `${EXAMPLE}/genes.gtf`];
  strictEqual((await runTask("prepare", ...files, ...FLAGS, "--out", local)).code, 0);
  const [expected, found] = await Promise.all(
    [local, `${directory}/it's.npz`].map(async (path) => {
      const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
      return new Uint8Array(digest).toHex();
    }),
  );
  strictEqual(found, expected);
}

Deno.test("a task called from elsewhere prints a line that works there, however narrow the terminal", () =>
  withDirectory(async (directory) => {
    await using server = serveExample();
    const here = `${directory}/a place`;
    await Deno.mkdir(here);
    await writeSheet(here, server.origin);
    const env = { INIT_CWD: here, COLUMNS: "60" };
    const refused = await endOf(taskCommand("prepare", ARGS, { env }));
    strictEqual(server.requests.length, 0);
    deepStrictEqual(filesIn(here), ["genes.gtf", "sheet of mine.tsv"]);
    const line = lineOf({
      ...refused,
      stderr: refused.stderr.replace(/\n {2}(?=\S)(?!deno)/g, " "),
    });
    match(line, /^deno run /);
    match(line, new RegExp(`--allow-net=${server.host}`));
    const done = await runLine(line, here);
    strictEqual(done.code, 0, done.stderr);
    strictEqual(done.stderr, "");
    await checkData(here);
  }));

Deno.test("a task called in the clone prints a line with short paths", () =>
  withDirectory(async (directory) => {
    await using server = serveExample();
    await writeSheet(directory, server.origin);
    const args = [
      "--samples",
      `${directory}/sheet of mine.tsv`,
      "--genes",
      `${directory}/genes.gtf`,
    ];
    const out = ["--out", `${directory}/it's.npz`];
    const line = lineOf(await runTask("prepare", ...args, ...FLAGS, ...out));
    match(
      line,
      / -P=write .* --config=deno\.json --allow-net=127\.0\.0\.1:\d+ scripts\/prepare\.ts /,
    );
    const done = await runLine(line, ROOT);
    strictEqual(done.code, 0, done.stderr);
    await checkData(directory);
  }));

Deno.test("the program prints a line that works", () =>
  withDirectory(async (directory) => {
    await using server = serveExample();
    await writeSheet(directory, server.origin);
    const line = lineOf(await endOf(programCommand(["prepare", ...ARGS], { cwd: directory })));
    match(
      line,
      /^deno run --no-prompt --allow-read --allow-write .*cli\.ts prepare --samples 'sheet of mine\.tsv' /,
    );
    const done = await runLine(line, directory);
    strictEqual(done.code, 0, done.stderr);
    await checkData(directory);
  }));

Deno.test("a bundle's launcher prints itself with the hosts before the command", () =>
  withDirectory(async (directory) => {
    await writeSheet(directory, "http://user:secret@example.org:8080", "?sig=secret");
    const called = ["--called-as=./a bundle/histone", "prepare", ...ARGS];
    const refused = await endOf(programCommand(called, { cwd: directory }));
    strictEqual(
      lineOf(refused),
      "'./a bundle/histone' --allow-net=example.org:8080 prepare --samples 'sheet of mine.tsv' --genes genes.gtf " +
        "--signal reads --assembly hg38 --out 'it'\\''s.npz'",
    );
    doesNotMatch(refused.stderr, /secret/);
  }));

Deno.test("hosts that servers redirect to are named in the line too, before anything is counted", () =>
  withDirectory(async (directory) => {
    await using store = serveExample();
    await using portal = startWebServer({
      files: {},
      fault: ({ path }) => ({
        kind: "redirect",
        to: `${store.origin}${path}?X-Amz-Signature=secret`,
      }),
    });
    await writeSheet(directory, portal.origin);
    const first = lineOf(await endOf(programCommand(["prepare", ...ARGS], { cwd: directory })));
    const second = await runLine(first, directory);
    match(
      second.stderr,
      /^error: Cannot reach 127\.0\.0\.1:\d+, 127\.0\.0\.1:\d+: the servers that sheet of mine\.tsv names redirect there, /,
    );
    doesNotMatch(second.stderr, /secret/);
    deepStrictEqual(filesIn(directory), ["genes.gtf", "sheet of mine.tsv"]);
    const line = lineOf(second);
    match(line, new RegExp(`--allow-net=${portal.host},${store.host} `));
    const done = await runLine(line, directory);
    strictEqual(done.code, 0, done.stderr);
    await checkData(directory);
  }));

Deno.test("a file that is not there, and one without an index, are named with their sheet's words", () =>
  withDirectory(async (directory) => {
    await using server = serveExample(({ path }) =>
      path.endsWith(".bai") || path.endsWith(".csi") ? { kind: "status", status: 403 } : undefined
    );
    await writeSheet(directory, server.origin);
    const line = lineOf(await endOf(programCommand(["prepare", ...ARGS], { cwd: directory })));
    const { code, stderr } = await runLine(line, directory);
    strictEqual(code, 1);
    match(
      stderr,
      /^error: Cannot open http:\S+\.bam: there is no index beside it \(\S+\.bam\.bai, .*\), expected one: name the index's address in column "index", or download the file and index it\n$/,
    );
  }));
