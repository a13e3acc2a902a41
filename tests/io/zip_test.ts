/** Zip files of any content. */

import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { bytesSource } from "../../src/files/byte_source.ts";
import { listZip, writeZip, type ZippedFile } from "../../src/io/zip.ts";

const FILES: readonly ZippedFile[] = [
  { path: "model/model.json", content: new TextEncoder().encode('{"a": 1}'.repeat(5000)) },
  { path: "model/weights.bin", content: Uint8Array.from({ length: 9999 }, (_, i) => i * 7919) },
  { path: "empty", content: new Uint8Array() },
  { path: "été/H3K4me3 α.bw", content: Uint8Array.of(0, 255) },
];

async function zipOf(files: readonly ZippedFile[]): Promise<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>();
  const [bytes] = await Promise.all([
    new Response(readable).bytes(),
    writeZip(writable, files),
  ]);
  return bytes;
}

Deno.test("files come out of a zip file as they went in", async () => {
  const bytes = await zipOf(FILES);
  const entries = await listZip(bytesSource(bytes, "a.zip"));
  deepStrictEqual(entries.map(({ path }) => path), FILES.map(({ path }) => path));
  deepStrictEqual(entries.map(({ bytes }) => bytes), FILES.map(({ content }) => content.length));
  for (const [i, entry] of entries.entries()) {
    deepStrictEqual(await entry.read(), FILES[i]!.content);
  }
});

Deno.test("a damaged member is found when it is read, and a cut file when it is listed", async () => {
  const bytes = await zipOf(FILES.slice(1, 2));
  const damaged = bytes.slice();
  damaged[200]! ^= 0xff;
  const [entry] = await listZip(bytesSource(damaged, "a.zip"));
  await rejects(entry!.read(), { name: "FormatError" });
  await rejects(listZip(bytesSource(bytes.slice(0, -30), "a.zip")), { name: "FormatError" });
});

Deno.test("an error of the files aborts the stream", async () => {
  // deno-lint-ignore require-yield
  async function* failing(): AsyncGenerator<ZippedFile> {
    await Promise.resolve();
    throw new Error("disk on fire");
  }
  let reason: unknown;
  const sink = new WritableStream<Uint8Array>({ abort: (why) => void (reason = why) });
  await rejects(writeZip(sink, failing()), /disk on fire/);
  strictEqual(String(reason), "Error: disk on fire");
});
