/** The index of an older file or of another one is refused; the right one never is. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { type ByteSource, bytesSource } from "../../../src/files/byte_source.ts";
import { openBam } from "../../../src/genome/signal/bam.ts";
import { openSignal } from "../../../src/genome/signal/open_signal.ts";
import { geneWindows } from "../../../src/genome/windows.ts";
import { ByteWriter } from "../../fuzz/byte_writer.ts";
import { type Extent, writeBai, writeBamData, writeCsiData } from "../../fuzz/bam_files.ts";
import { virtualOffset, writeBgzf } from "../../fuzz/containers.ts";
import { withDirectory } from "../../helpers/command.ts";
import { fixtureWindows, geneAt, isInstalled, runProgram } from "../../helpers/genome.ts";
import { indexedText } from "../../helpers/indexed_text.ts";
import { testIf } from "../../helpers/require.ts";

const READS = { rule: "reads" } as const;
const NOT_ITS =
  /it is the index of another file, or of this one before it was written again\. Make it again: run/;

/** Both kinds of index of a BAM file, of these places. */
function indexesOf(extents: readonly Extent[]): ByteSource[] {
  return [
    bytesSource(writeBai(extents).finish(), "a.bam.bai"),
    bytesSource(writeBgzf(writeCsiData(extents, false).finish()).finish(), "a.bam.csi"),
  ];
}

function bamOf(data: Uint8Array<ArrayBuffer>): ByteSource {
  return bytesSource(writeBgzf(data).finish(), "a.bam");
}

/** The small BAM file: where the reads of its two sequences are, and where the last of them start. */
function smallBam() {
  const { data, extents } = writeBamData();
  const [first, second, third] = extents as [Extent, Extent, Extent];
  return { data: data.finish(), first, second, third, starts: data.boundaries.slice(-4, -1) };
}

const SMALL_WINDOWS = geneWindows([geneAt("chr1", 2000), geneAt("chr2", 2000)], {
  halfWidthBp: 2000,
});

Deno.test("a BAM file with the index of an older version, which lacks its last reads, is refused", async () => {
  const { data, first, second, third, starts } = smallBam();
  const older: Extent[][] = [
    [first, { ...second, rows: 0 }, third],
    ...starts.map((end) => [first, { ...second, end }, third]),
  ];
  for (const index of older.flatMap(indexesOf)) {
    await rejects(openBam(bamOf(data), index), {
      name: "FormatError",
      file: index.name,
      message:
        /^Cannot use index: by it the last record of a\.bam ends at byte \d+, found another read after it, expected none with a place: .* run "samtools index a\.bam"/,
    });
  }
});

Deno.test("a BAM file with the index of another one is refused where no read or block starts", async () => {
  const { data, first, second, third, starts } = smallBam();
  for (const shift of [-40, -4, 1, 3, 36, 80]) {
    const places = [first, { ...second, end: starts[2]! + shift }, third];
    for (const index of indexesOf(places)) {
      await rejects(openBam(bamOf(data), index), NOT_ITS, `${shift}`);
    }
  }
  // Blocks that start elsewhere, as those of the same reads from another program.
  const front = writeBgzf(data.slice(0, 700), false).finish();
  const bytes = new Uint8Array([...front, ...writeBgzf(data.slice(700)).finish()]);
  for (const index of indexesOf([first, second, third])) {
    const open = openBam(bytesSource(bytes, "a.bam"), index);
    await rejects(
      open,
      /found no start of a block there, expected one: it is the index of another/,
    );
  }
});

Deno.test("ranges that start on another sequence than the index says are refused", async () => {
  const { data, first, second, third } = smallBam();
  const swapped = [
    { ...second, name: "chr1" },
    { ...first, name: "chr2" },
    third,
  ];
  for (const index of indexesOf(swapped)) {
    const track = await openBam(bamOf(data), index);
    await rejects(track.count(SMALL_WINDOWS, READS), {
      name: "FormatError",
      message: /it is on sequence [01], expected [01] by the index.*its index is of another file/,
    });
  }
});

/** A record without a sequence, or on one but at no base of it. */
function recordWithoutPlace(contig: number): Uint8Array<ArrayBuffer> {
  const record = new ByteWriter().integer(4, 34).integer(4, contig).integer(4, -1);
  record.integer(4, 2).integer(4, 4 << 16).integer(4, 0).integer(4, -1).integer(4, -1);
  return record.integer(4, 0).text("*\0").finish();
}

Deno.test("reads without a place may follow what an index knows", async () => {
  const { data, first, second, third } = smallBam();
  const plain = await openBam(bamOf(data), indexesOf([first, second, third])[0]);
  const { values } = await plain.count(SMALL_WINDOWS, READS);
  ok(values.some((value) => value > 0));
  for (const contigs of [[-1], [2, -1, -1], Array.from({ length: 500 }, () => -1)]) {
    const all = new Uint8Array([...data, ...contigs.flatMap((at) => [...recordWithoutPlace(at)])]);
    for (const index of indexesOf([first, second, third])) {
      const track = await openBam(bamOf(all), index);
      deepStrictEqual((await track.count(SMALL_WINDOWS, READS)).values, values);
    }
  }
});

Deno.test("what follows is read once, and of a file on a server no more than a block usually takes", async () => {
  const { data, first, second, third } = smallBam();
  const rest = Array.from({ length: 9000 }, () => [...recordWithoutPlace(-1)]).flat();
  const whole = bamOf(new Uint8Array([...data, ...rest]));
  const [index] = indexesOf([first, second, third]);
  const at = Math.floor(virtualOffset(second.end) / 65_536);
  const lengths: number[] = [];
  const source: ByteSource = {
    ...whole,
    willRead() {},
    read(offset, length) {
      if (offset === at) lengths.push(length);
      return whole.read(offset, length);
    },
  };
  await openBam(source, index);
  deepStrictEqual(lengths, [32_769]);
});

const ROWS = ["chr1", "chr2"].flatMap((name) =>
  Array.from({ length: 200 }, (_, i) => `${name}\t${30 * i}\t${30 * i + 36}\tN\t0\t+\n`)
);

Deno.test("text from bgzip with the index of an older version, or of another file, is refused", async () => {
  const whole = indexedText("a.bed.gz", ROWS);
  for (const rows of [1, 199, 200, 201, 399]) {
    const { index } = indexedText("a.bed.gz", ROWS.slice(0, rows));
    await rejects(openSignal(whole.source, { index }), {
      name: "FormatError",
      file: "a.bed.gz.tbi",
      message: /found another row after it, expected none: .* run "tabix -f -p bed a\.bed\.gz"/,
    });
  }
  const within = indexedText("a.bed.gz", ["chr1\t0\t9\n"]);
  await rejects(
    openSignal(whole.source, { index: within.index }),
    /found no start of a row there, expected one: it is the index of another/,
  );
  // Rows of the same lengths on other sequences.
  const other = indexedText(
    "a.bed.gz",
    ROWS.toSorted().map((row, i) =>
      i < 200 ? row.replace("chr1", "chr2") : row.replace("chr2", "chr1")
    ),
  );
  const track = await openSignal(whole.source, { index: other.index });
  await rejects(
    track.count(fixtureWindows(), READS),
    /found a row of "chr[12]" where by the index rows of "chr[12]" start: .*another file/,
  );
});

Deno.test("comments and blank lines may follow the last row that an index knows", async () => {
  const { index, source } = indexedText("a.bed.gz", ROWS);
  const { values } = await (await openSignal(source, { index })).count(fixtureWindows(), READS);
  for (const end of ["# made by hand\n", "\n", "\r\n"]) {
    const bytes = writeBgzf(new TextEncoder().encode(ROWS.join("") + end)).finish();
    const track = await openSignal(bytesSource(bytes, "a.bed.gz"), { index });
    deepStrictEqual((await track.count(fixtureWindows(), READS)).values, values, end);
  }
});

/** Reads with and without a place, in SAM. */
function formatSam(reads: number, unplaced: number): string {
  const rows = Array.from({ length: reads }, (_, i) => {
    const bases = Array.from({ length: 50 }, (_, j) => "ACGT"[(i * 7 + j * j * i) % 4]).join("");
    return `r${i}\t0\tchr1\t${1 + i * 40}\t60\t50M\t*\t0\t0\t${bases}\t*\n`;
  });
  const rest = Array.from({ length: unplaced }, (_, i) => `u${i}\t4\t*\t0\t0\t*\t*\t0\t0\tA\t*\n`);
  return `@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:1000000\n${rows.join("")}${rest.join("")}`;
}

testIf(await isInstalled("samtools"), "samtools", {
  name:
    "indexes of samtools fit their own files, with and without reads that have no place, and no other",
  fn: () =>
    withDirectory(async (directory) => {
      const shapes = [[9000, 0], [9000, 5000], [4500, 0], [4500, 5000], [300, 0]] as const;
      for (const kind of ["-b", "-c"]) {
        const made: { readonly bam: ByteSource; readonly index: ByteSource }[] = [];
        for (const [reads, unplaced] of shapes) {
          const path = `${directory}/a.bam`;
          await runProgram("samtools", ["view", "-b", "-o", path, "-"], formatSam(reads, unplaced));
          await runProgram("samtools", ["index", kind, path, `${directory}/a.index`]);
          made.push({
            bam: bytesSource(await Deno.readFile(path), "a.bam"),
            index: bytesSource(await Deno.readFile(`${directory}/a.index`), "a.bam.bai"),
          });
        }
        for (const [i, { bam }] of made.entries()) {
          for (const [j, { index }] of made.entries()) {
            const [reads, others] = [shapes[i]![0], shapes[j]![0]];
            // The first reads of both files are in the same blocks, so an index of as many of them fits.
            if (reads !== others) await rejects(openSignal(bam, { index }), `${i} ${j}`);
            else if (i === j) strictEqual((await openSignal(bam, { index })).warnings?.length, 0);
          }
        }
      }
    }),
});
