/** What files are taken for, by their content. */

import { ok, strictEqual } from "node:assert";
import type { FileRole } from "../../../src/page/protocol.ts";
import { fromBrowser } from "../../../src/page/work/given_file.ts";
import { recogniseFile } from "../../../src/page/work/recognise.ts";
import { exampleFile } from "../../helpers/page_work.ts";

const FIXTURES = new URL("../../../fixtures/", import.meta.url);

async function roleOf(file: File): Promise<FileRole> {
  return (await recogniseFile(fromBrowser(file))).role;
}

function fixture(path: string, name = path.split("/").at(-1)!): File {
  return new File([Deno.readFileSync(new URL(path, FIXTURES))], name);
}

function text(content: string, name: string): File {
  return new File([content], name);
}

Deno.test("files are recognised by their content, whatever their names", async () => {
  const cases: readonly (readonly [FileRole, File])[] = [
    ["signal", exampleFile("liver-H3K4me3.bam")],
    ["signal", fixture("genome/reads.bam", "renamed.dat")],
    ["index", fixture("genome/reads.bam.bai")],
    ["index", fixture("genome/reads.bam.csi")],
    ["index", fixture("genome/reads.tagAlign.gz.tbi")],
    ["index", fixture("genome/reads_v3.0.cram.crai")],
    ["signal", fixture("genome/reads_v3.0.cram")],
    ["signal", fixture("genome/signal.bw")],
    ["signal", fixture("genome/reads.tagAlign.gz")],
    ["annotation", exampleFile("genes.gtf")],
    ["expression", exampleFile("expression.tsv")],
    ["expression", text("gene\tliver\tkidney\nTP53\t1\t2\n", "expression.tsv")],
    ["expression", text("gene liver kidney\nTP53 1 2\n", "expression.txt")],
    ["expression", text('"liver" "kidney"\n"TP53" 1 2\n"DPM1" 3 4\n', "expression.txt")],
    ["expression", text("GeneID\tliver\tkidney\n7157\t1\t2\n8813\t0\t5\n", "expression.txt")],
    ["expression", text('"","liver","kidney"\n"7157",1,2\n"8813",0,5\n', "expression.csv")],
    ["unknown", text("1\t2\t3\n4\t5\t6\n", "numbers.txt")],
    ["unknown", text("time\tvalue\n4\t5\n", "times.txt")],
    ["annotation", text("GeneID\tChr\tStart\tEnd\tStrand\nTP53\tchr1\t5\t9\t+\n", "genes.saf.txt")],
    [
      "annotation",
      text("seqnames,start,end,width,strand,gene_id\nchr1,5,9,5,+,TP53\n", "genes.csv"),
    ],
    [
      "expression",
      text("Geneid\tChr\tStart\tEnd\tStrand\tLength\tliver\nTP53\tchr1\t5\t9\t+\t5\t8\n", "f.txt"),
    ],
    ["unknown", text("Read me\nfirst of all\n", "readme.txt")],
    ["sheet", exampleFile("sheet.tsv")],
    ["data", fixture("train.npz")],
    ["genome", text(">chr1\nACGT\n", "genome.fa")],
    ["annotation", text("gene_id\tchrom\ttss\tstrand\nG1\tchr1\t100\t+\n", "genes.tsv")],
    ["annotation", text("chr1\t10\t20\tENSG00000100000.1\t0\t+\n", "genes.bed")],
    ["signal", text("chr1\t10\t20\tpeak1\t0\t.\t3\t2\t1\t5\n", "liver.narrowPeak")],
    ["signal", text("chr1\t10\t20\t2.5\n", "liver.bedGraph")],
    ["unknown", text("<!DOCTYPE html><title>Sign in</title>", "liver.bam")],
    ["unknown", text("@HD\tVN:1.6\n@SQ\tSN:chr1\tLN:10\n", "liver.sam")],
    ["unknown", text("", "liver.bam")],
  ];
  for (const [role, file] of cases) strictEqual(await roleOf(file), role, file.name);
});

Deno.test("a file that cannot be used says why, and what to do", async () => {
  const problems: readonly (readonly [File, RegExp])[] = [
    [text("<html>", "a.bam"), /web page/],
    [text("@HD\tVN:1.6\n", "a.sam"), /samtools/],
    [text("", "a.bam"), /empty/],
    [new File([Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2, 3)], "a.bed.gz"), /damaged/],
    [new File([Uint8Array.of(0x89, 0x48, 0x44, 0x46, 1)], "a.h5ad"), /HDF5/],
    [new File([Uint8Array.of(0xeb, 0xf2, 0x89, 0x87, 0)], "a.bb"), /bigBedToBed/],
    [new File([Uint8Array.of(1, 0, 2, 0)], "a.bam"), /damaged/],
    [new File([Uint8Array.of(0x50, 0x4b, 3, 4, 0)], "a.zip"), /zip/i],
    [text("hello world\n", "notes.txt"), /^the page does not know .* end in \.bam/],
    [new File([Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0)], "photo.png"), /^the page does not know/],
  ];
  for (const [file, expected] of problems) {
    const { role, problem = "" } = await recogniseFile(fromBrowser(file));
    strictEqual(role, "unknown", file.name);
    ok(expected.test(problem), `${file.name}: ${problem}`);
  }
});
