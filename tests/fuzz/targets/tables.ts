/** The readers of text: DeepChrome's files, sequences, submissions, and the tables of genes and samples. */

import { gzipSync } from "node:zlib";
import { DEEPCHROME_RECORD } from "../../../src/record.ts";
import { Dataset } from "../../../src/data/dataset.ts";
import { DeepchromeParser } from "../../../src/io/_deepchrome_parser.ts";
import { readDeepchromeCsv } from "../../../src/io/deepchrome_csv.ts";
import { countSequences, faultOfSequences } from "../../../src/base/sequences.ts";
import { readSequences } from "../../../src/genome/sequence/sequence_table.ts";
import { readPredictions } from "../../../src/io/submission.ts";
import { ContractError } from "../../../src/errors.ts";
import { matchExpression } from "../../../src/genome/expression/labels.ts";
import { readExpressionTable } from "../../../src/genome/expression/table.ts";
import { readGenes } from "../../../src/genome/genes.ts";
import { readTranscriptGenes } from "../../../src/genome/transcripts.ts";
import { readSampleSheet, type ReadSampleSheetOptions } from "../../../src/genome/sample_sheet.ts";
import type { PackedColumns } from "../../../src/io/columns.ts";
import { type Bytes, expectSound, type Part, type Seed, type Target, textPart } from "../seed.ts";

const RECORD = { ...DEEPCHROME_RECORD, marks: ["H3K4me3", "H3K9me3"] };

function deepchromeText(first: number): string {
  const rows: string[] = [];
  for (let gene = first; gene < first + 3; gene++) {
    for (let bin = 1; bin <= 4; bin++) {
      rows.push(`${String(gene).padStart(6, "0")},${bin},${bin * gene},${bin % 3},${gene % 2}`);
    }
  }
  return rows.join("\n") + "\n";
}

function expectSoundColumns(columns: PackedColumns): void {
  const data = new Dataset(columns);
  expectSound(columns.bins > 0, "the genes have no bins");
  const values = data.length * columns.bins * columns.record.marks.length;
  expectSound(columns.signal.length === values, "signal does not fill the samples");
  expectSound(
    columns.signal.every((value) => value >= 0 && value < Infinity),
    "a count is impossible",
  );
  expectSound(columns.labels!.every(Number.isFinite), "a label is not finite");
}

const DEEPCHROME: Target = {
  name: "deepchrome",
  seeds: () => [[textPart("E003/train.csv", deepchromeText(3))]],
  async read([file]) {
    expectSoundColumns(await readDeepchromeCsv(file, { record: RECORD }));
  },
};

const DEEPCHROME_FOLDER: Target = {
  name: "deepchrome-folder",
  seeds: () => [
    [
      textPart("E003/train.csv", deepchromeText(3)),
      textPart("E003/valid.csv", deepchromeText(9)),
      textPart("E004/train.csv", deepchromeText(3)),
    ],
  ],
  // As `readDeepchromeFolder` does with the files that it finds, without a folder to write them to.
  async read(files) {
    const parser = new DeepchromeParser(RECORD);
    for (const file of files) await parser.readFile(file, file.name.split("/")[0]!);
    expectSoundColumns(parser.finish());
  },
};

const SEQUENCES: Target = {
  name: "sequences",
  seeds: () => [[textPart("seq_data.csv", "000003,ACGTNACGT\n000005,nnacacgtg\n7,AAAAAAAAA\n")]],
  async read([file]) {
    const { genes, sequences } = await readSequences(file);
    expectSound(countSequences(sequences) === genes.length, "letters do not fill the genes");
    expectSound(faultOfSequences(sequences) === undefined, "sequences are not sound");
  },
};

const SUBMISSION: Target = {
  name: "submission",
  seeds: () => [[textPart("labels.csv", "id,expression\nE065_3,-0.25\nE065_4,1e-3\nE066_3,6.5\n")]],
  async read([file]) {
    const { ids, values } = await readPredictions(file);
    expectSound(ids.length === values.length && ids.length > 0, "ids and values differ");
    expectSound(values.every(Number.isFinite), "a value is not finite");
  },
};

const GTF = [
  "#!genome-build GRCh37",
  'chr1\tHAVANA\tgene\t1001\t2000\t.\t-\t.\tgene_id "ENSG00000000003.15"; gene_name "A";',
  'chr1\tHAVANA\ttranscript\t1001\t2000\t.\t-\t.\tgene_id "ENSG00000000003.15";',
  'chr2\tHAVANA\tgene\t5\t9\t.\t+\t.\tgene_id "ENSG00000000005"; level 2;',
].join("\n") + "\n";
const GFF3 = [
  "##gff-version 3",
  "1\tensembl\tgene\t1001\t2000\t.\t+\t.\tID=gene:ENSG00000000003;Name=A",
  "1\tensembl\tmRNA\t1001\t2000\t.\t+\t.\tID=t1;Parent=gene:ENSG00000000003",
  "X\tensembl\tncRNA_gene\t5\t9\t.\t-\t.\tID=gene:ENSG00000000005",
  "##FASTA",
  ">1",
  "ACGT",
].join("\n") + "\n";
const TRANSCRIPTS = [
  'chrX\tUCSC\ttranscript\t1001\t2000\t.\t-\t.\tgene_id "A"; transcript_id "NM_1.2";',
  'chrX\tUCSC\texon\t1001\t2000\t.\t-\t.\tgene_id "A"; transcript_id "NM_1.2";',
  'chrY\tUCSC\texon\t5\t9\t.\t-\t.\tgene_id "A"; transcript_id "NM_1_2";',
  'chr2\tUCSC\tCDS\t5\t9\t.\t+\t0\tgene_id "B"; transcript_id "NM_2";',
].join("\n") + "\n";
const REF_FLAT = "A\tNM_1\tchr1\t-\t10\t90\t20\t80\t2\t10,50,\t20,90,\n";
const BED = "track name=genes\nchr1\t1000\t2000\tENSG00000000003\t0\t+\nchr2\t4\t9\tg2\t0\t-\n";
const TABLE = "gene_id\tchrom\ttss\tstrand\nENSG00000000003\tchr1\t1000\t+\ng2\tchr2\t8\t-\n";

const gzip = (bytes: Bytes): Bytes => new Uint8Array(gzipSync(bytes));

/** A text as a plain file, as gzip of the damaged text, and as damaged gzip. */
export function threeWays(name: string, text: string): Seed[] {
  const plain = textPart(name, text);
  const damagedGzip: Part = { name: `${name}.gz`, kind: "binary", bytes: gzip(plain.bytes) };
  return [[plain], [{ ...plain, name: `${name}.gz`, wrap: gzip }], [damagedGzip]];
}

const GENES: Target = {
  name: "genes",
  seeds: () => [
    ...threeWays("a.gtf", GTF),
    ...threeWays("a.gff3", GFF3),
    ...threeWays("transcripts.gtf", TRANSCRIPTS),
    ...threeWays("refFlat.txt", REF_FLAT),
    ...threeWays("a.bed", BED),
    ...threeWays("a.tsv", TABLE),
  ],
  async read([file]) {
    const genes = await readGenes(file);
    expectSound(genes.length > 0, "there are no genes");
    for (const { id, chromosome, tss, strand } of genes) {
      expectSound(id !== "" && chromosome !== "", "a name is empty");
      expectSound(Number.isInteger(tss) && tss >= 0 && tss < 2 ** 31, "a TSS is no position");
      expectSound(strand === "+" || strand === "-", "a strand is impossible");
    }
  },
};

const TRANSCRIPT_GENES: Target = {
  name: "transcript-genes",
  seeds: () => [
    ...threeWays("a.gtf", TRANSCRIPTS),
    ...threeWays("a.gff3", GFF3),
  ],
  async read([file]) {
    const genes = await readTranscriptGenes(file);
    expectSound(genes.size > 0, "there are no transcripts");
    expectSound([...genes].flat().every((id) => id !== ""), "an id is empty");
  },
};

const SHEET = [
  "cell_type\tmark\tpath",
  "# a comment",
  "liver\tH3K4me3\ta.bam",
  "liver\tH3K9me3\tb.bam",
  "heart\tH3K4me3\tc.bam",
  "heart\tH3K9me3\td/e.bw",
].join("\n") + "\n";

const REPLICATES = [
  "cell_type,mark,path,replicate,control,index,expression",
  'liver,H3K4me3,"a, 1.bam",1,Input,a.bai,x.sf',
  "liver,H3K4me3,b.bam,2,Input,,y.sf",
  "liver,Input,i.bam,1,,,",
  "liver,Input,j.bam,2,,,",
  "heart,H3K4me3,c.bam,1,../input.bam,,z.sf",
].join("\n") + "\n";
const NF_CORE = [
  "sample,fastq_1,fastq_2,replicate,antibody,control,control_replicate",
  "WT_H3K4me3_IP,a.fastq.gz,,1,H3K4me3,WT_INPUT,1",
  "WT_INPUT,b.fastq.gz,,1,,,",
].join("\n") + "\n";
const ENCODE = [
  "File accession;File format;Output type;File assembly;Experiment accession;Assay;Biosample term name;" +
  "Experiment target;Biological replicate(s);Derived from;Size;File download URL;File Status",
  "ENCFF001AAA;bam;alignments;GRCh38;ENCSR000AAA;Histone ChIP-seq;liver;H3K4me3-human;1;;12;https://x.org/a.bam;released",
  "ENCFF001AAB;bam;alignments;GRCh38;ENCSR000AAA;Histone ChIP-seq;liver;H3K4me3-human;2;;;https://x.org/b.bam;released",
  "ENCFF001CCC;bam;alignments;GRCh38;ENCSR000CCC;Control ChIP-seq;liver;;1;;;https://x.org/c.bam;released",
  "ENCFF300AAA;bigWig;signal p-value;GRCh38;ENCSR000AAA;Histone ChIP-seq;liver;H3K4me3-human;1, 2;" +
  "/files/ENCFF001AAA/, /files/ENCFF001AAB/, /files/ENCFF001CCC/;;https://x.org/s.bigWig;released",
].join("\n").replaceAll(";", "\t") + "\n";

/** A folder of results that has the files of the sheet. */
const RESULTS = new URL("../../../fixtures/nf_core", import.meta.url).pathname;

/** How each form of sheet is read, by the name of its seed. */
const SHEET_OPTIONS: Readonly<Record<string, ReadSampleSheetOptions>> = {
  samples: {},
  replicates: { replicates: "keep", control: "subtract", missingMarks: "mask" },
  nfcore: { replicates: "sum", control: "ratio", results: RESULTS },
  metadata: { replicates: "mean", control: "ratio", outputType: "alignments" },
};

const SAMPLE_SHEET: Target = {
  name: "sample-sheet",
  // Files that are not in the folder, output types and assemblies that the table lacks.
  allowed: [ContractError],
  seeds: () => [
    ...threeWays("samples.tsv", SHEET),
    ...threeWays("replicates.csv", REPLICATES),
    ...threeWays("nfcore.csv", NF_CORE),
    ...threeWays("metadata.tsv", ENCODE),
  ],
  async read([file]) {
    const options = SHEET_OPTIONS[file.name.split(".")[0]!]!;
    const sheet = await readSampleSheet(file, options);
    const { cellTypes, marks, entries, cellTypeGroups, missingMarks } = sheet;
    const places = new Set(entries.map(({ cellType, mark }) => JSON.stringify([cellType, mark])));
    const gaps = [...missingMarks?.values() ?? []].flat().length;
    expectSound(places.size + gaps === cellTypes.length * marks.length, "the table has gaps");
    expectSound(entries.every(({ path }) => path !== ""), "a path is empty");
    expectSound(
      new Set(entries.map(({ path }) => path)).size === entries.length,
      "a path is twice",
    );
    const isNamed = options.replicates !== "keep" ||
      cellTypes.every((name) => cellTypeGroups?.has(name));
    expectSound(isNamed, "a replicate has no group");
    const wantsControls = options.control !== undefined;
    expectSound(
      wantsControls || entries.every(({ control }) => !control),
      "a control was not wanted",
    );
  },
};

const EXPRESSION =
  "gene_id\tE003\tE004\nENSG00000000003.15\t23.5\t7\t\nENSG00000000005\t0\t1e3\t\n";
const GCT = "#1.2\n2\t2\nName\tDescription\tE003\tE004\nENSG00000000003.15\tTSPAN6\t23.5\t7\n" +
  "ENSG00000000005\tTNMD\tNA\t1e3\n";
const R_TABLE = '"E003" "E004"\n"ENSG00000000003" 23.5 7\n"a ""b"" c" 0 NA\n';
const SALMON = "Name\tLength\tEffectiveLength\tTPM\tNumReads\n" +
  "ENST00000000001.4|ENSG00000000003.15|-|-|X-201|X|9|\t10\t9\t1.5\t30\n";

/** Genes of the tables above. */
export const TABLE_GENES = ["ENSG00000000003.12", "ENSG00000000005.6"].map((id, i) => (
  { id, symbol: `S${i}`, chromosome: "chrX", tss: i, strand: "+", line: i + 1 } as const
));

const EXPRESSION_TABLE: Target = {
  name: "expression-table",
  // Genes that the table does not have, columns that have one name.
  allowed: [ContractError],
  seeds: () => [
    ...threeWays("rpkm.tsv", EXPRESSION),
    ...threeWays("rpkm.csv", EXPRESSION.replaceAll("\t\n", "\n").replaceAll("\t", ",")),
    ...threeWays("rpkm.gct", GCT),
    ...threeWays("rpkm.txt", R_TABLE),
    ...threeWays("quant.sf", SALMON),
  ],
  async read([file]) {
    const table = await readExpressionTable(file);
    const { cellTypes, lines, values, names } = table;
    expectSound(values.length === lines.length * cellTypes.length, "the table has gaps");
    expectSound(names.every(({ length }) => length === lines.length), "names are missing");
    const matched = await matchExpression(TABLE_GENES, table, { cellTypes, transform: "log2p1" });
    for (const labels of matched.labels.values()) {
      expectSound(labels.length === matched.genes.length, "labels are missing");
      const isSound = (value: number) => Number.isNaN(value) || value >= 0 && value < Infinity;
      expectSound(labels.every(isSound), "a label is impossible");
      expectSound(!labels.every(Number.isNaN), "a cell type has no label");
    }
  },
};

/** Readers of text. */
export const TABLE_TARGETS: readonly Target[] = [
  DEEPCHROME,
  DEEPCHROME_FOLDER,
  SEQUENCES,
  SUBMISSION,
  GENES,
  TRANSCRIPT_GENES,
  SAMPLE_SHEET,
  EXPRESSION_TABLE,
];
