/** Reads the header of a bigWig file (Kent et al. 2010, Bioinformatics 26:2204, supplement): where its parts are. */

import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { decodeLoosely } from "../../text/numbers.ts";
import type { Contig } from "../chromosomes.ts";
import { NodeReader, placeAt, readPart, walkTree } from "./_tree_walk.ts";

/** A sequence and the number that the file's index has for it. */
export interface NumberedContig extends Required<Contig> {
  readonly id: number;
}

/** The contents of the header. */
export interface BigWigHeader {
  readonly contigs: readonly NumberedContig[];
  /** Offset of the index of the sections, in bytes. */
  readonly indexOffset: number;
  /** Whether the sections are deflated. */
  readonly isDeflated: boolean;
  /** `false` if the file has a summary of all values, and it shows negative, infinite or missing values. */
  readonly hasSoundSummary: boolean;
  /** Whether the file reaches to the end of its summaries at lower resolution, which stand after all that is counted. */
  readonly isWhole: boolean;
}

const BIG_WIG_MAGIC = 0x888ffc26;
const BIG_BED_MAGIC = 0x8789f2eb;
const HEADER_BYTES = 64;
const SUMMARY_BYTES = 40;
const TREE_HEADER_BYTES = 32;
const ZOOM_HEADER_BYTES = 24;
/** More than any program writes. */
const MOST_ZOOM_LEVELS = 64;
const SECTION_INDEX = { headerBytes: 48, leafBytes: 32, innerBytes: 24 } as const;
const MAX_NAME_BYTES = 2 ** 16;
const MAX_SEQUENCES = 2 ** 20;

/**
 * Reads the header and the names of the sequences.
 *
 * @throws {FormatError} If the file is not a bigWig file, or is damaged.
 */
export async function readBigWigHeader(source: ByteSource): Promise<BigWigHeader> {
  const header = await readPart(source, 0, HEADER_BYTES);
  const magic = header.getUint32(0, true);
  if (magic !== BIG_WIG_MAGIC) {
    const found = magic === BIG_BED_MAGIC ? "it is a bigBed file" : "it has another magic number";
    fail(source, `${found}, expected a bigWig file`);
  }
  return {
    contigs: await readContigs(source, placeAt(header, 8)),
    indexOffset: placeAt(header, 24),
    // This field is the inflated size of the largest section, or 0 if the sections are not deflated.
    isDeflated: header.getUint32(52, true) > 0,
    hasSoundSummary: await hasSoundSummary(source, placeAt(header, 44)),
    isWhole: await reachesEnd(source, header.getUint16(6, true)),
  };
}

/** Whether the indexes of all summaries lie within the file, and all nodes of the last one. */
async function reachesEnd(source: ByteSource, levels: number): Promise<boolean> {
  if (levels > MOST_ZOOM_LEVELS) return true;
  const headers = await readPart(source, HEADER_BYTES, levels * ZOOM_HEADER_BYTES);
  let last = 0;
  for (let level = 0; level < levels; level++) {
    last = Math.max(last, placeAt(headers, level * ZOOM_HEADER_BYTES + 16));
  }
  const root = last + SECTION_INDEX.headerBytes;
  if (root > source.size) return false;
  // A look at the end of a file on a server is one more request, and servers hardly have half files.
  if (last === 0 || source.willRead !== undefined) return true;
  try {
    await walkTree(new NodeReader(source), root, {
      ...SECTION_INDEX,
      wantsChild: () => true,
      visitLeaf() {},
    });
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
  return true;
}

/** Checks the smallest value, the largest value and the sum. A missing summary counts as sound. */
async function hasSoundSummary(source: ByteSource, offset: number): Promise<boolean> {
  if (offset === 0 || offset + SUMMARY_BYTES > source.size) return true;
  const summary = await readPart(source, offset, SUMMARY_BYTES);
  return summary.getFloat64(8, true) >= 0 &&
    [8, 16, 24].every((at) => Number.isFinite(summary.getFloat64(at, true)));
}

async function readContigs(source: ByteSource, offset: number): Promise<NumberedContig[]> {
  const header = await readPart(source, offset, TREE_HEADER_BYTES);
  const [nameBytes, valueBytes] = [header.getUint32(8, true), header.getUint32(12, true)];
  if (nameBytes > MAX_NAME_BYTES || valueBytes !== 8) {
    fail(
      source,
      `its sequences have names of ${nameBytes} bytes and values of ${valueBytes} bytes`,
    );
  }
  const contigs: NumberedContig[] = [];
  await walkTree(new NodeReader(source), offset + TREE_HEADER_BYTES, {
    leafBytes: nameBytes + valueBytes,
    innerBytes: nameBytes + 8,
    wantsChild: () => true,
    visitLeaf(item) {
      if (contigs.length === MAX_SEQUENCES) {
        fail(source, `it has more than ${MAX_SEQUENCES} sequences`);
      }
      const bytes = new Uint8Array(item.buffer, item.byteOffset, nameBytes);
      const end = bytes.indexOf(0);
      contigs.push({
        name: decodeLoosely(bytes.subarray(0, end < 0 ? nameBytes : end)),
        id: item.getUint32(nameBytes, true),
        length: item.getUint32(nameBytes + 4, true),
      });
    },
  });
  return contigs;
}

function fail(source: ByteSource, found: string): never {
  throw new FormatError(`Cannot read bigWig: ${found}`, { file: source.name });
}
