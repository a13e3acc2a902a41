import { strictEqual, throws } from "node:assert";
import { agreeOnAssembly, assemblyName, identifyAssembly } from "../../src/genome/assembly.ts";

const HG19 = [{ name: "chr1", length: 249_250_621 }, { name: "chr2", length: 243_199_373 }];

Deno.test("an assembly is identified by the lengths of a file's chromosomes", () => {
  strictEqual(identifyAssembly(HG19), "hg19");
  strictEqual(identifyAssembly(HG19.slice(1)), "hg19");
  strictEqual(identifyAssembly([{ name: "21", length: 46_709_983 }]), "hg38");
  strictEqual(identifyAssembly([{ name: "NC_000085.6", length: 61_431_566 }]), "mm10");
  strictEqual(
    identifyAssembly([...HG19, { name: "chrM", length: 16_571 }, { name: "lambda" }]),
    "hg19",
  );
});

Deno.test("lengths from more than one assembly identify no assembly", () => {
  strictEqual(identifyAssembly([HG19[0]!, { name: "chr2", length: 1 }]), undefined);
  strictEqual(identifyAssembly([HG19[0]!, { name: "chr21", length: 46_709_983 }]), undefined);
  strictEqual(identifyAssembly([{ name: "chr1" }, { name: "chr2" }]), undefined);
  strictEqual(identifyAssembly([{ name: "chrM", length: 16_569 }]), undefined);
  strictEqual(identifyAssembly([{ name: "chrUn", length: 249_250_621 }]), undefined);
  // A mouse has no chromosome 20.
  const mouse = { name: "chr19", length: 61_431_566 };
  strictEqual(identifyAssembly([mouse]), "mm10");
  strictEqual(identifyAssembly([mouse, { name: "chr20", length: 64_444_167 }]), undefined);
  strictEqual(identifyAssembly([]), undefined);
});

const NAMES: Readonly<Record<string, readonly string[]>> = {
  hg18: ["hg18", "NCBI36", "B36", "GCF_000001405.12"],
  hg19: [
    "hg19",
    "GRCh37",
    "grch37.p13",
    "b37",
    "hs37d5",
    "human_g1k_v37",
    "human_g1k_v37_decoy",
    "GRCh37-lite",
    "GCF_000001405.25",
    "GCA_000001405.14",
    "GRCh37.p13.genome.fa",
    "hg19.fa",
  ],
  hg38: [
    "hg38",
    "grch38",
    "GRCh38.p13",
    "GRCh38.p14",
    "hg38.p14",
    "GRCh38_no_alt",
    "hs38DH",
    "GRCh38_no_alt_analysis_set",
    "GRCh38_full_analysis_set_plus_decoy_hla",
    "GRCh38.d1.vd1",
    "GCF_000001405.26",
    "GCF_000001405.40",
    "GCA_000001405.15",
    "GCA_000001405.15_GRCh38_no_alt_analysis_set",
    "Homo_sapiens.GRCh38.dna.primary_assembly.fa",
    " GRCh38 ",
    "GRCh38_no_alt_plus_hs38d1_analysis_set",
    "hg38.analysisSet.fa.gz",
  ],
  hs1: [
    "hs1",
    "T2T-CHM13v2.0",
    "CHM13v2.0",
    "t2t-chm13",
    "chm13v2.0_maskedY_rCRS",
    "GCF_009914755.1",
  ],
  mm9: ["mm9", "NCBI37", "NCBIM37", "MGSCv37"],
  mm10: ["mm10", "GRCm38", "GRCm38.p6", "GCF_000001635.26", "GCA_000001635.8"],
  mm39: ["mm39", "GRCm39", "GCF_000001635.27"],
  dm6: ["dm6", "BDGP6", "BDGP6.46"],
  ce11: ["WBcel235"],
};

Deno.test("all names of an assembly become UCSC's name", () => {
  for (const [name, others] of Object.entries(NAMES)) {
    for (const other of others) strictEqual(assemblyName(other), name, other);
  }
});

Deno.test("a name that may mean other coordinates is unchanged", () => {
  for (
    const name of [
      "hg38_and_mm10",
      "hg19-mm9",
      "GRCh38-to-hs1",
      "hg380",
      "myhg38",
      "hg38_NA12878",
      "susScr11",
      "",
      "chm13v1.0",
      "GCF_000002285.5",
      "GCA_000001405",
      "CanFam3.1",
      "NCBI35",
    ]
  ) strictEqual(assemblyName(name), name);
});

Deno.test("files and user must agree on the assembly", () => {
  const hg19 = { file: "a.bam", assembly: "hg19" };
  const hg38 = { file: "b.bam", assembly: "hg38" };
  const silent = { file: "c.bed", assembly: undefined };
  strictEqual(agreeOnAssembly([silent, hg19]), "hg19");
  strictEqual(agreeOnAssembly([silent], "GRCh37"), "hg19");
  strictEqual(agreeOnAssembly([silent]), "unknown");
  strictEqual(agreeOnAssembly([hg19], "GRCh37"), "hg19");
  throws(() => agreeOnAssembly([hg19, silent, hg38]), /b\.bam: .* hg38, expected hg19.* a\.bam/);
  throws(
    () => agreeOnAssembly([hg19], "hg38"),
    /a\.bam: .* hg19, expected hg38, as named$/,
  );
  throws(
    () => agreeOnAssembly([hg19], "mine"),
    /expected mine, .* not known; .* stands for hg19, name that$/,
  );
});
