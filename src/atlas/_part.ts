/**
 * The counts of one file as bytes, in which a stopped run keeps them, with a digest of all that they depend on, so that
 * counts of other genes, windows or versions of the file are never taken for these.
 */

import type { Bytes } from "../base/bytes.ts";
import { bytesSource } from "../files/byte_source.ts";
import type { Gene } from "../genome/gene.ts";
import { digestOf, encodeNumbers, findKeptNumbers } from "../genome/kept_numbers.ts";
import {
  COMPETITION_BIN_SIZE_BP,
  COMPETITION_BINS,
  COMPETITION_RULE,
  type ReadCounts,
} from "./count_alignments.ts";

/** Changes whenever counting changes its results, or the bytes their meaning. */
const VERSION = 1;

/** What the counts of a file depend on. */
export interface PartOrigin {
  /** Path of the file in Roadmap's tree. */
  readonly path: string;
  /** Length of the file, in bytes. */
  readonly size: number;
  /** What changes when the file's content does: its entity tag, or when it was changed. */
  readonly version: string;
  /** Digest of the genes; see {@linkcode digestGenes}. */
  readonly genes: string;
}

/** The digest of the genes and their positions, in their order. */
export function digestGenes(genes: readonly Gene[]): Promise<string> {
  const rows = genes.map(({ id, chromosome, tss, strand }) => [id, chromosome, tss, strand]);
  return digestOf(rows);
}

/** Encodes the counts of a file. */
export async function encodePart(counts: ReadCounts, origin: PartOrigin): Promise<Bytes> {
  return encodeNumbers(counts, { origin: await digestOrigin(origin) });
}

/** Decodes the counts of a file; `undefined` if the bytes are damaged, cut short, or of another origin. */
export async function decodePart(part: Bytes, origin: PartOrigin): Promise<ReadCounts | undefined> {
  const kept = await findKeptNumbers(bytesSource(part), await digestOrigin(origin));
  const counts = await kept?.read(0, kept.length);
  return counts instanceof Float64Array ? undefined : counts;
}

function digestOrigin({ path, size, version, genes }: PartOrigin): Promise<string> {
  const windows = [COMPETITION_BINS, COMPETITION_BIN_SIZE_BP, COMPETITION_RULE];
  return digestOf([VERSION, path, size, version, genes, ...windows]);
}
