/** `deno task prepare`: CRAM, peaks, and the flags that say which reads count. */

import { deepStrictEqual, match, notDeepStrictEqual, ok, strictEqual } from "node:assert";
import { readCompetition } from "../../src/io/competition.ts";
import { type CommandResult, runTask, withDirectory } from "../helpers/command.ts";
import { fixtureBytes } from "../helpers/genome.ts";

const GENES =
  ["chr1\t20000\t21000\tENSG00000000003\t0\t+", "chr2\t9000\t9500\tENSG00000000005\t0\t-"]
    .join("\n") + "\n";
const PEAKS = "chr1\t19500\t20050\tp\t100\t.\t8.25\t3\t2\t40\n";

interface Prepared extends CommandResult {
  readonly signal: readonly number[];
  readonly record: Awaited<ReturnType<typeof readCompetition>>["record"] | undefined;
}

/** Prepares one file of reads, with the files of the fixtures that it needs beside it. */
async function prepareFile(path: string, ...flags: string[]): Promise<Prepared> {
  let prepared: Prepared | undefined;
  await withDirectory(async (directory) => {
    const write = (name: string, content: string | Uint8Array) =>
      typeof content === "string"
        ? Deno.writeTextFile(`${directory}/${name}`, content)
        : Deno.writeFile(`${directory}/${name}`, content);
    for (const name of ["reads.bam", "reads.bam.bai", "reads_v3.0.cram", "reads_v3.0.cram.crai"]) {
      await write(name, fixtureBytes(name));
    }
    await write("genes.bed", GENES);
    await write("a.narrowPeak", PEAKS);
    await write("blacklist.bed", "1\t20000\t20010\nchr2\t1\t9\n");
    await write("elsewhere.bed", "chrX\t1\t9\n");
    await write("sheet.tsv", `cell_type\tmark\tpath\nliver\tH3K4me3\t${path}\n`);
    const out = `${directory}/out.npz`;
    const samples = ["--samples", `${directory}/sheet.tsv`, "--genes", `${directory}/genes.bed`];
    const given = flags.map((flag) => flag.replace("@", `${directory}/`));
    const rule = given.includes("--signal") ? [] : ["--signal", "reads"];
    const size = ["--half-width", "2000", "--assembly", "made", "--out", out];
    const result = await runTask("prepare", ...samples, ...rule, ...size, ...given);
    const data = result.code === 0 ? await readCompetition(out) : undefined;
    prepared = { ...result, signal: [...data?.signal ?? []], record: data?.record };
  });
  return prepared!;
}

Deno.test("a CRAM file gives the data that its reads give as BAM, normalised by depth too", async () => {
  for (const flags of [[], ["--normalise", "rpm"], ["--signal", "mean-depth", "--extend", "150"]]) {
    const bam = await prepareFile("reads.bam", ...flags);
    const cram = await prepareFile("reads_v3.0.cram", ...flags);
    strictEqual(cram.code, 0, cram.stderr);
    ok(bam.signal.some((value) => value > 0));
    deepStrictEqual(cram.signal, bam.signal);
    deepStrictEqual(cram.record, bam.record);
  }
});

Deno.test("flags are excluded by number or name, and the record has them", async () => {
  const usual = await prepareFile("reads.bam");
  strictEqual(usual.record?.excludedFlags, undefined);
  const all = await prepareFile("reads.bam", "--exclude-flags", "0");
  notDeepStrictEqual(all.signal, usual.signal);
  strictEqual(all.record?.excludedFlags, 0);
  match(all.stdout, /reads with flags 0x0 left out/);
  const named = await prepareFile("reads.bam", "--exclude-flags", "dup,SECONDARY");
  strictEqual(named.record?.excludedFlags, 0x500);
  for (const text of ["0x500", "1280", "02400"]) {
    deepStrictEqual((await prepareFile("reads.bam", "--exclude-flags", text)).signal, named.signal);
  }
  const given = await prepareFile("reads.bam", "--exclude-flags", "DUP,QCFAIL");
  deepStrictEqual([given.signal, given.record], [usual.signal, usual.record]);
  for (const text of ["DUPLICATE", "0x10000", "-1", "1.5", "", "DUP,"]) {
    const { code, stderr } = await prepareFile("reads.bam", `--exclude-flags=${text}`);
    strictEqual(code, 2, text);
    match(stderr, /^error: option '--exclude-flags <flags>' argument/);
  }
});

Deno.test("a blacklist leaves reads out, is in the record, and is told where it changes nothing", async () => {
  const usual = await prepareFile("reads.bam");
  const { code, stderr, stdout, signal, record } = await prepareFile(
    "reads.bam",
    "--blacklist",
    "@blacklist.bed",
  );
  strictEqual(code, 0, stderr);
  match(stdout, /without the blacklist/);
  match(record?.blacklist ?? "", /^sha256:[0-9a-f]{64}$/);
  ok(signal.every((value, i) => value <= usual.signal[i]!));
  notDeepStrictEqual(signal, usual.signal);
  const elsewhere = await prepareFile("reads.bam", "--blackListFileName", "@elsewhere.bed");
  match(elsewhere.stderr, /elsewhere\.bed has none of the chromosomes of the genes/);
  deepStrictEqual(elsewhere.signal, usual.signal);
  const missing = await prepareFile("reads.bam", "--blacklist", "@nothing.bed");
  strictEqual(missing.code, 1);
  match(missing.stderr, /^error: Cannot read --blacklist .*nothing\.bed: it does not exist\n$/);
});

Deno.test("peaks become enrichments, and reads of no pairs no fragments", async () => {
  const peaks = await prepareFile("a.narrowPeak", "--signal", "enrichment");
  strictEqual(peaks.code, 0, peaks.stderr);
  deepStrictEqual(peaks.signal.slice(14, 22), [0, 8.25, 8.25, 8.25, 8.25, 8.25, 4.125, 0]);
  strictEqual(peaks.record?.countingRule, "enrichment");
  const reads = await prepareFile("reads.bam", "--signal", "enrichment");
  match(reads.stderr, /rule is enrichment \(--signal\), expected reads or mean-depth/);
  const fragments = await prepareFile("reads.bam", "--fragments");
  match(fragments.stderr, /not of proper pairs|its reads near the windows are single/);
  const both = await prepareFile("reads.bam", "--fragments", "--extend", "100");
  strictEqual(both.code, 2);
  match(both.stderr, /option '--fragments' cannot be used with option '--extend <bp>'/);
});
