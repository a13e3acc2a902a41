import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import type { Gene } from "../../src/genome/gene.ts";
import { prepare } from "../../src/genome/prepare.ts";
import type { PrepareOptions, SignalInput } from "../../src/genome/prepare_options.ts";
import { mapInOrder } from "../../src/genome/_in_order.ts";
import { openSignal } from "../../src/genome/signal/open_signal.ts";
import type { SignalTrack } from "../../src/genome/signal/track.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import { fixture, fixtureBytes, geneAt } from "../helpers/genome.ts";
import { textSource } from "../helpers/text_source.ts";

/** A sample whose file is a text in memory. `opened` and `closed` count how often it was opened and closed. */
function textInput(cellType: string, mark: string, text: string, name = "a.bed") {
  const input = {
    cellType,
    mark,
    name,
    closed: 0,
    opened: 0,
    open: async () => {
      input.opened++;
      return { track: await openSignal(textSource(text, name)), close: () => void input.closed++ };
    },
  };
  return input;
}

const READS =
  "chr1\t1000\t1036\tN\t1000\t+\nchr1\t1110\t1146\tN\t1000\t-\nchr1\t1120\t1156\tN\t0\t+\n";
const GENES: readonly Gene[] = [
  { id: "7", chromosome: "chr1", tss: 1100, strand: "-", line: 1 },
  { id: "5", chromosome: "1", tss: 1000, strand: "+", line: 2 },
];
const SMALL = { rule: "reads", halfWidthBp: 200 } as const;

async function prepareText(options: Partial<PrepareOptions> = {}) {
  const inputs = [textInput("liver", "H3K4me3", READS)];
  return await (await prepare(GENES, inputs, { ...SMALL, ...options })).columns();
}

Deno.test("samples are the files' counts by cell type, gene, bin and mark", async () => {
  const other = "chr1\t900\t910\tN\t0\t+\n";
  const inputs = [
    textInput("liver", "H3K4me3", READS, "1.bed"),
    textInput("liver", "H3K9me3", other, "2.bed"),
    textInput("lung", "H3K4me3", other, "3.bed"),
    textInput("lung", "H3K9me3", READS, "4.bed"),
  ];
  const labels = new Map([["liver", Float64Array.of(1, 2)], ["lung", Float64Array.of(3, 4)]]);
  const preparation = await prepare(GENES, inputs, {
    ...SMALL,
    labels,
    expressionTransform: "asinh",
    concurrency: 3,
  });
  const columns = await preparation.columns();
  // One row a gene of a cell type; the two marks of a bin stand together.
  // deno-fmt-ignore
  deepStrictEqual([...columns.signal], [
    0, 1, 1, 0, 2, 0, 0, 0,
    0, 0, 0, 1, 1, 0, 2, 0,
    1, 0, 0, 1, 0, 2, 0, 0,
    0, 0, 1, 0, 0, 1, 0, 2,
  ]);
  deepStrictEqual([...columns.labels!], [1, 2, 3, 4]);
  deepStrictEqual(columns.genes, ["7", "5"]);
  deepStrictEqual([...columns.geneIndex], [0, 1, 0, 1]);
  deepStrictEqual([...columns.cellTypeIndex], [0, 0, 1, 1]);
  deepStrictEqual(columns.record, {
    assembly: "unknown",
    binSizeBp: 100,
    orientation: "genomic",
    countingRule: "reads",
    marks: ["H3K4me3", "H3K9me3"],
    transform: "none",
    extendBp: 0,
    minMappingQuality: 0,
    normalisation: "none",
    expressionTransform: "asinh",
  });
  deepStrictEqual(inputs.map(({ opened, closed }) => [opened, closed]), inputs.map(() => [2, 2]));
});

Deno.test("a gene without a label is left out of that cell type only", async () => {
  const inputs = ["liver", "lung"].map((cellType) =>
    textInput(cellType, "H3K4me3", READS, `${cellType}.bed`)
  );
  const labels = new Map([["liver", Float64Array.of(NaN, 2)], ["lung", Float64Array.of(3, 4)]]);
  const preparation = await prepare(GENES, inputs, { ...SMALL, labels });
  const blocks = await Array.fromAsync(preparation.blocks());
  const [liver, lung] = blocks.map(({ genes, signal, labels }) => [
    [...genes],
    Array.from(signal),
    Array.from(labels!),
  ]);
  deepStrictEqual(liver, [["5"], [0, 0, 1, 2], [2]]);
  deepStrictEqual(lung, [["7", "5"], [0, 1, 2, 0, 0, 0, 1, 2], [3, 4]]);
  const columns = await preparation.columns();
  deepStrictEqual([...columns.signal], [0, 0, 1, 2, 0, 1, 2, 0, 0, 0, 1, 2]);
  deepStrictEqual([...columns.labels!], [2, 3, 4]);
  deepStrictEqual([...columns.geneIndex], [1, 0, 1]);
  deepStrictEqual([...columns.cellTypeIndex], [0, 1, 1]);
  await rejects(
    prepare(GENES, inputs, { ...SMALL, labels: labels.set("lung", Float64Array.of(NaN, NaN)) }),
    /all labels of cell type "lung" are NaN/,
  );
});

Deno.test("in transcript orientation the bins of genes on the minus strand are reversed", async () => {
  deepStrictEqual([...(await prepareText()).signal], [0, 1, 2, 0, 0, 0, 1, 2]);
  const { signal, record } = await prepareText({ orientation: "transcript" });
  // The window on the minus strand is [901, 1301), whose first bin the first read reaches by a base.
  deepStrictEqual([...signal], [0, 2, 1, 1, 0, 0, 1, 2]);
  strictEqual(record.orientation, "transcript");
});

Deno.test("large counts of one mark and small counts of another are both kept, in either order", async () => {
  const counts = [
    Float64Array.of(0, 1, 65_535, 2),
    Float64Array.of(7, 0, 1, 65_536),
    Float64Array.of(1, 4e9, 3, 0),
  ];
  const inputOf = (values: Float64Array<ArrayBuffer>, mark: number): SignalInput => ({
    cellType: "liver",
    mark: `mark${mark}`,
    name: `${mark}.bed`,
    open: () => {
      const contigs = [{ name: "chr1" }];
      const count = () => Promise.resolve({ values: values.slice(), contigs, reads: 1 });
      const track = { name: `${mark}.bed`, format: "bed", contigs: undefined, count } as const;
      return Promise.resolve({ track, close: () => {} });
    },
  });
  for (const count of [2, 3]) {
    for (const marks of [counts.slice(0, count), counts.slice(0, count).toReversed()]) {
      const inputs = marks.map(inputOf);
      const { signal } = await (await prepare(GENES.slice(0, 1), inputs, SMALL)).columns();
      deepStrictEqual([...signal], [0, 1, 2, 3].flatMap((bin) => marks.map((mark) => mark[bin])));
    }
  }
});

Deno.test("reads per million are counts times a million divided by all reads of the file", async () => {
  const { signal, record } = await prepareText({ normalisation: "rpm" });
  deepStrictEqual(
    [...signal],
    [0, 1, 2, 0, 0, 0, 1, 2].map((count) => Math.fround(count * 1e6 / 3)),
  );
  strictEqual(record.normalisation, "rpm");
});

Deno.test("an extension and the window reach the record and the counts", async () => {
  const { signal, bins, record } = await prepareText({ extendBp: 200, binSizeBp: 50 });
  strictEqual(bins, 8);
  deepStrictEqual([record.extendBp, record.binSizeBp], [200, 50]);
  ok([...signal].reduce((a, b) => a + b) > 10);
});

Deno.test("the record does not mention a transform of the labels if the caller does not name one", async () => {
  const labels = new Map([["liver", Float64Array.of(1, 2)]]);
  const { record } = await prepareText({ labels });
  strictEqual(record.expressionTransform, undefined);
});

Deno.test("progress counts genes, once for each file, and ends with all of them", async () => {
  const calls: [number, number][] = [];
  await prepareText({ onProgress: ({ done, total }) => void calls.push([done, total]) });
  deepStrictEqual(calls.at(-1), [2, 2]);
});

Deno.test("a mean of a signal track is rounded to float32 and no further", async () => {
  const inputs = [textInput("a", "b", "chr1\t1000\t1100\t0.1\n", "a.bedGraph")];
  const { signal } = await (await prepare(GENES, inputs, { ...SMALL, rule: "mean" })).columns();
  strictEqual(Math.max(...signal), Math.fround(0.1));
});

Deno.test("inputs that do not fit together are refused before anything is counted", async () => {
  const bigWig: SignalInput = {
    cellType: "a",
    mark: "b",
    name: "signal.bw",
    open: async () => ({ track: await openSignal(fixture("signal.bw")), close: () => {} }),
  };
  const genes = [geneAt("chr1", 5000)];
  const refuse = async (wanted: RegExp, inputs: SignalInput[], options: Partial<PrepareOptions>) =>
    await rejects(prepare(genes, inputs, { rule: "mean", ...options }), {
      name: "ContractError",
      message: wanted,
    });
  await refuse(/signal\.bw: rule is reads \(--signal\), expected mean or sum or max/, [bigWig], {
    rule: "reads",
  });
  await refuse(/no reads to count/, [bigWig], { normalisation: "rpm" });
  await refuse(/no reads to extend/, [bigWig], { extendBp: 100 });
  await refuse(/0 files/, [], {});
  await refuse(/2 cell types and 2 marks/, [bigWig, { ...bigWig, cellType: "c", mark: "d" }], {});
  await refuse(/"a" has no labels, expected 1/, [bigWig], { labels: new Map() });
  const far = [geneAt("chr1", 70_000)];
  await rejects(prepare(far, [bigWig], { rule: "mean" }), /start past the end of their chromosome/);
  await rejects(prepare([], [bigWig], { rule: "mean" }), /there are no genes/);
});

Deno.test("values below zero are refused with file, gene and bin, and the file is closed", async () => {
  const input = textInput("a", "b", "chr1\t1000\t1100\t-0.5\n", "log.bedGraph");
  const preparation = await prepare(GENES, [input], { ...SMALL, rule: "mean" });
  await rejects(
    preparation.columns(),
    /log\.bedGraph: gene 7 \(line 1 of the genes\) has -0\.5 in bin 1/,
  );
  strictEqual(input.closed, 2);
});

Deno.test("a file without an index that has none of the chromosomes is refused after counting", async () => {
  const input = textInput("a", "b", "chrUn\t1\t2\tN\t0\t+\n");
  await rejects((await prepare(GENES, [input], SMALL)).columns(), /none of the chromosomes/);
});

Deno.test("a warning that holds for many files is given once", async () => {
  const genes = [...GENES, geneAt("chrY", 5000)];
  const warnings: string[] = [];
  const inputs = ["1.bed", "2.bed"].map((name) => textInput(name, "H3K4me3", READS, name));
  const onWarning = (message: string) => void warnings.push(message);
  await (await prepare(genes, inputs, { ...SMALL, onWarning })).columns();
  strictEqual(warnings.length, 1);
  ok(/1\.bed lacks the chromosomes of 1 of 3 genes/.test(warnings[0]!));
});

Deno.test("each file with nothing in the windows is reported, and its values are zero", async () => {
  const elsewhere = "chr1\t900000\t900010\n";
  const warnings: string[] = [];
  const inputs = ["liver", "lung"].map((cellType) =>
    textInput(cellType, "H3K4me3", elsewhere, `${cellType}.bed`)
  );
  const options = { ...SMALL, onWarning: (text: string) => void warnings.push(text) };
  const { signal } = await (await prepare(GENES, inputs, options)).columns();
  ok(signal.every((value) => value === 0));
  deepStrictEqual(
    warnings.map((text) => text.split(":")[0]),
    ["liver", "lung"].map((cellType) =>
      `${cellType}.bed (H3K4me3 of ${cellType}) has nothing in any window of the 2 genes`
    ),
  );
});

Deno.test("if reads were left out by their mapping quality, the warning about an empty file says so", async () => {
  const input = textInput("liver", "H3K4me3", "chr1\t900000\t900010\n");
  const open = async () => {
    const { track, close } = await input.open();
    const count: SignalTrack["count"] = (windows, options) =>
      track.count(windows, { ...options, minMappingQuality: 0 });
    return { track: { ...track, count, format: "bam" } as SignalTrack, close };
  };
  const warnings: string[] = [];
  const onWarning = (text: string) => void warnings.push(text);
  const options = { ...SMALL, minMappingQuality: 40, onWarning };
  await (await prepare(GENES, [{ ...input, open }], options)).columns();
  match(warnings[0]!, /or no read of mapping quality 40 or more, which --min-mapping-quality asks/);
});

/** A file of reads with chromosome 1 of hg38. */
function hg38Input(): SignalInput {
  const input = textInput("liver", "H3K4me3", READS);
  const open = async () => {
    const { track, close } = await input.open();
    const contigs = [{ name: "chr1", length: 248_956_422 }];
    const count = track.count.bind(track);
    return {
      track: { ...track, format: "bed", name: "a.bed", contigs, count } as SignalTrack,
      close,
    };
  };
  return { ...input, open };
}

Deno.test("an annotation whose assembly contradicts a file's lengths is refused, and both are named", async () => {
  const message =
    /a\.bed: by the lengths .* it is hg38, but the genes are of hg19 by what their file says/;
  const options = { ...SMALL, annotationAssembly: "GRCh37.p13" };
  await rejects(prepare(GENES, [hg38Input()], options), { name: "ContractError", message });
});

Deno.test("if the user names the assembly, an annotation of another one only gives a warning", async () => {
  const warnings: string[] = [];
  const onWarning = (message: string) => void warnings.push(message);
  const options = { ...SMALL, onWarning, annotationAssembly: "GRCh37" };
  const named = { ...options, assembly: "GRCh38.p14" };
  strictEqual((await prepare(GENES, [hg38Input()], named)).record.assembly, "hg38");
  const silent = textInput("liver", "H3K4me3", READS);
  strictEqual((await prepare(GENES, [silent], named)).record.assembly, "hg38");
  deepStrictEqual(warnings, [
    "the genes are of hg19 by what their file says, but hg38 was named and a.bed is of hg38: " +
    "if these differ, all windows are at the wrong places",
    "the genes are of hg19 by what their file says, but hg38 was named: " +
    "if these differ, all windows are at the wrong places",
  ]);
});

Deno.test("the annotation gives the assembly if nothing else does, and unknown names are not a contradiction", async () => {
  const silent = textInput("liver", "H3K4me3", READS);
  const assemblyOf = async (options: Partial<PrepareOptions>) =>
    (await prepare(GENES, [silent], { ...SMALL, ...options })).record.assembly;
  strictEqual(await assemblyOf({ annotationAssembly: "GRCm38.p6" }), "mm10");
  strictEqual(await assemblyOf({ annotationAssembly: "ASM294v2" }), "ASM294v2");
  strictEqual(await assemblyOf({ annotationAssembly: "ASM294v2", assembly: "spo2" }), "spo2");
  strictEqual(await assemblyOf({ annotationAssembly: "hg38", assembly: "GRCh38" }), "hg38");
  const warnings: string[] = [];
  const onWarning = (message: string) => void warnings.push(message);
  const other = { ...SMALL, onWarning, annotationAssembly: "ASM294v2" };
  strictEqual((await prepare(GENES, [hg38Input()], other)).record.assembly, "hg38");
  ok(/^the genes are of ASM294v2 by .*, but a\.bed is of hg38: /.test(warnings.join("|")));
  const certain = await prepare(GENES, [hg38Input()], { ...SMALL, annotationAssembly: "GRCh38" });
  strictEqual(certain.record.assembly, "hg38");
});

Deno.test("genes on chromosomes with NCBI's names are counted in files with other names", async () => {
  const accession = GENES.map((gene) => ({ ...gene, chromosome: "NC_000001.11" }));
  const alias = GENES.map((gene) => ({ ...gene, chromosome: "NC_051336.1", chromosomeAlias: "1" }));
  for (const genes of [accession, alias]) {
    const inputs = [textInput("liver", "H3K4me3", READS)];
    const { signal } = await (await prepare(genes, inputs, SMALL)).columns();
    deepStrictEqual([...signal], [0, 1, 2, 0, 0, 0, 1, 2]);
  }
});

Deno.test("reads per million of a BAM file use the number of reads in its index", async () => {
  const open = async () => ({
    track: await openSignal(fixture("reads.bam"), { index: fixture("reads.bam.bai") }),
    close: () => {},
  });
  const inputs = [{ cellType: "a", mark: "b", name: "reads.bam", open }];
  const genes = [geneAt("chr1", 5000)];
  const plain = await (await prepare(genes, inputs, { rule: "reads" })).columns();
  const rpm = await (await prepare(genes, inputs, { rule: "reads", normalisation: "rpm" }))
    .columns();
  const wanted = Array.from(plain.signal, (count) => Math.fround(count * (1e6 / 2514)));
  deepStrictEqual([...rpm.signal], wanted);
});

Deno.test("a few tasks run at a time, and their results keep the order of the items", async () => {
  let running = 0;
  let most = 0;
  const results = mapInOrder([5, 1, 3, 0], 2, async (turns) => {
    most = Math.max(most, ++running);
    for (let i = 0; i < turns; i++) await Promise.resolve();
    running--;
    return turns;
  });
  deepStrictEqual(await Array.fromAsync(results), [5, 1, 3, 0]);
  strictEqual(most, 2);
});

Deno.test("an error is thrown at its turn, after all running tasks have ended", async () => {
  let finished = 0;
  const results = mapInOrder([0, 1, 2], 2, async (item) => {
    await Promise.resolve();
    if (item === 0) throw new Error("first");
    await new Promise((resolve) => setTimeout(resolve, 1));
    finished++;
  });
  await rejects(Array.fromAsync(results), /first/);
  strictEqual(finished, 1);
});

Deno.test("the caller's bytes are not detached", async () => {
  const bytes = fixtureBytes("reads.bam");
  const { length } = bytes;
  const open = async () => ({
    track: await openSignal(bytesSource(bytes, "a.bam"), { index: fixture("reads.bam.bai") }),
    close: () => {},
  });
  const inputs = [{ cellType: "a", mark: "b", name: "a.bam", open }];
  await (await prepare([geneAt("chr1", 5000)], inputs, { rule: "reads" })).columns();
  strictEqual(bytes.length, length);
});

Deno.test("files with very many sequences are inspected like any other", async () => {
  const contigs = Array.from({ length: 200_000 }, (_, i) => ({ name: `s${i}`, length: 9000 }));
  const [input] = [textInput("liver", "H3K4me3", "s7\t0\t100\n")];
  const open = async () => {
    const { track, close } = await input.open();
    const count: typeof track.count = (windows, options) => track.count(windows, options);
    return { track: { name: "a.bed", format: "bed" as const, contigs, count }, close };
  };
  const preparation = await prepare([geneAt("s7", 100)], [{ ...input, open }], SMALL);
  deepStrictEqual([...(await preparation.columns()).signal], [0, 1, 0, 0]);
});

Deno.test("sequences with accession numbers of another assembly are refused, in rows and in headers", async () => {
  const counted = async (contig: string, options: Partial<PrepareOptions>, chromosome = "chr1") => {
    const rows = READS.replaceAll("chr1", contig);
    const genes = GENES.map((gene) => ({ ...gene, chromosome }));
    const preparation = await prepare(genes, [textInput("liver", "H3K4me3", rows)], {
      ...SMALL,
      ...options,
    });
    return (await preparation.columns()).signal.length;
  };
  strictEqual(await counted("NC_000001.11", { assembly: "hg38" }), 8);
  strictEqual(await counted("NC_000001.11", { assembly: "mine" }), 8);
  for (const [contig, found] of [["NC_000067.7", "mm39"], ["NC_000001.10", "hg19"]]) {
    await rejects(
      counted(contig!, { assembly: "hg38" }),
      new RegExp(`by its accession number ${contig} is of ${found}, expected hg38`),
    );
  }
  await rejects(
    counted("NC_000001.10", { annotationAssembly: "hg38" }, "NC_000001.11"),
    /NC_000001\.10 is of hg19, expected hg38/,
  );
});

Deno.test("a file that is a copy of another one under another name is named, as replicate, mark or control", async () => {
  const rows = (seed: number) =>
    Array.from(
      { length: 40 },
      (_, i) => `chr1\t${950 + seed * i * i % 290}\t${960 + seed * i * i % 290}\n`,
    ).join(
      "",
    );
  const genes = [geneAt("chr1", 1100)];
  const warningsOf = async (inputs: readonly SignalInput[], options: Partial<PrepareOptions>) => {
    const warnings: string[] = [];
    await (await prepare(genes, inputs, {
      rule: "reads",
      binSizeBp: 10,
      halfWidthBp: 200,
      onWarning: (message) => warnings.push(message),
      ...options,
    })).columns();
    return warnings;
  };
  const one = textInput("liver", "H3K4me3", rows(7), "1.bed");
  const copy = (mark: string) => textInput("liver", mark, rows(7), "copy.bed");
  const other = textInput("liver", "H3K4me3", rows(11), "other.bed");
  const isNamed = (warnings: readonly string[]) =>
    warnings.filter((warning) =>
      /^copy\.bed \(.*\) has the same number in every bin as 1\.bed \(/.test(warning)
    ).length;
  for (const replicates of ["sum", "mean"] as const) {
    strictEqual(isNamed(await warningsOf([one, copy("H3K4me3")], { replicates })), 1);
    deepStrictEqual(await warningsOf([one, other], { replicates }), []);
  }
  strictEqual(isNamed(await warningsOf([one, copy("H3K9me3")], {})), 1);
  const { name, open } = copy("input");
  const controlled = [{ ...one, control: { name, open } }];
  const [warning] = await warningsOf(controlled, { control: "ratio" });
  match(warning!, /^(copy|1)\.bed \(.*control of H3K4me3 of liver/);
});
