/** Outputs that are checked before the work. */

import { deepStrictEqual, match, rejects, strictEqual } from "node:assert";
import { checkOutput, lockOutput, openOutput } from "../../src/commands/_outputs.ts";
import { writeFileAtomic } from "../../src/files/file.ts";
import { filesIn, runTask, taskCommand, withDirectory } from "../helpers/command.ts";

Deno.test("a path that cannot be a file is refused, and nothing is created for one that can", async () => {
  await withDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/file`, "");
    await rejects(checkOutput(`${directory}/file/a`), { name: "ContractError" });
    await rejects(checkOutput(directory), { message: /it is a directory, expected a file$/ });
    strictEqual(await checkOutput(`${directory}/a/b.csv`), false);
    deepStrictEqual(filesIn(directory), ["file"]);
  });
});

Deno.test("an existing file is replaced only if it begins like the command's own files, or is empty", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/submission.csv`;
    for (const [text, isReplaced] of [["id,x\n1", true], ["", true], ["ID", false]] as const) {
      await Deno.writeTextFile(path, text);
      const check = checkOutput(path, { begins: "id,x" });
      if (isReplaced) strictEqual(await check, true);
      else await rejects(check, { message: /a file of another kind is there already/ });
    }
    strictEqual(await checkOutput(path), true);
    const own = { begins: "ID", usual: `${directory}/metrics.json` };
    await rejects(checkOutput(path, own), { message: /it is there already.* --overwrite$/ });
    strictEqual(await checkOutput(path, { ...own, begins: "x", overwrite: true }), true);
  });
});

Deno.test("the unfinished file of a killed command is removed, but not one that another command is writing", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/data.npz`;
    const others = ["data.npz.part", "other.npz.12345678.part", "my.data.npz.12345678.part"];
    for (const name of [...others, "data.npz.12345678.part"]) {
      await Deno.writeTextFile(`${directory}/${name}`, "");
    }
    await writeFileAtomic(path, async (sink) => {
      const writer = sink.getWriter();
      await writer.write(Uint8Array.of(1));
      await checkOutput(path);
      strictEqual(filesIn(directory).length, others.length + 1);
      await writer.write(Uint8Array.of(2));
    });
    deepStrictEqual(filesIn(directory), [...others, "data.npz"].sort());
    deepStrictEqual(await Deno.readFile(path), Uint8Array.of(1, 2));
  });
});

Deno.test("one command at a time writes a file, and a lock file without an owner blocks no command", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/new/data.npz`;
    const first = await lockOutput(path);
    await rejects(lockOutput(path), { message: /data\.npz: another command is writing it$/ });
    const other = await lockOutput(`${directory}/new/other.npz`);
    await other[Symbol.asyncDispose]();
    await first[Symbol.asyncDispose]();
    await rejects(lockOutput(`${directory}/none/x/`), { message: /names a directory, expected a/ });
    // Nothing was written, so no directory is kept either.
    deepStrictEqual([...Deno.readDirSync(directory)], []);
    await Deno.mkdir(`${directory}/new`);
    await Deno.writeTextFile(`${path}.lock`, "");
    await using output = await openOutput(path);
    await output.write("x");
    strictEqual(output.done, `Written: ${path}`);
  });
});

Deno.test("a command that waits for a lock never gets one that was removed meanwhile", async () => {
  await withDirectory(async (directory) => {
    let writing = 0;
    const write = async (): Promise<void> => {
      try {
        await using _lock = await lockOutput(`${directory}/data.npz`);
        strictEqual(++writing, 1);
        await Promise.resolve();
        writing--;
      } catch (error) {
        match((error as Error).message, /another command is writing it/);
      }
    };
    for (let round = 0; round < 20; round++) await Promise.all(Array.from({ length: 8 }, write));
    deepStrictEqual(filesIn(directory), []);
  });
});

const GENOME = "fixtures/genome/example";
const EXAMPLE =
  `--samples ${GENOME}/sheet.tsv --genes ${GENOME}/genes.gtf --signal reads --assembly hg38`
    .split(" ");

Deno.test("prepare, simulate, submit and evaluate leave a file alone that another command is writing", async () => {
  await withDirectory(async (directory) => {
    const file = (name: string) => `${directory}/${name}`;
    const model = ["--model", file("run"), "--data", "fixtures/eval.npz"];
    const commands = [
      ["prepare", "data.npz", [...EXAMPLE, "--out", file("data.npz")]],
      ["simulate", "train.npz", ["--out", directory]],
      ["submit", "submission.csv", [...model, "--out", file("submission.csv")]],
      ["evaluate", "metrics.json", [...model, "--out", file("metrics.json")]],
    ] as const;
    for (const [task, name, args] of commands) {
      await using _lock = await lockOutput(file(name));
      const { code, stderr } = await runTask(task, ...args);
      strictEqual(code, 1, task);
      match(stderr, /^error: Cannot write to \S+: another command is writing it\n$/);
    }
    deepStrictEqual(filesIn(directory), []);
  });
});

Deno.test("a prepare that was killed does not keep the next one from writing", async () => {
  await withDirectory(async (directory) => {
    const out = `${directory}/data.npz`;
    const args = [...EXAMPLE, "--out", out];
    const child = taskCommand("prepare", args, { stdout: "null", stderr: "null" }).spawn();
    while (!filesIn(directory).includes("data.npz.lock")) {
      await new Promise((r) => setTimeout(r, 2));
    }
    child.kill("SIGKILL");
    await child.status;
    const { code, stderr } = await runTask("prepare", ...args, "--overwrite");
    strictEqual(code, 0, stderr);
    const locks = filesIn(directory).filter((name) => /\.(lock|part)$/.test(name));
    deepStrictEqual(locks, []);
  });
});

Deno.test("links and pipes are not replaced, a replaced file keeps its permissions, a user's lock file stays", async () => {
  await withDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/target`, "mine");
    await Deno.symlink(`${directory}/target`, `${directory}/link`);
    const overwrite = { overwrite: true };
    await rejects(checkOutput(`${directory}/link`, overwrite), {
      message: /it is a link, a device/,
    });
    await Deno.writeTextFile(`${directory}/secret.csv`, "a", { mode: 0o600 });
    const output = await openOutput(`${directory}/secret.csv`, overwrite);
    await output.write("b");
    await output[Symbol.asyncDispose]();
    strictEqual((await Deno.stat(`${directory}/secret.csv`)).mode! & 0o777, 0o600);
    await Deno.writeTextFile(`${directory}/x.csv.lock`, "precious");
    await rejects(openOutput(`${directory}/x.csv`), { message: /x\.csv\.lock.*holds something/ });
    strictEqual(await Deno.readTextFile(`${directory}/x.csv.lock`), "precious");
  });
});
