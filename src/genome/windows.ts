/**
 * Windows around transcription start sites, cut into bins.
 *
 * @module
 */

import type { PackedArray } from "../base/arrays.ts";
import type { Orientation, TssRule } from "../record.ts";
import { checkDirection, checkGenes, checkSizes } from "./_check_windows.ts";
import type { ChromosomeAliases } from "./chromosome_aliases.ts";
import type { Gene } from "./gene.ts";

/** Sizes of windows and bins, and the direction in which bins will run. */
export interface GeneWindowsOptions {
  /**
   * Width of a bin, in base pairs.
   *
   * @default {100}
   */
  readonly binSizeBp?: number | undefined;
  /**
   * How far a window reaches from the TSS to either side, in base pairs; a multiple of half a bin.
   *
   * @default {5000}
   */
  readonly halfWidthBp?: number | undefined;
  /**
   * The direction in which the bins of genes on the minus strand will run. In `transcript` orientation the windows of
   * these genes lie one base further right, so that they are mirror images of those on the plus strand.
   *
   * @default {"genomic"}
   */
  readonly orientation?: Orientation | undefined;
  /**
   * What the windows are centred on. With `bed` they are where they were given, on both strands and in either
   * orientation.
   *
   * @default {"gene"}
   */
  readonly tss?: TssRule | undefined;
  /** Further names of the chromosomes, by which files of reads or signal may know them. */
  readonly chromosomeAliases?: ChromosomeAliases | undefined;
}

/** The windows on one chromosome, by ascending start. */
export interface ChromosomeWindows {
  /** The chromosome's name in the file of genes. */
  readonly chromosome: string;
  /** Another name of the chromosome, if the file of genes has it. */
  readonly chromosomeAlias?: string | undefined;
  /**
   * First base of each window, 0-based, `[window]` ascending. It is negative if the window reaches past the
   * chromosome's start.
   */
  readonly starts: Int32Array<ArrayBuffer>;
  /** The index of each window's gene among the genes, `[window]`. */
  readonly geneIndex: Uint32Array<ArrayBuffer>;
}

/** The windows of all genes. */
export interface GeneWindows {
  /** Width of a bin, in base pairs. */
  readonly binSizeBp: number;
  /** Number of bins of each window. */
  readonly bins: number;
  /** Number of genes, each of which has one window. */
  readonly genes: number;
  /** Further names of the chromosomes. */
  readonly chromosomeAliases?: ChromosomeAliases | undefined;
  /** The windows by chromosome, in order of first appearance among the genes. */
  readonly chromosomes: readonly ChromosomeWindows[];
  /**
   * Windows of other genes, into which the same file is counted apart. Reads that overlap one of them are counted, but
   * are not among `readsInWindows` again.
   */
  readonly earlier?: GeneWindows | undefined;
}

/**
 * Lays a window around the TSS of each gene, with h for `halfWidthBp` and 0-based half-open. The windows are sorted by
 * chromosome and start, so that each file can be read in its own order. A window may reach past either end of its
 * chromosome, where the signal is zero.
 *
 * A window has an even number of bases, so no base is in its middle: the TSS is the first base of one of its halves.
 *
 * - In `genomic` orientation every window is `[tss - h, tss + h)`, on both strands, as DeepChrome has it. The TSS is the
 *   first base of the half with the higher coordinates: of 100 bins, counted from 0, it is in bin 50.
 * - Windows that were given as intervals (`tss: "bed"`) are where they were given: `[tss - h, tss + h)`, always.
 * - In `transcript` orientation the window of a gene on the minus strand is `[tss - h + 1, tss + h + 1)`, as deepTools'
 *   `computeMatrix reference-point` has it. The TSS is the first base of the downstream half on both strands: it is in
 *   bin 50 once {@linkcode flipBins} has reversed the bins of the minus strand.
 *
 * @param genes The genes, in the order of the data set.
 * @param options Sizes in base pairs.
 * @returns The windows by chromosome.
 * @throws {RangeError} If a size is not a positive integer, the window is not a whole number of bins, or a TSS is not a
 * position.
 * @throws {TypeError} Unless the genes are an array of genes, whose strands are `+`, `-` or none.
 * @throws {ContractError} If a window without a strand is to be laid in transcript orientation.
 * @see Ramírez et al. 2016, Nucleic Acids Research 44:W160, deepTools.
 *
 * @example Two genes on one chromosome
 * ```ts
 * import { geneWindows } from "@waka/histone/genome";
 * import { deepStrictEqual } from "node:assert";
 *
 * const genes = [
 *   { id: "a", chromosome: "chr1", tss: 90_000, strand: "+", line: 1 },
 *   { id: "b", chromosome: "chr1", tss: 1_000, strand: "-", line: 2 },
 * ] as const;
 * const { starts, geneIndex } = geneWindows(genes).chromosomes[0]!;
 * deepStrictEqual([...starts], [-4_000, 85_000]);
 * deepStrictEqual([...geneIndex], [1, 0]);
 * ```
 *
 * @example The gene on the minus strand, for bins that run from upstream to downstream
 * ```ts
 * import { geneWindows } from "@waka/histone/genome";
 * import { deepStrictEqual } from "node:assert";
 *
 * const genes = [{ id: "b", chromosome: "chr1", tss: 9_000, strand: "-", line: 1 }] as const;
 * const { chromosomes } = geneWindows(genes, { orientation: "transcript" });
 * deepStrictEqual([...chromosomes[0]!.starts], [4_001]);
 * ```
 */
export function geneWindows(
  genes: readonly Gene[],
  options: GeneWindowsOptions = {},
): GeneWindows {
  const { binSizeBp = 100, halfWidthBp = 5000, orientation = "genomic", tss: rule } = options;
  checkSizes(binSizeBp, halfWidthBp);
  checkDirection(orientation);
  checkGenes(genes, orientation);
  const shifts = orientation === "transcript" && rule !== "bed";
  const byChromosome = new Map<string, number[]>();
  for (const [index, { chromosome }] of genes.entries()) {
    const indices = byChromosome.get(chromosome);
    if (indices === undefined) byChromosome.set(chromosome, [index]);
    else indices.push(index);
  }
  const chromosomes = Array.from(byChromosome, ([chromosome, indices]) => {
    const startOf = (index: number) => {
      const { tss, strand } = genes[index]!;
      return tss - halfWidthBp + (shifts && strand === "-" ? 1 : 0);
    };
    const chromosomeAlias = genes[indices[0]!]!.chromosomeAlias;
    indices.sort((a, b) => startOf(a) - startOf(b));
    const starts = Int32Array.from(indices, startOf);
    const group = { chromosome, starts, geneIndex: Uint32Array.from(indices) };
    return chromosomeAlias === undefined ? group : { ...group, chromosomeAlias };
  });
  const { chromosomeAliases } = options;
  const bins = 2 * halfWidthBp / binSizeBp;
  const windows = { binSizeBp, bins, genes: genes.length, chromosomes };
  return chromosomeAliases === undefined ? windows : { ...windows, chromosomeAliases };
}

/** The shape of a signal whose bins {@linkcode flipBins} reverses. */
export interface FlipBinsOptions {
  /** Number of bins of a gene. */
  readonly bins: number;
  /**
   * Number of marks.
   *
   * @default {1}
   */
  readonly marks?: number;
}

/**
 * Reverses the bins of genes on the minus strand, in place: from ascending coordinate (`genomic`) to upstream first
 * (`transcript`), or back. Only the order of the bins changes, so count windows that were laid with the same
 * `orientation` (see {@linkcode geneWindows}), and crop them if you need to, before you call this.
 *
 * @param signal The signal, `[gene, bin, mark]` row-major.
 * @param genes The genes, in the order of the signal.
 * @param options Numbers of bins and marks.
 * @throws {TypeError} If the size of the signal is not that of the genes, bins and marks.
 *
 * @example Two genes with three bins each
 * ```ts
 * import { flipBins } from "@waka/histone/genome";
 * import { deepStrictEqual } from "node:assert";
 *
 * const signal = Uint16Array.of(1, 2, 3, 1, 2, 3);
 * flipBins(signal, [{ strand: "+" }, { strand: "-" }], { bins: 3 });
 * deepStrictEqual([...signal], [1, 2, 3, 3, 2, 1]);
 * ```
 */
export function flipBins(
  signal: PackedArray,
  genes: readonly Pick<Gene, "strand">[],
  options: FlipBinsOptions,
): void {
  const { bins, marks = 1 } = options;
  const size = bins * marks;
  if (signal.length !== genes.length * size) {
    throw new TypeError(
      `Cannot flip bins: signal has ${signal.length} values, expected ${genes.length} genes × ` +
        `${bins} bins × ${marks} marks`,
    );
  }
  for (const [index, { strand }] of genes.entries()) {
    if (strand === "-") reverseBins(signal.subarray(index * size, (index + 1) * size), marks);
  }
}

/** Reverses the bins of one gene, `[bin, mark]`. */
function reverseBins(signal: PackedArray, marks: number): void {
  for (let low = 0, high = signal.length - marks; low < high; low += marks, high -= marks) {
    for (let mark = 0; mark < marks; mark++) {
      const value = signal[low + mark]!;
      signal[low + mark] = signal[high + mark]!;
      signal[high + mark] = value;
    }
  }
}
