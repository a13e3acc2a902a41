/** What the headers and indexes of files of reads and signal say, without counting. */

import type { ByteSource } from "../../files/byte_source.ts";
import type { Contig } from "../chromosomes.ts";
import { readBamHeader } from "./_bam_header.ts";
import { readBgzfIndex } from "./_bgzf_index.ts";
import { readBigWigHeader } from "./_big_wig_header.ts";
import { CramFileReader } from "./_cram_container.ts";
import { readCramHeader } from "./_cram_header.ts";
import { readCramIndex } from "./_cram_index.ts";

/** What a header says. */
export interface HeaderFacts {
  readonly contigs: readonly Required<Contig>[];
  /** How the reads are sorted, such as `coordinate`; `undefined` for signal and if the header does not say. */
  readonly sortOrder: string | undefined;
}

/** Reads the header of a BAM, CRAM or bigWig file. */
export async function readHeaderFacts(
  source: ByteSource,
  format: "bam" | "cram" | "bigwig",
): Promise<HeaderFacts> {
  if (format === "bam") return await readBamHeader(source);
  if (format === "cram") return await readCramHeader(await CramFileReader.open(source));
  const { contigs } = await readBigWigHeader(source);
  return { contigs, sortOrder: undefined };
}

/** What an index says. */
export interface IndexFacts {
  /** Number of mapped reads or of rows; `undefined` if the index does not say. */
  readonly records: number | undefined;
  /** Names of the sequences, where the index has them. */
  readonly names: readonly string[] | undefined;
}

/** Reads an index of a BAM file or of text from bgzip (`.bai`, `.csi`, `.tbi`), or of a CRAM file (`.crai`). */
export async function readIndexFacts(
  index: ByteSource,
  { isOfCram }: { readonly isOfCram: boolean },
): Promise<IndexFacts> {
  if (isOfCram) {
    await readCramIndex(index);
    return { records: undefined, names: undefined };
  }
  const content = await readBgzfIndex(index);
  let records = 0;
  for (let sequence = 0; sequence < content.sequences; sequence++) {
    records += content.countRecords(sequence);
  }
  return { records: records > 0 ? records : undefined, names: content.names };
}
