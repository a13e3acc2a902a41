/** Small genomes in each format, and what is in them. */

import { bytesSource } from "../../src/files/byte_source.ts";
import type { ByteSource } from "../../src/files/byte_source.ts";
import type { OpenGenomeOptions } from "../../src/genome/sequence/open_genome.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { writeBgzf } from "../fuzz/containers.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Letters by the names of sequences. */
export type Letters = Readonly<Record<string, string>>;

/** Random letters with runs of N and of lower case, and other letters of IUPAC if asked. */
export function randomGenome(
  lengths: Readonly<Record<string, number>>,
  { seed = 1, others = "" }: { readonly seed?: number; readonly others?: string } = {},
): Record<string, string> {
  const stream = new RandomStream(deriveKey(seed, "genome"));
  const below = (most: number) => Math.floor(most * stream.uniform());
  const genome: Record<string, string> = {};
  for (const [name, length] of Object.entries(lengths)) {
    let letters = "";
    let [isMasked, isUnknown] = [below(2) === 0, below(3) === 0];
    while (letters.length < length) {
      const run = Math.min(1 + below(length / 8), length - letters.length);
      for (let i = 0; i < run; i++) {
        const letter = isUnknown
          ? "N"
          : others !== "" && below(20) === 0
          ? others[below(others.length)]!
          : "ACGT"[below(4)]!;
        letters += isMasked ? letter.toLowerCase() : letter;
      }
      if (below(2) === 0) isMasked = !isMasked;
      isUnknown = below(4) === 0;
    }
    genome[name] = letters;
  }
  return genome;
}

/** A genome as FASTA. */
export function fastaOf(
  genome: Letters,
  { width = 60, end = "\n", note = "" }: {
    readonly width?: number;
    readonly end?: string;
    readonly note?: string;
  } = {},
): string {
  return Object.entries(genome).map(([name, letters]) => {
    const lines = letters.match(new RegExp(`.{1,${width}}`, "g")) ?? [];
    return [`>${name}${note}`, ...lines].map((line) => line + end).join("");
  }).join("");
}

/** How 2bit is written. */
export interface TwoBitOptions {
  /** @default {true} */
  readonly littleEndian?: boolean;
  /** @default {0} */
  readonly version?: 0 | 1;
}

/** The runs of letters that match an expression. */
function runsOf(letters: string, expression: RegExp): [start: number, length: number][] {
  return [...letters.matchAll(expression)].map(({ index, 0: run }) => [index, run.length]);
}

/** A genome of A, C, G, T and N as 2bit. */
export function twoBitOf(
  genome: Letters,
  { littleEndian = true, version = 0 }: TwoBitOptions = {},
): Bytes {
  const bytes: number[] = [];
  const word = (value: number) => {
    const view = new DataView(new ArrayBuffer(4));
    view.setUint32(0, value, littleEndian);
    bytes.push(...new Uint8Array(view.buffer));
  };
  const offset = (value: number) => {
    if (version === 1 && !littleEndian) word(0);
    word(value);
    if (version === 1 && littleEndian) word(0);
  };
  const records = Object.entries(genome);
  const names = records.map(([name]) => new TextEncoder().encode(name));
  word(0x1a412743);
  word(version);
  word(records.length);
  word(0);
  let at = 16 + names.reduce((sum, name) => sum + 1 + name.length + (version === 1 ? 8 : 4), 0);
  for (const [i, [, letters]] of records.entries()) {
    bytes.push(names[i]!.length, ...names[i]!);
    offset(at);
    const runs = runsOf(letters, /[Nn]+/g).length + runsOf(letters, /[a-z]+/g).length;
    at += 16 + 8 * runs + Math.ceil(letters.length / 4);
  }
  for (const [, letters] of records) {
    word(letters.length);
    for (const runs of [runsOf(letters, /[Nn]+/g), runsOf(letters, /[a-z]+/g)]) {
      word(runs.length);
      for (const part of [0, 1] as const) runs.forEach((run) => word(run[part]));
    }
    word(0);
    for (let base = 0; base < letters.length; base += 4) {
      let byte = 0;
      for (let i = 0; i < 4; i++) {
        const code = "TCAG".indexOf((letters[base + i] ?? "T").toUpperCase());
        byte = byte << 2 | Math.max(0, code);
      }
      bytes.push(byte);
    }
  }
  return Uint8Array.from(bytes);
}

/** A genome in one of its formats. */
export interface WrittenGenome {
  readonly source: ByteSource;
  readonly options: OpenGenomeOptions;
}

const encode = (text: string): Bytes => new TextEncoder().encode(text);

/** A FASTA file in blocks, as bgzip writes it; its indexes are made when it is opened. */
export function bgzipOf(text: string): Bytes {
  return writeBgzf(encode(text)).finish();
}

/** A genome in every format, by what it is called. */
export function genomeFiles(genome: Letters): Record<string, WrittenGenome> {
  const fasta = fastaOf(genome, { note: " a note" });
  const plain = (text: string) => ({ source: bytesSource(encode(text), "toy.fa"), options: {} });
  const binary = (bytes: Bytes) => ({ source: bytesSource(bytes, "toy.2bit"), options: {} });
  return {
    "FASTA": plain(fasta),
    "FASTA with line ends of Windows": plain(fastaOf(genome, { end: "\r\n", width: 7 })),
    "FASTA without the last line end": plain(fasta.trimEnd()),
    "FASTA of one line each": plain(fastaOf(genome, { width: 1e6 })),
    "FASTA with blank lines between": plain(fasta.replaceAll("\n>", "\n\n>")),
    "FASTA from bgzip": { source: bytesSource(bgzipOf(fasta), "toy.fa.gz"), options: {} },
    "2bit": binary(twoBitOf(genome)),
    "2bit in the other byte order": binary(twoBitOf(genome, { littleEndian: false })),
    "2bit of version 1": binary(twoBitOf(genome, { version: 1 })),
    "2bit of version 1 in the other byte order": binary(
      twoBitOf(genome, { littleEndian: false, version: 1 }),
    ),
  };
}

/** An index of blocks: places in the file and in what it inflates to. */
export function gziOf(...places: readonly (readonly [stored: number, inflated: number])[]) {
  const view = new DataView(new ArrayBuffer(8 + 16 * places.length));
  view.setBigUint64(0, BigInt(places.length), true);
  for (const [i, [stored, inflated]] of places.entries()) {
    view.setBigUint64(8 + 16 * i, BigInt(stored), true);
    view.setBigUint64(16 + 16 * i, BigInt(inflated), true);
  }
  return new Uint8Array(view.buffer);
}
