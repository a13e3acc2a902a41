import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { WriteError } from "../../src/errors.ts";
import { filesIn, withDirectory } from "../helpers/command.ts";
import { openFile, pathKind, writeFileAtomic } from "../../src/io/file.ts";

Deno.test("a file is written whole, with its directory, over an older one", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/a/b/file.txt`;
    await writeFileAtomic(path, "older and longer");
    await writeFileAtomic(path, async (sink) => {
      const writer = sink.getWriter();
      await writer.write(new TextEncoder().encode("new"));
      await writer.close();
    });
    strictEqual(await Deno.readTextFile(path), "new");
    deepStrictEqual(filesIn(`${directory}/a/b`), ["file.txt"]);
  });
});

Deno.test("a write that fails halfway leaves the older file and nothing else", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/file.txt`;
    await writeFileAtomic(path, "older");
    const broken = writeFileAtomic(path, async (sink) => {
      const writer = sink.getWriter();
      await writer.write(new TextEncoder().encode("half of the n"));
      throw new Error("the source failed");
    });
    await rejects(broken, /the source failed/);
    strictEqual(await Deno.readTextFile(path), "older");
    deepStrictEqual(filesIn(directory), ["file.txt"]);
  });
});

Deno.test("an error of the system names the file", async () => {
  await withDirectory(async (directory) => {
    await Deno.mkdir(`${directory}/taken`);
    await rejects(
      writeFileAtomic(`${directory}/taken`, "x"),
      (error) =>
        error instanceof WriteError &&
        error.message.startsWith(`Cannot write ${directory}/taken: `),
    );
    deepStrictEqual(filesIn(directory), []);
  });
});

Deno.test("reads of one file that overlap in time each get their own bytes", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/bytes`;
    await Deno.writeFile(path, Uint8Array.from({ length: 1000 }, (_, i) => i % 256));
    const file = await openFile(path);
    const starts = [900, 0, 500, 100, 300];
    const parts = await Promise.all(starts.map((start) => file.read(start, 3)));
    deepStrictEqual(parts.map((part) => part[0]), starts.map((start) => start % 256));
    await rejects(file.read(999, 2), /bytes 999 to 1001 of .* 1000 bytes/);
    file.close();
  });
});

Deno.test("pathKind tells files, directories and nothing apart", async () => {
  await withDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/file`, "");
    strictEqual(await pathKind(`${directory}/file`), "file");
    strictEqual(await pathKind(directory), "directory");
    strictEqual(await pathKind(`${directory}/none`), undefined);
  });
});
