import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert";
import { writeDirectoryAtomic } from "../../src/files/atomic_directory.ts";
import { pathOf, writeFileAtomic } from "../../src/files/file.ts";
import { takeLock } from "../../src/files/lock.ts";
import { writeFileAt } from "../../src/files/write_file_at.ts";
import { filesIn, withDirectory } from "../helpers/command.ts";

Deno.test("a file is on the disk, all of it, before it takes its name", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/file.txt`;
    const content = new Uint8Array(5000);
    const { sync } = Deno.FsFile.prototype;
    const { rename } = Deno;
    const events: string[] = [];
    Deno.FsFile.prototype.sync = async function () {
      const { size, isFile } = await this.stat();
      if (isFile) events.push(`synced ${size} bytes`);
      await sync.call(this);
    };
    Deno.rename = async (from, to) => {
      events.push(`renamed to ${to}`);
      await rename(from, to);
    };
    try {
      await writeFileAtomic(path, content);
      await writeFileAtomic(path, async (sink) => {
        const writer = sink.getWriter();
        for (const start of [0, 2000]) await writer.write(content.subarray(start, start + 2000));
        await writer.close();
      });
    } finally {
      Deno.FsFile.prototype.sync = sync;
      Deno.rename = rename;
    }
    deepStrictEqual(events, [
      "synced 5000 bytes",
      `renamed to ${path}`,
      "synced 4000 bytes",
      `renamed to ${path}`,
    ]);
  });
});

Deno.test("a file or a directory that is whole is shown before it has its name, and does not get it if that fails", async () => {
  await withDirectory(async (directory) => {
    const text = new TextEncoder().encode("new");
    const write = [
      (path: string, onWhole: (temporary: string) => Promise<void>) =>
        writeFileAtomic(path, text, { onWhole }),
      (path: string, onWhole: (temporary: string) => Promise<void>) =>
        writeDirectoryAtomic(path, (folder) => folder.set("/a", text), { onWhole }),
    ];
    for (const [i, writeOne] of write.entries()) {
      const path = `${directory}/${i}`;
      const contentOf = (place: string) => Deno.readTextFile(i === 0 ? place : `${place}/a`);
      const fail = () => Promise.reject(new Error("not recorded"));
      await rejects(writeOne(path, fail), /not recorded/);
      deepStrictEqual(filesIn(directory).filter((name) => name.startsWith(String(i))), []);
      const seen: string[] = [];
      await writeOne(path, async (temporary) => {
        seen.push(await contentOf(temporary));
        await rejects(contentOf(path), Deno.errors.NotFound);
        if (i === 1) deepStrictEqual(filesIn(temporary), ["a"]);
      });
      deepStrictEqual(seen, ["new"]);
      strictEqual(await contentOf(path), "new");
    }
  });
});

Deno.test("nothing is written to an address, which would become a folder of its name, nor to an empty path", async () => {
  const writes: readonly ((path: string) => Promise<unknown>)[] = [
    (path) => writeFileAtomic(path, ""),
    (path) => writeFileAt(path, 0, new Uint8Array(0)),
    (path) => writeDirectoryAtomic(path, () => Promise.resolve()),
    (path) => takeLock(path),
  ];
  for (const write of writes) {
    for (
      const path of ["http://localhost/x/y", "HTTPS://user:secret@localhost/x", "", null as never]
    ) {
      await rejects(write(path), (error) => {
        const { name, message } = error as Error;
        const isRefusal = /^Cannot use .+: expected a path or a file: URL$/.test(message);
        return name === "TypeError" && isRefusal && !message.includes("secret");
      });
    }
  }
  throws(
    () => pathOf(new URL("https://localhost/x")),
    /Cannot use https:\/\/localhost\/x: expected/,
  );
  strictEqual(pathOf(new URL("file:///a%20b")), "/a b");
});
