/** Outputs that are found fault with before the work. */

import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { checkDirectory, checkOutput } from "../../scripts/_outputs.ts";
import { writeFileAtomic } from "../../src/io/file.ts";
import { filesIn, withDirectory } from "../helpers/command.ts";

Deno.test("a directory below a file is refused, and one that is not there yet is not created", async () => {
  await withDirectory(async (directory) => {
    const file = `${directory}/file`;
    await Deno.writeTextFile(file, "");
    await rejects(checkDirectory(file), { message: /file: it is a file, expected a directory$/ });
    await rejects(checkDirectory(`${file}/a/b`), { message: /b: \S+\/file is a file, expected a/ });
    await rejects(checkOutput(`${file}/a`), { name: "ContractError" });
    await rejects(checkOutput(directory), { message: /it is a directory, expected a file$/ });
    await checkDirectory(`${directory}/a/b`);
    strictEqual(await checkOutput(`${directory}/a/b.csv`), false);
    deepStrictEqual(filesIn(directory), ["file"]);
  });
});

Deno.test("a file that is there is replaced only if it begins as the command's own do, or is empty", async () => {
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

Deno.test("what a killed command had begun to write is removed, what another writes now is not", async () => {
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
