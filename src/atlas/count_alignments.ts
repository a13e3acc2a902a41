/**
 * Counts a file of Roadmap's alignments into the competition's bins.
 *
 * @module
 */

import { narrowIntegers } from "../base/arrays.ts";
import { freeArray } from "../base/free.ts";
import { ContractError, FormatError } from "../errors.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { watchReads } from "../files/watch_reads.ts";
import { checkAssembly } from "../genome/chromosomes.ts";
import type { Gene } from "../genome/gene.ts";
import { openSignal } from "../genome/signal/open_signal.ts";
import { geneWindows } from "../genome/windows.ts";

/** Counts of reads, `[gene, bin]` row-major, in the narrower of two types that holds all of them. */
export type ReadCounts = Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** Number of bins of a gene. */
export const COMPETITION_BINS = 100;
/** Width of a bin, in base pairs. */
export const COMPETITION_BIN_SIZE_BP = 100;
/** The rule of counting. */
export const COMPETITION_RULE = "reads";

/** Options of {@linkcode countAlignments}. */
export interface CountAlignmentsOptions {
  /** The genes, in the order of the result. */
  readonly genes: readonly Gene[];
  /** Called from time to time with the number of bytes of the file that were read. */
  readonly onBytes?: ((read: number) => void) | undefined;
  /** Called with a warning about what is odd about the file but does not prevent counting it. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** The chromosome that women's cells lack. */
const MALE_CHROMOSOME = /^(chr)?Y$/;

/**
 * Counts the reads of a tagAlign file, gzip or not, into 100 bins of 100 bp around each TSS, as `bedtools multicov`
 * counts: a read counts in every bin that it overlaps by at least a base, whatever its strand. Bins run by ascending
 * coordinate on either strand. The file is read once, from its start to its end, and need not be sorted.
 *
 * @param source The file.
 * @param options The genes.
 * @returns The counts, `[gene, bin]` row-major.
 * @throws {FormatError} If the file is damaged or cut short, or holds no reads but something else.
 * @throws {ContractError} If the file has none of the genes' chromosomes, or no read in any window.
 *
 * @example Two reads, of which one overlaps two bins
 * ```ts
 * import { countAlignments } from "@waka/histone/atlas";
 * import { bytesSource } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const rows = "chr1\t10090\t10126\tN\t1000\t+\nchr1\t10150\t10186\tN\t1000\t-\n";
 * const source = bytesSource(new TextEncoder().encode(rows), "E003-H3K4me3.tagAlign");
 * const genes = [{ id: "g", chromosome: "1", tss: 10_000, strand: "+", line: 1 }] as const;
 * const counts = await countAlignments(source, { genes });
 * deepStrictEqual([...counts.subarray(50, 53)], [1, 2, 0]);
 * ```
 */
export async function countAlignments(
  source: ByteSource,
  options: CountAlignmentsOptions,
): Promise<ReadCounts> {
  const { genes, onBytes, onWarning } = options;
  const { name } = source;
  const windows = geneWindows(genes, {
    binSizeBp: COMPETITION_BIN_SIZE_BP,
    halfWidthBp: COMPETITION_BINS * COMPETITION_BIN_SIZE_BP / 2,
  });
  const watched = onBytes === undefined ? source : watchReads(source, onBytes);
  const track = await openSignal(watched, { format: "bed" });
  for (const warning of track.warnings ?? []) onWarning?.(warning);
  const { values, contigs } = await track.count(windows, { rule: COMPETITION_RULE, onWarning });
  const autosomal = genes.filter(({ chromosome }) => !MALE_CHROMOSOME.test(chromosome));
  for (
    const message of checkAssembly(autosomal.length > 0 ? autosomal : genes, contigs, {
      file: name,
    })
  ) {
    onWarning?.(message);
  }
  if (!values.some((value) => value > 0)) {
    throw new ContractError(`Cannot use ${name}: it has no read in any window of the genes`);
  }
  const counts = narrow(values, name);
  freeArray(values);
  return counts;
}

function narrow(values: Float64Array, file: string): ReadCounts {
  let largest = 0;
  for (const value of values) if (value > largest) largest = value;
  if (largest > 0xffff_ffff) {
    throw new FormatError(`Cannot count reads: a bin has ${largest}, more than any file holds`, {
      file,
    });
  }
  return narrowIntegers(values);
}
