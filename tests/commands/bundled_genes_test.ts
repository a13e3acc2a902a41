/** The genes that come with the package, in the place of an annotation. */

import { deepStrictEqual, match, strictEqual } from "node:assert";
import { bundledGenes } from "../../src/atlas/bundled_genes.ts";
import { writeBigWig } from "../../src/genome/tracks/big_wig_writer.ts";
import { runTask, withDirectory } from "../helpers/command.ts";
import { prepareText } from "../helpers/prepare_text.ts";

/** Reads at the starts of TSPAN6, 99,894,988 in hg19 and 100,637,104 in hg38, on chromosome X. */
const readsOn = (chromosome: string) =>
  `${chromosome}\t99894900\t99894936\tN\t1000\t+\n${chromosome}\t100637000\t100637036\tN\t1000\t+\n`;
const SIZES = ["--half-width", "100", "--bin-size", "100"];

for (const chromosome of ["chrX", "X"]) {
  Deno.test(`--genes takes an assembly's name where the file calls a chromosome ${chromosome}`, async () => {
    for (const assembly of ["hg19", "hg38"] as const) {
      const prepared = await prepareText(
        { "r.bed": readsOn(chromosome) },
        [...SIZES, "--genes", assembly],
        { genes: false },
      );
      const { genes, geneDetails, signal, record } = await prepared.data();
      strictEqual(record.assembly, assembly);
      strictEqual(genes.length, (await bundledGenes(assembly)).genes.length);
      strictEqual(genes[0], "ENSG00000000003");
      strictEqual(geneDetails?.[0]?.symbol, "TSPAN6");
      deepStrictEqual([...signal.subarray(0, 2)], [1, 0]);
    }
  });
}

Deno.test("a file that is named as an assembly is named with its folder", async () => {
  await withDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/hg19`, "chr1\t1000\t3000\tGENE1\t0\t+\n");
    await Deno.writeTextFile(`${directory}/r.bed`, "chr1\t1000\t1036\tN\t1000\t+\n");
    await Deno.writeTextFile(
      `${directory}/sheet.tsv`,
      "cell_type\tmark\tpath\nliver\tH3K4me3\tr.bed\n",
    );
    const { code, stdout, stderr } = await runTask(
      "prepare",
      "--samples",
      `${directory}/sheet.tsv`,
      "--genes",
      `${directory}/hg19`,
      "--signal",
      "reads",
      "--out",
      `${directory}/o.npz`,
    );
    strictEqual(code, 0, stderr);
    match(stdout, /1 gene\b/);
  });
});

Deno.test("bundled genes of another assembly than the files' are refused", async () => {
  await withDirectory(async (directory) => {
    const block = {
      chromosome: "chr1",
      starts: Uint32Array.of(1_000_000),
      ends: Uint32Array.of(1_000_100),
      values: Float32Array.of(1),
    };
    // The length of chromosome 1 in hg19.
    const chromosomes = [{ name: "chr1", length: 249_250_621 }];
    await writeBigWig(`${directory}/s.bw`, [block], { chromosomes });
    await Deno.writeTextFile(
      `${directory}/sheet.tsv`,
      "cell_type\tmark\tpath\nliver\tH3K4me3\ts.bw\n",
    );
    const prepare = (assembly: string) =>
      runTask(
        "prepare",
        "--samples",
        `${directory}/sheet.tsv`,
        "--genes",
        assembly,
        "--signal",
        "mean",
        "--out",
        `${directory}/${assembly}.npz`,
      );
    const [other, same] = [await prepare("hg38"), await prepare("hg19")];
    strictEqual(other.code, 1);
    match(other.stderr, /by the lengths of its chromosomes it is hg19, but the genes are of hg38/);
    strictEqual(same.code, 0, same.stderr);
  });
});

Deno.test("bundled genes of another assembly than the one that is named are refused", async () => {
  const { code, stderr } = await prepareText(
    { "r.bed": readsOn("chrX") },
    [...SIZES, "--genes", "hg19", "--assembly", "GRCh38"],
    { genes: false },
  );
  strictEqual(code, 1);
  match(stderr, /genes of hg19: --assembly is GRCh38, .* Name genes of hg38/);
});

Deno.test("transcripts are not looked for in bundled genes", async () => {
  const { code, stderr } = await prepareText(
    { "r.bed": readsOn("chrX") },
    [...SIZES, "--genes", "hg19", "--tss", "transcript"],
    { genes: false },
  );
  strictEqual(code, 1);
  match(stderr, /bundled genes of hg19/);
});

Deno.test("commands that ask where genes lie take an assembly's name", async () => {
  await withDirectory(async (directory) => {
    const data = `${directory}/data.npz`;
    const ids = ["ENSG00000000003", "ENSG00000000005", "ENSG00000000419", "ENSG00000000457"];
    const table = [
      "gene_id\tchrom\ttss\tstrand",
      ...["chr1", "chr1", "chr20", "chrX"].map((name, i) => `${ids[i]}\t${name}\t1000\t+`),
      "",
    ];
    await Deno.writeTextFile(`${directory}/genes.tsv`, table.join("\n"));
    await Deno.writeTextFile(`${directory}/r.bed`, ["chr1", "chr20", "chrX"].map(readsOn).join(""));
    await Deno.writeTextFile(
      `${directory}/sheet.tsv`,
      "cell_type\tmark\tpath\nliver\tH3K4me3\tr.bed\n",
    );
    const inputs = ["--samples", `${directory}/sheet.tsv`, "--genes", `${directory}/genes.tsv`];
    await runTask("prepare", ...inputs, "--signal", "reads", "--out", data);
    const split = await runTask(
      "split",
      "--data",
      data,
      "--genes",
      "hg19",
      "--scheme",
      "by-chromosome",
      "--out",
      `${directory}/split`,
    );
    strictEqual(split.code, 0, split.stderr);
    const doctor = await runTask("doctor", data, "--genes", "hg38");
    strictEqual(doctor.code, 0, doctor.stderr);
  });
});
