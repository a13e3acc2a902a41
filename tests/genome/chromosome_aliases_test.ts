import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { ChromosomeAliases, readChromosomeAliases } from "../../src/genome/chromosome_aliases.ts";
import { checkAssembly, chromosomeMatcher } from "../../src/genome/chromosomes.ts";
import { identifyAssembly } from "../../src/genome/assembly.ts";
import { geneWindows } from "../../src/genome/windows.ts";
import { countText, geneAt } from "../helpers/genome.ts";
import { textSource } from "../helpers/text_source.ts";

function read(text: string): Promise<ChromosomeAliases> {
  return readChromosomeAliases(textSource(text, "names.txt"));
}

/** Rows of names, as `names` lists them for the first. */
async function groupsOf(text: string, ...firsts: readonly string[]): Promise<string[]> {
  const aliases = await read(text);
  return firsts.map((first) => aliases.namesOf(first).join(" "));
}

Deno.test("UCSC's table with a header has a column for each source", async () => {
  const text = "# ucsc\tassembly\tensembl\tgenbank\trefseq\n" +
    "chr1\t1\t1\tCM000994.3\tNC_000067.7\n" +
    "chrUn_GL456359v1\tMSCHRUN_CTG3\tGL456359.1\tGL456359.1\t\n";
  deepStrictEqual(await groupsOf(text, "NC_000067.7", "MSCHRUN_CTG3"), [
    "chr1 1 CM000994.3 NC_000067.7",
    "chrUn_GL456359v1 MSCHRUN_CTG3 GL456359.1",
  ]);
});

Deno.test("a dump of UCSC's database has a row for each alias, and a column of sources that is no name", async () => {
  const text =
    "1\tchr1\tassembly,ensembl\nCM000663.2\tchr1\tgenbank\nNC_000001.11\tchr1\trefseq\n" +
    "2\tchr2\tassembly,ensembl\nCM000664.2\tchr2\tgenbank\n";
  deepStrictEqual(await groupsOf(text, "chr1", "2", "genbank"), [
    "1 chr1 CM000663.2 NC_000001.11",
    "2 chr2 CM000664.2",
    "",
  ]);
});

Deno.test("a table of four columns without a header names a sequence a row", async () => {
  const text = "chr1\t1\tCM000663.2\tNC_000001.11\nchrM\tMT\tJ01415.2\tNC_012920.1\n";
  deepStrictEqual(await groupsOf(text, "CM000663.2", "MT"), [
    "chr1 1 CM000663.2 NC_000001.11",
    "chrM MT J01415.2 NC_012920.1",
  ]);
});

Deno.test("NCBI's report names sequences in four of its columns, of which some say na", async () => {
  const title =
    "# Sequence-Name\tSequence-Role\tAssigned-Molecule\tAssigned-Molecule-Location/Type\t" +
    "GenBank-Accn\tRelationship\tRefSeq-Accn\tAssembly-Unit\tSequence-Length\tUCSC-style-name\n";
  const text =
    `# Assembly name:  GRCh38.p14\r\n# Taxid:          9606\r\n${title}`.replace(/\r?\n/g, "\r\n") +
    "1\tassembled-molecule\t1\tChromosome\tCM000663.2\t=\tNC_000001.11\tPrimary Assembly\t248956422\tchr1\r\n" +
    "HSCHR1_CTG1_UNLOCALIZED\tunlocalized-scaffold\t1\tChromosome\tKI270706.1\t=\tNT_187361.1\tPrimary Assembly\t175055\tchr1_KI270706v1_random\r\n" +
    "X9\tunplaced-scaffold\tna\tna\tKI270999.1\t<>\tna\tPrimary Assembly\t1000\tna\r\n";
  deepStrictEqual(await groupsOf(text, "chr1", "NT_187361.1", "X9", "na", "248956422"), [
    "1 CM000663.2 NC_000001.11 chr1",
    "HSCHR1_CTG1_UNLOCALIZED KI270706.1 NT_187361.1 chr1_KI270706v1_random",
    "X9 KI270999.1",
    "",
    "",
  ]);
});

Deno.test("plain tables of two columns may be separated by tabs, commas or blanks, in either direction", async () => {
  for (const separator of ["\t", ",", "  "]) {
    const rows = [["scaffold_1", "chr2L"], ["scaffold_2", "chr2R"]];
    const text = rows.map((row) => row.join(separator) + "\n").join("");
    deepStrictEqual(await groupsOf(text, "chr2R"), ["scaffold_2 chr2R"]);
  }
  deepStrictEqual(await groupsOf("chr1\tone\nchr1\tuno\nchr2\ttwo\n", "uno"), ["chr1 one uno"]);
  deepStrictEqual(await groupsOf("one\tchr1\nuno\tchr1\ntwo\tchr2\n", "uno"), ["one chr1 uno"]);
});

Deno.test("contradictions are refused with the line", async () => {
  const cases: [string, RegExp][] = [
    [
      "chr1\ta\tA\nchr2\tb\tB\nchr3\tc\tA\n",
      /found A as a name of chr3.*line 1 has it as a name of chr1 \(names\.txt, line 3\)/,
    ],
    [
      "chr1\tone\nchr1\tuno\nchr2\tuno\n",
      /found uno as a name of chr2.*line 1 has it as a name of chr1 \(names\.txt, line 3\)/,
    ],
    [
      "# ucsc\trefseq\nchr1\tNC_000002.12\n",
      /NC_000002\.12 is chromosome 2 of human, and chr1 is another one.*line 2/,
    ],
    [
      "a\tNC_000001.11\tCM000664.2\n",
      /NC_000001\.11 is chromosome 1 of human, and CM000664\.2 is another/,
    ],
    ["a\tNC_000001.11\tNC_000067.7\n", /is chromosome 1 of human, and NC_000067\.7 is another/],
    ["chr1 \n", /found "chr1 ", expected two or more names.*line 1/],
    ["# nothing\n", /no line names a sequence in two ways/],
    ["", /no line names a sequence in two ways/],
  ];
  for (const [text, message] of cases) {
    await rejects(read(text), (error) => {
      strictEqual((error as Error).name, "FormatError");
      strictEqual(message.test(String(error)), true, String(error));
      return true;
    });
  }
});

Deno.test("a listed sequence is found by the table's names, others by the usual rules", async () => {
  const aliases = await read("chr1\tscaffold_7\nchrM\tNC_001807.4\nMT\tNC_012920.1\n");
  const match = chromosomeMatcher(["scaffold_7", "MT", "2", "3"], aliases);
  strictEqual(match("chr1"), "scaffold_7");
  // The table may know the name without `chr`.
  strictEqual(match("1"), "scaffold_7");
  strictEqual(match("chr2"), "2");
  // In hg19 of UCSC chrM and MT are two sequences, which the rules alone would take for one.
  strictEqual(match("chrM"), undefined);
  strictEqual(chromosomeMatcher(["MT"])("chrM"), "MT");
  strictEqual(match("NC_012920.1"), "MT");
  strictEqual(match("chrY"), undefined);
});

Deno.test("a listed sequence is found by a rule among names that the table lacks", async () => {
  const match = chromosomeMatcher(["1", "X"], await read("scaffold_1\tchr1\nscaffold_23\tchrX\n"));
  strictEqual(match("scaffold_1"), "1");
  strictEqual(match("scaffold_23"), "X");
});

Deno.test("with any table, every name of a row finds the name of that row that a file has", () => {
  const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.]{0,8}$/);
  const rows = fc.uniqueArray(name, { minLength: 6, maxLength: 30 });
  fc.assert(fc.property(rows, fc.nat(2), (names, column) => {
    const groups = Array.from({ length: Math.floor(names.length / 3) }, (_, i) => ({
      names: names.slice(3 * i, 3 * i + 3),
      line: i + 1,
    }));
    const match = chromosomeMatcher(
      groups.map(({ names }) => names[column]!),
      new ChromosomeAliases(groups, "x"),
    );
    for (const { names } of groups) {
      for (const alias of names) strictEqual(match(alias), names[column]);
    }
  }));
});

Deno.test("a file whose sequences the table makes one is refused, and so are genes that it puts together", async () => {
  const aliases = await read("# ucsc\tensembl\nchr1\t1\nchrM\tMT\n");
  const options = { file: "a.bam", aliases };
  const genes = [geneAt("chr1", 100)];
  throws(() => checkAssembly(genes, [{ name: "chr1" }, { name: "1" }], options), {
    name: "ContractError",
    message: /its chr1 and its 1 are one sequence by names\.txt, line 2/,
  });
  deepStrictEqual(
    checkAssembly(genes, [{ name: "1" }, { name: "chrM" }, { name: "MT" }], options),
    [],
  );
  const typo = { file: "a.bam", aliases: await read("chr1\t1\nchr2\t1\n") };
  throws(
    () => checkAssembly([geneAt("chr1", 1), geneAt("chr2", 2)], [{ name: "1" }], typo),
    /its 1 would be the chromosome of "chr1:1".* and of "chr2:2".* by names\.txt, line 1/,
  );
});

Deno.test("reads are counted on sequences that only the table knows", async () => {
  const chromosomeAliases = await read("chrA\tctg_17\n");
  const genes = [geneAt("chrA", 1000)];
  const sizes = { halfWidthBp: 200 };
  const text = "ctg_17\t1000\t1036\tN\t1000\t+\n";
  const count = async (
    windows: ReturnType<typeof geneWindows>,
  ) => [...(await countText(text, windows, { rule: "reads" })).values];
  deepStrictEqual(await count(geneWindows(genes, sizes)), [0, 0, 0, 0]);
  deepStrictEqual(await count(geneWindows(genes, { ...sizes, chromosomeAliases })), [0, 0, 1, 0]);
});

Deno.test("an assembly is identified by lengths under other names", async () => {
  const contigs = [{ name: "ctg_1", length: 248_956_422 }];
  strictEqual(identifyAssembly(contigs), undefined);
  strictEqual(identifyAssembly(contigs, await read("ctg_1\tchr1\n")), "hg38");
});
