/** The chromosomes of human genes that the package knows. */

import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { CHROMOSOMES, decodePlaces, encodePlaces } from "../../src/atlas/chromosome_list.ts";
import { competitionGenes, humanGeneChromosome, humanGeneStrand } from "../../src/atlas/mod.ts";
import { ensemblGeneId } from "../../src/gene_id.ts";
import { sharedFile, testWith } from "../helpers/require.ts";

Deno.test("every gene of the competition has a chromosome, and chromosome 1 has the most", () => {
  const counts = new Map<string, number>();
  for (const { number } of competitionGenes()) {
    const name = humanGeneChromosome(ensemblGeneId(number));
    ok(name !== undefined, String(number));
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  deepStrictEqual(
    [...counts.keys()].toSorted(),
    CHROMOSOMES.map((name) => `chr${name}`).toSorted(),
  );
  strictEqual(Math.max(...counts.values()), counts.get("chr1"));
});

Deno.test("well-known genes are where textbooks have them, and others are unknown", () => {
  const known = {
    "ENSG00000141510": "chr17", // TP53
    "ENSG00000012048.23": "chr17", // BRCA1
    "ENSG00000139618": "chr13", // BRCA2
    "ENSG00000229807": undefined, // XIST, which codes for no protein
    "ENSG00000184895": "chrY", // SRY
    "ENSG00000136997": "chr8", // MYC
    "ENSMUSG00000059552": undefined,
    "TP53": undefined,
    "ENSG00000999999": undefined,
  };
  for (const [id, name] of Object.entries(known)) strictEqual(humanGeneChromosome(id), name, id);
});

Deno.test("letters of chromosomes are decoded as they were encoded, and others are refused", () => {
  const all = CHROMOSOMES.flatMap((name) =>
    (["+", "-"] as const).map((strand) => ({ chromosome: `chr${name}`, strand }))
  );
  deepStrictEqual(decodePlaces(`\n${encodePlaces(all)}\n`), all);
  throws(() => encodePlaces([{ chromosome: "chrM", strand: "+" }]), /no letter for chrM/);
  for (const letters of ["AY", "y", "A B", "@"]) {
    throws(
      () => decodePlaces(letters),
      /FormatError: .*found the letter ".", expected A to X or a to x/,
    );
  }
});

testWith(
  "shared",
  "all 19,795 genes are on the chromosomes and strands of Roadmap's own table",
  async () => {
    const table = await Deno.readTextFile(sharedFile("data/real/tss_hg19.tsv"));
    const [, ...rows] = table.trimEnd().split("\n");
    strictEqual(rows.length, 19_795);
    for (const row of rows) {
      const [id = "", chromosome, , strand] = row.split("\t");
      strictEqual(humanGeneChromosome(id), chromosome, id);
      strictEqual(humanGeneStrand(id), strand, id);
    }
  },
);
