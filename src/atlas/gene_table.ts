/**
 * A compact encoding of a table of human genes with their transcription start sites, so that it can be part of the
 * package: some 160 kB for 19,795 genes, where the table is 773 kB of text.
 *
 * Columns follow each other, and all are deflated together (RFC 1951): the number of genes; for each gene the step from
 * the Ensembl number of the gene before; its chromosome and strand in a byte; the lowest bytes of all positions, then
 * their second, third and fourth; symbols between line ends. Numbers of one to five bytes are in base 128, the lowest
 * digit first, with 128 added to each digit but the last (LEB128).
 *
 * @module
 */

import type { Bytes } from "../base/bytes.ts";
import { readAll } from "../base/platform.ts";
import { FormatError } from "../errors.ts";
import type { Strand } from "../genome/gene.ts";
import { inflatePortable } from "../genome/inflate.ts";
import { CHROMOSOMES } from "./chromosome_list.ts";

/** A gene of the table. */
export interface TabledGene {
  /** The digits of its Ensembl id as a number: 3 is ENSG00000000003. */
  readonly number: number;
  /** Such as `chr8`. */
  readonly chromosome: string;
  /** 0-based position of the first transcribed base. */
  readonly tss: number;
  readonly strand: Strand;
  readonly symbol: string;
}

/** More than any table inflates to. */
const LARGEST_BYTES = 1 << 24;
const POSITION_BYTES = 4;

/**
 * Encodes genes by ascending number.
 *
 * @throws {RangeError} If the numbers do not ascend, or a gene is on no chromosome of the nucleus.
 */
export async function encodeGeneTable(genes: readonly TabledGene[]): Promise<Bytes> {
  const bytes: number[] = [];
  pushNumber(bytes, genes.length);
  let before = 0;
  for (const { number } of genes) {
    if (number <= before) {
      throw new RangeError(`Cannot encode gene ${number}: the gene before is ${before}`);
    }
    pushNumber(bytes, number - before);
    before = number;
  }
  for (const gene of genes) bytes.push(encodePlace(gene));
  for (let place = 0; place < POSITION_BYTES; place++) {
    for (const { tss } of genes) bytes.push((tss >>> (8 * place)) & 255);
  }
  const symbols = genes.map(({ symbol }) => symbol);
  const text = new TextEncoder().encode(symbols.join("\n"));
  const stream = new Blob([Uint8Array.from(bytes), text]).stream()
    .pipeThrough(new CompressionStream("deflate-raw"));
  return await readAll(stream);
}

/**
 * Decodes what {@linkcode encodeGeneTable} encoded.
 *
 * @throws {FormatError} If the bytes end early, or name a chromosome that there is not.
 */
export async function decodeGeneTable(encoded: Bytes): Promise<TabledGene[]> {
  const bytes = await inflatePortable(encoded, LARGEST_BYTES, "deflate-raw");
  const numbers = new NumberReader(bytes);
  const count = numbers.next();
  const steps = Array.from({ length: count }, () => numbers.next());
  const places = numbers.at;
  const positions = places + count;
  const end = positions + POSITION_BYTES * count;
  if (end > bytes.length) failShort();
  const symbols = new TextDecoder().decode(bytes.subarray(end)).split("\n");
  if (symbols.length !== count) failShort();
  let number = 0;
  return steps.map((step, index) => {
    number += step;
    let tss = 0;
    for (let place = POSITION_BYTES - 1; place >= 0; place--) {
      tss = tss * 256 + bytes[positions + place * count + index]!;
    }
    return { number, ...decodePlace(bytes[places + index]!), tss, symbol: symbols[index]! };
  });
}

function pushNumber(bytes: number[], value: number): void {
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push(rest & 127 | 128);
  bytes.push(rest);
}

/** Reads numbers in base 128, one after the other. */
class NumberReader {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  next(): number {
    let value = 0;
    for (let shift = 0;; shift += 7) {
      const digit = this.#bytes[this.at++] ?? failShort();
      value |= (digit & 127) << shift;
      if (digit < 128) return value;
    }
  }
}

function encodePlace({ chromosome, strand }: TabledGene): number {
  const index = CHROMOSOMES.findIndex((name) => `chr${name}` === chromosome);
  if (index < 0) throw new RangeError(`Cannot encode genes: there is no number for ${chromosome}`);
  return 2 * index + (strand === "-" ? 1 : 0);
}

function decodePlace(byte: number): { readonly chromosome: string; readonly strand: Strand } {
  const name = CHROMOSOMES[byte >>> 1];
  if (name === undefined) {
    throw new FormatError(
      `Cannot decode the table of genes: found chromosome ${byte >>> 1}, expected 0 to ${
        CHROMOSOMES.length - 1
      }`,
    );
  }
  return { chromosome: `chr${name}`, strand: byte % 2 === 1 ? "-" : "+" };
}

function failShort(): never {
  throw new FormatError("Cannot decode the table of genes: it ends within a gene");
}
