/** Files on servers are counted as those on disk, from a small part of them, also over a bad connection. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { HttpFiles } from "../../src/files/http_files.ts";
import { openSignalFile, type OpenSignalFileOptions } from "../../src/genome/open_signal_file.ts";
import type { CountingRule } from "../../src/genome/signal/track.ts";
import { type GeneWindows, geneWindows } from "../../src/genome/windows.ts";
import { withDirectory } from "../helpers/command.ts";
import {
  fixtureBytes,
  fixtureWindows,
  geneAt,
  isInstalled,
  PYTHON_WITH_PYBIGWIG,
  runProgram,
} from "../helpers/genome.ts";
import { indexedText } from "../helpers/indexed_text.ts";
import { testIf } from "../helpers/require.ts";
import { type Fault, type ServedFile, startWebServer } from "../helpers/web_server.ts";

const FIXTURES = [
  "reads.bam",
  "reads.bam.bai",
  "reads.bam.csi",
  "reads.tagAlign.gz",
  "reads.tagAlign.gz.tbi",
  "signal.bw",
];
const FILES: Readonly<Record<string, ServedFile>> = Object.fromEntries(
  FIXTURES.map((name) => [`/${name}`, fixtureBytes(name)]),
);
const DISK = new URL("../../fixtures/genome/", import.meta.url).pathname;
const QUICK = { stallTimeoutMs: 2000, backOffMs: 1 };

async function count(
  place: string,
  { rule, windows, ...options }: OpenSignalFileOptions & {
    readonly rule: CountingRule;
    readonly windows: GeneWindows;
  },
) {
  const { track, close } = await openSignalFile(place, options);
  try {
    const { values, reads } = await track.count(windows, { rule });
    return { values: [...values], reads, warnings: [...track.warnings ?? []], name: track.name };
  } finally {
    close();
  }
}

/** Faults of every second request. */
const BAD: readonly Fault[] = [
  { kind: "drop", after: 3000 },
  { kind: "status", status: 503 },
  { kind: "short", by: 100 },
  { kind: "status", status: 429, headers: { "retry-after": "0" } },
];

Deno.test("files on a server are counted as those on disk, over a good connection and a bad one", async () => {
  for (const isBad of [false, true]) {
    let requests = 0;
    await using server = startWebServer({
      files: FILES,
      fault: ({ path }) => {
        // Only files that are there: a busy answer says nothing about whether one is.
        if (!isBad || !(path in FILES)) return undefined;
        return requests++ % 2 === 0 ? BAD[(requests >> 1) % BAD.length] : undefined;
      },
    });
    const remote = new HttpFiles(QUICK);
    const windows = fixtureWindows();
    for (
      const [name, rule] of [
        ["reads.bam", "reads"],
        ["reads.tagAlign.gz", "reads"],
        ["signal.bw", "mean"],
      ] as const
    ) {
      const expected = await count(`${DISK}${name}`, { rule, windows });
      const found = await count(`${server.origin}/${name}?key=secret`, { rule, windows, remote });
      deepStrictEqual(found, { ...expected, name: `${server.origin}/${name}` });
    }
    remote.close();
  }
});

Deno.test("an index has the file's address with another ending, and the query stays", async () => {
  const { "/reads.bam.bai": _, ...files } = FILES;
  await using server = startWebServer({ files });
  const windows = fixtureWindows();
  await count(`${server.origin}/reads.bam?key=1`, { rule: "reads", windows });
  const asked = server.requests.map(({ path, query }) => `${path}${query}`);
  deepStrictEqual([...new Set(asked)], [
    "/reads.bam.bai?key=1",
    "/reads.bam.csi?key=1",
    "/reads.bam?key=1",
  ]);
});

Deno.test("an index may lie elsewhere: on another server, on disk, or on a server for a file on disk", async () => {
  await using server = startWebServer({ files: { "/a.bam": FILES["/reads.bam"]! } });
  await using other = startWebServer({ files: { "/b": FILES["/reads.bam.bai"]! } });
  const windows = fixtureWindows();
  const expected = await count(`${DISK}reads.bam`, { rule: "reads", windows });
  for (
    const [place, index] of [
      [`${server.origin}/a.bam`, `${other.origin}/b`],
      [`${server.origin}/a.bam`, `${DISK}reads.bam.bai`],
      [`${DISK}reads.bam`, `${other.origin}/b`],
    ] as const
  ) {
    const found = await count(place, { rule: "reads", windows, index });
    deepStrictEqual(found.values, expected.values);
  }
});

Deno.test("a BAM file without an index is refused, text is read whole if it is small or if that is asked for", async () => {
  const long = new TextEncoder().encode(`chr1\t100\t200\t1\n#${"x".repeat(2 ** 25)}\n`);
  await using server = startWebServer({
    files: {
      "/a.bam": FILES["/reads.bam"]!,
      "/b.tagAlign.gz": FILES["/reads.tagAlign.gz"]!,
      "/c.bedGraph": long,
    },
    // As a store that does not let its files be listed.
    fault: ({ path }) =>
      /\.(bai|csi|tbi)$/.test(path) ? { kind: "status", status: 403 } : undefined,
  });
  const windows = fixtureWindows();
  await rejects(openSignalFile(`${server.origin}/a.bam`), {
    name: "RemoteError",
    message:
      `Cannot open ${server.origin}/a.bam: there is no index beside it (a.bam.bai, a.bam.csi, a.bai, a.csi), ` +
      'expected one: name the index\'s address in column "index", or download the file and index it',
  });
  const whole = await count(`${server.origin}/b.tagAlign.gz`, { rule: "reads", windows });
  const expected = await count(`${DISK}reads.tagAlign.gz`, { rule: "reads", windows });
  deepStrictEqual(whole.values, expected.values);
  server.reset();
  await rejects(openSignalFile(`${server.origin}/c.bedGraph`), {
    name: "RemoteError",
    message:
      /: files of its name have no index, so all its \d+ bytes would be moved: download it first, or write "none" in column "index" to have it read whole$/,
  });
  ok(server.sentBytes < 2 ** 23);
  const { values } = await count(`${server.origin}/c.bedGraph`, {
    rule: "sum",
    windows: geneWindows([geneAt("chr1", 150)], { halfWidthBp: 50 }),
    readsWhole: true,
  });
  deepStrictEqual(values, [100]);
});

Deno.test("an index that was put on its server before its file is used, with a warning", async () => {
  await using server = startWebServer({
    files: FILES,
    fault: ({ path }) =>
      path.endsWith(".bai")
        ? { kind: "headers", headers: { "last-modified": "Fri, 06 Mar 2026 12:00:00 GMT" } }
        : undefined,
  });
  const { warnings, values } = await count(`${server.origin}/reads.bam`, {
    rule: "reads",
    windows: fixtureWindows(),
  });
  strictEqual(warnings.length, 1);
  match(warnings[0]!, /reads\.bam\.bai was put on its server 2026-03-06T12:00:00\.000Z, before /);
  ok(values.some((value) => value > 0));
});

Deno.test("the assembly in a header counts, too, where the index was put on its server before its file", async () => {
  const { bytes, index } = indexedText("a.bed.gz", ["track db=hg19\n", "chr1\t100\t150\n"]);
  await using server = startWebServer({
    files: { "/a.bed.gz": bytes, "/a.bed.gz.tbi": await index.read(0, index.size) },
    fault: ({ path }) =>
      path.endsWith(".tbi")
        ? { kind: "headers", headers: { "last-modified": "Fri, 06 Mar 2026 12:00:00 GMT" } }
        : undefined,
  });
  const { track, close } = await openSignalFile(`${server.origin}/a.bed.gz`);
  close();
  match(track.warnings?.[0] ?? "", /was put on its server/);
  strictEqual(track.assembly, "hg19");
});

Deno.test("a server that fails is not taken for one that has no index", async () => {
  await using server = startWebServer({
    files: FILES,
    fault: ({ path }) => path.endsWith(".bai") ? { kind: "status", status: 500 } : undefined,
  });
  const remote = new HttpFiles({ ...QUICK, retries: 1 });
  await rejects(openSignalFile(`${server.origin}/reads.bam`, { remote }), {
    name: "RemoteError",
    status: 500,
    message: /reads\.bam\.bai: its server answers with status 500, after 2 tries/,
  });
  remote.close();
});

/** Chromosomes, and genes of which each is on another one. */
const CHROMOSOMES = Array.from({ length: 10 }, (_, i) => `chr${i + 1}`);
const CHROMOSOME_BP = 15_000_000;
const TEN_GENES = CHROMOSOMES.map((name, i) => geneAt(name, 700_000 + i * 1_400_000));

/** Writes a bigWig file of some 14 MB. */
const WRITE_BIG_WIG = `
import sys, numpy as np, pyBigWig
rng = np.random.default_rng(7)
names, length = sys.argv[2].split(","), int(sys.argv[3])
bw = pyBigWig.open(sys.argv[1], "w")
bw.addHeader([(name, length) for name in names])
starts = np.arange(0, length - 85, 85)
for name in names:
    values = np.round(rng.gamma(0.8, 1.2, len(starts)), 4)
    bw.addEntries([name] * len(starts), starts.tolist(), ends=(starts + 85).tolist(), values=values.tolist())
bw.close()
`;

testIf(PYTHON_WITH_PYBIGWIG !== undefined, "pybigwig", {
  name: "ten genes of a bigWig file on a server move a small part of it, in few rounds",
  fn: () =>
    withDirectory(async (directory) => {
      const path = `${directory}/track.bw`;
      const args = [path, CHROMOSOMES.join(","), `${CHROMOSOME_BP}`];
      await runProgram(PYTHON_WITH_PYBIGWIG!, ["-c", WRITE_BIG_WIG, ...args]);
      const { size } = await Deno.stat(path);
      ok(size > 12_000_000, `${size}`);
      await using server = startWebServer({ files: { "/track.bw": { disk: path } }, latencyMs: 2 });
      const windows = geneWindows(TEN_GENES, { halfWidthBp: 5000 });
      const found = await count(`${server.origin}/track.bw`, { rule: "mean", windows });
      deepStrictEqual(found.values, (await count(path, { rule: "mean", windows })).values);
      // A node of the index and a section for each gene, each in a block or two of 16 KiB.
      ok(server.sentBytes < 700_000, `${server.sentBytes} of ${size} bytes`);
      ok(server.requests.length <= 30, `${server.requests.length} requests`);
      ok(server.mostAtATime > 2);
    }),
});

testIf(await isInstalled("samtools"), "samtools", {
  name: "ten genes of a BAM file and of a CRAM file on a server move a small part of them",
  fn: () =>
    withDirectory(async (directory) => {
      let state = 7;
      const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 30;
      const header = CHROMOSOMES.map((name) => `@SQ\tSN:${name}\tLN:${CHROMOSOME_BP}\n`).join("");
      const rows = CHROMOSOMES.flatMap((name) =>
        Array.from({ length: 12_000 }, (_, i) => {
          const letters = Array.from({ length: 50 }, () => "ACGT"[random()]).join("");
          return `r${i}\t0\t${name}\t${1 + i * 1200}\t60\t50M\t*\t0\t0\t${letters}\t${
            "F".repeat(50)
          }\n`;
        })
      );
      const sam = `@HD\tVN:1.6\tSO:coordinate\n${header}${rows.join("")}`;
      const files: Record<string, ServedFile> = {};
      for (
        const [name, ...flags] of [["a.bam", "-b"], [
          "a.cram",
          "-O",
          "cram,no_ref=1,seqs_per_slice=500",
        ]]
      ) {
        const path = `${directory}/${name}`;
        await runProgram("samtools", ["view", ...flags, "-o", path, "-"], sam);
        await runProgram("samtools", ["index", path]);
        const ending = name === "a.bam" ? "bai" : "crai";
        files[`/${name}`] = { disk: path };
        files[`/${name}.${ending}`] = { disk: `${path}.${ending}` };
      }
      await using server = startWebServer({ files });
      const windows = geneWindows(TEN_GENES, { halfWidthBp: 5000 });
      for (const name of ["a.bam", "a.cram"]) {
        const { size } = await Deno.stat(`${directory}/${name}`);
        server.reset();
        const found = await count(`${server.origin}/${name}`, { rule: "reads", windows });
        const expected = await count(`${directory}/${name}`, { rule: "reads", windows });
        deepStrictEqual(found.values, expected.values);
        ok(found.values.some((value) => value > 0));
        ok(server.sentBytes < size * 0.6, `${name}: ${server.sentBytes} of ${size} bytes`);
      }
    }),
});
