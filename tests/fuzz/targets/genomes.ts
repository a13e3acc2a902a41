/** The readers of genomes: FASTA with its index, its blocks from bgzip, and 2bit. */

import { isBaseLetter } from "../../../src/base/sequence_packer.ts";
import type { ByteSource } from "../../../src/files/byte_source.ts";
import { openGenome, type OpenGenomeOptions } from "../../../src/genome/sequence/open_genome.ts";
import { fastaOf, gziOf, randomGenome, twoBitOf } from "../../helpers/genomes.ts";
import { writeBgzf } from "../containers.ts";
import { encode, expectSound, type Field, type Seed, type Target, textPart } from "../seed.ts";

const GENOME = randomGenome({ chr1: 1300, chr2: 61, chrM: 3 }, { seed: 4 });
const FASTA = fastaOf(GENOME, { note: " a note" });

/** The index of the file. */
function faiOf(): string {
  let offset = 0;
  return Object.entries(GENOME).map(([name, { length }]) => {
    const start = offset + `>${name} a note\n`.length;
    offset = start + length + Math.ceil(length / 60);
    return `${name}\t${length}\t${start}\t60\t61\n`;
  }).join("");
}

/** Reads every sequence, whole and in parts. */
async function readAll(source: ByteSource, options: OpenGenomeOptions): Promise<void> {
  const genome = await openGenome(source, options);
  for (const name of genome.names) {
    const chromosome = await genome.chromosome(name);
    const { length } = chromosome;
    expectSound(Number.isSafeInteger(length) && length >= 0, "a length is impossible");
    // A damaged length may be that of a real chromosome: windows are what is read of these.
    const end = Math.min(length, 20_000);
    const whole = await chromosome.read(0, end);
    expectSound(whole.length === end, "letters are missing");
    expectSound(whole.every(isBaseLetter), "a letter is impossible");
    const part = await chromosome.read(Math.floor(end / 3), end);
    expectSound(
      part.every((letter, i) => letter === whole[Math.floor(end / 3) + i]),
      "the same letters are others in a part",
    );
  }
  genome.close();
}

const FASTA_TARGET: Target = {
  name: "fasta",
  seeds: () => [[textPart("toy.fa", FASTA)], [
    textPart("toy.fa", FASTA),
    textPart("toy.fa.fai", faiOf()),
  ]],
  read: ([file, index]) => readAll(file, { index }),
};

const BGZIP_TARGET: Target = {
  name: "fasta-bgzip",
  seeds(): Seed[] {
    const written = writeBgzf(encode(FASTA));
    const fields: Field[] = [0, 8, 16].map((offset) => ({ offset, bytes: 8 }));
    return [[
      {
        name: "toy.fa.gz",
        kind: "binary",
        bytes: written.finish(),
        fields: written.fields,
        boundaries: written.boundaries,
      },
      textPart("toy.fa.gz.fai", faiOf()),
      { name: "toy.fa.gz.gzi", kind: "binary", bytes: gziOf([1024 + 31, 1024]), fields },
    ]];
  },
  read: ([file, index, blockIndex]) => readAll(file, { index, blockIndex }),
};

const TWO_BIT_TARGET: Target = {
  name: "2bit",
  seeds(): Seed[] {
    return [0, 1].map((version) => {
      const bytes = twoBitOf(GENOME, { version: version as 0 | 1 });
      // Words of the header, of the index and of the first sequence.
      const fields: Field[] = Array.from({ length: 40 }, (_, i) => ({ offset: 4 * i, bytes: 4 }));
      return [{ name: "toy.2bit", kind: "binary", bytes, fields }];
    });
  },
  read: ([file]) => readAll(file, {}),
};

/** Readers of genomes. */
export const GENOME_TARGETS: readonly Target[] = [FASTA_TARGET, BGZIP_TARGET, TWO_BIT_TARGET];
