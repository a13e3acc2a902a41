import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { blobSource, type ByteSource, bytesSource } from "../../src/files/byte_source.ts";
import { openSource } from "../../src/files/open_source.ts";
import { withDirectory } from "../helpers/command.ts";

const BYTES = Uint8Array.of(5, 6, 7, 8);
const SOURCES: Readonly<Record<string, ByteSource>> = {
  bytes: bytesSource(BYTES, "a.bin"),
  blob: blobSource(new Blob([BYTES]), "a.bin"),
};

for (const [kind, source] of Object.entries(SOURCES)) {
  Deno.test(`a source of ${kind} reads any range of its bytes, and no other`, async () => {
    strictEqual(source.size, 4);
    deepStrictEqual(await source.read(1, 2), Uint8Array.of(6, 7));
    deepStrictEqual(await source.read(4, 0), new Uint8Array());
    for (const [offset, length] of [[3, 2], [-1, 1], [0, -1], [NaN, 1]] as const) {
      await rejects(source.read(offset, length), {
        name: "RangeError",
        message: /^Cannot read bytes .* of a\.bin: it has 4 bytes$/,
      });
    }
    source.close();
  });
}

Deno.test("a path is opened and closed, a given source stays open", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/a.bin`;
    await Deno.writeFile(path, BYTES);
    const opened = await openSource(path);
    deepStrictEqual(await opened.read(0, 4), BYTES);
    opened.close();
    await rejects(opened.read(0, 1), Deno.errors.BadResource);
  });
  let isOpen = true;
  const own = { ...bytesSource(BYTES), close: () => void (isOpen = false) };
  (await openSource(own)).close();
  strictEqual(isOpen, true);
});
