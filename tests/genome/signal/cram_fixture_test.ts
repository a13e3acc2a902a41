/** The CRAM files of the fixtures, which need no samtools; and files that are cut, damaged or made to harm. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { gunzipSync } from "node:zlib";
import { openSignalFile } from "../../../src/genome/open_signal_file.ts";
import { openSignal } from "../../../src/genome/signal/open_signal.ts";
import { geneWindows } from "../../../src/genome/windows.ts";
import type { CountOptions } from "../../../src/genome/signal/track.ts";
import type { ByteSource } from "../../../src/files/byte_source.ts";
import { bytesSource } from "../../../src/files/byte_source.ts";
import { FormatError } from "../../../src/errors.ts";
import { deriveKey, RandomStream } from "../../../src/random.ts";
import { fixCramChecksums } from "../../fuzz/cram_checksums.ts";
import {
  fixture,
  fixtureBins,
  fixtureBytes,
  fixtureText,
  fixtureWindows,
  geneAt,
} from "../../helpers/genome.ts";
import { startWebServer } from "../../helpers/web_server.ts";

const VERSIONS = ["2.1", "3.0", "3.1"];

function multicovFixture(name: string): number[] {
  return fixtureText(name).trim().split("\n").map((line) => Number(line.split("\t")[3]));
}

async function countCram(file: ByteSource, index: ByteSource, options: CountOptions) {
  const track = await openSignal(file, { index });
  return await track.count(fixtureWindows(), options);
}

for (const version of VERSIONS) {
  Deno.test(`CRAM ${version} is counted as the same reads in BAM`, async () => {
    const [file, index] = [`reads_v${version}.cram`, `reads_v${version}.cram.crai`].map(fixture);
    const { values, reads, contigs } = await countCram(file!, index!, {
      rule: "reads",
      totalReads: true,
    });
    deepStrictEqual(fixtureBins(values), multicovFixture("reads_multicov.tsv.gz"));
    strictEqual(reads, 2514);
    deepStrictEqual(contigs, [
      { name: "chr1", length: 60_000 },
      { name: "chr2", length: 20_000 },
      { name: "chrM", length: 16_571 },
    ]);
    const high = await countCram(file!, index!, { rule: "reads", minMappingQuality: 30 });
    deepStrictEqual(fixtureBins(high.values), multicovFixture("reads_multicov_q30.tsv.gz"));
    strictEqual(high.reads, undefined);
  });
}

for (const version of VERSIONS) {
  Deno.test(`CRAM ${version}: to know the number of all reads changes no bin`, async () => {
    for (const [chromosome, tss] of [["chr1", 30_000], ["chr2", 10_000]] as const) {
      const windows = geneWindows([geneAt(chromosome, tss)], { halfWidthBp: 5000 });
      const [file, index] = [`reads_v${version}.cram`, `reads_v${version}.cram.crai`].map(fixture);
      const track = await openSignal(file!, { index: index! });
      const near = await track.count(windows, { rule: "reads" });
      const whole = await track.count(windows, { rule: "reads", totalReads: true });
      ok(near.values.some((value) => value > 0));
      deepStrictEqual([...whole.values], [...near.values]);
      strictEqual(whole.readsInWindows, near.readsInWindows);
      strictEqual(whole.reads, 2514);
    }
  });
}

/** Counts a file whose bytes were changed. */
function countChanged(
  change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>,
  name = "reads_v3.0",
) {
  const file = bytesSource(change(fixtureBytes(`${name}.cram`)), "a.cram");
  return countCram(file, fixture(`${name}.cram.crai`), { rule: "reads", totalReads: true });
}

for (const version of VERSIONS) {
  Deno.test(`CRAM ${version} that is cut short is refused wherever it is cut`, async () => {
    const { length } = fixtureBytes(`reads_v${version}.cram`);
    for (let kept = 1; kept < length - 40; kept += 97) {
      await rejects(countChanged((bytes) => bytes.slice(0, kept), `reads_v${version}`), {
        name: "FormatError",
        file: "a.cram",
        message: /cut short|magic number/,
      });
    }
  });
}

Deno.test("a CRAM file that only lacks its last container gives a warning", async () => {
  const whole = fixtureBytes("reads_v3.0.cram");
  const file = bytesSource(whole.slice(0, -38), "a.cram");
  const track = await openSignal(file, { index: fixture("reads_v3.0.cram.crai") });
  ok(/a\.cram lacks the empty container/.test(track.warnings?.join() ?? ""));
  const { values } = await track.count(fixtureWindows(), { rule: "reads" });
  deepStrictEqual(fixtureBins(values), multicovFixture("reads_multicov.tsv.gz"));
});

Deno.test("the last container is known as htsjdk writes it, too", async () => {
  const bytes = fixtureBytes("reads_v2.1.cram");
  // The number -1 of the container's sequence has five bytes, and only half of the last counts.
  bytes[bytes.length - 30 + 8] = 0xff;
  const track = await openSignal(bytesSource(bytes, "a.cram"), {
    index: fixture("reads_v2.1.cram.crai"),
  });
  deepStrictEqual(track.warnings, []);
});

Deno.test("a byte that is wrong is noticed, unless counting does not need it", async () => {
  const wanted = multicovFixture("reads_multicov.tsv.gz").join();
  const random = new RandomStream(deriveKey(1, "damage"));
  let refused = 0;
  for (let i = 0; i < 150; i++) {
    try {
      const { values, reads } = await countChanged((bytes) => {
        // The definition of the file has an identifier, which may be anything.
        bytes[26 + random.below(bytes.length - 26)]! ^= 1 + random.below(255);
        return bytes;
      });
      strictEqual(fixtureBins(values).join(), wanted);
      strictEqual(reads, 2514);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      strictEqual(error.file, "a.cram");
      refused++;
    }
  }
  ok(refused > 30, `${refused} refused`);
});

/** Changes bytes of the file of the fuzzer, whose blocks are not compressed, and puts its checksums right. */
async function countForged(change: (bytes: Uint8Array<ArrayBuffer>) => void): Promise<void> {
  const bytes = fixtureBytes("few.cram");
  change(bytes);
  const file = bytesSource(fixCramChecksums(bytes), "a.cram");
  await countCram(file, fixture("few.cram.crai"), { rule: "reads", totalReads: true });
}

/** The first line of a fixture's index, as numbers: sequence, start, span, container, slice and size. */
function firstEntry(name: string): number[] {
  return gunzipSync(fixtureBytes(`${name}.crai`)).toString().split("\n")[0]!.split("\t").map(
    Number,
  );
}

Deno.test("numbers of any size in the headers of a container and its slice are refused or harmless", async () => {
  const [, , , container = 0, slice = 0] = firstEntry("few.cram");
  let refused = 0;
  // The container's header and compression header, and the slice's header and first blocks.
  for (let at = container; at < container + slice + 120; at++) {
    const change = (bytes: Uint8Array) => bytes.set([0xf7, 0xff, 0xff, 0xff, 0x0f], at);
    await countForged(change).catch((error) => {
      ok(error instanceof FormatError && error.file === "a.cram", `at ${at}: ${error}`);
      refused++;
    });
  }
  ok(refused > 100, `${refused} refused`);
});

Deno.test("CRAM with the index of an older version, which lacks its last reads, is refused", async () => {
  for (const name of [...VERSIONS.map((version) => `reads_v${version}`), "few"]) {
    const lines = gunzipSync(fixtureBytes(`${name}.cram.crai`)).toString().trim().split("\n");
    const older = lines.filter((line) => line.startsWith("0\t")).join("\n") + "\n";
    const index = bytesSource(new TextEncoder().encode(older), "a.crai");
    await rejects(openSignal(fixture(`${name}.cram`), { index }), {
      name: "FormatError",
      message:
        /^Cannot use index: by it the last reads of .*\.cram are at byte \d+, found reads on a sequence after them.* run "samtools index/,
    });
  }
});

Deno.test("an index of another kind, of another file, or damaged is refused by its name", async () => {
  const file = () => fixture("reads_v3.0.cram");
  const withIndex = (text: string) =>
    countCram(file(), bytesSource(new TextEncoder().encode(text), "a.crai"), { rule: "reads" });
  const refuse = (text: string, message: RegExp) =>
    rejects(withIndex(text), { name: "FormatError", message });
  await rejects(countCram(file(), fixture("reads.bam.bai"), { rule: "reads" }), {
    name: "FormatError",
    message: /index of a BAM file.*expected \.crai.*\(reads\.bam\.bai\)/,
  });
  await refuse("0\t1\t2\t3\t4\n", /a line of 5 columns.*a\.crai, line 1/);
  await refuse("0\t1\t2\t3\t4\tx\n", /not of \.crai/);
  await refuse("0\t1\t2\t3\t4\t99999999999999999999\n", /not of \.crai/);
  await refuse("9\t1\t2\t3\t4\t5\n", /it has sequence 9, expected .*which has 3/);
  const [, , , container = 0, slice = 0] = firstEntry("reads_v3.0.cram");
  const line = (...columns: number[]) => columns.join("\t") + "\n";
  await refuse(line(-1, 0, 0, container, slice, 1000), /the file has no reads/);
  await refuse(
    line(0, 1, 60_000, 999_999, slice, 1000),
    /by its index it has reads at byte 999999/,
  );
  const wrong = /no slice starts here.*index is of another file/;
  const next = gunzipSync(fixtureBytes("reads_v3.0.cram.crai")).toString().split("\n")[1]! + "\n";
  await refuse(line(0, 1, 60_000, container, slice + 1, 1000) + next, wrong);
  await refuse(line(0, 1, 60_000, container + 1, slice, 1000), /index is of another file/);
});

Deno.test("a CRAM file without an index, and what only has the name of one, are refused with what to do", async () => {
  await rejects(openSignal(fixture("reads_v3.0.cram")), {
    message:
      /it has no index, expected one in the same directory: run "samtools index reads_v3\.0\.cram"/,
  });
  const named = (content: Uint8Array<ArrayBuffer>) => openSignal(bytesSource(content, "a.cram"));
  await rejects(named(fixtureBytes("reads.bam")), /it may be BAM: name it \.bam/);
  await rejects(
    named(new TextEncoder().encode("@HD\tVN:1.6\n")),
    /it is SAM text, expected BAM or CRAM/,
  );
  await rejects(named(Uint8Array.of(1, 2, 3)), /it lacks the CRAM magic number/);
  await rejects(
    named(new TextEncoder().encode("CRAM\x04\x00".padEnd(40, "\0"))),
    /its version is 4\.0/,
  );
});

Deno.test("a CRAM file on a server is counted as one on disk", async () => {
  const names = ["reads_v3.0.cram", "reads_v3.0.cram.crai"];
  await using server = startWebServer({
    files: Object.fromEntries(names.map((name) => [`/${name}`, fixtureBytes(name)])),
  });
  const { track, close } = await openSignalFile(`${server.origin}/reads_v3.0.cram`);
  const { values, reads } = await track.count(fixtureWindows(), {
    rule: "reads",
    totalReads: true,
  });
  close();
  deepStrictEqual(fixtureBins(values), multicovFixture("reads_multicov.tsv.gz"));
  strictEqual(reads, 2514);
});
