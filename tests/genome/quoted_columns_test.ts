/** Columns in double quotes, as R's `write.table` writes names: every reader of intervals reads them without. */

import { deepStrictEqual, rejects } from "node:assert";
import { readBedWindows } from "../../src/genome/bed_windows.ts";
import { readGenes } from "../../src/genome/genes.ts";
import { readBlacklist } from "../../src/genome/signal/blacklist.ts";
import { openSignal } from "../../src/genome/signal/open_signal.ts";
import type { CountOptions } from "../../src/genome/signal/track.ts";
import { readChromosomeSizes } from "../../src/genome/tracks/read_chromosome_sizes.ts";
import { geneWindows } from "../../src/genome/windows.ts";
import { geneAt } from "../helpers/genome.ts";
import { indexedText } from "../helpers/indexed_text.ts";
import { textSource } from "../helpers/text_source.ts";

const WINDOWS = geneWindows([geneAt("chr1", 200)], { halfWidthBp: 200 });

/** Quotes the columns of a text that are not numbers, or all. */
function quote(text: string, columns: "names" | "all"): string {
  const pattern = columns === "all"
    ? /[^\t\n ]+/g
    : /[^\t\n ]*[^\t\n .\d][^\t\n ]*|(?<=\t)\.(?=\t)/g;
  return text.replaceAll(pattern, '"$&"');
}

const KINDS = ["names", "all"] as const;
const BED = "chr1\t0\t10\tr1\t0\t+\nchr1\t350\t360\tr2\t0\t-\nchr2\t5\t9\tr3\t0\t+\n";
const PEAKS = "chr1\t100\t200\tp\t9\t.\t2.5\t-1\t-1\t50\n";

const SIGNALS: readonly (readonly [file: string, text: string, options: CountOptions])[] = [
  ["a.bed", BED, { rule: "reads" }],
  ["a.tagAlign", BED, { rule: "reads", extendBp: 150 }],
  ["a.bed", BED.replaceAll("\t", " "), { rule: "reads", extendBp: 150 }],
  ["a.bedGraph", "chr1\t0\t100\t2\nchr1\t100\t200\t0.5\n", { rule: "mean" }],
  ["a.narrowPeak", PEAKS, { rule: "enrichment" }],
];

for (const [file, text, options] of SIGNALS) {
  Deno.test(`${file} with quotes is counted as without: ${JSON.stringify(text.slice(0, 9))}`, async () => {
    const count = async (text: string) => {
      const track = await openSignal(textSource(text, file));
      return await track.count(WINDOWS, options);
    };
    const wanted = await count(text);
    deepStrictEqual(wanted.values.some((value) => value > 0), true);
    for (const kind of KINDS) deepStrictEqual(await count(quote(text, kind)), wanted);
  });
}

Deno.test("a file with quotes and an index is counted as without", async () => {
  const count = async (text: string) => {
    const { source, index } = indexedText("a.bed.gz", text.match(/.*\n/g)!);
    const track = await openSignal(source, { index });
    return await track.count(WINDOWS, { rule: "reads" });
  };
  deepStrictEqual(await count(quote(BED, "names")), await count(BED));
});

Deno.test("a blacklist with quotes leaves out the same intervals as without", async () => {
  const read = async (text: string) => (await readBlacklist(textSource(text, "b.bed"))).chromosomes;
  const wanted = await read(BED);
  for (const kind of KINDS) deepStrictEqual(await read(quote(BED, kind)), wanted);
});

Deno.test("genes, windows and lengths of chromosomes with quotes are those without", async () => {
  const genes = (text: string) => readGenes(textSource(text, "g.bed"));
  const windows = (text: string) => readBedWindows(textSource(text, "w.bed"));
  const lengths = (text: string) => readChromosomeSizes(textSource(text, "a.sizes"));
  for (const kind of KINDS) {
    for (const text of [BED, BED.replaceAll("\t", " ")]) {
      deepStrictEqual(await genes(quote(text, kind)), await genes(text));
      deepStrictEqual(await windows(quote(text, kind)), await windows(text));
    }
    deepStrictEqual(await lengths(quote("chr1\t9\n", kind)), await lengths("chr1\t9\n"));
  }
});

const GTF = ["gene", "transcript", "exon"].map((kind) =>
  `chr1\ttest\t${kind}\t101\t200\t.\t-\t.\tgene_id "A.1"; transcript_id "T.1"; gene_name "ABC";\n`
);
const GFF3 = "chr1\ttest\tgene\t101\t200\t.\t-\t.\tID=A.1;Name=ABC\n";
const GENE_PRED = "T.1\tchr1\t-\t100\t200\t100\t200\t1\t100,\t200,\t0\tA.1\n";

const ANNOTATIONS = {
  GTF: GTF.join(""),
  "GTF without genes": GTF.slice(1).join(""),
  GFF3,
  GENE_PRED,
};

for (const [name, text] of Object.entries(ANNOTATIONS)) {
  Deno.test(`${name} with quotes, as R and spreadsheets write it, has the genes of the one without`, async () => {
    const read = (text: string) => readGenes(textSource(text, "g.txt"));
    const wanted = await read(text);
    deepStrictEqual([wanted.length, wanted[0]?.tss], [1, 199]);
    for (const escaped of ['""', '\\"']) {
      const quoted = text.replaceAll('"', escaped).replaceAll(/[^\t\n]*[^\t\n\d][^\t\n]*/g, '"$&"');
      deepStrictEqual(await read(quoted), wanted, quoted);
    }
  });
}

const R_ROW = `"chr1"\t"test"\t"gene"\t101\t200\t"."\t"-"\tNA\t"gene_id \\"A.1\\";"\n`;
const TITLES = ["seqname", "source", "feature", "start", "end", "score", "strand", "frame"];
const R_HEADERS = [
  [...TITLES, "attributes"].map((title) => `"${title}"`).join("\t"),
  [...TITLES, "attribute"].join("\t"),
  Array.from({ length: 9 }, (_, i) => `"V${i + 1}"`).join("\t"),
];

Deno.test("GTF that R wrote with a row of titles is read, and with names of rows refused with the call to write it", async () => {
  const read = (text: string) => readGenes(textSource(text, "g.gtf"));
  const call =
    'write\\.table\\(genes, "genes\\.gtf", sep = "\\\\t", quote = FALSE, row\\.names = FALSE, ' +
    "col\\.names = FALSE\\)";
  for (const header of R_HEADERS) {
    const [gene] = await read(`${header}\n${R_ROW}`);
    deepStrictEqual([gene?.id, gene?.tss, gene?.line], ["A.1", 199, 2]);
    await rejects(read(`${header}\n"1"\t${R_ROW}`), {
      name: "FormatError",
      message: new RegExp(`the name of a row stands before its columns.*${call} .*line 2`),
    });
    if (!header.startsWith('"')) continue;
    const blanks = new RegExp(`columns are separated by blanks.*${call} .*line 1`);
    await rejects(read(`${header}\n"1"\t${R_ROW}`.replaceAll("\t", " ")), blanks);
  }
  for (
    const row of [
      `"7"\t${R_ROW}`,
      `"7"\t${R_ROW}`.replaceAll("\t", " "),
      R_ROW.replaceAll("\t", " "),
    ]
  ) {
    await rejects(read(row), new RegExp(`${call} .*line 1`));
  }
});

Deno.test("a quote that belongs to a name is kept", async () => {
  const { windows } = await readBedWindows(textSource('chr1\t1\t9\t5" end\n', "w.bed"));
  deepStrictEqual(windows.map(({ id }) => id), ['5" end']);
});
