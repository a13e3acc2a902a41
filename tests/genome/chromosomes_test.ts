import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { checkAssembly, chromosomeMatcher } from "../../src/genome/chromosomes.ts";
import type { Gene } from "../../src/genome/gene.ts";

function gene(chromosome: string, tss: number, line = 1): Gene {
  return { id: `G${line}`, chromosome, tss, strand: "+", line };
}

Deno.test("chromosomes match with and without chr, their own name first", () => {
  const match = chromosomeMatcher(["chr1", "2", "chr3", "3", "chrUn_KI270742v1"]);
  const names = ["chr1", "1", "chr2", "2", "chr3", "3", "chrUn_KI270742v1", "4", "Chr1", ""];
  deepStrictEqual(names.map(match), [
    "chr1",
    "chr1",
    "2",
    "2",
    "chr3",
    "3",
    "chrUn_KI270742v1",
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("the mitochondrial genome matches under all its names", () => {
  const names = ["chrM", "MT", "M", "chrMT"];
  for (const own of names) {
    for (const asked of names) strictEqual(chromosomeMatcher(["1", own])(asked), own);
  }
  strictEqual(chromosomeMatcher(["chrM", "chrMT"])("MT"), "chrMT");
  strictEqual(chromosomeMatcher(["chrM", "chrMT"])("M"), "chrM");
});

const CONTIGS = [{ name: "1", length: 1000 }, { name: "2", length: 500 }];

Deno.test("genes within the chromosomes of a file raise no suspicion", () => {
  deepStrictEqual(checkAssembly([gene("chr1", 999), gene("2", 0)], CONTIGS, { file: "a.bam" }), []);
  deepStrictEqual(checkAssembly([gene("x", 2 ** 31)], [{ name: "x" }], { file: "a.bed" }), []);
  deepStrictEqual(checkAssembly([], CONTIGS, { file: "a.bam" }), []);
});

Deno.test("a TSS past its chromosome's end is refused, with the number of such genes and the first", () => {
  const genes = [gene("chr1", 5, 7), gene("chr2", 500, 8), gene("chr1", 5000, 9)];
  throws(() => checkAssembly(genes, CONTIGS, { file: "a.bam" }), {
    name: "ContractError",
    message: "Cannot use a.bam: 2 of 3 genes start past the end of their chromosome, such as " +
      '"G8" at chr2:500 (line 8 of the genes) where chr2 has 500 bp. Is it of another assembly?',
  });
});

Deno.test("a file that has none of the chromosomes is refused", () => {
  const genes = [gene("chr7", 5, 3), gene("chr8", 5, 4)];
  throws(() => checkAssembly(genes, CONTIGS, { file: "a.bam" }), {
    name: "ContractError",
    message:
      /none of the chromosomes of the genes, such as "G3" at chr7:5 .*; it has 1, 2\. Are they/,
  });
  throws(() => checkAssembly(genes, [], { file: "a.bam" }), /it has none\. Are they/);
});

Deno.test("chromosomes that a file lacks give one warning with their names", () => {
  const genes = [gene("chr1", 5), ...["3", "4", "5", "6", "6"].map((name) => gene(name, 1, 2))];
  deepStrictEqual(checkAssembly(genes, CONTIGS, { file: "a.bw" }), [
    "a.bw lacks the chromosomes of 5 of 6 genes (3, 4, 5 and 1 more), such as " +
    '"G2" at 3:1 (line 2 of the genes): their signal is zero. Is it of another assembly?',
  ]);
});
