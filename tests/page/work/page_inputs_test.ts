/** What the page says of files, and what is still missing. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { readAnnotation } from "../../../src/genome/mod.ts";
import { bytesSource } from "../../../src/files/byte_source.ts";
import type { Inputs } from "../../../src/page/protocol.ts";
import { exampleFile, exampleFiles, openWork, testEnvironment } from "../../helpers/page_work.ts";

function find({ files }: Inputs, name: string) {
  return files.find((file) => file.name === name)!;
}

Deno.test("an index that is missing is asked for by its name, and found when it comes", async () => {
  const work = openWork();
  const first = await work.call("addFiles", { files: [exampleFile("liver-H3K4me3.bam")] });
  match(find(first, "liver-H3K4me3.bam").problem ?? "", /liver-H3K4me3\.bam\.bai, is missing/);
  // The reason stands in the file's own row, and is not said twice.
  ok(first.missing.some((line) => line.startsWith("liver-H3K4me3.bam cannot be counted yet")));
  const second = await work.call("addFiles", { files: [exampleFile("liver-H3K4me3.bam.bai")] });
  strictEqual(find(second, "liver-H3K4me3.bam").problem, undefined);
  match(find(second, "liver-H3K4me3.bam.bai").about, /of liver-H3K4me3\.bam/);
  const third = await work.call("removeFiles", { names: ["liver-H3K4me3.bam.bai"] });
  match(find(third, "liver-H3K4me3.bam").problem ?? "", /is missing/);
});

Deno.test("names suggest mark and cell type, a sheet says them, and the user has the last word", async () => {
  const work = openWork();
  const bam = new File([exampleFile("liver-H3K4me3.bam")], "H3K4me3_sampleA.bam");
  const bai = new File([exampleFile("liver-H3K4me3.bam.bai")], "H3K4me3_sampleA.bam.bai");
  let inputs = await work.call("addFiles", { files: [bam, bai] });
  const { mark, cellType, isSuggested } = find(inputs, bam.name);
  deepStrictEqual([mark, cellType, isSuggested], ["H3K4me3", "sampleA", true]);
  const sheet = new File(
    ["cell_type\tmark\tpath\nkidney\tH3K9ac\tdata/H3K4me3_sampleA.bam\n"],
    "s.tsv",
  );
  inputs = await work.call("addFiles", { files: [sheet] });
  const said = find(inputs, bam.name);
  deepStrictEqual([said.mark, said.cellType, said.isSuggested], ["H3K9ac", "kidney", undefined]);
  inputs = await work.call("assign", { name: bam.name, mark: "H3K27ac" });
  deepStrictEqual(find(inputs, bam.name).mark, "H3K27ac");
  inputs = await work.call("assign", { name: bam.name, cellType: " " });
  ok(inputs.missing.some((line) => line.startsWith("Say which mark of which cell type")));
});

Deno.test("files that come one by one are suggested as replicates once both are there", async () => {
  const work = openWork();
  const add = (name: string) => {
    const files = [new File([exampleFile("liver-H3K4me3.bam")], name)];
    return work.call("addFiles", { files });
  };
  strictEqual((await add("liver_H3K4me3_1.bam")).files[0]?.cellType, "liver_1");
  const { files, choices } = await add("liver_H3K4me3_2.bam");
  deepStrictEqual(files.map(({ cellType }) => cellType), ["liver", "liver"]);
  deepStrictEqual(choices?.map(({ why }) => why), ["liver has 2 files of H3K4me3"]);
});

Deno.test("replicates and missing marks are the user's to decide, and their rules are the command's", async () => {
  const work = openWork();
  await work.call("takeExample", {});
  await work.call("removeFiles", { names: ["lung-H3K9me3.tagAlign.gz", "sheet.tsv"] });
  const inputs = await work.call("assign", { name: "liver-H3K9me3.bam", mark: "H3K4me1" });
  deepStrictEqual(inputs.choices, [
    { setting: "replicates", why: "liver has 2 files of H3K4me1" },
  ]);
  await rejects(work.call("prepare", {}), /replicate/);
  const summed = await work.call("prepare", { replicates: "sum" });
  deepStrictEqual(summed.marks, ["H3K27me3", "H3K36me3", "H3K4me1", "H3K4me3"]);
  const masked = await work.call("removeFiles", { names: ["lung-H3K4me1.tagAlign.gz"] });
  deepStrictEqual(masked.choices?.map(({ setting }) => setting), ["replicates", "missingMarks"]);
  const { notes } = await work.call("prepare", { replicates: "sum", missingMarks: "mask" });
  ok(notes.includes("lung lacks 1 mark: H3K4me1"));
});

Deno.test("the only annotation is taken, the user's choice stays, and the page's own genes fit the files", async () => {
  const source = bytesSource(
    new TextEncoder().encode("gene_id\tchrom\ttss\tstrand\nG\tchr1\t9\t+\n"),
  );
  const environment = testEnvironment({
    bundledGenes: async (name) => ({ ...await readAnnotation(source), assembly: name }),
  });
  const work = openWork(environment);
  let inputs = await work.call("addFiles", { files: [exampleFile("genes.gtf")] });
  deepStrictEqual(inputs.genes, { name: "genes.gtf", count: 60 });
  inputs = await work.call("chooseGenes", { genes: "hg38" });
  deepStrictEqual(inputs.genes, { name: "hg38", count: 1, assembly: "hg38" });
  inputs = await work.call("addFiles", { files: exampleFiles() });
  strictEqual(inputs.genes?.name, "hg38");
  inputs = await work.call("chooseGenes", { genes: { file: "genes.gtf" } });
  strictEqual(inputs.genes?.name, "genes.gtf");
  await rejects(work.call("chooseGenes", { genes: { file: "other.gtf" } }), /other\.gtf/);
});

Deno.test("a damaged annotation is a problem of that file, not of the others", async () => {
  const work = openWork();
  const bad = new File(['chr1\tx\tgene\t1\t2\t.\t?\t.\tgene_id "A";\nchr1\n'], "bad.gtf");
  const inputs = await work.call("addFiles", { files: [bad, exampleFile("expression.tsv")] });
  ok(find(inputs, "bad.gtf").problem !== undefined);
  strictEqual(find(inputs, "expression.tsv").problem, undefined);
  strictEqual(inputs.genes, undefined);
});

Deno.test("more samples than the page's memory holds are refused before anything is counted", async () => {
  const work = openWork(testEnvironment({ mostDataBytes: 1000 }));
  await work.call("takeExample", {});
  await rejects(work.call("prepare", {}), /expected fewer cell types or genes/);
  strictEqual((await work.call("open", {})).data, undefined);
});

Deno.test("prepared data are opened as they are, and files beside them are refused", async () => {
  const work = openWork();
  await work.call("takeExample", {});
  const counted = await work.call("prepare", {});
  const { file } = await work.call("download", { kind: "data.npz" });
  const other = openWork();
  let inputs = await other.call("addFiles", { files: [new File([file], "mine.npz")] });
  deepStrictEqual(inputs.missing, []);
  const opened = await other.call("prepare", {});
  strictEqual(opened.digest, counted.digest);
  deepStrictEqual(opened.profiles, counted.profiles);
  strictEqual(opened.signalUnit, "Reads");
  inputs = await other.call("addFiles", { files: [exampleFile("lung-H3K4me3.tagAlign.gz")] });
  match(inputs.missing[0] ?? "", /remove the one or the others/);
});

Deno.test("a file that takes the place of another of its name says so, and the same file again does not", async () => {
  const work = openWork();
  const peaks = (text: string, lastModified: number) => new File([text], "a.bed", { lastModified });
  const row = "chr1\t1000\t1050\tr\t0\t+\n";
  await work.call("addFiles", { files: [peaks(row, 1)] });
  const same = await work.call("addFiles", { files: [peaks(row, 1)] });
  strictEqual(find(same, "a.bed").about.includes("another file"), false);
  const other = await work.call("addFiles", { files: [peaks(row + row, 1)] });
  match(find(other, "a.bed").about, /took the place of another file of this name, of 21 bytes: /);
  strictEqual(other.files.length, 1);
});

Deno.test("prepared data that are damaged take no place of those that are there", async () => {
  const work = openWork();
  await work.call("takeExample", {});
  const { digest } = await work.call("prepare", {});
  const { file } = await work.call("download", { kind: "data.npz" });
  const bytes = new Uint8Array(await file.arrayBuffer());
  bytes.fill(255, 200, 2000);
  await work.call("clear", {});
  await work.call("addFiles", { files: [new File([file], "mine.npz")] });
  await work.call("prepare", {});
  await work.call("addFiles", { files: [new File([bytes], "mine.npz")] });
  await rejects(work.call("prepare", {}));
  const { data } = await work.call("open", {});
  strictEqual(data?.digest, digest);
  const kept = await work.call("download", { kind: "data.npz" });
  deepStrictEqual(await kept.file.arrayBuffer(), await file.arrayBuffer());
  await work.call("examine", {});
});

Deno.test("a cell type that cannot be written is refused before anything is counted", async () => {
  const work = openWork();
  const files = [exampleFile("liver-H3K4me3.bam"), exampleFile("liver-H3K4me3.bam.bai")];
  await work.call("addFiles", { files: files.concat(exampleFile("genes.gtf")) });
  await work.call("assign", { name: files[0]!.name, mark: "H3K4me3", cellType: "../liver" });
  await rejects(work.call("prepare", {}), /"\.\.\/liver" cannot be a path/);
  deepStrictEqual(work.progress.filter(({ doing }) => doing.startsWith("Counting")), []);
});

Deno.test("a folder, which browsers give as a file that cannot be read, does not keep out the others", async () => {
  const folder = new File(["x"], "folder.bam");
  const fail = () => Promise.reject(new DOMException("It cannot be read.", "NotReadableError"));
  Object.defineProperty(folder, "slice", { value: () => ({ arrayBuffer: fail, bytes: fail }) });
  const files = [folder, exampleFile("genes.gtf")];
  const inputs = await openWork().call("addFiles", { files });
  match(find(inputs, "folder.bam").problem ?? "", /cannot read it: is it a folder/);
  strictEqual(find(inputs, "genes.gtf").role, "annotation");
});
