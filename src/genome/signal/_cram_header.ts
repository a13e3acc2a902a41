/** Reads the header of a CRAM file, which is that of SAM, and checks that the file is whole. */

import { FormatError } from "../../errors.ts";
import type { Contig } from "../chromosomes.ts";
import { adviseIndex } from "./_advice.ts";
import { CramCursor, failCram } from "./_cram_bytes.ts";
import type { CramFileReader } from "./_cram_container.ts";
import { CONTENT, inflateBlock } from "./_cram_inflate.ts";
import type { CramIndexEntry } from "./_cram_index.ts";

/** The contents of the header. */
export interface CramHeader {
  readonly contigs: readonly Required<Contig>[];
  /** How the reads are sorted (`SO` of `@HD`), such as `coordinate`; `undefined` if the header does not say. */
  readonly sortOrder: string | undefined;
}

const MAX_SEQUENCES = 2 ** 20;
const READ_AHEAD_BYTES = 1 << 16;
const DECODER = new TextDecoder();
/** Reads the header. */
export async function readCramHeader(reader: CramFileReader): Promise<CramHeader> {
  const { firstContainer } = reader;
  const container = await reader.container(firstContainer, READ_AHEAD_BYTES);
  // Old versions of htslib gave this container a wrong length.
  const block = await reader.blockHeader(container.start, reader.size);
  const place = reader.placeOf(container.start);
  if (block.contentType !== CONTENT.fileHeader) failCram("it lacks its header", place);
  const cursor = new CramCursor(await inflateBlock(reader, await reader.block(block)), place);
  const length = cursor.int32();
  const text = DECODER.decode(cursor.take(Math.min(length, cursor.left)));
  const contigs: Required<Contig>[] = [];
  for (const [line] of text.matchAll(/^@SQ\t.*$/gm)) {
    if (contigs.length === MAX_SEQUENCES) {
      cursor.fail("its header has more than a million sequences");
    }
    contigs.push(readContig(line, cursor));
  }
  const sortOrder = /^@HD\t(?:[^\n]*\t)?SO:([^\t\r\n]*)/.exec(text)?.[1];
  return { contigs, sortOrder };
}

function readContig(line: string, cursor: CramCursor): Required<Contig> {
  const name = /\tSN:([^\t\r]+)/.exec(line)?.[1];
  const length = Number(/\tLN:(\d+)/.exec(line)?.[1]);
  if (name === undefined || !(length <= 2 ** 31 - 1)) {
    cursor.fail("a sequence in its header lacks its name or length");
  }
  return { name, length };
}

/**
 * Checks that a file ends where its index and its structure say.
 *
 * @returns Warnings: one if the file only lacks the container without reads that ends it.
 * @throws {FormatError} If the file was cut short, or has reads after the last that the index knows.
 */
export async function checkCramEnd(
  reader: CramFileReader,
  entries: readonly CramIndexEntry[],
): Promise<string[]> {
  const { name, size } = reader;
  const last = entries.at(-1)?.slice.container ?? 0;
  if (last >= size) {
    failCut(name, `by its index it has reads at byte ${last}, but it has ${size} bytes`);
  }
  for (let at = last; at < size;) {
    const { end, isLast, isOnSequence } = await reader.container(at);
    if (isLast) return [];
    if (isOnSequence && at > last) failIndex(name, { last, at });
    at = end;
  }
  return [
    `${name} lacks the empty container that CRAM files end with: what is there is counted, but it may have been ` +
    "cut short. Compare it with its origin",
  ];
}

/** An index knows all reads that have a place; those that follow would be missing from the counts. */
function failIndex(
  file: string,
  { last, at }: { readonly last: number; readonly at: number },
): never {
  throw new FormatError(
    `Cannot use index: by it the last reads of ${file} are at byte ${last}, found reads on a sequence after them, at ` +
      `byte ${at}: it is the index of another file, or of this one before it was written again. Make it again: run ` +
      `"${adviseIndex(file)}"`,
    { file },
  );
}

function failCut(file: string, found: string): never {
  throw new FormatError(
    `Cannot read file: ${found}: it was cut short, so copy or download it again, or the index is of another file`,
    { file },
  );
}
