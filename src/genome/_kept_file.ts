/** What is kept of a file that was counted, and what its counts depend on. */

import { narrowIntegers } from "../base/arrays.ts";
import type { Bytes } from "../base/bytes.ts";
import { integer, optional, text } from "../base/field.ts";
import { arrayOf, object } from "../base/fields.ts";
import { readJsonHeader } from "../base/json_header.ts";
import { ContractError, FormatError } from "../errors.ts";
import type { Contig } from "./chromosomes.ts";
import type { Gene } from "./gene.ts";
import type { GeneBand } from "./_gene_bands.ts";
import { digestOf, encodeNumbers, type KeepableNumbers, type KeptNumbers } from "./kept_numbers.ts";
import type { OpenedSignal, PrepareOptions } from "./prepare_options.ts";
import { isNormalised } from "./_sample_plan.ts";
import { isText, type PairsSeen, type SignalCounts, USUAL_EXCLUDED_FLAGS } from "./signal/track.ts";
import type { GeneWindows } from "./windows.ts";

/** Changes whenever counting changes its results, or what is kept its meaning. */
const VERSION = 1;

/** What counting a file near the genes of a band found. */
export interface BandCounts {
  readonly counts: SignalCounts;
  /** What was seen of pairs, when fragments are counted. */
  readonly pairs: PairsSeen | undefined;
  /** Warnings about the file's content. */
  readonly warnings: readonly string[];
}

const SEEN = object({
  reads: optional(integer(0)),
  readsInWindows: optional(integer(0)),
  pairs: optional(object({
    reads: integer(0),
    paired: integer(0),
    ofProperPairs: integer(0),
    tooLong: integer(0),
  })),
  contigs: arrayOf(object({ name: text, length: optional(integer(0)) })),
  warnings: arrayOf(text),
});

/** Options of {@linkcode CountOrigins}. */
export interface CountOriginsOptions extends PrepareOptions {
  /** The windows of all genes. */
  readonly windows: GeneWindows;
  /** The chromosomes whose lengths are known. */
  readonly chromosomes: readonly Required<Contig>[];
}

/** Whether the number of reads in whole files is needed. */
export function needsTotalReads(
  options: Pick<PrepareOptions, "control" | "normalisation" | "replicates">,
): boolean {
  return options.control !== undefined || isNormalised(options);
}

/** What the counts of files depend on. */
export class CountOrigins {
  readonly #genes: readonly Gene[];
  readonly #options: CountOriginsOptions;
  #shared: Promise<string> | undefined;

  /** @param genes All genes. */
  constructor(genes: readonly Gene[], options: CountOriginsOptions) {
    this.#genes = genes;
    this.#options = options;
  }

  /**
   * The digest of all that the counts of a file depend on.
   *
   * @throws {ContractError} If the version of the file is not known.
   */
  async of({ track, version }: OpenedSignal, name: string): Promise<string> {
    this.#shared ??= this.#digestShared();
    if (version === undefined) {
      throw new ContractError(
        `Cannot keep counts of ${name}: nothing tells its versions apart, expected an opened file with a version`,
      );
    }
    const { chromosomes } = this.#options;
    // Rows do not give the lengths of chromosomes, so that those of other files decide where reads end.
    const ends = isText(track.format) ? chromosomes.map(({ name, length }) => [name, length]) : [];
    return await digestOf([await this.#shared, name, version, track.format, ends]);
  }

  #digestShared(): Promise<string> {
    const { windows, rule, extendBp = 0, fragments = false, minMappingQuality = 0 } = this.#options;
    const { excludedFlags = USUAL_EXCLUDED_FLAGS, blacklist } = this.#options;
    const { chromosomeAliases: aliases, binSizeBp, bins, chromosomes } = windows;
    const places = chromosomes.map(({ chromosome, chromosomeAlias, starts, geneIndex }) => {
      const names = [chromosome, chromosomeAlias, aliases?.namesOf(chromosome)];
      return [names, Array.from(starts), Array.from(geneIndex)];
    });
    const how = [rule, extendBp, fragments, minMappingQuality, excludedFlags, blacklist?.digest];
    const size = [this.#genes.length, binSizeBp, bins];
    return digestOf([VERSION, how, needsTotalReads(this.#options), size, places]);
  }
}

/** Collects what counting a file finds in its bands, in their order. */
export class CountedBands {
  readonly #values: KeepableNumbers[] = [];
  readonly #found: Omit<BandCounts, "counts">[] = [];
  readonly #counts: Omit<SignalCounts, "values">[] = [];

  /** Adds a band, whose numbers are copied. */
  add({ counts: { values, contigs, reads, readsInWindows }, ...found }: BandCounts): void {
    const isWhole = values.every((value) => Number.isInteger(value) && value < 2 ** 32);
    this.#values.push(isWhole ? narrowIntegers(values) : values.slice());
    this.#counts.push({ contigs, reads, readsInWindows });
    this.#found.push(found);
  }

  /** Encodes all of it. */
  encode(origin: string): Bytes {
    const [first] = this.#counts;
    const windows = this.#counts.map(({ readsInWindows }) => readsInWindows);
    const seen = JSON.stringify({
      reads: first?.reads,
      readsInWindows: windows.includes(undefined) ? undefined : sum(windows as number[]),
      pairs: sumPairs(this.#found.flatMap(({ pairs }) => pairs ?? [])),
      contigs: first?.contigs.map(({ name, length }) => ({ name, length })),
      warnings: [...new Set(this.#found.flatMap(({ warnings }) => warnings))],
    });
    return encodeNumbers(joinNumbers(this.#values), { origin, seen });
  }
}

/** Joins arrays in the widest of their types. */
function joinNumbers(arrays: readonly KeepableNumbers[]): KeepableNumbers {
  const length = sum(arrays.map(({ length }) => length));
  const joined = arrays.some((values) => values instanceof Float64Array)
    ? new Float64Array(length)
    : arrays.some((values) => values instanceof Uint32Array)
    ? new Uint32Array(length)
    : new Uint16Array(length);
  let start = 0;
  for (const values of arrays) {
    joined.set(values, start);
    start += values.length;
  }
  return joined;
}

/** Takes the counts of a band. What holds for the whole file comes with the first band. */
export async function takeBand(
  kept: KeptNumbers,
  { number, start, genes, windows: { bins } }: GeneBand,
  file: string,
): Promise<BandCounts> {
  const seen = readJsonHeader(new TextEncoder().encode(kept.seen), SEEN);
  if (seen === undefined || start * bins + genes.length * bins > kept.length) {
    throw new FormatError("Cannot use kept counts: they do not say what was seen of the file", {
      file,
    });
  }
  const values = Float64Array.from(await kept.read(start * bins, (start + genes.length) * bins));
  const { reads, readsInWindows, pairs, contigs, warnings } = seen;
  const isFirst = number === 0;
  return {
    counts: {
      values,
      contigs,
      reads,
      readsInWindows: isFirst || readsInWindows === undefined ? readsInWindows : 0,
    },
    pairs: isFirst ? pairs : undefined,
    warnings: isFirst ? warnings : [],
  };
}

/** Adds up what was seen of pairs near several bands; `undefined` if there is nothing to add. */
export function sumPairs(all: readonly PairsSeen[]): PairsSeen | undefined {
  if (all.length === 0) return undefined;
  const total = (field: keyof PairsSeen) => sum(all.map((seen) => seen[field]));
  return {
    reads: total("reads"),
    paired: total("paired"),
    ofProperPairs: total("ofProperPairs"),
    tooLong: total("tooLong"),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
