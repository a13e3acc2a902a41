/** The genes of transcripts that commands take from an annotation, from a table, or from both. */

import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { takeTranscriptGenes } from "../../src/commands/_transcript_genes.ts";
import { withDirectory } from "../helpers/command.ts";

const TABLE = "ENST00000000001\tENSG00000000001\nENST00000000002\tENSG00000000002\n";

function gtf(kind: string, attributes: string): string {
  return `chr1\tHAVANA\t${kind}\t1001\t2000\t.\t+\t.\t${attributes}\n`;
}

const GENE = gtf("gene", 'gene_id "ENSG00000000001";');
const transcript = (id: string) =>
  gtf("transcript", `gene_id "ENSG00000000001"; transcript_id "${id}";`);

/** What is taken of an annotation and the table; the directory is left out of the source. */
async function take(annotation: string, name = "genes.gtf") {
  let taken: Awaited<ReturnType<typeof takeTranscriptGenes>>;
  await withDirectory(async (directory) => {
    const [genes, transcriptGenes] = [`${directory}/${name}`, `${directory}/tx2gene.tsv`];
    await Deno.writeTextFile(genes, annotation);
    await Deno.writeTextFile(transcriptGenes, TABLE);
    taken = await takeTranscriptGenes({ genes, transcriptGenes }, () => {});
    taken = taken && { ...taken, source: taken.source.replaceAll(`${directory}/`, "") };
  });
  return taken;
}

Deno.test("what decided is the annotation, the table, or both", async () => {
  const first = GENE + transcript("ENST00000000001");
  strictEqual((await take(first))?.source, "the annotation and tx2gene.tsv");
  strictEqual((await take(first + transcript("ENST00000000002")))?.source, "the annotation");
  strictEqual((await take(GENE))?.source, "tx2gene.tsv");
  strictEqual(await takeTranscriptGenes({ genes: "hg19" }, () => {}), undefined);
});

Deno.test("an annotation in a format without the genes of transcripts leaves them to the table", async () => {
  const others = {
    "genes.bed": "chr1\t1000\t2000\tENST00000000001\t0\t+\n",
    "blanks.bed": "chr1 1000 2000 ENST00000000001 0 +\n",
    "genes.csv": "gene_id,chrom,tss,strand\nENSG00000000001,chr1,1000,+\n",
  };
  for (const [name, text] of Object.entries(others)) {
    const taken = await take(text, name);
    deepStrictEqual([taken?.source, taken?.genes.size], ["tx2gene.tsv", 2], name);
  }
});

Deno.test("an annotation that is damaged is no annotation without transcripts", async () => {
  for (const damaged of [`${GENE}chr1\tHAV`, `${GENE}${transcript("ENST00000000001")}chr1\n`]) {
    await rejects(take(damaged), {
      name: "FormatError",
      message: /expected 9 columns separated by tabs \(.*genes\.gtf, line \d\)$/,
    });
  }
});
