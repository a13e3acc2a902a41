import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import {
  BUNDLED_GENES,
  bundledGenes,
  bundledGenesSource,
  isBundledGenes,
} from "../../src/atlas/bundled_genes.ts";
import { competitionGenes } from "../../src/atlas/competition_genes.ts";
import { decodeGeneTable, encodeGeneTable, type TabledGene } from "../../src/atlas/gene_table.ts";
import { ContractError, FormatError } from "../../src/errors.ts";
import { ensemblGeneId } from "../../src/gene_id.ts";
import { sharedFile, testWith } from "../helpers/require.ts";

/** The rows of a table of genes, cut at tabs by hand. */
async function readRows(path: URL): Promise<string[][]> {
  const [header = "", ...rows] = (await Deno.readTextFile(path)).trimEnd().split("\n");
  ok(header.startsWith("gene_id\tchrom\ttss\tstrand\tsymbol"));
  return rows.map((row) => row.split("\t"));
}

for (const assembly of BUNDLED_GENES) {
  testWith("shared", `the bundled genes of ${assembly} are those of the table`, async () => {
    const rows = (await readRows(sharedFile(`data/real/tss_${assembly}.tsv`)))
      .filter(([, , , , , type = "protein_coding"]) => type === "protein_coding");
    const { genes, assembly: named } = await bundledGenes(assembly);
    strictEqual(named, assembly);
    deepStrictEqual(
      genes.map(({ id, chromosome, tss, strand, symbol }) =>
        [id, chromosome, tss, strand, symbol ?? "NA"].join(" ")
      ),
      rows.map((row) => row.slice(0, 5).join(" ")),
    );
    strictEqual(genes.length, bundledGenesSource(assembly).genes);
  });
}

Deno.test("bundled genes stand in the order of their ids, each once, on chromosomes of the nucleus", async () => {
  for (const assembly of BUNDLED_GENES) {
    const { genes } = await bundledGenes(assembly);
    const ids = genes.map(({ id }) => id);
    deepStrictEqual(ids, [...new Set(ids)].sort());
    ok(genes.every(({ chromosome }) => /^chr([1-9]|1\d|2[0-2]|X|Y)$/.test(chromosome)));
    strictEqual(genes.length, bundledGenesSource(assembly).genes);
  }
});

Deno.test("every gene of the competition is among the bundled genes of hg19", async () => {
  const known = new Set((await bundledGenes("hg19")).genes.map(({ id }) => id));
  deepStrictEqual(competitionGenes().filter(({ number }) => !known.has(ensemblGeneId(number))), []);
});

Deno.test("bundled genes are chosen by type as those of a file are", async () => {
  const geneTypes = ["protein_coding"];
  strictEqual((await bundledGenes("hg38", { geneTypes })).genes.length, 18_907);
  await rejects(bundledGenes("hg38", { geneTypes: ["lincRNA"] }), ContractError);
});

Deno.test("windows around transcripts are refused, since bundled genes have none", async () => {
  for (const tss of ["canonical", "transcript"] as const) {
    await rejects(bundledGenes("hg19", { tss }), /the bundled genes of hg19/);
  }
});

Deno.test("only the exact names are those of bundled genes", () => {
  deepStrictEqual(["hg19", "hg38", "HG19", "./hg19", "hg18", ""].map(isBundledGenes), [
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

const GENES: readonly TabledGene[] = [
  { number: 3, chromosome: "chrX", tss: 99_894_988, strand: "-", symbol: "TSPAN6" },
  { number: 130, chromosome: "chr1", tss: 0, strand: "+", symbol: "" },
  { number: 2 ** 30, chromosome: "chrY", tss: 2 ** 32 - 1, strand: "+", symbol: "AβC" },
];

Deno.test("a table of genes is the same after it was encoded", async () => {
  deepStrictEqual(await decodeGeneTable(await encodeGeneTable(GENES)), GENES);
  deepStrictEqual(
    await decodeGeneTable(await encodeGeneTable(GENES.slice(0, 1))),
    GENES.slice(0, 1),
  );
});

Deno.test("genes that the table cannot hold are refused", async () => {
  await rejects(encodeGeneTable([GENES[1]!, GENES[0]!]), /Cannot encode gene 3/);
  await rejects(
    encodeGeneTable([{ number: 3, chromosome: "chrM", tss: 1, strand: "+", symbol: "MT" }]),
    /no number for chrM/,
  );
});

Deno.test("a damaged table of genes is refused at any length", async () => {
  const stream = new Blob([await encodeGeneTable(GENES)]).stream()
    .pipeThrough(new DecompressionStream("deflate-raw"));
  const plain = await new Response(stream).bytes();
  for (let length = 0; length < 20; length++) {
    const cut = new Blob([plain.subarray(0, length)]).stream()
      .pipeThrough(new CompressionStream("deflate-raw"));
    await rejects(decodeGeneTable(await new Response(cut).bytes()), FormatError);
  }
});
