/** Data with DNA. */

import { packSequences, type PackSequencesOptions } from "../../src/base/sequence_packer.ts";
import type { SampleColumns } from "../../src/io/columns.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import type { SequenceRecord } from "../../src/record.ts";
import { tableColumns } from "./samples.ts";

/** Random letters: one in thirty is N, and runs of them are in lower case. */
export function randomLetters(bases: number, stream: RandomStream): string {
  let isMasked = false;
  let letters = "";
  for (let base = 0; base < bases; base++) {
    if (stream.uniform() < 0.05) isMasked = !isMasked;
    const letter = stream.uniform() < 1 / 30 ? "N" : "ACGT"[Math.floor(4 * stream.uniform())]!;
    letters += isMasked ? letter.toLowerCase() : letter;
  }
  return letters;
}

/** Random letters of some genes. */
export function randomRows(genes: number, bases: number, seed = 1): string[] {
  const stream = new RandomStream(deriveKey(seed, "letters"));
  return Array.from({ length: genes }, () => randomLetters(bases, stream));
}

/** The record of sequences around the TSS. */
export function sequenceRecord(bases: number): SequenceRecord {
  return { bases, tssBase: bases >> 1, orientation: "transcript", unknownAs: "none" };
}

/** Columns whose genes have these letters, in their order. */
export function withSequences(
  columns: SampleColumns,
  rows: readonly string[],
  options: PackSequencesOptions = {},
): SampleColumns {
  const packed = packSequences(rows, options);
  const sequence = { ...sequenceRecord(packed.bases), unknownAs: options.unknownAs ?? "none" };
  return {
    ...columns,
    record: { ...columns.record, sequence },
    sequences: { ...packed, entryOf: Uint32Array.from(columns.genes, (_, gene) => gene) },
  };
}

/** `tableColumns` with random DNA. */
export function dnaColumns(cellTypes: number, genes: number, bases: number): SampleColumns {
  return withSequences(tableColumns(cellTypes, genes), randomRows(genes, bases));
}
