import { deepStrictEqual, notDeepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { deflateRawSync, gzipSync } from "node:zlib";
import { FormatError } from "../../../src/errors.ts";
import { openBam } from "../../../src/genome/signal/bam.ts";
import { openSignal } from "../../../src/genome/signal/open_signal.ts";
import type { CountOptions } from "../../../src/genome/signal/track.ts";
import { type GeneWindows, geneWindows } from "../../../src/genome/windows.ts";
import { crc32 } from "../../../src/base/crc32.ts";
import { bytesSource } from "../../../src/files/byte_source.ts";
import { openFile } from "../../../src/files/file.ts";
import { deriveKey, RandomStream } from "../../../src/random.ts";
import { writeBai, writeBamData } from "../../fuzz/bam_files.ts";
import { writeBgzf } from "../../fuzz/containers.ts";
import { withDirectory } from "../../helpers/command.ts";
import {
  fixture,
  fixtureBins,
  fixtureBytes,
  fixtureText,
  fixtureWindows,
  geneAt,
  isInstalled,
  runProgram,
} from "../../helpers/genome.ts";
import { testIf } from "../../helpers/require.ts";

function multicovFixture(name: string): number[] {
  const lines = fixtureText(name).trim().split("\n");
  return lines.map((line) => Number(line.split("\t")[3]));
}

async function countFixture(
  options: CountOptions,
  { windows = fixtureWindows(), index = "reads.bam.bai" } = {},
) {
  const track = await openSignal(fixture("reads.bam"), { index: fixture(index) });
  return await track.count(windows, options);
}

Deno.test("reads of every kind are counted as by bedtools multicov", async () => {
  const { values, reads, contigs } = await countFixture({ rule: "reads" });
  deepStrictEqual(fixtureBins(values), multicovFixture("reads_multicov.tsv.gz"));
  strictEqual(reads, 2514);
  deepStrictEqual(contigs.map(({ name }) => name), ["chr1", "chr2", "chrM"]);
});

Deno.test("the lowest mapping quality means the same as multicov's -q", async () => {
  const { values } = await countFixture({ rule: "reads", minMappingQuality: 30 });
  deepStrictEqual(fixtureBins(values), multicovFixture("reads_multicov_q30.tsv.gz"));
});

Deno.test("a .csi index gives the same counts as a .bai index", async () => {
  const options: CountOptions = { rule: "reads" };
  deepStrictEqual(
    await countFixture(options, { index: "reads.bam.csi" }),
    await countFixture(options),
  );
});

Deno.test("chromosomes are found without chr", async () => {
  const plain = await countFixture({ rule: "reads" });
  deepStrictEqual(
    await countFixture({ rule: "reads" }, { windows: fixtureWindows("") }),
    plain,
  );
});

Deno.test("windows on a sequence without reads, or on one that the file lacks, are zero", async () => {
  const windows = geneWindows([geneAt("chrM", 8000), geneAt("chr7", 8000)]);
  const { values } = await countFixture({ rule: "reads" }, { windows });
  ok(values.every((value) => value === 0));
});

Deno.test("depth and extended reads are those of the same reads as tagAlign", async () => {
  const places = Array.from({ length: 30 }, (_, i) => geneAt("chr1", 1000 + 1900 * i));
  const windows = geneWindows([...places, geneAt("chr2", 5000)], { halfWidthBp: 1000 });
  const tagAlign = await openSignal(fixture("reads.tagAlign.gz"));
  for (const extendBp of [0, 200]) {
    const options: CountOptions = { rule: "mean-depth", extendBp };
    const { values } = await countFixture(options, { windows });
    deepStrictEqual(values, (await tagAlign.count(windows, options)).values);
    ok(values.some((value) => value > 0));
  }
});

Deno.test("extended reads are not counted past a chromosome's end", async () => {
  const windows = geneWindows([geneAt("chr2", 20_000)], { halfWidthBp: 1000 });
  const { values } = await countFixture({ rule: "reads", extendBp: 1000 }, { windows });
  ok(values.subarray(0, 10).every((value) => value > 0));
  deepStrictEqual([...values.subarray(10)], new Array(10).fill(0));
});

Deno.test("progress ends with all genes done and never decreases", async () => {
  const calls: number[] = [];
  const windows = fixtureWindows();
  await countFixture({ rule: "reads", onProgress: ({ done }) => void calls.push(done) }, {
    windows,
  });
  strictEqual(calls.at(-1), windows.genes);
  deepStrictEqual(calls, calls.toSorted((a, b) => a - b));
});

Deno.test("a BAM file without an index is refused with the command to make one", async () => {
  await rejects(openSignal(fixture("reads.bam")), {
    name: "FormatError",
    message: /has no index.*samtools index reads\.bam/,
  });
});

Deno.test("a file that is not BAM is refused", async () => {
  const refused: readonly (readonly [content: string | Uint8Array, message: RegExp])[] = [
    [
      "@SQ\tSN:chr1\n",
      /it is SAM text, expected BAM: run "samtools sort -o a\.sorted\.bam a\.bam && /,
    ],
    [
      "CRAM\x03",
      /it is CRAM, expected BAM: name it \.cram/,
    ],
    ["chr1\t1\t2\n", /it lacks the BAM magic number \(a\.bam\)$/],
    [gzipSync("@SQ\tSN:chr1\n"), /it is gzip, but not in blocks.*: is it SAM text/],
  ];
  for (const [content, message] of refused) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    // The file's kind is checked before its index.
    for (const index of [undefined, fixture("reads.bam.bai")]) {
      await rejects(openBam(bytesSource(Uint8Array.from(bytes), "a.bam"), index), message);
    }
  }
  const bed = openBam(fixture("reads.tagAlign.gz"), fixture("reads.bam.bai"));
  await rejects(bed, { name: "FormatError", file: "reads.tagAlign.gz" });
});

Deno.test("a BAM file that is cut short is refused", async () => {
  const bytes = fixtureBytes("reads.bam");
  for (const length of [bytes.length - 29, bytes.length - 27, 5000, 10]) {
    const source = bytesSource(bytes.slice(0, length), "cut.bam");
    await rejects(openBam(source, fixture("reads.bam.bai")), /cut short.*\(cut\.bam/);
  }
});

/** A BGZF file with one block, and the empty block at its end. */
function bgzf(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const block = (content: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
    const deflated = deflateRawSync(content);
    const out = new Uint8Array(18 + deflated.length + 8);
    out.set([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 0x42, 0x43, 2, 0]);
    out.set(deflated, 18);
    const view = new DataView(out.buffer);
    view.setUint16(16, out.length - 1, true);
    view.setUint32(out.length - 8, crc32(content, 0), true);
    view.setUint32(out.length - 4, content.length, true);
    return out;
  };
  return new Uint8Array([...block(bytes), ...block(new Uint8Array())]);
}

/** A BAM file with a header, one sequence of 10 kb, and no reads. */
function headerOnly(text: string): Uint8Array<ArrayBuffer> {
  const length = String.fromCharCode(text.length & 255, text.length >> 8);
  const header = `BAM\x01${length}\0\0${text}\x01\0\0\0\x05\0\0\0chr1\0\x10\x27\0\0`;
  return bgzf(Uint8Array.from(header, (letter) => letter.charCodeAt(0)));
}

Deno.test("a BAM file without an index must be sorted first, unless its header says that it is sorted", async () => {
  const open = (text: string, name = "a.bam") => openBam(bytesSource(headerOnly(text), name));
  const sort =
    /"samtools sort -o a\.sorted\.bam a\.bam && samtools index a\.sorted\.bam" and name that file/;
  for (const text of ["", "@SQ\tSN:chr1\tLN:10000\n", "@HD\tVN:1.6\n@CO\tSO:coordinate\n"]) {
    await rejects(open(text), sort);
    await rejects(open(text), /does not say that it is sorted/);
  }
  await rejects(
    open("@HD\tVN:1.6\tSO:unsorted\n"),
    /is not sorted by coordinate \(SO:unsorted\): run/,
  );
  await rejects(open("@HD\tVN:1.6\tSO:queryname\tSS:x\n"), sort);
  await rejects(open("@HD\tVN:1.6\tSO:unknown"), sort);
  const long = `@HD\tVN:1.6\tSO:coordinate\n${"@CO\tx\n".repeat(1000)}`;
  await rejects(open(long), /run "samtools index a\.bam" \(a\.bam\)$/);
  await rejects(open(long, "it's a.bam"), /run "samtools index 'it'\\''s a\.bam'"/);
  // A file that is not sorted cannot have an index, so with an index the header does not matter.
  const index = fixture("reads.bam.bai");
  await rejects(openBam(bytesSource(headerOnly(""), "a.bam"), index), /it has 3 sequences/);
});

Deno.test("a BAM file without reads is refused", async () => {
  const bam = headerOnly("");
  const index = Uint8Array.from(
    [..."BAI\x01\x01\0\0\0".padEnd(16, "\0")],
    (letter) => letter.charCodeAt(0),
  );
  const open = openBam(bytesSource(bam, "none.bam"), bytesSource(index, "none.bam.bai"));
  await rejects(open, {
    name: "FormatError",
    message: /the file has no reads, expected some \(none\.bam\)/,
  });
});

Deno.test("damaged bytes of a BAM file are reported with their place, or as being in the header", async () => {
  const damage = async (at: number, bytes = fixtureBytes("reads.bam")) => {
    bytes[at]! ^= 0xff;
    const track = await openBam(bytesSource(bytes, "bad.bam"), fixture("reads.bam.bai"));
    return await track.count(fixtureWindows(), { rule: "reads" });
  };
  const isFormatError = (error: unknown) =>
    error instanceof FormatError && error.file === "bad.bam";
  await rejects(damage(0), isFormatError);
  await rejects(damage(40), isFormatError);
  await rejects(
    damage(9000),
    (error: unknown) => isFormatError(error) && (error as FormatError).byteOffset !== undefined,
  );
});

Deno.test("an index that is damaged, or of another kind or file, is refused", async () => {
  const bai = fixtureBytes("reads.bam.bai");
  const open = (bytes: Uint8Array<ArrayBuffer>) =>
    openBam(fixture("reads.bam"), bytesSource(bytes, "bad.bai"));
  await rejects(open(bai.slice(0, 100)), { name: "FormatError", file: "bad.bai" });
  await rejects(open(fixtureBytes("signal.bw")), { name: "FormatError", file: "bad.bai" });
  const more = new Uint8Array(bai.length + 8 * 3);
  more.set(bai);
  new DataView(more.buffer).setInt32(4, 6, true);
  await rejects(open(more), /it has 6 sequences, expected the 3 of reads\.bam/);
  await rejects(open(moveChunks(bai, 1)), /it is the index of another file/);
});

/** A copy of a .bai index with one 32-bit integer replaced. */
function withInteger(bai: Uint8Array<ArrayBuffer>, at: number, value: number) {
  const copy = bai.slice();
  new DataView(copy.buffer).setUint32(at, value, true);
  return copy;
}

Deno.test("counts in an index that the file cannot hold are refused before they cost anything", async () => {
  const bai = fixtureBytes("reads.bam.bai");
  const view = new DataView(bai.buffer);
  const chunksAt = 8 + 4 + 4;
  const bins = view.getInt32(8, true);
  ok(bins > 0);
  // The counts of sequences, of bins and of chunks: each could take hours of work or all memory.
  for (const at of [4, 8, chunksAt]) {
    for (const value of [2 ** 31 - 1, 2 ** 32 - 1, bai.length]) {
      const index = bytesSource(withInteger(bai, at, value), "bad.bai");
      await rejects(openBam(fixture("reads.bam"), index), { name: "FormatError", file: "bad.bai" });
    }
  }
  const bomb = new Uint8Array(gzipSync(new Uint8Array(65 * 2 ** 20)));
  await rejects(
    openBam(fixture("reads.bam"), bytesSource(bomb, "bomb.csi")),
    /has more than 67108864 bytes \(bomb\.csi\)/,
  );
});

Deno.test("an index that counts more reads than a number can hold is refused", async () => {
  const { extents } = writeBamData();
  const index = writeBai(
    extents.map((extent) => extent.rows > 0 ? { ...extent, rows: 2 ** 53 - 1 } : extent),
  );
  const bam = writeBgzf(writeBamData().data.finish()).finish();
  const opened = openBam(bytesSource(bam, "a.bam"), bytesSource(index.finish(), "a.bai"));
  await rejects(opened, { name: "FormatError", file: "a.bai" });
});

Deno.test("lengths in a header that the file cannot hold are refused", async () => {
  const { data, extents } = writeBamData();
  const index = writeBai(extents).finish();
  const open = (at: number, value: number) => {
    const bytes = data.finish();
    new DataView(bytes.buffer).setInt32(at, value, true);
    const bam = writeBgzf(bytes).finish();
    return openBam(bytesSource(bam, "a.bam"), bytesSource(index, "a.bai"));
  };
  const text = new DataView(data.finish().buffer).getInt32(4, true);
  await open(4, text);
  // The lengths of the text, the list of sequences, and the first name.
  for (const at of [4, 8 + text, 12 + text]) {
    for (const value of [-1, 2 ** 31 - 1]) {
      await rejects(open(at, value), { name: "FormatError", file: "a.bam" });
    }
  }
});

Deno.test("a block that claims more than BGZF blocks hold is refused without inflating it", async () => {
  const { data, extents } = writeBamData();
  const bam = writeBgzf(data.finish());
  const index = writeBai(extents).finish();
  const lie = bam.fields.at(-1)!;
  for (const size of [65_537, 2 ** 32 - 1]) {
    const bytes = bam.finish();
    new DataView(bytes.buffer).setUint32(lie.offset, size, true);
    const count = async () => {
      const track = await openBam(bytesSource(bytes, "a.bam"), bytesSource(index, "a.bai"));
      const windows = geneWindows([geneAt("chr1", 100), geneAt("chr2", 100)]);
      await track.count(windows, { rule: "reads" });
    };
    await rejects(count(), { name: "FormatError", file: "a.bam" });
  }
});

/** A .bai index whose chunks start and end some bytes later in the file. */
function moveChunks(bai: Uint8Array<ArrayBuffer>, bytes: number): Uint8Array<ArrayBuffer> {
  const moved = bai.slice();
  const view = new DataView(moved.buffer);
  let at = 8;
  for (let contig = 0; contig < view.getInt32(4, true); contig++) {
    const bins = view.getInt32(at, true);
    at += 4;
    for (let bin = 0; bin < bins; bin++) {
      const chunks = view.getInt32(at + 4, true);
      at += 8;
      for (const stop = at + 16 * chunks; at < stop; at += 8) {
        const offset = view.getBigUint64(at, true);
        view.setBigUint64(at, offset + (BigInt(bytes) << 16n), true);
      }
    }
    at += 4 + 8 * view.getInt32(at, true);
  }
  return moved;
}

Deno.test("an error from the source is passed on unchanged", async () => {
  const source = fixture("reads.bam");
  const failure = new Error("the disk is gone");
  let healthy = true;
  const failing = {
    ...source,
    read: (offset: number, length: number) =>
      healthy ? source.read(offset, length) : Promise.reject(failure),
  };
  const track = await openBam(failing, fixture("reads.bam.bai"));
  healthy = false;
  await rejects(track.count(fixtureWindows(), { rule: "reads" }), failure);
});

const TOOLS = await isInstalled("samtools") && await isInstalled("bedtools");

/** Random sorted reads in SAM, with bases and qualities, enough for many blocks. */
function randomSam(count: number): string {
  const random = new RandomStream(deriveKey(7, "reads"));
  const integer = (bound: number) => random.below(bound);
  const rows = Array.from({ length: count }, () => {
    const cigar = ["50M", "50M", "20M3000N30M", "25M10D25M", "5S45M"][integer(5)];
    const flag = [0, 16, 0, 16, 1024, 512, 2048][integer(7)];
    return {
      flag,
      cigar,
      contig: 1 + integer(2),
      position: 1 + integer(900_000),
      quality: integer(61),
    };
  }).sort((a, b) => a.contig - b.contig || a.position - b.position);
  const sequence = () => Array.from({ length: 50 }, () => "ACGT"[integer(4)]).join("");
  return "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:1000000\n@SQ\tSN:chr2\tLN:1000000\n" +
    rows.map(({ flag, cigar, contig, position, quality }, i) =>
      [`r${i}`, flag, `chr${contig}`, position, quality, cigar, "*", 0, 0, sequence(), "*"]
        .join("\t")
    ).join("\n") + "\n";
}

function randomWindows(): GeneWindows {
  const random = new RandomStream(deriveKey(7, "genes"));
  const genes = Array.from(
    { length: 60 },
    () => geneAt(`chr${1 + random.below(2)}`, 5000 + Math.floor(random.uniform() ** 2 * 980_000)),
  );
  return geneWindows(genes);
}

function binsAsBed(windows: GeneWindows): string {
  const lines: string[] = [];
  for (const { chromosome, starts, geneIndex } of windows.chromosomes) {
    for (const [window, start] of starts.entries()) {
      for (let bin = 0; bin < windows.bins; bin++) {
        const at = start + bin * windows.binSizeBp;
        const id = geneIndex[window]! * windows.bins + bin;
        lines.push(`${chromosome}\t${at}\t${at + windows.binSizeBp}\t${id}`);
      }
    }
  }
  return lines.join("\n") + "\n";
}

testIf(TOOLS, "bedtools", {
  name: "random reads over many blocks are counted as by the installed bedtools",
  fn: () =>
    withDirectory(async (directory) => {
      const path = `${directory}/reads.bam`;
      await runProgram("samtools", ["view", "-b", "-o", path, "-"], randomSam(6000));
      await runProgram("samtools", ["index", path]);
      const windows = randomWindows();
      await Deno.writeTextFile(`${directory}/bins.bed`, binsAsBed(windows));
      const printed = await runProgram("bedtools", [
        "multicov",
        "-bams",
        path,
        "-bed",
        `${directory}/bins.bed`,
      ]);
      const wanted = new Float64Array(windows.genes * windows.bins);
      for (const line of printed.trim().split("\n")) {
        const [, , , id, count] = line.split("\t");
        wanted[Number(id)] = Number(count);
      }
      using closing = new DisposableStack();
      const [bam, index] = await Promise.all([openFile(path), openFile(`${path}.bai`)]);
      closing.defer(() => bam.close());
      closing.defer(() => index.close());
      const { values } = await (await openSignal(bam, { index })).count(windows, { rule: "reads" });
      deepStrictEqual(values, wanted);
      notDeepStrictEqual(values, new Float64Array(values.length));
    }),
});

testIf(TOOLS, "samtools", {
  name: "a .csi index with bins of any size gives the same counts",
  fn: () =>
    withDirectory(async (directory) => {
      const path = `${directory}/reads.bam`;
      await Deno.writeFile(path, fixtureBytes("reads.bam"));
      const { values: wanted } = await countFixture({ rule: "reads" });
      for (const shift of [1, 8, 20, 32, 40]) {
        const made = `${directory}/${shift}.csi`;
        await runProgram("samtools", ["index", "-c", "-m", `${shift}`, path, made]);
        using closing = new DisposableStack();
        const index = await openFile(made);
        closing.defer(() => index.close());
        const track = await openSignal(fixture("reads.bam"), { index });
        const { values } = await track.count(fixtureWindows(), { rule: "reads" });
        deepStrictEqual(values, wanted, `2^${shift}`);
      }
    }),
});
