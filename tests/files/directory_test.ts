import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import {
  checkDirectory,
  claimDirectory,
  directoryEntries,
  removeIfEmpty,
} from "../../src/files/directory.ts";
import { filesIn, withDirectory } from "../helpers/command.ts";

Deno.test("a directory below a file is refused, and a missing directory is not created", async () => {
  await withDirectory(async (directory) => {
    const file = `${directory}/file`;
    await Deno.writeTextFile(file, "");
    await rejects(checkDirectory(file), { message: /file: it is a file, expected a directory$/ });
    await rejects(checkDirectory(`${file}/a/b`), { message: /b: \S+\/file is a file, expected a/ });
    await checkDirectory(`${directory}/a/b`);
    deepStrictEqual(filesIn(directory), ["file"]);
  });
});

Deno.test("leftovers of a process that was killed while it checked a directory are removed by the next", async () => {
  await withDirectory(async (directory) => {
    const { remove } = Deno;
    Deno.remove = () => Promise.reject(new Error("killed"));
    await rejects(checkDirectory(directory), /killed/);
    Deno.remove = remove;
    strictEqual([...Deno.readDirSync(directory)].length, 1);
    await Promise.all(Array.from({ length: 10 }, () => checkDirectory(directory)));
    deepStrictEqual([...Deno.readDirSync(directory)], []);
    // A link of the name that the check uses is not followed.
    await Deno.symlink(`${directory}/elsewhere`, `${directory}/.histone-writes-here`);
    await checkDirectory(directory);
    deepStrictEqual([...Deno.readDirSync(directory)], []);
  });
});

Deno.test("directories are claimed with numbers, and removed only while they are empty", async () => {
  await withDirectory(async (directory) => {
    const claim = () => claimDirectory(`${directory}/runs/a`);
    const claimed = (await Promise.all([claim(), claim(), claim()])).sort();
    deepStrictEqual(claimed, ["a", "a-2", "a-3"].map((name) => `${directory}/runs/${name}`));
    await Deno.writeTextFile(`${directory}/runs/a/file`, "");
    for (const path of claimed) await removeIfEmpty(path);
    deepStrictEqual(await directoryEntries(`${directory}/runs`), [
      { name: "a", isDirectory: true },
    ]);
    deepStrictEqual(await directoryEntries(`${directory}/runs/a`), [
      { name: "file", isDirectory: false },
    ]);
  });
});
