/** `prepare --genome`: the genes' DNA goes into the data set. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { NO_SEQUENCE, sequenceLetters } from "../../src/base/sequences.ts";
import type { SampleColumns } from "../../src/io/columns.ts";
import { fastaOf } from "../helpers/genomes.ts";
import { prepareText } from "../helpers/prepare_text.ts";

const CHR1 = "AACCGGTTAGNNacgtacgtACGTCCGGAAT".repeat(40);
const FILES = {
  "genes.gtf": [[1, 101, 200, "+", "A"], [1, 301, 400, "-", "B"], [9, 5, 90, "+", "C"]].map(
    ([chromosome, start, end, strand, id]) =>
      `chr${chromosome}\tx\tgene\t${start}\t${end}\t.\t${strand}\t.\tgene_id "${id}";\n`,
  ).join(""),
  "r.bed": "chr1\t95\t131\nchr1\t350\t386\nchr9\t20\t30\n",
  "toy.fa": fastaOf({ "1": CHR1, "2": "ACGT" }),
};
const GENOME = ["--genome", "toy.fa", "--sequence-half-width", "6"];
const WIDTH = ["--half-width", "200", "--assembly", "hg19"];

function lettersOf({ genes, sequences }: SampleColumns): Record<string, string | undefined> {
  return Object.fromEntries(genes.map((id, gene) => {
    const entry = sequences!.entryOf[gene]!;
    return [id, entry === NO_SEQUENCE ? undefined : sequenceLetters(sequences!, entry)];
  }));
}

const PAIR: Readonly<Record<string, string>> = { A: "T", C: "G", G: "C", T: "A", N: "N" };
const turned = (letters: string) =>
  [...letters].reverse().map((letter) => {
    const pair = PAIR[letter.toUpperCase()]!;
    return letter === letter.toUpperCase() ? pair : pair.toLowerCase();
  }).join("");

Deno.test("prepare keeps the DNA around each gene, turned around on the minus strand", async () => {
  const prepared = await prepareText(FILES, [...WIDTH, ...GENOME]);
  strictEqual(prepared.code, 0, prepared.stderr);
  const data = await prepared.data();
  deepStrictEqual(lettersOf(data), {
    A: CHR1.slice(94, 106),
    B: turned(CHR1.slice(394, 406)),
    C: undefined,
  });
  deepStrictEqual(data.record.sequence, {
    bases: 12,
    tssBase: 6,
    orientation: "transcript",
    unknownAs: "none",
    source: `toy.fa, ${FILES["toy.fa"].length} bytes`,
  });
  match(
    prepared.stdout,
    /DNA: 12 bases \(TSS ± 6 bp\) for 2 of 3 genes, minus strands turned around, from toy.fa/,
  );
  match(prepared.stdout, /toy.fa has no index \(.fai\), so it is read once/);
  match(
    prepared.stderr,
    /toy.fa lacks the chromosomes of 1 of 3 genes \(chr9\), such as "C": they have no sequence/,
  );
});

Deno.test("the genome's own strand and A for N are settings, and the signal stays what it was", async () => {
  const plain = await prepareText(FILES, WIDTH);
  const flags = ["--sequence-orientation", "genomic", "--unknown-bases", "A"];
  const prepared = await prepareText(FILES, [...WIDTH, ...GENOME, ...flags]);
  const [data, without] = [await prepared.data(), await plain.data()];
  deepStrictEqual(lettersOf(data), {
    A: CHR1.slice(94, 106).replaceAll("N", "A"),
    B: CHR1.slice(393, 405).replaceAll("N", "A"),
    C: undefined,
  });
  strictEqual(data.record.sequence?.orientation, "genomic");
  strictEqual(data.record.sequence?.unknownAs, "A");
  const { sequence: _, ...record } = data.record;
  deepStrictEqual(record, without.record);
  deepStrictEqual(data.signal, without.signal);
});

const BAD: Readonly<Record<string, readonly [flags: readonly string[], message: RegExp]>> = {
  "a flag of DNA without a genome": [
    ["--sequence-half-width", "6"],
    /Cannot use --sequence-half-width: found no --genome/,
  ],
  "a genome that is not there": [["--genome", "no.2bit"], /--genome .*no.2bit: it does not exist/],
  "a genome for AnnData": [[...GENOME, "--out", "o.zarr"], /AnnData hold no DNA, expected .*\.npz/],
  "an annotation in place of a genome": [["--genome", "genes.gtf"], /expected FASTA: ">name"/],
  "a genome of other chromosomes": [
    ["--genome", "other.fa"],
    /none of the chromosomes of the gene/,
  ],
  "a genome of a shorter chromosome": [
    ["--genome", "short.fa"],
    /of 3 genes start past the end of their chromosome.*another assembly/,
  ],
  "too much DNA": [[...GENOME, "--sequence-half-width", "40000"], /from 1 to 32768/],
  "a server that it may not reach": [
    ["--genome", "https://example.org/hg19.2bit"],
    /Cannot reach example.org: --genome is there, and commands reach no host/,
  ],
};

for (const [what, [flags, message]] of Object.entries(BAD)) {
  Deno.test(`prepare refuses ${what}, and writes nothing`, async () => {
    const files = { ...FILES, "other.fa": ">x\nACGT\n", "short.fa": `>chr1\n${"A".repeat(60)}\n` };
    const prepared = await prepareText(files, [...WIDTH, ...flags]);
    ok(prepared.code !== 0);
    match(prepared.stderr, message);
    strictEqual(prepared.text("o.npz"), "");
  });
}
