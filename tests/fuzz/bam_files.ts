/** A small BAM file and its indexes (SAM specification, sections 4 and 5.2; CSIv1). */

import { ByteWriter } from "./byte_writer.ts";
import { virtualOffset } from "./containers.ts";

/** Where the rows or reads of one sequence are in the inflated data. */
export interface Extent {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly rows: number;
}

const READS = 40;
const READ_LENGTH = 36;

/** The inflated data of a BAM file with reads on two of three sequences, and where these reads are. */
export function writeBamData(): { readonly data: ByteWriter; readonly extents: Extent[] } {
  const data = new ByteWriter().text("BAM\x01");
  const header = "@HD\tVN:1.6\tSO:coordinate\n";
  data.field(4, header.length).text(header).boundary();
  const names = ["chr1", "chr2", "chr3"];
  data.field(4, names.length);
  for (const name of names) data.field(4, name.length + 1).text(`${name}\0`).field(4, 10_000);
  data.boundary();
  const extents = names.map((name, contig): Extent => {
    const start = data.length;
    const rows = contig === 2 ? 0 : READS;
    for (let read = 0; read < rows; read++) writeRead(data, contig, read);
    return { name, start, end: data.length, rows };
  });
  return { data, extents };
}

function writeRead(data: ByteWriter, contig: number, read: number): void {
  const name = `r${read}\0`;
  const record = new ByteWriter().field(4, contig).field(4, 100 * read).field(1, name.length);
  record.field(1, 30).field(2, 4681).field(2, 1).field(2, read % 2 * 16).field(4, READ_LENGTH);
  record.field(4, -1).field(4, -1).integer(4, 0).text(name).field(4, READ_LENGTH * 16);
  record.raw(new Uint8Array(READ_LENGTH / 2).fill(0x11)).raw(new Uint8Array(READ_LENGTH).fill(30));
  data.field(4, record.length).append(record).boundary();
}

/** Number of the bin with the counts of reads in `.bai` and `.tbi`. */
const PSEUDO_BIN = 37_450;
/** The first bin of 16 kb, which holds everything in the small files. */
const FIRST_LEAF = 4681;

/** A `.bai` index. */
export function writeBai(extents: readonly Extent[]): ByteWriter {
  const index = new ByteWriter().text("BAI\x01").field(4, extents.length);
  for (const extent of extents) writeLinearBins(index, extent);
  return index;
}

/** The inflated data of a `.tbi` index of a BED file. */
export function writeTbiData(extents: readonly Extent[]): ByteWriter {
  const index = new ByteWriter().text("TBI\x01").field(4, extents.length);
  writeTabixHeader(index, extents);
  for (const extent of extents) writeLinearBins(index, extent);
  return index;
}

function writeLinearBins(index: ByteWriter, extent: Extent): void {
  index.field(4, extent.rows > 0 ? 2 : 0);
  if (extent.rows > 0) {
    index.field(4, FIRST_LEAF).field(4, 1);
    writeChunk(index, extent);
    index.field(4, PSEUDO_BIN).field(4, 2);
    writeChunk(index, extent);
    index.field(8, extent.rows).field(8, 0);
  }
  index.field(4, extent.rows > 0 ? 1 : 0);
  if (extent.rows > 0) index.field(8, virtualOffset(extent.start));
  index.boundary();
}

function writeChunk(index: ByteWriter, { start, end }: Extent): void {
  index.field(8, virtualOffset(start)).field(8, virtualOffset(end));
}

function writeTabixHeader(index: ByteWriter, extents: readonly Extent[]): void {
  const names = extents.map(({ name }) => `${name}\0`).join("");
  index.field(4, 0x10000).field(4, 1).field(4, 2).field(4, 3).field(4, 35).field(4, 0);
  index.field(4, names.length).text(names).boundary();
}

/** The inflated data of a `.csi` index; of a BED file with the names that its rows have. */
export function writeCsiData(extents: readonly Extent[], names: boolean): ByteWriter {
  const header = new ByteWriter();
  if (names) writeTabixHeader(header, extents);
  const index = new ByteWriter().text("CSI\x01").field(4, 14).field(4, 5);
  index.field(4, header.length).append(header).field(4, extents.length);
  for (const extent of extents) {
    index.field(4, extent.rows > 0 ? 2 : 0);
    if (extent.rows === 0) continue;
    index.field(4, FIRST_LEAF).field(8, virtualOffset(extent.start)).field(4, 1);
    writeChunk(index, extent);
    index.field(4, PSEUDO_BIN).field(8, 0).field(4, 2);
    writeChunk(index, extent);
    index.field(8, extent.rows).field(8, 0).boundary();
  }
  return index;
}
