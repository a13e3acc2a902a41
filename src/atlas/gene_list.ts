/**
 * A compact encoding of a list of genes, so that it can be part of the package: some 19 kB for the competition's 17,447
 * genes, where their identifiers in text are 280 kB.
 *
 * Each gene is one number, `2 · step + held out`, where `step` is its Ensembl number less that of the gene before. The
 * number is written in base 128, the lowest digit first, with 128 added to each digit but the last (LEB128).
 *
 * @module
 */

import { FormatError } from "../errors.ts";

/** A gene of the competition. */
export interface ListedGene {
  /** The digits of its Ensembl id as a number: 3 is ENSG00000000003. */
  readonly number: number;
  /** Whether train.npz lacks it, so that only eval.npz has it. */
  readonly heldOut: boolean;
}

/** The largest step, and more than any Ensembl number: with it, twice the step is still exact in 32 bits. */
const LARGEST_STEP = 2 ** 30 - 1;

/**
 * Encodes genes by ascending number.
 *
 * @throws {RangeError} If the numbers do not ascend, or are not positive integers below 2³⁰.
 */
export function encodeGeneList(genes: readonly ListedGene[]): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  let before = 0;
  for (const { number, heldOut } of genes) {
    const step = number - before;
    if (!Number.isInteger(number) || step < 1 || number > LARGEST_STEP) {
      throw new RangeError(
        `Cannot encode gene ${number}: the gene before is ${before}, expected ascending integers to ${LARGEST_STEP}`,
      );
    }
    let rest = 2 * step + Number(heldOut);
    for (; rest > 127; rest >>>= 7) bytes.push(rest & 127 | 128);
    bytes.push(rest);
    before = number;
  }
  return Uint8Array.from(bytes);
}

/**
 * Decodes what {@linkcode encodeGeneList} encoded.
 *
 * @throws {FormatError} If the bytes end within a gene.
 */
export function decodeGeneList(bytes: Uint8Array): ListedGene[] {
  const genes: ListedGene[] = [];
  let number = 0;
  for (let at = 0; at < bytes.length;) {
    let value = 0;
    for (let shift = 0;; shift += 7) {
      const digit = bytes[at++];
      if (digit === undefined) {
        throw new FormatError("Cannot decode the list of genes: it ends within a gene");
      }
      value |= (digit & 127) << shift;
      if (digit < 128) break;
    }
    number += value >>> 1;
    genes.push({ number, heldOut: (value & 1) === 1 });
  }
  return genes;
}
