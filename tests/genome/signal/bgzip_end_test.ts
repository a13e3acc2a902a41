import { deepStrictEqual, match, rejects, strictEqual } from "node:assert";
import { prepare } from "../../../src/genome/prepare.ts";
import { openBam } from "../../../src/genome/signal/bam.ts";
import { openSignal } from "../../../src/genome/signal/open_signal.ts";
import { type ByteSource, bytesSource } from "../../../src/files/byte_source.ts";
import { openFile } from "../../../src/files/file.ts";
import { writeBai, writeBamData } from "../../fuzz/bam_files.ts";
import { writeBgzf } from "../../fuzz/containers.ts";
import { withDirectory } from "../../helpers/command.ts";
import {
  fixture,
  fixtureBytes,
  fixtureWindows,
  geneAt,
  isInstalled,
  runProgram,
} from "../../helpers/genome.ts";
import { indexedText } from "../../helpers/indexed_text.ts";
import { testIf } from "../../helpers/require.ts";

const END_BYTES = 28;
const READS = { rule: "reads" } as const;

function withoutEnd(bytes: Uint8Array<ArrayBuffer>, name: string): ByteSource {
  return bytesSource(bytes.slice(0, -END_BYTES), name);
}

Deno.test("a whole BAM file without the block at its end is counted, with a warning", async () => {
  const bytes = fixtureBytes("reads.bam");
  for (const ending of ["bai", "csi"]) {
    const index = fixture(`reads.bam.${ending}`);
    const track = await openSignal(withoutEnd(bytes, "a.bam"), { index });
    const whole = await openSignal(fixture("reads.bam"), { index });
    deepStrictEqual(whole.warnings, []);
    deepStrictEqual(
      (await track.count(fixtureWindows(), READS)).values,
      (await whole.count(fixtureWindows(), READS)).values,
    );
    strictEqual(track.warnings?.length, 1);
    match(
      track.warnings[0]!,
      /^a\.bam lacks the empty block .*EOF marker.*may have been cut short/,
    );
    match(track.warnings[0]!, /"samtools view -b -o new\.bam a\.bam && samtools index new\.bam"$/);
  }
});

/** A small BAM file with its index. It has `bytesLeft` of its inflated data, and no block at the end. */
function cutData(bytesLeft: number): { readonly source: ByteSource; readonly index: ByteSource } {
  const { data, extents } = writeBamData();
  const index = bytesSource(writeBai(extents).finish(), "a.bam.bai");
  const whole = data.finish();
  const blocks = writeBgzf(whole.slice(0, whole.length + bytesLeft)).finish();
  return { source: withoutEnd(blocks, "a.bam"), index };
}

Deno.test("a BAM file that was cut within a block or a record is refused, even if its blocks are complete", async () => {
  const sound = cutData(0);
  const track = await openBam(sound.source, sound.index);
  strictEqual(track.warnings?.length, 1);
  const cut = cutData(-10);
  await rejects(openBam(cut.source, cut.index), { name: "FormatError", file: "a.bam" });
  const bytes = fixtureBytes("reads.bam");
  for (const missing of [END_BYTES + 1, END_BYTES + 5000]) {
    const source = bytesSource(bytes.slice(0, -missing), "a.bam");
    await rejects(openBam(source, fixture("reads.bam.bai")), /cut short/);
  }
});

Deno.test("records that the index does not know are checked if the end is missing", async () => {
  const { data, extents } = writeBamData();
  const index = bytesSource(writeBai(extents).finish(), "a.bam.bai");
  const rest = new Uint8Array(100);
  // A record without a place, of 96 bytes.
  new DataView(rest.buffer).setInt32(0, 96, true);
  new DataView(rest.buffer).setInt32(4, -1, true);
  const open = (bytes: Uint8Array<ArrayBuffer>) => {
    const all = new Uint8Array([...data.finish(), ...bytes]);
    return openBam(withoutEnd(writeBgzf(all).finish(), "a.bam"), index);
  };
  strictEqual((await open(rest)).warnings?.length, 1);
  await rejects(open(rest.slice(0, 50)), /ends within a record/);
});

Deno.test("an index that points past the end of its file is refused, whether the file has its end or not", async () => {
  const { data } = writeBamData();
  const extents = [{ name: "chr1", start: 0, end: 10 ** 7, rows: 1 }];
  const index = bytesSource(writeBai(extents).finish(), "far.bai");
  const source = bytesSource(writeBgzf(data.finish()).finish(), "a.bam");
  await rejects(openBam(source, index), {
    name: "FormatError",
    file: "a.bam",
    message:
      /by its index, far\.bai, it has records at byte \d+: it was cut short, .* of another file/,
  });
});

const ROWS = Array.from({ length: 300 }, (_, i) => `chr1\t${30 * i}\t${30 * i + 36}\tN\t0\t+\n`);

Deno.test("text from bgzip without the block at its end is counted, with a warning", async () => {
  const { index, bytes, source } = indexedText("a.bed.gz", ROWS);
  const whole = await (await openSignal(source)).count(fixtureWindows(), READS);
  for (const used of [undefined, index]) {
    const track = await openSignal(withoutEnd(bytes, "a.bed.gz"), { index: used });
    deepStrictEqual((await track.count(fixtureWindows(), READS)).values, whole.values);
    strictEqual(track.warnings?.length, 1);
    match(track.warnings[0]!, /a\.bed\.gz lacks.*"gunzip -c a\.bed\.gz \| bgzip > new\.bed\.gz"$/);
  }
});

Deno.test("text from bgzip that was cut within a line, or within a block, is refused", async () => {
  const { index, bytes } = indexedText("a.bed.gz", ROWS);
  const text = ROWS.join("");
  const withinLine = writeBgzf(new TextEncoder().encode(text.slice(0, -5))).finish();
  const plain = await openSignal(withoutEnd(withinLine, "a.bed.gz"));
  await rejects(
    plain.count(fixtureWindows(), READS),
    /cut short: it ends within a line.*a\.bed\.gz/,
  );
  await rejects(
    openSignal(withoutEnd(withinLine, "a.bed.gz"), { index }),
    /cut short|ends too early/,
  );
  const withinBlock = bytesSource(bytes.slice(0, -END_BYTES - 9), "a.bed.gz");
  await rejects(openSignal(withinBlock, { index }), /cut short/);
  await rejects(openSignal(withinBlock), /damaged or cut short/);
});

Deno.test("prepare reports only once that several files lack their end", async () => {
  const warnings: string[] = [];
  const inputs = ["a", "b", "c"].map((cellType) => ({
    cellType,
    mark: "H3K4me3",
    name: `${cellType}.bam`,
    open: async () => ({
      track: await openSignal(withoutEnd(fixtureBytes("reads.bam"), `${cellType}.bam`), {
        index: fixture("reads.bam.bai"),
      }),
      close: () => {},
    }),
  }));
  const onWarning = (text: string) => void warnings.push(text);
  await (await prepare([geneAt("chr1", 5000)], inputs, { ...READS, onWarning })).columns();
  // The files are also copies of each other, which has warnings of its own.
  const ends = warnings.filter((text) => !text.includes("a copy of the other"));
  strictEqual(ends.length, 1);
  match(ends[0]!, /^a\.bam lacks .*The same holds for 2 other files, such as b\.bam$/);
});

testIf(await isInstalled("samtools"), "samtools", {
  name:
    "the installed samtools counts the same reads of a BAM file without its end, and repairs it as advised",
  fn: () =>
    withDirectory(async (directory) => {
      const path = `${directory}/a.bam`;
      await Deno.writeFile(path, fixtureBytes("reads.bam").slice(0, -END_BYTES));
      await runProgram("samtools", ["index", path]);
      const mended = `${directory}/new.bam`;
      await runProgram("samtools", ["view", "-b", "-o", mended, path]);
      await runProgram("samtools", ["index", mended]);
      const count = async (name: string) => {
        const sources = [await openFile(name), await openFile(`${name}.bai`)];
        try {
          const track = await openBam(sources[0]!, sources[1]);
          const { values } = await track.count(fixtureWindows(), READS);
          return { values, warnings: track.warnings?.length };
        } finally {
          sources.forEach((source) => source.close());
        }
      };
      const before = await count(path);
      deepStrictEqual(before.warnings, 1);
      deepStrictEqual(await count(mended), { ...before, warnings: 0 });
    }),
});
