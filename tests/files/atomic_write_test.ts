import { deepStrictEqual } from "node:assert";
import { writeFileAtomic } from "../../src/files/file.ts";
import { withDirectory } from "../helpers/command.ts";

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
