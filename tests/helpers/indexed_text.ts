/** Text files in blocks with their index, as bgzip and tabix write them. */

import { type ByteSource, bytesSource } from "../../src/files/byte_source.ts";
import { type Extent, writeTbiData } from "../fuzz/bam_files.ts";
import { writeBgzf } from "../fuzz/containers.ts";

const ENCODER = new TextEncoder();

/** The rows, of one sequence after the other, as a file and its `.tbi` index. */
export function indexedText(
  name: string,
  rows: readonly string[],
): {
  readonly source: ByteSource;
  readonly index: ByteSource;
  readonly bytes: Uint8Array<ArrayBuffer>;
} {
  const extents: Extent[] = [];
  let at = 0;
  for (const row of rows) {
    const contig = row.slice(0, row.indexOf("\t"));
    const last = extents.at(-1);
    const end = at + row.length;
    if (last?.name === contig) extents[extents.length - 1] = { ...last, end, rows: last.rows + 1 };
    else extents.push({ name: contig, start: at, end, rows: 1 });
    at = end;
  }
  const bytes = writeBgzf(ENCODER.encode(rows.join(""))).finish();
  const index = writeBgzf(writeTbiData(extents).finish()).finish();
  return { source: bytesSource(bytes, name), index: bytesSource(index, `${name}.tbi`), bytes };
}
