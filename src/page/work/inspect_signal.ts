/** Opens files of reads or signal with their indexes, and says what is in them. */

import { formatCountOf } from "../../base/count.ts";
import { HistoneError } from "../../errors.ts";
import { type Contig, identifyAssembly, type OpenedSignal, openSignal } from "../../genome/mod.ts";
import type { SignalFormat } from "../../genome/mod.ts";
import type { GivenFile } from "./given_file.ts";
import { adviceOf } from "./recognised.ts";

/** A file of reads or signal, and its index if there is one. */
export interface SignalFile {
  readonly file: GivenFile;
  readonly format: SignalFormat;
  readonly index: GivenFile | undefined;
}

/** What is in a file of reads or signal. */
export interface SignalFacts {
  /** In words. */
  readonly about: string;
  /** The assembly that the lengths of its chromosomes identify. */
  readonly assembly: string | undefined;
  /** Its chromosomes, where the file has a list of them. */
  readonly contigs?: readonly Contig[];
  /** What keeps it from being counted. */
  readonly problem?: string;
}

const WORDS: Readonly<Record<SignalFormat, string>> = {
  bam: "Reads in BAM",
  cram: "Reads in CRAM",
  bigwig: "Signal in bigWig",
  bed: "Reads or intervals in BED",
  bedgraph: "Signal in bedGraph",
  peaks: "Peaks",
};

/** Formats of which only parts are read, so that they need an index. */
const INDEXED: ReadonlySet<SignalFormat> = new Set<SignalFormat>(["bam", "cram"]);

/** Opens a file with its index. */
export async function openGivenSignal({ file, format, index }: SignalFile): Promise<OpenedSignal> {
  const source = await file.open();
  const indexSource = await index?.open();
  const close = () => {
    source.close();
    indexSource?.close();
  };
  try {
    const track = await openSignal(source, { format, ...(indexSource && { index: indexSource }) });
    return { track, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Says what is in a file, or why it cannot be counted. */
export async function inspectSignal(signal: SignalFile): Promise<SignalFacts> {
  const { file, format, index } = signal;
  const about = WORDS[format];
  if (INDEXED.has(format) && index === undefined) {
    const name = `${file.name}.${format === "bam" ? "bai" : "crai"}`;
    return {
      about,
      assembly: undefined,
      problem: `its index, ${name}, is missing: add it too (samtools index makes it)`,
    };
  }
  try {
    const { track, close } = await openGivenSignal(signal);
    try {
      const { contigs } = track;
      const assembly = contigs && identifyAssembly(contigs);
      const of = assembly === undefined ? "" : ` of ${assembly}`;
      const held = contigs === undefined
        ? ""
        : `, ${formatCountOf(contigs.length, "chromosome")}${of}`;
      return { about: `${about}${held}`, assembly, ...(contigs && { contigs }) };
    } finally {
      close();
    }
  } catch (error) {
    if (!(error instanceof HistoneError)) throw error;
    return { about, assembly: undefined, problem: adviceOf(error, file.name) };
  }
}

/** Says if an index was changed before its file. Copies and downloads have times of their own, so it is no error. */
export function describeOldIndex({ file, index }: SignalFile): string | undefined {
  if (index?.modified === undefined || file.modified === undefined) return undefined;
  if (index.modified.getTime() >= file.modified.getTime()) return undefined;
  return `${index.name} was changed before ${file.name}: make sure that it is the index of this version of the file`;
}
