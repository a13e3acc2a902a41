/** Counts that a stopped run keeps. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { CountStore, STORE_FOLDER } from "../../src/atlas/_count_store.ts";
import { decodePart, digestGenes, encodePart, type PartOrigin } from "../../src/atlas/_part.ts";
import { filesIn, withDirectory } from "../helpers/command.ts";

const ORIGIN: PartOrigin = {
  path: "byFileType/alignments/consolidated/E003-H3K4me3.tagAlign.gz",
  size: 1234,
  version: '"a-tag"',
  genes: "digest",
};
const COUNTS = Uint16Array.of(0, 1, 65_535, 3, 0);

Deno.test("counts are decoded to what was encoded", async () => {
  const counts = fc.oneof(
    fc.uint16Array({ minLength: 1, maxLength: 50 }),
    fc.uint32Array({ minLength: 1, maxLength: 50 }),
  );
  await fc.assert(fc.asyncProperty(counts, async (counts) => {
    const own = counts instanceof Uint16Array ? Uint16Array.from(counts) : Uint32Array.from(counts);
    deepStrictEqual(await decodePart(await encodePart(own, ORIGIN), ORIGIN), own);
    // A view of a part of a buffer.
    const view = own.subarray(0, Math.ceil(own.length / 2));
    deepStrictEqual(
      (await decodePart(await encodePart(view, ORIGIN), ORIGIN))?.length,
      view.length,
    );
  }));
});

Deno.test("counts of another file, version, length or set of genes are not taken for these", async () => {
  const part = await encodePart(COUNTS, ORIGIN);
  const others: readonly Partial<PartOrigin>[] = [
    { path: ORIGIN.path.replace("me3", "me1") },
    { size: 1235 },
    { version: '"b-tag"' },
    { genes: "other" },
  ];
  for (const other of others) {
    strictEqual(await decodePart(part, { ...ORIGIN, ...other }), undefined);
  }
  const genes = [{ id: "a", chromosome: "1", tss: 5, strand: "+", line: 1 }] as const;
  const digest = await digestGenes(genes);
  // The line of the table does not matter.
  strictEqual(await digestGenes([{ ...genes[0], line: 9 }]), digest);
  ok(await digestGenes([{ ...genes[0], tss: 6 }]) !== digest);
  ok(await digestGenes([{ ...genes[0], chromosome: "2" }]) !== digest);
});

Deno.test("a part that is cut short, longer, or has any byte changed is not taken", async () => {
  const part = await encodePart(COUNTS, ORIGIN);
  for (let length = 0; length < part.length; length++) {
    strictEqual(await decodePart(part.slice(0, length), ORIGIN), undefined, `${length}`);
  }
  strictEqual(await decodePart(Uint8Array.from([...part, 0]), ORIGIN), undefined);
  for (let place = 0; place < part.length; place++) {
    const changed = part.with(place, part[place]! ^ 0x20);
    const found = await decodePart(changed, ORIGIN);
    // A change of case in the digest's or the type's letters is the only one that could be read as the same.
    ok(found === undefined, `byte ${place}`);
  }
});

Deno.test("a store keeps counts, forgets what killed runs left half-written, and leaves no folder", () =>
  withDirectory(async (directory) => {
    const store = new CountStore(directory);
    await store.open();
    strictEqual(await store.has(ORIGIN), false);
    await store.write(ORIGIN, COUNTS);
    await Deno.writeTextFile(`${store.folder}/E003-H3K9me3.counts.0a1b2c3d.part`, "half");
    const again = new CountStore(directory);
    await again.open();
    deepStrictEqual(await again.read(ORIGIN), COUNTS);
    strictEqual(await again.has({ ...ORIGIN, size: 1 }), false);
    deepStrictEqual(filesIn(directory), [`${STORE_FOLDER}/E003-H3K4me3.counts`]);
    await again.remove([ORIGIN.path]);
    await again.close();
    deepStrictEqual([...Deno.readDirSync(directory)], []);
  }));

Deno.test("outputs count as a stopped run's own only if it had started to write these", () =>
  withDirectory(async (directory) => {
    const store = new CountStore(directory);
    strictEqual(await store.hadStartedWriting("plan"), false);
    await store.open();
    await store.startWriting("plan");
    strictEqual(await store.hadStartedWriting("plan"), true);
    strictEqual(await store.hadStartedWriting("other"), false);
    await store.remove([]);
    strictEqual(await store.hadStartedWriting("plan"), false);
  }));
