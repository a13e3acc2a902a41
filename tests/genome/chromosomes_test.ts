import { deepStrictEqual, match, strictEqual, throws } from "node:assert";
import { checkAssembly, chromosomeMatcher } from "../../src/genome/chromosomes.ts";
import type { Gene } from "../../src/genome/gene.ts";

function gene(chromosome: string, tss: number, line = 1): Gene {
  return { id: `G${line}`, chromosome, tss, strand: "+", line };
}

Deno.test("numbers of genes have commas between thousands", () => {
  const genes = Array.from({ length: 18_907 }, (_, i) => gene(i < 1900 ? "chr2" : "chr1", i, i));
  const check = (...contigs: { name: string; length: number }[]) =>
    checkAssembly(genes, contigs, { file: "a.bam" });
  const whole = { name: "chr1", length: 10 ** 6 };
  throws(() => check(whole, { name: "chr2", length: 0 }), /1,900 of 18,907 genes start past/);
  strictEqual(/of (.* genes) /.exec(check(whole).join())?.[1], "1,900 of 18,907 genes");
});

Deno.test("chromosomes match with and without chr, the exact name first", () => {
  const find = chromosomeMatcher(["chr1", "2", "chr3", "3", "chrUn_KI270742v1"]);
  const names = ["chr1", "1", "chr2", "2", "chr3", "3", "chrUn_KI270742v1", "4", "Chr1", ""];
  deepStrictEqual(names.map(find), [
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

Deno.test("human and mouse chromosomes match by their accession numbers", () => {
  const plain = chromosomeMatcher(["chr1", "chr7", "chrX", "chrY", "chrM"]);
  const human = [
    "NC_000001.11",
    "NC_000001.10",
    "NC_000001",
    "CM000685.2",
    "NC_060948.1",
    "NC_012920.1",
  ];
  deepStrictEqual(human.map(plain), ["chr1", "chr1", "chr1", "chrX", "chrY", "chrM"]);
  const mouse = ["NC_000067.7", "NC_000086.8", "CM001014.3", "NC_005089.1"];
  deepStrictEqual(mouse.map(plain), ["chr1", "chrX", "chrY", "chrM"]);
  deepStrictEqual(
    ["NC_000025.1", "NC_000066.1", "NC_1.1", "NT_187361.1", "CM000662.1"].map(plain),
    [undefined, undefined, undefined, undefined, undefined],
  );
  const named = chromosomeMatcher(["NC_000001.11", "NC_000023.11", "NC_012920.1"]);
  deepStrictEqual(["chr1", "X", "chrM", "MT", "NC_000001.10", "CM000685.2", "chr2"].map(named), [
    "NC_000001.11",
    "NC_000023.11",
    "NC_012920.1",
    "NC_012920.1",
    "NC_000001.11",
    "NC_000023.11",
    undefined,
  ]);
});

Deno.test("a name that could mean accession numbers of two species matches neither", () => {
  const find = chromosomeMatcher(["NC_000001.11", "NC_000067.7"]);
  strictEqual(find("chr1"), undefined);
  strictEqual(find("CM000663.2"), "NC_000001.11");
});

Deno.test("scaffolds match by the accession numbers in UCSC's names", () => {
  const ucsc = chromosomeMatcher([
    "chr1_gl000191_random",
    "chrUn_KI270742v1",
    "chr6_GL000250v2_alt",
  ]);
  deepStrictEqual(["GL000191.1", "KI270742.1", "GL000250.2", "KI270743.1"].map(ucsc), [
    "chr1_gl000191_random",
    "chrUn_KI270742v1",
    "chr6_GL000250v2_alt",
    undefined,
  ]);
  strictEqual(chromosomeMatcher(["KI270742.1"])("chrUn_KI270742v1"), "KI270742.1");
});

Deno.test("genes of two species on one sequence of a file are refused", () => {
  const genes = [gene("NC_000001.11", 5, 3), gene("NC_000002.12", 5), gene("NC_000067.7", 6, 4)];
  throws(() => checkAssembly(genes, CONTIGS, { file: "a.bam" }), {
    name: "ContractError",
    message: /its 1 would be the chromosome of "G3" at NC_000001\.11:5 .* is human, .* is mouse/,
  });
  deepStrictEqual(checkAssembly(genes.slice(0, 2), CONTIGS, { file: "a.bam" }), []);
});

Deno.test("another name of a chromosome is used if the file lacks the first", () => {
  const rat = { ...gene("NC_051336.1", 999), chromosomeAlias: "1" };
  deepStrictEqual(checkAssembly([rat], CONTIGS, { file: "a.bam" }), []);
  throws(() => checkAssembly([{ ...rat, tss: 1000 }], CONTIGS, { file: "a.bam" }), /has 1000 bp/);
  const own = [{ name: "NC_051336.1", length: 5000 }, ...CONTIGS];
  deepStrictEqual(checkAssembly([{ ...rat, tss: 1000 }], own, { file: "a.bam" }), []);
});

const CONTIGS = [{ name: "1", length: 1000 }, { name: "2", length: 500 }];

Deno.test("genes within the chromosomes of a file give no warning", () => {
  deepStrictEqual(checkAssembly([gene("chr1", 999), gene("2", 0)], CONTIGS, { file: "a.bam" }), []);
  deepStrictEqual(checkAssembly([gene("x", 2 ** 31)], [{ name: "x" }], { file: "a.bed" }), []);
  deepStrictEqual(checkAssembly([], CONTIGS, { file: "a.bam" }), []);
});

Deno.test("chromosomes that a file has under two names give one warning", () => {
  const genes = [gene("chr1", 5), gene("2", 5), gene("chrM", 5), gene("chr3", 5)];
  const contigs = [
    ...["chr1", "1", "2", "chr2"].map((name) => ({ name, length: 1000 })),
    { name: "chrM", length: 16_571 },
    { name: "M", length: 16_569 },
    { name: "chr3", length: 9 },
    // Genes are on none of these.
    { name: "4", length: 7 },
    { name: "chr4", length: 7 },
  ];
  const [warning, ...others] = checkAssembly(genes, contigs, { file: "a.bam" });
  strictEqual(others.length, 0);
  match(
    warning!,
    /^a\.bam has chromosomes under two names: chr1 and 1, 2 and chr2\. Only what stands under the first name/,
  );
  // An index of text has names alone, of sequences that have rows.
  const named = ["chr1", "1", "2", "chrM", "MT", "chr3"].map((name) => ({ name }));
  strictEqual(checkAssembly(genes, named, { file: "a.bed.gz" }).length, 1);
});

Deno.test("a TSS past its chromosome's end is refused, with the number of such genes and the first", () => {
  const genes = [gene("chr1", 5, 7), gene("chr2", 500, 8), gene("chr1", 5000, 9)];
  throws(() => checkAssembly(genes, CONTIGS, { file: "a.bam" }), {
    name: "ContractError",
    message: "Cannot use a.bam: 2 of 3 genes start past the end of their chromosome, such as " +
      '"G8" at chr2:500 (line 8 of the genes) where chr2 has 500 bp. Is it of another assembly?',
  });
});

Deno.test("a file that lacks all of the chromosomes is refused", () => {
  const genes = [gene("chr7", 5, 3), gene("chr8", 5, 4)];
  throws(() => checkAssembly(genes, CONTIGS, { file: "a.bam" }), {
    name: "ContractError",
    message:
      /none of the chromosomes of the genes, such as "G3" at chr7:5 .*; it has 1, 2\. Are they/,
  });
  throws(() => checkAssembly(genes, [], { file: "a.bam" }), /it has none\. Are they/);
  throws(
    () => checkAssembly([gene("chr1", 5, 3)], [{ name: "Chr1" }], { file: "a.bam" }),
    /it has Chr1\. Are they named differently \(then join their names with --chromosome-aliases\), or/,
  );
});

Deno.test("chromosomes that a file lacks give one warning with their names", () => {
  const genes = [gene("chr1", 5), ...["3", "4", "5", "6", "6"].map((name) => gene(name, 1, 2))];
  deepStrictEqual(checkAssembly(genes, CONTIGS, { file: "a.bw" }), [
    "a.bw lacks the chromosomes of 5 of 6 genes (3, 4, 5 and 1 more), such as " +
    '"G2" at 3:1 (line 2 of the genes): their signal is zero. Are they named differently ' +
    "(then join their names with --chromosome-aliases), or is it of another assembly?",
  ]);
});
