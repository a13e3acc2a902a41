/**
 * Where the windows of samples lie on the genome.
 *
 * @module
 */

import { formatCountOf } from "../../base/count.ts";
import { ContractError } from "../../errors.ts";
import type { Orientation, TssRule } from "../../record.ts";
import type { ChromosomeAliases } from "../chromosome_aliases.ts";
import { chromosomeMatcher, type Contig } from "../chromosomes.ts";
import type { Strand } from "../gene.ts";
import { LARGEST_POSITION } from "../largest_position.ts";

/** Where the gene of a sample lies; what is not known is missing. */
export interface SamplePlace {
  /** Name of the gene, for messages. */
  readonly name: string;
  /** Name of the chromosome. */
  readonly chromosome?: string | undefined;
  /** Transcription start site, 0-based. */
  readonly tss?: number | undefined;
  /** The gene's strand. */
  readonly strand?: Strand | undefined;
}

/** What the windows of {@linkcode placeWindows} are. */
export interface PlaceWindowsOptions {
  /** Number of bins of a window. */
  readonly bins: number;
  /** Width of a bin, in base pairs. */
  readonly binSizeBp: number;
  /**
   * The place of the TSS's base among the bases of a window, from 0, along the direction of the bins.
   *
   * @default {half the width of a window, rounded down}
   */
  readonly tssBase?: number | undefined;
  /** The direction in which the bins of genes on the minus strand run. */
  readonly orientation: Orientation;
  /**
   * What the windows are centred on; those that were given as intervals are where they were given, on both strands.
   *
   * @default {"gene"}
   */
  readonly tss?: TssRule | undefined;
  /**
   * The chromosomes with their lengths, at whose ends windows are cut. Samples on others are left out.
   *
   * @default {any chromosome, of any length}
   */
  readonly chromosomes?: readonly Required<Contig>[] | undefined;
  /** Further names of the chromosomes. */
  readonly chromosomeAliases?: ChromosomeAliases | undefined;
}

/** The windows on one chromosome, by ascending start. */
export interface ChromosomePlaces {
  /** The chromosome's name, as the samples have it. */
  readonly name: string;
  /** Its length in base pairs; `Infinity` if it is not known. */
  readonly length: number;
  /** First base of each window, `[window]`; negative if it reaches past the chromosome's start. */
  readonly starts: Int32Array<ArrayBuffer>;
  /** The TSS of each window, `[window]`. */
  readonly tss: Int32Array<ArrayBuffer>;
  /** The sample of each window, `[window]`. */
  readonly samples: Uint32Array<ArrayBuffer>;
  /** 1 where the bins run against the coordinates, `[window]`. */
  readonly isReversed: Uint8Array<ArrayBuffer>;
}

/** How many windows of samples are on the genome, and how. */
export interface PlaceCounts {
  /** Windows that have a place. */
  readonly placed: number;
  /** Samples left out, since it is not known where their genes lie. */
  readonly unplaced: number;
  /** Samples left out, since their chromosomes are not among those whose lengths are known. */
  readonly elsewhere: number;
  /** Windows that share bases with another. */
  readonly overlapping: number;
  /** Windows that reach past an end of their chromosome. */
  readonly cut: number;
}

/** Windows of samples on the genome. */
export interface PlacedWindows {
  /** Number of bins of a window. */
  readonly bins: number;
  /** Width of a bin, in base pairs. */
  readonly binSizeBp: number;
  /** The chromosomes that have windows, by name, as `LC_ALL=C sort` orders them. */
  readonly chromosomes: readonly ChromosomePlaces[];
  /** How many windows there are, and what was left out. */
  readonly counts: PlaceCounts;
}

interface Window {
  readonly sample: number;
  readonly start: number;
  readonly tss: number;
  readonly isReversed: boolean;
}

/**
 * Places the windows of samples, as `geneWindows` laid them when they were counted.
 *
 * @param places Where the gene of each sample lies, `[sample]`.
 * @param options What the windows are.
 * @returns The windows by chromosome.
 * @throws {RangeError} If a TSS is not a position.
 * @throws {ContractError} If the strand of a gene is not known whose bins may run against the coordinates, or a TSS lies
 * past the end of its chromosome.
 *
 * @example A window that shares bases with another
 * ```ts
 * import { placeWindows } from "@waka/histone/genome";
 * import { deepStrictEqual, strictEqual } from "node:assert";
 *
 * const places = [
 *   { name: "a", chromosome: "chr1", tss: 700, strand: "+" },
 *   { name: "b", chromosome: "chr1", tss: 600, strand: "-" },
 * ] as const;
 * const { chromosomes, counts } = placeWindows(places, {
 *   bins: 4,
 *   binSizeBp: 100,
 *   orientation: "transcript",
 * });
 * deepStrictEqual([...chromosomes[0]!.starts], [401, 500]);
 * strictEqual(counts.overlapping, 2);
 * ```
 */
export function placeWindows(
  places: readonly SamplePlace[],
  options: PlaceWindowsOptions,
): PlacedWindows {
  const { bins, binSizeBp, chromosomes, chromosomeAliases } = options;
  const lengths = new Map(chromosomes?.map(({ name, length }) => [name, length]));
  const match = chromosomes && chromosomeMatcher(lengths.keys(), chromosomeAliases);
  const found = new Map<string, { readonly name: string; readonly windows: Window[] }>();
  let [unplaced, elsewhere] = [0, 0];
  for (const [sample, place] of places.entries()) {
    const { chromosome, tss } = place;
    if (chromosome === undefined || tss === undefined) {
      unplaced++;
      continue;
    }
    const key = match === undefined ? chromosome : match(chromosome);
    if (key === undefined) {
      elsewhere++;
      continue;
    }
    checkPosition(place, tss, lengths.get(key));
    const group = found.get(key) ?? { name: chromosome, windows: [] };
    found.set(key, group);
    group.windows.push(layWindow(sample, { ...place, tss }, options));
  }
  const widthBp = bins * binSizeBp;
  const counts = { placed: 0, overlapping: 0, cut: 0 };
  const placed = Array.from(found, ([key, { name, windows }]) => {
    const length = lengths.get(key) ?? Infinity;
    windows.sort((a, b) => a.start - b.start || a.sample - b.sample);
    counts.placed += windows.length;
    for (const [i, { start }] of windows.entries()) {
      const sharesBases = start - (windows[i - 1]?.start ?? -Infinity) < widthBp ||
        (windows[i + 1]?.start ?? Infinity) - start < widthBp;
      counts.overlapping += Number(sharesBases);
      counts.cut += Number(start < 0 || start + widthBp > length);
    }
    return pack(name, length, windows);
  });
  placed.sort((a, b) => a.name < b.name ? -1 : 1);
  return { bins, binSizeBp, chromosomes: placed, counts: { ...counts, unplaced, elsewhere } };
}

function pack(name: string, length: number, windows: readonly Window[]): ChromosomePlaces {
  return {
    name,
    length,
    starts: Int32Array.from(windows, ({ start }) => start),
    tss: Int32Array.from(windows, ({ tss }) => tss),
    samples: Uint32Array.from(windows, ({ sample }) => sample),
    isReversed: Uint8Array.from(windows, ({ isReversed }) => Number(isReversed)),
  };
}

function layWindow(
  sample: number,
  { name, tss, strand }: SamplePlace & { readonly tss: number },
  { bins, binSizeBp, tssBase = Math.floor(bins * binSizeBp / 2), orientation, tss: rule }:
    PlaceWindowsOptions,
): Window {
  if (orientation === "transcript" && strand === undefined) {
    throw new ContractError(
      `Cannot place the bins of ${name} on the genome: its strand is not known, expected + or -, since bins run from ` +
        "upstream to downstream",
    );
  }
  const isReversed = orientation === "transcript" && strand === "-";
  if (!isReversed) return { sample, start: tss - tssBase, tss, isReversed };
  // Counted from the other end, the TSS's base has as many bases before it. Windows that were given do not move.
  const last = tss + tssBase - (rule === "bed" ? 1 : 0);
  return { sample, start: last - bins * binSizeBp + 1, tss, isReversed };
}

function checkPosition(
  { name, chromosome }: SamplePlace,
  tss: number,
  length: number | undefined,
): void {
  if (!Number.isInteger(tss) || tss < 0 || tss > LARGEST_POSITION) {
    throw new RangeError(
      `Cannot place ${name} on the genome: its TSS is ${tss}, expected an integer from 0 to ${LARGEST_POSITION}`,
    );
  }
  if (length === undefined || tss < length) return;
  throw new ContractError(
    `Cannot place ${name} on the genome: its TSS is base ${tss} of ${chromosome}, which has ${length} bp: are the ` +
      "lengths of another assembly?",
  );
}

/**
 * Describes what became of windows, in sentences for people: what was left out, cut or shared bases.
 *
 * @param counts The numbers.
 * @param rule What stands where windows share bases, such as "the mean over them".
 * @returns No sentence if all is plain.
 */
export function describePlaces(counts: PlaceCounts, rule: string): string[] {
  const { placed, unplaced, elsewhere, overlapping, cut } = counts;
  const all = formatCountOf(placed, "window");
  const show = (count: number) => count.toLocaleString("en-US");
  const sentences: string[] = [];
  if (overlapping > 0) {
    sentences.push(
      `${show(overlapping)} of ${all} share bases with another: tracks have ${rule} there`,
    );
  }
  if (cut > 0) {
    sentences.push(`${show(cut)} of ${all} reach past an end of their chromosome and are cut`);
  }
  const left = (count: number, why: string) => {
    if (count === 0) return;
    const samples = `${formatCountOf(count, "sample")} ${count === 1 ? "is" : "are"}`;
    sentences.push(`${samples} in no track: ${why}`);
  };
  left(unplaced, "it is not known where their genes lie");
  left(elsewhere, "the lengths of their chromosomes are not known");
  return sentences;
}
