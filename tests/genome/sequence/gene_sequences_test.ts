import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { NO_SEQUENCE, sequenceLetters } from "../../../src/base/sequences.ts";
import { bytesSource } from "../../../src/files/byte_source.ts";
import type { Gene, Strand } from "../../../src/genome/gene.ts";
import {
  type GeneSequencesOptions,
  type ReadGeneSequences,
  readGeneSequences,
} from "../../../src/genome/sequence/gene_sequences.ts";
import { openGenome } from "../../../src/genome/sequence/open_genome.ts";
import { reverseComplement } from "../../../src/genome/sequence/reverse_complement.ts";
import { deriveKey, RandomStream } from "../../../src/random.ts";
import { HAS_TOOLS } from "../../helpers/alignments.ts";
import { withDirectory } from "../../helpers/command.ts";
import { runProgram } from "../../helpers/genome.ts";
import { bgzipOf, fastaOf, genomeFiles, randomGenome, twoBitOf } from "../../helpers/genomes.ts";
import { testIf } from "../../helpers/require.ts";
import { startWebServer } from "../../helpers/web_server.ts";

const encode = (text: string) => new TextEncoder().encode(text);

function geneAt(chromosome: string, tss: number, strand: Strand | undefined = "+"): Gene {
  return { id: `${chromosome}:${tss}${strand}`, chromosome, tss, strand, line: 1 };
}

/** The letters of each gene; `undefined` where it has none. */
function lettersOf({ sequences }: ReadGeneSequences): (string | undefined)[] {
  return Array.from(
    sequences.entryOf,
    (entry) => entry === NO_SEQUENCE ? undefined : sequenceLetters(sequences, entry),
  );
}

/** Genes at random places of a genome, at its ends too. */
function randomGenes(genome: Readonly<Record<string, string>>, count: number): Gene[] {
  const stream = new RandomStream(deriveKey(3, "genes"));
  const names = Object.keys(genome);
  return Array.from({ length: count }, (_, i) => {
    const chromosome = names[i % names.length]!;
    const { length } = genome[chromosome]!;
    const tss = i < names.length
      ? 0
      : i < 2 * names.length
      ? length - 1
      : Math.floor(length * stream.uniform());
    return geneAt(chromosome, tss, stream.uniform() < 0.5 ? "+" : "-");
  });
}

const PAIRS: Readonly<Record<string, string>> = Object.fromEntries(
  ["AT", "CG", "RY", "KM", "BV", "DH", "SS", "WW", "NN"].flatMap(([a, b]) =>
    [[a!, b!], [b!, a!]].flatMap(([x, y]) => [[x, y], [x!.toLowerCase(), y!.toLowerCase()]])
  ),
);

/** What the letters should be, letter by letter. */
function expected(
  genome: Readonly<Record<string, string>>,
  { chromosome, tss, strand }: Gene,
  { halfWidthBp = 5000, orientation = "transcript" }: GeneSequencesOptions,
): string {
  const isReverse = orientation === "transcript" && strand === "-";
  let letters = "";
  for (let i = 0; i < 2 * halfWidthBp; i++) {
    const place = isReverse ? tss + halfWidthBp - i : tss - halfWidthBp + i;
    const letter = genome[chromosome]![place] ?? "N";
    letters += isReverse ? PAIRS[letter] : letter;
  }
  return letters.replace(/[RYKMBVDHSW]/g, "N").replace(/[rykmbvdhsw]/g, "n");
}

const LENGTHS = { chr1: 900, chr2: 130, chrM: 7 };

Deno.test("each gene has the letters around its TSS, in every format and orientation", async () => {
  for (const others of ["", "RYKMSWBDHV"]) {
    const genome = randomGenome(LENGTHS, { seed: 5, others });
    const genes = randomGenes(genome, 60);
    for (const [what, { source, options }] of Object.entries(genomeFiles(genome))) {
      if (others !== "" && what.startsWith("2bit")) continue;
      const opened = await openGenome(source, options);
      for (const orientation of ["transcript", "genomic"] as const) {
        const how = { halfWidthBp: 33, orientation };
        const found = await readGeneSequences(genes, opened, how);
        deepStrictEqual(lettersOf(found), genes.map((gene) => expected(genome, gene, how)), what);
        deepStrictEqual(found.record, {
          bases: 66,
          tssBase: 33,
          orientation,
          unknownAs: "none",
          source: `${source.name}, ${source.size} bytes`,
        });
      }
    }
  }
});

testIf(HAS_TOOLS, "bedtools", {
  name: "the letters are those of bedtools getfasta -s and of samtools faidx -i",
  fn: () =>
    withDirectory(async (directory) => {
      const genome = randomGenome({ chr1: 40_000, chr2: 12_000 }, { seed: 9, others: "RYKM" });
      const place = `${directory}/a.fa`;
      await Deno.writeTextFile(place, fastaOf(genome));
      await runProgram("samtools", ["faidx", place]);
      // Both tools refuse or cut windows past an end.
      const genes = randomGenes(genome, 400).filter(({ chromosome, tss }) =>
        tss > 500 && tss < genome[chromosome]!.length - 501
      );
      const opened = await openGenome(place);
      const found = lettersOf(await readGeneSequences(genes, opened, { halfWidthBp: 500 }));
      opened.close();
      const windows = genes.map(({ chromosome, tss, strand }) => {
        const start = tss - 500 + (strand === "-" ? 1 : 0);
        return { chromosome, start, end: start + 1000, strand };
      });
      const bed = windows.map(({ chromosome, start, end, strand }, i) =>
        `${chromosome}\t${start}\t${end}\tg${i}\t0\t${strand}\n`
      ).join("");
      await Deno.writeTextFile(`${directory}/windows.bed`, bed);
      const plain = (letters: string) => letters.replace(/[RYKM]/g, "N").replace(/[rykm]/g, "n");
      const lines = await runProgram("bedtools", [
        "getfasta",
        "-s",
        "-tab",
        "-fi",
        place,
        "-bed",
        `${directory}/windows.bed`,
      ]);
      const ofBedtools = lines.trim().split("\n").map((line) => plain(line.split("\t")[1]!));
      strictEqual(ofBedtools.length, genes.length);
      deepStrictEqual(found, ofBedtools);
      for (const [i, { chromosome, start, end, strand }] of windows.slice(0, 20).entries()) {
        const region = `${chromosome}:${start + 1}-${end}`;
        const flags = strand === "-" ? ["-i"] : [];
        const text = await runProgram("samtools", ["faidx", ...flags, place, region]);
        strictEqual(plain(text.slice(text.indexOf("\n")).replaceAll("\n", "")), found[i]);
      }
    }),
});

Deno.test("genes with one window share an entry", async () => {
  const opened = await openGenome(bytesSource(encode(">chr1\nACGTACGTAC\n"), "toy.fa"));
  const genes = [
    geneAt("chr1", 4),
    geneAt("chr1", 4, "-"),
    geneAt("chr1", 4),
    geneAt("chr1", 4, "-"),
    geneAt("chr1", 5),
  ];
  const { entryOf } = (await readGeneSequences(genes, opened, { halfWidthBp: 2 })).sequences;
  deepStrictEqual([entryOf[2], entryOf[3]], [entryOf[0], entryOf[1]]);
  strictEqual(new Set(entryOf).size, 3);
});

Deno.test("windows that were given as intervals are where they were given, and turned around on the minus strand", async () => {
  const opened = await openGenome(bytesSource(encode(">chr1\nACGTTACGTAC\n"), "toy.fa"));
  const genes = [geneAt("chr1", 4), geneAt("chr1", 4, "-")];
  const options = { halfWidthBp: 2, tss: "bed" } as const;
  deepStrictEqual(lettersOf(await readGeneSequences(genes, opened, options)), ["GTTA", "TAAC"]);
  const bare = { id: "w", chromosome: "chr1", tss: 4, strand: undefined, line: 3 };
  await rejects(readGeneSequences([bare], opened, options), /have no strand/);
  const genomic = { ...options, orientation: "genomic" } as const;
  deepStrictEqual(lettersOf(await readGeneSequences([bare], opened, genomic)), ["GTTA"]);
});

Deno.test("N becomes A where it is to, past an end too", async () => {
  const opened = await openGenome(bytesSource(encode(">chr1\nACNnGT\n"), "toy.fa"));
  const options = { halfWidthBp: 3, unknownAs: "A" } as const;
  deepStrictEqual(lettersOf(await readGeneSequences([geneAt("chr1", 1)], opened, options)), [
    "AAACAa",
  ]);
});

Deno.test("chromosomes are found by other names, and genes on those that are missing have no sequence", async () => {
  const opened = await openGenome(bytesSource(encode(">1\nACGT\n>MT\nTTTT\n"), "toy.fa"));
  const warnings: string[] = [];
  const genes = [geneAt("chr1", 2), geneAt("chrM", 2), geneAt("chr9", 2), geneAt("chrUn_x", 1)];
  const options = { halfWidthBp: 1, onWarning: (text: string) => warnings.push(text) };
  const found = await readGeneSequences(genes, opened, options);
  deepStrictEqual(lettersOf(found), ["CG", "TT", undefined, undefined]);
  match(
    warnings.join(),
    /toy.fa lacks the chromosomes of 2 of 4 genes \(chr9, chrUn_x\).*no sequence/,
  );
});

Deno.test("a genome of another assembly is refused", async () => {
  const opened = await openGenome(bytesSource(encode(">chr1\nACGT\n"), "toy.fa"));
  await rejects(
    readGeneSequences([geneAt("chr1", 4)], opened, { halfWidthBp: 1 }),
    /1 of 1 genes start past the end of their chromosome/,
  );
  await rejects(
    readGeneSequences([geneAt("chr7", 1)], opened, { halfWidthBp: 1 }),
    /it has none of the chromosomes of the genes/,
  );
  // The length of chr21 in hg38, of which only some letters are there.
  const length = 46_709_983;
  const chr21 = {
    name: "chr21",
    length,
    read: (start: number, end: number) => Promise.resolve(new Uint8Array(end - start).fill(65)),
    willRead() {},
  };
  const hg38 = {
    name: "hg38.2bit",
    size: 5,
    names: ["chr21"],
    chromosome: () => Promise.resolve(chr21),
    close() {},
  };
  const read = (assembly: string | undefined) =>
    readGeneSequences([geneAt("chr21", 9_000_000)], hg38, { halfWidthBp: 2, assembly });
  strictEqual((await read(undefined)).assembly, "hg38");
  deepStrictEqual(lettersOf(await read("GRCh38")), ["AAAA"]);
  await rejects(read("hg19"), /Cannot use hg38.2bit: .* it is hg38, expected hg19/);
});

Deno.test("impossible half-widths and damaged letters are refused", async () => {
  const opened = await openGenome(bytesSource(twoBitOf({ chr1: "ACGT" }), "toy.2bit"));
  for (const halfWidthBp of [0, -1, 1.5, NaN, 32_769]) {
    await rejects(
      readGeneSequences([geneAt("chr1", 1)], opened, { halfWidthBp }),
      /halfWidthBp is .*, expected an integer from 1 to 32768/,
    );
  }
  const genome = {
    ...opened,
    chromosome: () =>
      Promise.resolve({
        name: "chr1",
        length: 4,
        read: () => Promise.resolve(encode("AC*T")),
        willRead() {},
      }),
  };
  await rejects(
    readGeneSequences([geneAt("chr1", 2)], genome, { halfWidthBp: 2 }),
    /sequence of "chr1:2\+": letter 3 is "\*"/,
  );
});

Deno.test("letters of IUPAC pair, in either case and any length", () => {
  for (
    const [letters, other] of [["", ""], ["A", "T"], ["AcR", "YgT"], [
      "ACGTURYSWKMBDHVN",
      "NBDHVKMWSRYAACGT",
    ]]
  ) {
    const bytes = encode(letters!);
    reverseComplement(bytes);
    strictEqual(new TextDecoder().decode(bytes), other);
  }
});

Deno.test("a genome on a server gives the same letters, and only parts of it move", async () => {
  const genome = randomGenome({ chr1: 3_000_000, chr2: 900 }, { seed: 6 });
  const genes = randomGenes(genome, 12).filter(({ tss }) => tss < 400_000);
  const wanted = genes.map((gene) => expected(genome, gene, { halfWidthBp: 40 }));
  const fasta = encode(fastaOf(genome));
  const second = 6 + 3_000_000 + 50_000 + 6;
  const files = {
    "/a.fa": fasta,
    "/a.fa.fai": encode(`chr1\t3000000\t6\t60\t61\nchr2\t900\t${second}\t60\t61\n`),
    "/a.2bit": twoBitOf(genome),
    "/small.fa.gz": bgzipOf(fastaOf({ chr2: genome.chr2! })),
  };
  await using server = startWebServer({ files });
  for (const path of ["/a.fa", "/a.2bit"] as const) {
    server.reset();
    const opened = await openGenome(`${server.origin}${path}`);
    deepStrictEqual(lettersOf(await readGeneSequences(genes, opened, { halfWidthBp: 40 })), wanted);
    opened.close();
    ok(server.sentBytes < 0.9 * files[path].length, `${server.sentBytes} of ${path}`);
  }
  // Without indexes a small file is read whole, which is said.
  const notes: string[] = [];
  const opened = await openGenome(`${server.origin}/small.fa.gz`, {
    onNote: (note) => notes.push(note),
  });
  const own = genes.filter(({ chromosome }) => chromosome === "chr2");
  const found = await readGeneSequences(own, opened, { halfWidthBp: 40 });
  opened.close();
  deepStrictEqual(lettersOf(found), own.map((gene) => expected(genome, gene, { halfWidthBp: 40 })));
  deepStrictEqual(notes.map((note) => /\(\.(gzi|fai)\)/.exec(note)![1]), ["gzi", "fai"]);
});
