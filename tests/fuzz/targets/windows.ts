/** Files that say where windows lie: transcripts of annotations, intervals, names of chromosomes. */

import { gzipSync } from "node:zlib";
import { ContractError } from "../../../src/errors.ts";
import { readBedWindows } from "../../../src/genome/bed_windows.ts";
import { readChromosomeAliases } from "../../../src/genome/chromosome_aliases.ts";
import type { Gene } from "../../../src/genome/gene.ts";
import { readGenes } from "../../../src/genome/genes.ts";
import { readChromosomeSizes } from "../../../src/genome/tracks/read_chromosome_sizes.ts";
import { type Bytes, expectSound, type Seed, type Target, textPart } from "../seed.ts";

const GTF = [
  'chr1\tx\tgene\t1001\t9000\t.\t-\t.\tgene_id "G1.1"; gene_name "A";',
  'chr1\tx\ttranscript\t1001\t9000\t.\t-\t.\tgene_id "G1.1"; transcript_id "T1"; tag "basic"; tag "MANE_Select";',
  'chr1\tx\texon\t1001\t2000\t.\t-\t.\tgene_id "G1.1"; transcript_id "T1"; tag "MANE_Select";',
  'chr1\tx\ttranscript\t1001\t8000\t.\t-\t.\tgene_id "G1.1"; transcript_id "T2"; tag "Ensembl_canonical";',
  'chr2\tx\texon\t5\t9\t.\t+\t.\tgene_id "G2"; transcript_id "T3"; tag "Ensembl_canonical";',
].join("\n") + "\n";
const GFF3 = [
  "##gff-version 3",
  "1\tx\tgene\t1001\t2000\t.\t+\t.\tID=gene:G1;Name=A",
  "1\tx\tmRNA\t1001\t2000\t.\t+\t.\tID=transcript:T1;Parent=gene:G1;tag=basic,Ensembl_canonical",
  "1\tx\tmRNA\t1501\t2000\t.\t+\t.\tID=rna-T2;Parent=gene:G1;transcript_id=NM_1.1;tag=RefSeq Select",
].join("\n") + "\n";
const BIOMART = "Gene stable ID,Transcript stable ID,Chromosome/scaffold name," +
  "Transcription start site (TSS),Strand,Ensembl Canonical\nG1,T1,X,100,-1,1\nG1,T2,X,400,-1,\n";
const REF_FLAT = "A\tNM_1\tchr1\t-\t10\t90\t20\t80\t2\t10,50,\t20,90,\n" +
  "A\tNM_2\tchr1\t-\t10\t80\t20\t80\t1\t10,\t80,\n";

function plain(name: string, text: string): Seed {
  return [textPart(name, text)];
}

function expectSoundGenes(genes: readonly Gene[]): void {
  expectSound(genes.length > 0, "there are no genes");
  expectSound(new Set(genes.map(({ id }) => id)).size === genes.length, "an id is there twice");
  for (const { id, gene, chromosome, tss } of genes) {
    expectSound(id !== "" && chromosome !== "" && gene !== "", "a name is empty");
    expectSound(Number.isInteger(tss) && tss >= 0 && tss < 2 ** 31, "a TSS is no position");
  }
}

const TRANSCRIPTS: Target = {
  name: "transcripts",
  // Files of which the damage leaves genes without transcripts, or transcripts without genes.
  allowed: [ContractError],
  seeds: () => [
    plain("a.gtf", GTF),
    plain("a.gff3", GFF3),
    plain("mart.csv", BIOMART),
    plain("refFlat.txt", REF_FLAT),
  ],
  async read([file]) {
    const genes = await readGenes(file, { tss: "transcript" });
    expectSoundGenes(genes);
    expectSound(genes.every(({ gene }) => gene !== undefined), "a transcript has no gene");
  },
};

const CANONICAL: Target = {
  name: "canonical-transcripts",
  // Files of which the damage leaves no tag.
  allowed: [ContractError],
  seeds: () => [plain("a.gtf", GTF), plain("a.gff3", GFF3), plain("mart.csv", BIOMART)],
  async read([file]) {
    expectSoundGenes(await readGenes(file, { tss: "canonical" }));
  },
};

const BED_WINDOWS: Target = {
  name: "bed-windows",
  seeds: () => [
    plain("w.bed", "chr1\t100\t200\tA\t0\t+\nchr1\t100\t200\tA\t0\t-\nchr2\t5\t9\nchr2\t5\t9\t.\n"),
    plain("w.bed", "track db=hg38\nchr1 100 200 A\nchr1 300 400 A\n"),
    [{
      ...textPart("w.bed.gz", "chr1\t1\t9\n"),
      wrap: (bytes: Bytes): Bytes => new Uint8Array(gzipSync(bytes)),
    }],
  ],
  async read([file]) {
    const { windows, lengthsBp: [shortest, longest] } = await readBedWindows(file);
    expectSoundGenes(windows);
    expectSound(shortest >= 1 && shortest <= longest, "a length is impossible");
  },
};

const ALIASES: Target = {
  name: "chromosome-aliases",
  seeds: () => [
    plain("chromAlias.txt", "# ucsc\tassembly\trefseq\nchr1\t1\tNC_000001.11\nchr2\t2\tx\n"),
    plain("chromAlias.txt", "1\tchr1\tensembl\nCM000663.2\tchr1\tgenbank\n2\tchr2\tensembl\n"),
    plain("names.csv", "a,b\nc,d\n"),
  ],
  async read([file]) {
    const aliases = await readChromosomeAliases(file);
    for (const name of ["chr1", "1", "a", "2"]) {
      const names = aliases.namesOf(name);
      expectSound(names.length === 0 || names.includes(name), "a name is not its own");
      expectSound(
        names.every((other) => String(aliases.namesOf(other)) === String(names)),
        "names of one sequence differ",
      );
    }
  },
};

const CHROMOSOME_SIZES: Target = {
  name: "chromosome-sizes",
  seeds: () => [
    plain("hg38.chrom.sizes", "chr1\t248956422\nchrM\t16569\n"),
    plain("genome.fa.fai", "# made by hand\n1 1000 3 60 61\n2 50 1020 60 61\n"),
  ],
  async read([file]) {
    const chromosomes = await readChromosomeSizes(file);
    expectSound(chromosomes.length > 0, "there are no chromosomes");
    expectSound(
      new Set(chromosomes.map(({ name }) => name)).size === chromosomes.length,
      "a chromosome is there twice",
    );
    for (const { name, length } of chromosomes) {
      expectSound(name !== "" && length >= 1 && length < 2 ** 32, "a length is impossible");
    }
  },
};

/** Targets for files that say where windows lie. */
export const WINDOW_TARGETS: readonly Target[] = [
  TRANSCRIPTS,
  CANONICAL,
  BED_WINDOWS,
  ALIASES,
  CHROMOSOME_SIZES,
];
