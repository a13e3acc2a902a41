/**
 * Opens files of reads or signal, whose formats are recognised by their names.
 *
 * @module
 */

import { FormatError } from "../../errors.ts";
import { quotePath } from "../../base/shell.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { adviseIndex, adviseSort } from "./_advice.ts";
import { explainFailure } from "./_foreign_bytes.ts";
import type { SignalFormat, SignalTrack } from "./track.ts";

/** Options for opening a file of reads or signal. */
export interface OpenSignalOptions {
  /**
   * The file's index. BAM (`.bai`, `.csi`) and CRAM (`.crai`) need one; for text from bgzip it is optional (`.tbi`,
   * `.csi`).
   */
  readonly index?: ByteSource | undefined;
  /**
   * What the file holds.
   *
   * @default {The format that the ending of the file's name shows.}
   */
  readonly format?: SignalFormat | undefined;
}

/** Endings of common files that cannot be counted, and what to do about them. */
const FOREIGN: readonly (readonly [ending: RegExp, advise: (name: string) => string])[] = [
  [/\.(sam|sam\.gz)$/i, (name) => `it is SAM, expected BAM: run "${adviseSort(name)}"`],
  [/\.(fastq|fq)(\.gz)?$/i, () => "its reads are not aligned to a genome yet, expected BAM"],
  [
    /\.gappedpeak(\.b?gz)?$/i,
    () =>
      "it holds peaks with gaps, expected narrowPeak or broadPeak of the same peaks, or reads or signal",
  ],
  [
    /(peaks|summits)\.(xls|txt|tsv|csv)$/i,
    () =>
      "it holds peaks as a table, expected the narrowPeak or broadPeak file of the same run, or reads or signal",
  ],
  [
    /fragments\.tsv(\.b?gz)?$/i,
    () => "if it holds fragments of single cells, each to be counted, name it .bed (or .bed.gz)",
  ],
  [/\.(bb|bigbed)$/i, () => 'it is bigBed, expected BED: "bigBedToBed" makes that of it'],
  [/\.wig(\.gz)?$/i, () => 'it is wiggle text, expected bigWig: "wigToBigWig" makes that of it'],
  [/\.(gtf|gff3?)(\.gz)?$/i, () => "it is an annotation, expected reads or signal"],
  [/\.(vcf|bcf)(\.gz)?$/i, () => "it holds variants, expected reads or signal"],
  [/\.(fa|fasta|2bit)(\.gz)?$/i, () => "it is a genome's sequence, expected reads or signal"],
  [/\.(bai|crai|csi|tbi)$/i, () => "it is an index, expected the file that it belongs to"],
  [/\.(bam|cram|bw|bigwig)\.gz$/i, () => "expected the file as it was: unpack it with gunzip"],
  [
    /\.(bed|bedgraph|bdg|tagalign|narrowpeak|broadpeak)\.(txt|tsv)(\.b?gz)?$/i,
    () => "if it is what the first ending says, name it without .txt or .tsv",
  ],
  [
    /\.regionpeak(\.b?gz)?$/i,
    () =>
      "if its column 7 is an enrichment, as SPP writes it for ENCODE, name it .narrowPeak (or .narrowPeak.gz)",
  ],
  [/\.(zip|bz2|xz|zst|7z|rar|tar|tgz)$/i, () => "expected a file that is plain or .gz: unpack it"],
];

const ENDINGS: Record<SignalFormat, RegExp> = {
  bam: /\.bam$/i,
  cram: /\.cram$/i,
  bigwig: /\.(bw|bigwig)$/i,
  bed: /\.(bed|bedpe|tagalign)(\.b?gz)?$/i,
  bedgraph: /\.(bedgraph|bdg|bg)(\.b?gz)?$/i,
  peaks: /\.(narrow|broad)peak(\.b?gz)?$/i,
};

/**
 * Recognises a file's format by the ending of its name: `.bam`; `.cram`; `.bw` or `.bigWig`; `.bed`, `.tagAlign` or
 * `.bedpe` (for fragments in three columns, as MACS2 writes them); `.bedGraph`, `.bdg` or `.bg`; `.narrowPeak` or
 * `.broadPeak`. The names of text files may have `.gz` or `.bgz` after that. Case does not matter.
 *
 * @param name Name or path of the file.
 * @returns The format.
 * @throws {TypeError} If the name has another ending.
 *
 * @example A tagAlign file
 * ```ts
 * import { signalFormat } from "@waka/histone/genome";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(signalFormat("E003-H3K4me3.tagAlign.gz"), "bed");
 * ```
 */
export function signalFormat(name: string): SignalFormat {
  for (const [format, ending] of Object.entries(ENDINGS)) {
    if (ending.test(name)) return format as SignalFormat;
  }
  const advise = FOREIGN.find(([ending]) => ending.test(name))?.[1];
  if (advise !== undefined) throw new TypeError(`Cannot count ${name}: ${advise(name)}`);
  throw new TypeError(
    `Cannot recognise the format of ${name}: expected a name that ends in .bam, .cram, .bw, .bigWig, .bed, ` +
      ".tagAlign, .bedGraph, .bdg, .bg, .narrowPeak or .broadPeak; names of text files may have .gz after that",
  );
}

/**
 * Lists the names that the index of a file may have, in the order to look for them.
 *
 * @param name Name or path of the file.
 * @returns The names; an empty list for formats without an index.
 *
 * @example Files with and without an index
 * ```ts
 * import { indexNames } from "@waka/histone/genome";
 * import { deepStrictEqual } from "node:assert";
 *
 * deepStrictEqual(indexNames("a.bam"), ["a.bam.bai", "a.bam.csi", "a.bai", "a.csi"]);
 * deepStrictEqual(indexNames("a.cram"), ["a.cram.crai", "a.crai"]);
 * deepStrictEqual(indexNames("a.bed.gz"), ["a.bed.gz.tbi", "a.bed.gz.csi"]);
 * deepStrictEqual(indexNames("a.bw"), []);
 * ```
 */
export function indexNames(name: string): string[] {
  if (ENDINGS.bigwig.test(name)) return [];
  if (ENDINGS.cram.test(name)) return [`${name}.crai`, `${name.slice(0, -".cram".length)}.crai`];
  if (!ENDINGS.bam.test(name)) return /\.b?gz$/i.test(name) ? [`${name}.tbi`, `${name}.csi`] : [];
  const stem = name.slice(0, -".bam".length);
  return [`${name}.bai`, `${name}.csi`, `${stem}.bai`, `${stem}.csi`];
}

/** A file and the time of its last change. */
export interface FileTime {
  /** The file's name. */
  readonly name: string;
  /** The time of its last change. */
  readonly modified: Date;
}

/** Programs that write a file and its index side by side, as `samtools sort --write-index` does, close the file last. */
const WRITTEN_TOGETHER_MS = 2000;

/** Whether an index is older than its file, by more than programs that write both together need. */
export function isIndexOlder(file: FileTime, index: FileTime): boolean {
  return index.modified.getTime() + WRITTEN_TOGETHER_MS < file.modified.getTime();
}

/**
 * Says that an index which fits its file is older. An index of other content would end elsewhere, and the file would not have been
 * opened; only that of a file with every block and record in the same places is like it. Nothing but the file's name is in the
 * message, so that many files give one warning.
 */
export function describeOlderIndex(file: string): string {
  return `the index of ${file} is older than the file. It is used, since it ends where the file's records do, as one does ` +
    "that was copied before its file. If the file was written again since, make the index again with " +
    `"${adviseIndex(file)}"`;
}

/**
 * Throws if an index is older than its file, since it may then belong to an earlier version of the file. Two seconds are allowed:
 * some programs write both together, and close the file last. `openSignalFile` looks at the content of both instead, and only
 * warns of the age, which copying changes too.
 *
 * @param file The file of reads or signal.
 * @param index Its index.
 * @throws {FormatError} If the index is older; the message names both.
 *
 * @example An index from the day before
 * ```ts
 * import { checkIndexAge } from "@waka/histone/genome";
 * import { throws } from "node:assert";
 *
 * const file = { name: "a.bam", modified: new Date("2026-03-02") };
 * checkIndexAge(file, { name: "a.bam.bai", modified: new Date("2026-03-02") });
 * const old = { name: "a.bam.bai", modified: new Date("2026-03-01") };
 * throws(() => checkIndexAge(file, old), /samtools index a\.bam/);
 * ```
 */
export function checkIndexAge(file: FileTime, index: FileTime): void {
  if (!isIndexOlder(file, index)) return;
  throw new FormatError(
    `Cannot use index: it was changed ${index.modified.toISOString()}, before ${file.name}, which was ` +
      `${file.modified.toISOString()}: make it again with "${
        adviseIndex(file.name)
      }", or, if it is ` +
      `this file's own, run "touch ${quotePath(index.name)}"`,
    { file: index.name },
  );
}

/**
 * Opens a file of reads or signal for counting.
 *
 * @param source The file. The caller closes it after counting.
 * @param options The file's index, and its format if the name does not show it.
 * @returns The opened file.
 * @throws {TypeError} If the format is not given and the name does not show it.
 * @throws {FormatError} If the file is empty, damaged, cut short or in another format, or is a BAM or CRAM file
 * without an index.
 *
 * @example Count reads of a tagAlign file
 * ```ts
 * import { bytesSource } from "@waka/histone/io";
 * import { geneWindows, openSignal } from "@waka/histone/genome";
 * import { deepStrictEqual } from "node:assert";
 *
 * const text = "chr1\t95\t131\tN\t1000\t+\nchr1\t250\t286\tN\t1000\t-\n";
 * const track = await openSignal(bytesSource(new TextEncoder().encode(text), "a.tagAlign"));
 * const genes = [{ id: "g", chromosome: "chr1", tss: 200, strand: "+", line: 1 }] as const;
 * const windows = geneWindows(genes, { halfWidthBp: 200 });
 * const { values } = await track.count(windows, { rule: "reads" });
 * deepStrictEqual([...values], [1, 1, 1, 0]);
 * ```
 */
export async function openSignal(
  source: ByteSource,
  options: OpenSignalOptions = {},
): Promise<SignalTrack> {
  const { index, format = signalFormat(source.name) } = options;
  for (const { name, size } of index === undefined ? [source] : [source, index]) {
    if (size === 0) throw new FormatError("Cannot read file: it is empty", { file: name });
  }
  try {
    return await openAs(source, { index, format });
  } catch (error) {
    throw await explainFailure(error, source, format);
  }
}

async function openAs(
  source: ByteSource,
  { index, format }: { readonly index: ByteSource | undefined; readonly format: SignalFormat },
): Promise<SignalTrack> {
  // A file needs the reader of its own format only, and programs start sooner without the others.
  switch (format) {
    case "bam": {
      const { openBam } = await import("./bam.ts");
      return await openBam(source, index);
    }
    case "cram": {
      const { openCram } = await import("./cram.ts");
      return await openCram(source, index);
    }
    case "bigwig": {
      const { openBigWig } = await import("./big_wig.ts");
      return await openBigWig(source);
    }
    case "bed":
    case "bedgraph":
    case "peaks": {
      const { openText } = await import("./text_track.ts");
      return await openText(source, { format, index });
    }
  }
}
