import { strictEqual, throws } from "node:assert";
import { agreeOnAssembly, assemblyName, identifyAssembly } from "../../src/genome/assembly.ts";

const HG19 = [{ name: "chr1", length: 249_250_621 }, { name: "chr2", length: 243_199_373 }];

Deno.test("an assembly is told from the lengths of chromosomes 1 and 2, and from nothing less", () => {
  strictEqual(identifyAssembly(HG19), "hg19");
  strictEqual(identifyAssembly(HG19.slice(1)), undefined);
  strictEqual(identifyAssembly([HG19[0], { name: "chr2", length: 1 }]), undefined);
  strictEqual(identifyAssembly([{ name: "chr1" }, { name: "chr2" }]), undefined);
});

Deno.test("the makers' name of an assembly is that of UCSC", () => {
  strictEqual(assemblyName("grch38"), "hg38");
  strictEqual(assemblyName("hg38"), "hg38");
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
  throws(() => agreeOnAssembly([hg19], "hg38"), /a\.bam: .* hg19, expected hg38/);
});
