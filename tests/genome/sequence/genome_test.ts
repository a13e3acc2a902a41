import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { openGenome, type OpenGenomeOptions } from "../../../src/genome/mod.ts";
import type { Genome } from "../../../src/genome/sequence/genome.ts";
import { bytesSource } from "../../../src/files/byte_source.ts";
import { deriveKey, RandomStream } from "../../../src/random.ts";
import { BGZF_BLOCK_BYTES } from "../../fuzz/containers.ts";
import { HAS_TOOLS } from "../../helpers/alignments.ts";
import { withDirectory } from "../../helpers/command.ts";
import { runProgram } from "../../helpers/genome.ts";
import {
  bgzipOf,
  fastaOf,
  genomeFiles,
  gziOf,
  type Letters,
  randomGenome,
  twoBitOf,
} from "../../helpers/genomes.ts";
import { testIf } from "../../helpers/require.ts";
import { startWebServer } from "../../helpers/web_server.ts";

const LENGTHS = { chr1: 1000, chr2: 61, chrM: 60, tiny: 1, chrUn_x: 333 };

async function lettersIn(genome: Genome, name: string, start: number, end: number) {
  const letters = await (await genome.chromosome(name)).read(start, end);
  return new TextDecoder().decode(letters);
}

for (const what of Object.keys(genomeFiles({ a: "ACGT" }))) {
  Deno.test(`letters are read anywhere: ${what}`, async () => {
    for (const seed of [1, 2, 3]) {
      const letters = randomGenome(LENGTHS, {
        seed,
        others: what.startsWith("2bit") ? "" : "RYKM",
      });
      const { source, options } = genomeFiles(letters)[what]!;
      const genome = await openGenome(source, options);
      deepStrictEqual(genome.names, Object.keys(LENGTHS));
      strictEqual(genome.size, source.size);
      const stream = new RandomStream(deriveKey(seed, what));
      for (const [name, whole] of Object.entries(letters)) {
        strictEqual((await genome.chromosome(name)).length, whole.length);
        for (let i = 0; i < 40; i++) {
          const [a, b] = [0, 0].map(() => Math.floor((whole.length + 1) * stream.uniform()));
          const [start, end] = [Math.min(a!, b!), Math.max(a!, b!)];
          strictEqual(await lettersIn(genome, name, start, end), whole.slice(start, end));
        }
        strictEqual(await lettersIn(genome, name, 0, whole.length), whole);
      }
      genome.close();
    }
  });
}

Deno.test("names and bases that a genome lacks are refused", async () => {
  for (const { source, options } of Object.values(genomeFiles({ a: "ACGTACGT", b: "A" }))) {
    const genome = await openGenome(source, options);
    await rejects(genome.chromosome("c"), /Cannot find sequence "c": toy.* has 2, such as a, b/);
    const chromosome = await genome.chromosome("a");
    for (const [start, end] of [[-1, 2], [0, 9], [5, 4], [0.5, 2], [NaN, 2]] as const) {
      await rejects(chromosome.read(start, end), /Cannot read bases .* of a: it has 8/);
    }
    strictEqual((await chromosome.read(8, 8)).length, 0);
  }
});

/** Opens a file, and reads all of one sequence. */
async function readAll(
  content: string | Uint8Array<ArrayBuffer>,
  name: string,
  options: OpenGenomeOptions = {},
): Promise<string> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const genome = await openGenome(bytesSource(bytes, "toy.fa"), options);
  const chromosome = await genome.chromosome(name);
  return new TextDecoder().decode(await chromosome.read(0, chromosome.length));
}

const BAD_FASTA: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
  "nothing": ["", /the file is empty/],
  "letters without a name": ["ACGT\n>a\nA\n", /found no ">" at the start.*line 1\)$/],
  "another format": ["@read\nACGT\n+\nIIII\n", /found no ">" at the start/],
  "a name twice": [">a\nAC\n>b\nA\n>a\nC\n", /"a" appears twice.*line 5\)$/],
  "an empty name": [">a\nAC\n> b\nA\n", /its name is "".*line 3\)$/],
  "a name that a terminal obeys": [">a\u001b[2J\nAC\n", /its name is/],
  "a name that is not UTF-8": [">a\nAC\n>b\ud800\nA\n", /its name is "b.*line 3\)$/],
  "a short line before a long one": [
    ">a\nACGT\nAC\nACGT\n",
    /lines of "a" differ in length \(lines 3 and 4\)/,
  ],
  "a line longer than the first": [">a\nAC\nACGT\n", /differ in length \(lines 2 and 3\)/],
  "a blank line within": [">a\nAC\n\nAC\n", /differ in length \(lines 3 and 4\)/],
  "mixed line ends": [">a\nAC\nAC\r\nAC\n", /differ in length/],
  "letters of proteins": [">a\nACDE\nLVIF\n", /base 3 of "a", from 0, is "E", expected A, C, G, T/],
  "a gap": [">a\nAC-T\n", /base 2 of "a", from 0, is "-"/],
};

for (const [what, [text, message]] of Object.entries(BAD_FASTA)) {
  Deno.test(`FASTA with ${what} is refused`, async () => {
    await rejects(readAll(text, "a"), { name: "FormatError", message });
  });
}

const FASTA = ">a one\nACGTAC\nGTACGT\nAC\n>b\nTTTTTT\nCC\n";
const FAI = "a\t14\t7\t6\t7\nb\t8\t27\t6\t7\n";

Deno.test("an index of samtools is read", async () => {
  const index = bytesSource(new TextEncoder().encode(FAI), "toy.fa.fai");
  strictEqual(await readAll(FASTA, "a", { index }), "ACGTACGTACGTAC");
  strictEqual(await readAll(FASTA, "b", { index }), "TTTTTTCC");
});

const BAD_INDEX: Readonly<Record<string, readonly [index: string, message: RegExp]>> = {
  "nothing": ["\n", /it is empty, expected a row/],
  "other columns": ["a\t14\t7\n", /found "a\\t14\\t7", expected name, length, offset.*line 1\)$/],
  "a word in place of a number": [FAI.replace("14", "1e1"), /expected name, length/],
  "a negative number": [FAI.replace("14", "-14"), /expected name, length/],
  "no letters in a line": [FAI.replace("\t6\t7\nb", "\t0\t1\nb"), /expected name, length/],
  "lines as long as their letters": [FAI.replace("\t6\t7\nb", "\t6\t6\nb"), /expected name/],
  "a name twice": [FAI.replace("b", "a"), /it has "a" twice.*line 2\)$/],
  "a sequence past the end of the file": [
    FAI.replace("\t8\t", "\t80\t"),
    /by it "b" ends at byte 120, but toy.fa has 37: the index is of another file, or the file was cut/,
  ],
  "a sequence so long that it overflows": [FAI.replace("8", "999999999999999"), /by it "b" ends/],
  "another name": [FAI.replace("a", "c"), /the letters of "c" begin there, but those of "a" do/],
  "a later start": [FAI.replace("\t7\t6", "\t8\t6"), /no line with a name ends there/],
  "the start of another sequence": [
    "a\t8\t27\t6\t7\n",
    /the letters of "a" begin there, but those of "b" do: it is the index of another file/,
  ],
  "too few bases": [
    FAI.replace("14", "13"),
    /"a" ends there after 13 bases, but more letters follow/,
  ],
  "too many bases": [
    FAI.replace("14", "15"),
    /"a" ends there after 15 bases, but more letters follow/,
  ],
  "shorter lines": [
    FAI.replace("14\t7\t6\t7", "14\t7\t5\t6"),
    /no line of "a" ends before base 5, as by toy.fa.fai/,
  ],
  "longer lines": [FAI.replace("14\t7\t6\t7", "14\t7\t7\t8"), /"a" ends there after 14 bases/],
  "the last sequence cut": [FAI.replace("8\t27", "7\t27"), /"b" ends there after 7 bases/],
};

for (const [what, [text, message]] of Object.entries(BAD_INDEX)) {
  Deno.test(`an index of FASTA with ${what} is refused`, async () => {
    const index = bytesSource(new TextEncoder().encode(text), "toy.fa.fai");
    const name = what === "another name"
      ? "c"
      : /sequence past|so long|last sequence/.test(what)
      ? "b"
      : "a";
    await rejects(async () => await readAll(FASTA, name, { index }), (error: Error) => {
      strictEqual(error.name, "FormatError", error.message);
      match(error.message, message);
      return true;
    });
  });
}

const GENOME: Letters = { a: "ACGTNNNNACgtacgtNN", b: "nnnnACGT" };

/** 2bit with some numbers of 4 bytes replaced. */
function patched(...changes: readonly (readonly [offset: number, value: number])[]) {
  const bytes = twoBitOf(GENOME);
  const view = new DataView(bytes.buffer);
  for (const [offset, value] of changes) view.setUint32(offset, value, true);
  return bytes;
}

// The header has 16 bytes, the two entries of the index 6 each; so "a" begins at byte 28.
const BAD_TWO_BIT: Readonly<
  Record<string, readonly [bytes: Uint8Array<ArrayBuffer>, message: RegExp]>
> = {
  "another version": [patched([4, 2]), /its version is 2, expected 0 or 1.*byte 4\)/],
  "no sequences": [patched([8, 0]), /it has 0 sequences/],
  "more sequences than bytes": [patched([8, 4_000_000_000]), /claims 4000000000 sequences/],
  "one more sequence than names": [patched([8, 3]), /byte 28\)/],
  "an offset past the end": [
    patched([18, 1_000_000]),
    /"a" begins at byte 1000000, but the file has/,
  ],
  "an offset within the header": [patched([18, 3]), /"a" begins at byte 3/],
  "a length past the end": [patched([28, 4000]), /"a" has 4000 bases, which need 1000 bytes/],
  "more runs of N than bytes": [patched([32, 0xffffffff]), /claims 4294967295 runs of N/],
  "a run of N past the end": [patched([44, 900]), /run 1 of N of "a" is of 900 bases from base 4/],
  "runs of N that overlap": [patched([40, 2]), /run 2 of N of "a"/],
  "more runs of lower case than bytes": [patched([52, 99]), /claims 99 runs of lower case/],
  "an empty name": [Uint8Array.from(twoBitOf({ "": "ACGT" })), /has the name ""/],
  // The second entry of the index begins at byte 22 with the length of its name.
  "a name twice": [twoBitOf(GENOME).with(23, "a".charCodeAt(0)), /has "a" twice.*byte 22\)/],
};

for (const [what, [bytes, message]] of Object.entries(BAD_TWO_BIT)) {
  Deno.test(`2bit with ${what} is refused, with the place`, async () => {
    await rejects(readAll(bytes, "a"), (error: Error) => {
      strictEqual(error.name, "FormatError", error.message);
      match(error.message, message);
      match(error.message, /byte \d+/);
      return true;
    });
  });
}

Deno.test("2bit that was cut short anywhere is refused or gives the same letters", async () => {
  const whole = twoBitOf(GENOME);
  let refused = 0;
  for (let length = 0; length < whole.length; length++) {
    for (const [name, letters] of Object.entries(GENOME)) {
      try {
        strictEqual(await readAll(whole.slice(0, length), name), letters);
      } catch (error) {
        strictEqual((error as Error).name, "FormatError", (error as Error).message);
        refused++;
      }
    }
  }
  ok(refused > whole.length);
});

Deno.test("FASTA and blocks of bgzip that were cut or changed are refused or give letters", async () => {
  const genome = randomGenome({ chr1: 700, chr2: 90 });
  const { source } = genomeFiles(genome)["FASTA from bgzip"]!;
  const bytes = await source.read(0, source.size);
  const stream = new RandomStream(deriveKey(1, "damage"));
  let refused = 0;
  for (let i = 0; i < 150; i++) {
    const copy = bytes.slice(
      0,
      i % 2 === 0 ? undefined : Math.floor(bytes.length * stream.uniform()),
    );
    if (i % 2 === 0) {
      copy[Math.floor(copy.length * stream.uniform())]! ^= 1 + Math.floor(255 * stream.uniform());
    }
    try {
      const genome = await openGenome(bytesSource(copy, "toy.fa.gz"));
      for (const name of genome.names) {
        const chromosome = await genome.chromosome(name);
        await chromosome.read(0, chromosome.length);
      }
    } catch (error) {
      strictEqual((error as Error).name, "FormatError", (error as Error).stack);
      refused++;
    }
  }
  ok(refused > 100, `${refused}`);
});

Deno.test("a missing index is said, and gzip that is not from bgzip refused", async () => {
  const notes: string[] = [];
  const onNote = (note: string) => notes.push(note);
  await readAll(fastaOf(GENOME), "a", { onNote });
  match(notes.join(), /toy.fa has no index \(.fai\), so it is read once .*samtools faidx toy.fa/);
  const zipped = new Uint8Array(
    await new Response(
      new Blob([fastaOf(GENOME)]).stream().pipeThrough(new CompressionStream("gzip")),
    ).arrayBuffer(),
  );
  await rejects(readAll(zipped, "a"), /gzip but not from bgzip.*gunzip -c toy.fa \| bgzip/);
});

testIf(HAS_TOOLS, "samtools", {
  name: "samtools' indexes of plain FASTA and of bgzip are read, and its letters are these",
  fn: () =>
    withDirectory(async (directory) => {
      const genome = randomGenome({ chr1: 9000, chr2: 61, chrM: 60 }, { seed: 7, others: "RYKM" });
      await Deno.writeTextFile(`${directory}/a.fa`, fastaOf(genome, { note: " x" }));
      await Deno.writeFile(`${directory}/b.fa.gz`, bgzipOf(fastaOf(genome)));
      for (const file of ["a.fa", "b.fa.gz"]) {
        const place = `${directory}/${file}`;
        await runProgram("samtools", ["faidx", place]);
        const notes: string[] = [];
        const opened = await openGenome(place, { onNote: (note) => notes.push(note) });
        deepStrictEqual(notes, []);
        const stream = new RandomStream(deriveKey(7, file));
        for (let i = 0; i < 8; i++) {
          const [start, end] = [100 * i, 100 * i + 1 + Math.floor(8000 * stream.uniform())];
          const wanted = await runProgram("samtools", ["faidx", place, `chr1:${start + 1}-${end}`]);
          const letters = wanted.slice(wanted.indexOf("\n")).replaceAll("\n", "");
          strictEqual(await lettersIn(opened, "chr1", start, end), letters);
        }
        opened.close();
        // An index that is older than its file may be of another version.
        const ending = file === "a.fa" ? "fai" : "gzi";
        await Deno.utime(`${place}.${ending}`, new Date(2001, 1), new Date(2001, 1));
        await rejects(
          openGenome(place),
          /Cannot use index: it was changed 2001.*samtools faidx .*touch/,
        );
      }
    }),
});

Deno.test("damaged indexes of blocks, and those of other files, are refused", async () => {
  const genome = randomGenome({ chr1: 2000 });
  const bytes = bgzipOf(fastaOf(genome));
  const block = BGZF_BLOCK_BYTES;
  const stored = (i: number) => i * (block + 31);
  const read = (index: Uint8Array<ArrayBuffer>) =>
    readAll(bytes, "chr1", { blockIndex: bytesSource(index, "toy.fa.gz.gzi") });
  const blocks = Math.floor((bytes.length - 28) / (block + 31));
  const sound = Array.from({ length: blocks }, (_, i) => [stored(i + 1), block * (i + 1)] as const);
  strictEqual(await read(gziOf(...sound)), genome.chr1);
  const whole = gziOf(...sound);
  const bad: readonly (readonly [index: Uint8Array<ArrayBuffer>, message: RegExp])[] = [
    [whole.slice(0, -1), /bytes, expected a count and 16 bytes for each block/],
    [new Uint8Array(3), /has 3 bytes/],
    [gziOf([stored(2), block], [stored(1), 2 * block]), /block 3 begins at byte/],
    [gziOf([stored(1), 2 * 65_536]), /block 2 begins at byte/],
    [gziOf([1e9, block]), /block 2 begins at byte 1000000000/],
    [gziOf([stored(1) + 1, block], ...sound.slice(1)), /no whole block of bgzip begins there/],
    [
      gziOf([stored(1), block - 1], ...sound.slice(1)),
      /inflate to|no line|ends|bgzip begins|index/,
    ],
    [gziOf([stored(2), block], ...sound.slice(2)), /index of another file|index is of another/],
  ];
  for (const [index, message] of bad) {
    await rejects(async () => await read(index), (error: Error) => {
      strictEqual(error.name, "FormatError", error.message);
      match(error.message, message);
      return true;
    });
  }
});

Deno.test("a genome on a server is read in parts, with its indexes", async () => {
  const genome = randomGenome({ chr1: 400_000, chr2: 61 });
  const fasta = new TextEncoder().encode(fastaOf(genome));
  const index = new TextEncoder().encode(
    `chr1\t400000\t6\t60\t61\nchr2\t61\t${6 + 400_000 + 6667 + 6}\t60\t61\n`,
  );
  const files = { "/a.fa": fasta, "/a.fa.fai": index, "/a.2bit": twoBitOf(genome) };
  await using server = startWebServer({ files });
  for (const path of ["/a.fa", "/a.2bit"]) {
    const opened = await openGenome(`${server.origin}${path}?key=1`);
    strictEqual(await lettersIn(opened, "chr1", 399_000, 400_000), genome.chr1!.slice(399_000));
    strictEqual(await lettersIn(opened, "chr2", 0, 61), genome.chr2);
    opened.close();
  }
});
