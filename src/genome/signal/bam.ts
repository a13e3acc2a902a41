/**
 * Reads of BAM files.
 *
 * @module
 */

import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../io/byte_source.ts";
import { checkBgzipEnd } from "../_gunzip.ts";
import type { Contig } from "../chromosomes.ts";
import type { GeneWindows } from "../windows.ts";
import { readBamContigs } from "./_bam_header.ts";
import { BamRecordDecoder } from "./_bam_records.ts";
import { inflateRange, mergeRanges } from "./_bgzf.ts";
import { type BgzfIndex, readBgzfIndex } from "./_bgzf_index.ts";
import { checkOptions } from "./_check_options.ts";
import { mergeWindows, windowsByContig } from "./_contig_windows.ts";
import { ReadSink } from "./_read_sink.ts";
import { WindowCounter } from "./_window_counter.ts";
import type { CountOptions, SignalCounts, SignalTrack } from "./track.ts";

/** A contig whose length the file tells, which BAM files always do. */
type SizedContig = Required<Contig>;

/**
 * Opens a BAM file that is sorted by coordinate.
 *
 * @param source The file.
 * @param index Its index, `.bai` or `.csi`.
 * @throws {FormatError} If there is no index, the file is cut short (it lacks the empty block that BAM files end
 * with), the header or the index is damaged, or the index has more sequences than the file.
 */
export async function openBam(source: ByteSource, index?: ByteSource): Promise<SignalTrack> {
  if (index === undefined) {
    throw new FormatError(
      `Cannot read BAM: it has no index, expected one beside it: run "samtools index ${source.name}"`,
      { file: source.name },
    );
  }
  const [id1, id2] = await source.read(0, Math.min(2, source.size));
  if (id1 !== 0x1f || id2 !== 0x8b) {
    throw new FormatError("Cannot read BAM: it does not start as one", { file: source.name });
  }
  await checkBgzipEnd(source);
  const contigs = await readBamContigs(source);
  const bgzfIndex = await readBgzfIndex(index);
  if (bgzfIndex.sequences > contigs.length) {
    throw new FormatError(
      `Cannot use index: it has ${bgzfIndex.sequences} sequences, expected the ${contigs.length} of ` +
        source.name,
      { file: index.name },
    );
  }
  return new BamTrack(source, bgzfIndex, contigs);
}

class BamTrack implements SignalTrack {
  readonly format = "bam";
  readonly name: string;
  readonly contigs: readonly SizedContig[];
  readonly #source: ByteSource;
  readonly #index: BgzfIndex;

  constructor(source: ByteSource, index: BgzfIndex, contigs: readonly SizedContig[]) {
    this.name = source.name;
    this.contigs = contigs;
    this.#source = source;
    this.#index = index;
  }

  async count(windows: GeneWindows, options: CountOptions): Promise<SignalCounts> {
    checkOptions(this, options);
    const { rule, extendBp = 0, minMappingQuality = 0, onProgress } = options;
    const counter = new WindowCounter(windows, rule);
    const sink = new ReadSink(counter, extendBp);
    const onContigs = windowsByContig(windows, this.contigs.map(({ name }) => name));
    const widthBp = windows.bins * windows.binSizeBp;
    let reads = 0;
    let done = 0;
    for (const [contig, { name, length }] of this.contigs.entries()) {
      reads += this.#index.countRecords(contig);
      const onContig = onContigs.get(name);
      if (onContig === undefined) continue;
      counter.select(onContig);
      sink.contigLength = length;
      const filter = { contig, minMappingQuality, unmapped: rule === "reads" };
      const decoder = new BamRecordDecoder(this.name, filter, sink);
      const regions = mergeWindows(onContig, { widthBp, paddingBp: extendBp, length });
      for (const range of mergeRanges(this.#index.findRanges(contig, regions))) {
        for await (const piece of inflateRange(this.#source, range)) {
          decoder.push(piece);
          onProgress?.(done + counter.passed, windows.genes);
        }
        decoder.finish();
      }
      done += onContig.starts.length;
    }
    onProgress?.(windows.genes, windows.genes);
    return {
      values: counter.finish(),
      contigs: this.contigs,
      reads: this.#checkReads(reads),
    };
  }

  /** The number of all reads, or `undefined` if the index has places of reads but not their number. */
  #checkReads(reads: number): number | undefined {
    if (reads > 0) return reads;
    if (this.#index.hasPlaces) return undefined;
    throw new FormatError("Cannot count reads: the file holds none", { file: this.name });
  }
}
