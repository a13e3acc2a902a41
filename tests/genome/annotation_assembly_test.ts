import { deepStrictEqual, strictEqual } from "node:assert";
import { readAnnotation } from "../../src/genome/genes.ts";
import { textSource } from "../helpers/text_source.ts";

const line = (chromosome: string) => `${chromosome}\tx\tgene\t101\t200\t.\t+\t.\t`;

async function readHeader(header: readonly string[], chromosome = "chr1", attributes?: string) {
  const warnings: string[] = [];
  const text = [...header, line(chromosome) + (attributes ?? 'gene_id "A";')].join("\n");
  const onWarning = (message: string) => void warnings.push(message);
  const { assembly } = await readAnnotation(textSource(text, "a.gtf"), { onWarning });
  return { assembly, warnings };
}

const GENCODE = "##description: evidence-based annotation of the";

const HEADERS: readonly (readonly [assembly: string | undefined, ...header: string[]])[] = [
  ["hg19", "#!genome-build GRCh37.p13", "#!genome-version GRCh37", "#!genome-date 2009-02"],
  ["hg38", "#!genome-build  GRCh38.p14", "#!genome-build-accession GCA_000001405.29"],
  [
    "hg38",
    "#gtf-version 2.2",
    "#!genome-build GRCh38.p14",
    "#!genome-build-accession NCBI_Assembly:GCF_000001405.40",
  ],
  ["hg19", "#!genome-build-accession NCBI:GCA_000001405.14"],
  ["mm10", "#!genome-build Genome Reference Consortium GRCm38.p6"],
  ["hg38", `${GENCODE} human genome (GRCh38), version 45 (Ensembl 111)`, "##provider: GENCODE"],
  ["hg19", `${GENCODE} human genome (GRCh37), version 19 (Ensembl 74)`],
  [
    "hg19",
    `${GENCODE} human genome (GRCh38), version 24 (Ensembl 83), mapped to GRCh37 with gencode-backmap`,
  ],
  [
    "hg19",
    `${GENCODE} human genome, version 45 (Ensembl 111), mapped to GRCh37 with gencode-backmap - basic transcripts`,
  ],
  ["mm39", `${GENCODE} mouse genome (GRCm39), version M34 (Ensembl 111)`],
  ["hg18", "##genome-build NCBI B36"],
  ["hg19", "##genome-build UCSC hg19"],
  ["hg38", "##sequence-region   1 1 248956422"],
  ["mm10", "##sequence-region 19 1 61431566", "##sequence-region MT 1 16299"],
  ["hg38", 'track name="genes" db=hg38 visibility=2'],
  ["mm10", "# assembly: GRCm38.p6"],
  ["hg19", "#genome=hg19"],
  [undefined, "# genome: mine"],
  ["ASM294v2", "#!genome-build ASM294v2"],
  ["ce11", "#!genome-build WBcel235"],
  [undefined, "##genome-build FlyBase r6.32"],
  [undefined, "# lifted from hg19 to hg38"],
  [undefined, "##sequence-region 1 1 1000"],
];

for (const [assembly, ...header] of HEADERS) {
  Deno.test(`an annotation with the header ${header.join(", ")} tells ${assembly}`, async () => {
    deepStrictEqual(await readHeader(header), { assembly, warnings: [] });
  });
}

Deno.test("versions of chromosomes' accession numbers identify the assembly", async () => {
  const wanted = {
    "NC_000001.9": "hg18",
    "NC_000001.10": "hg19",
    "NC_000014.9": "hg38",
    "NC_000024.10": "hg38",
    "CM000663.1": "hg19",
    "CM000686.2": "hg38",
    "NC_060925.1": "hs1",
    "CP068277.2": "hs1",
    "CP086569.2": "hs1",
    "NC_000068.6": "mm9",
    "NC_000068.7": "mm10",
    "NC_000087.8": "mm39",
    "CM001014.3": "mm39",
    "NC_012920.1": undefined,
    "NC_000001.99": undefined,
    "NC_000001": undefined,
    "NC_051336.1": undefined,
  };
  for (const [chromosome, assembly] of Object.entries(wanted)) {
    strictEqual((await readHeader([], chromosome)).assembly, assembly, chromosome);
  }
});

Deno.test("lengths in the region lines of NCBI's GFF3 identify the assembly", async () => {
  const region = ["NC_000019.9", "RefSeq", "region", 1, 59128983, ".", "+", "."].join("\t");
  const header = ["##gff-version 3", `${region}\tID=r;Name=19;chromosome=19;genome=chromosome`];
  strictEqual((await readHeader(header, "NC_000019.9", "ID=A")).assembly, "hg19");
  const scaffold = header.map((text) => text.replace("genome=chromosome", "genome=genomic"));
  strictEqual((await readHeader(scaffold, "chrUn", "ID=A")).assembly, undefined);
});

Deno.test("an annotation that contradicts itself gives no assembly, but a warning that names both", async () => {
  const { assembly, warnings } = await readHeader(["#!genome-build GRCh37"], "NC_000001.11");
  strictEqual(assembly, undefined);
  deepStrictEqual(warnings, [
    "a.gtf says hg19 by its header and hg38 by the accession numbers of its chromosomes, " +
    "so its assembly is not compared with that of other files",
  ]);
});
