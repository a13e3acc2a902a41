import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { recoverDirectory, writeDirectoryAtomic } from "../../src/files/atomic_directory.ts";
import { filesIn, withDirectory } from "../helpers/command.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Names of everything in a directory. */
function namesIn(directory: string): string[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
}

Deno.test("a directory appears whole, and replaces another whole", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/new/x.zarr`;
    await writeDirectoryAtomic(path, async (writer) => {
      await writer.set("/a/b/c", bytes("1"));
      await writer.set("/zarr.json", bytes("{}"));
      deepStrictEqual(namesIn(`${directory}/new`).filter((name) => name === "x.zarr"), []);
    });
    deepStrictEqual(filesIn(directory), ["new/x.zarr/a/b/c", "new/x.zarr/zarr.json"]);
    await writeDirectoryAtomic(path, async (writer) => {
      await writer.set("/d", bytes("2"));
      strictEqual(Deno.readTextFileSync(`${path}/a/b/c`), "1");
    });
    deepStrictEqual(filesIn(directory), ["new/x.zarr/d"]);
    deepStrictEqual(namesIn(`${directory}/new`), ["x.zarr"]);
  });
});

Deno.test("after an error nothing is left, and what was there stays", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/x`;
    const fail = writeDirectoryAtomic(path, async (writer) => {
      await writer.set("/a", bytes("1"));
      throw new RangeError("no more data");
    });
    await rejects(fail, { name: "RangeError", message: "no more data" });
    deepStrictEqual(namesIn(directory), []);
    await writeDirectoryAtomic(path, (writer) => writer.set("/a", bytes("1")));
    await rejects(writeDirectoryAtomic(path, () => Promise.reject(new Error("stop"))), /stop/);
    deepStrictEqual(filesIn(directory), ["x/a"]);
  });
});

Deno.test("a key that leads elsewhere, or that was written before, is refused", async () => {
  await withDirectory(async (directory) => {
    const write = (...keys: string[]) =>
      writeDirectoryAtomic(`${directory}/x`, async (writer) => {
        for (const key of keys) await writer.set(key, bytes(""));
      });
    for (const key of ["/../y", "/a/../../y", "a", "", "/", "/a//b", "/.", "/a\\b", "/a\0"]) {
      await rejects(write(key), {
        name: "WriteError",
        message: /key .*, expected a path below \//,
      });
    }
    await rejects(write("/a", "/a"), { name: "WriteError", message: /^Cannot write \S+\/x: / });
    await rejects(write("/.writing"), { name: "WriteError" });
    deepStrictEqual(namesIn(directory), []);
  });
});

Deno.test("what killed processes left is removed, but not what is being written, or belongs to others", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/x.zarr`;
    const others = ["y.zarr.12345678.part", "x.zarr.1234.part", "x.zarr.part", "x.zarr.12345678"];
    const ours = ["x.zarr.12345678.part", "x.zarr.00000000.part", "x.zarr.abcdef01.replaced"];
    await Deno.mkdir(path);
    for (const name of [...others, ...ours]) {
      await Deno.mkdir(`${directory}/${name}`);
      await Deno.writeTextFile(`${directory}/${name}/zarr.json`, "");
    }
    await Deno.writeTextFile(`${directory}/${ours[0]}/.writing`, "");
    await Deno.writeTextFile(`${directory}/x.zarr.87654321.part`, "a file");
    await writeDirectoryAtomic(path, async () => {
      await recoverDirectory(path);
      strictEqual(namesIn(directory).length, 1 + others.length + 1 + 1);
    });
    deepStrictEqual(namesIn(directory), [...others, "x.zarr", "x.zarr.87654321.part"].sort());
  });
});

Deno.test("a directory that was moved aside when its process was killed is put back", async () => {
  await withDirectory(async (directory) => {
    await Deno.mkdir(`${directory}/x.0123abcd.replaced`);
    await Deno.writeTextFile(`${directory}/x.0123abcd.replaced/a`, "precious");
    await Deno.mkdir(`${directory}/x.0123abcd.part`);
    await recoverDirectory(`${directory}/x`);
    deepStrictEqual(filesIn(directory), ["x/a"]);
    await recoverDirectory(`${directory}/nowhere/x`);
  });
});
