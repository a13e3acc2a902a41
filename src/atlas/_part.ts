/**
 * The counts of one file as bytes, in which a stopped run keeps them: a line of JSON, then the counts.
 * The line has a digest of all that the counts depend on, so that counts of other genes, windows or versions of the file
 * are never taken for these.
 */

import { toHex } from "../base/platform.ts";
import { type Bytes, sha256 } from "../base/bytes.ts";
import { crc32 } from "../base/crc32.ts";
import { integer, oneOf, text } from "../base/field.ts";
import { object } from "../base/fields.ts";
import { readJsonHeader } from "../base/json_header.ts";
import type { Gene } from "../genome/gene.ts";
import {
  COMPETITION_BIN_SIZE_BP,
  COMPETITION_BINS,
  COMPETITION_RULE,
  type ReadCounts,
} from "./count_alignments.ts";

/** Changes whenever counting changes its results, or the bytes their meaning. */
const VERSION = 1;
const LINE_FEED = 10;
/** No header is nearly as long. */
const LONGEST_HEADER_BYTES = 4096;

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

const HEADER = object({
  origin: text,
  type: oneOf("uint16", "uint32"),
  length: integer(1),
  crc32: integer(0),
});

/** The digest of the genes and their positions, in their order. */
export function digestGenes(genes: readonly Gene[]): Promise<string> {
  const rows = genes.map(({ id, chromosome, tss, strand }) => [id, chromosome, tss, strand]);
  return digestOf(rows);
}

/** Encodes the counts of a file. */
export async function encodePart(counts: ReadCounts, origin: PartOrigin): Promise<Bytes> {
  const type = counts instanceof Uint16Array ? "uint16" : "uint32";
  const bytes = new Uint8Array(counts.buffer, counts.byteOffset, counts.byteLength);
  const header = JSON.stringify({
    origin: await digestOrigin(origin),
    type,
    length: counts.length,
    crc32: crc32(bytes, 0),
  });
  const line = new TextEncoder().encode(`${header}\n`);
  const part = new Uint8Array(line.length + bytes.length);
  part.set(line);
  part.set(bytes, line.length);
  return part;
}

/** Decodes the counts of a file; `undefined` if the bytes are damaged, cut short, or of another origin. */
export async function decodePart(part: Bytes, origin: PartOrigin): Promise<ReadCounts | undefined> {
  const end = part.subarray(0, LONGEST_HEADER_BYTES).indexOf(LINE_FEED);
  const header = end < 0 ? undefined : readJsonHeader(part.subarray(0, end), HEADER);
  if (header === undefined || header.origin !== await digestOrigin(origin)) return undefined;
  const bytes = part.slice(end + 1);
  const width = header.type === "uint16" ? 2 : 4;
  if (bytes.length !== header.length * width || crc32(bytes, 0) !== header.crc32) return undefined;
  return header.type === "uint16" ? new Uint16Array(bytes.buffer) : new Uint32Array(bytes.buffer);
}

function digestOrigin({ path, size, version, genes }: PartOrigin): Promise<string> {
  const windows = [COMPETITION_BINS, COMPETITION_BIN_SIZE_BP, COMPETITION_RULE];
  return digestOf([VERSION, path, size, version, genes, ...windows]);
}

/** The digest of a value's JSON, in hexadecimal digits. */
export async function digestOf(value: unknown): Promise<string> {
  return toHex(await sha256(new TextEncoder().encode(JSON.stringify(value))));
}
