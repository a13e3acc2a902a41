/** Shared by the tests of tracks: random intervals, and what programs of other origin read in a bigWig file. */

import { deepStrictEqual } from "node:assert";
import type { TrackBlock } from "../../src/genome/tracks/track_block.ts";
import type { Interval } from "./genome.ts";
import { type PythonPackage, runPython } from "./python.ts";

/** A chromosome and its length. */
export interface Chromosome {
  readonly name: string;
  readonly length: number;
}

/** Chromosomes in an order that is not that of their names, one of them without values. */
export const CHROMOSOMES: readonly Chromosome[] = [
  { name: "chr2", length: 700_000 },
  { name: "chr10", length: 150_000 },
  { name: "chrEmpty", length: 77 },
  { name: "chr1", length: 300_001 },
];

/** A generator of numbers from 0 to 1 (Numerical Recipes' linear congruential generator). */
export function makeRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

/**
 * Makes intervals of all kinds that a file can hold: runs of equal bins, of equal bins with gaps, of single bases, and of
 * intervals of any length, with gaps between. With `fewDigits`, values times some bases are exact in float32, in which
 * our reader, as others, multiplies.
 */
export function randomIntervals(
  seed: number,
  { fewDigits = false }: { readonly fewDigits?: boolean } = {},
): Interval[] {
  const random = makeRandom(seed);
  const upTo = (most: number) => Math.floor(random() * most);
  const intervals: Interval[] = [];
  for (const { name: chromosome, length } of CHROMOSOMES) {
    if (chromosome === "chrEmpty") continue;
    for (let at = upTo(3); at < length; at += random() < 0.5 ? 0 : upTo(length / 50)) {
      const kind = upTo(4);
      for (let left = 1 + upTo(1500); left > 0 && at < length; left--) {
        const bases = [100, 1, 37, 1 + upTo(200)][kind]!;
        const end = Math.min(length, at + bases);
        const exact = (random() - 0.5) * (random() < 0.01 ? 1e6 : 1);
        const value = fewDigits ? Math.round(exact * 512) / 512 % 32 : Math.fround(exact);
        intervals.push({ chromosome, start: at, end, value });
        at = end + [0, 4, 13, random() < 0.5 ? 0 : upTo(100)][kind]!;
      }
    }
  }
  return intervals;
}

/** Divides intervals into blocks of one chromosome and at most `most` intervals, as many as `random` says. */
export function* blocksOf(
  intervals: readonly Interval[],
  most = 5000,
  random: () => number = () => 1,
): Generator<TrackBlock> {
  for (let from = 0; from < intervals.length;) {
    const { chromosome } = intervals[from]!;
    const wanted = from + 1 + Math.floor(random() * (most - 1));
    let to = from;
    while (to < wanted && intervals[to]?.chromosome === chromosome) to++;
    const part = intervals.slice(from, to);
    yield {
      chromosome,
      starts: Uint32Array.from(part, ({ start }) => start),
      ends: Uint32Array.from(part, ({ end }) => end),
      values: Float32Array.from(part, ({ value }) => value),
    };
    from = to;
  }
}

/** Statistics of equal parts of a chromosome, `null` where there is no value. */
export type Statistics = Readonly<Record<string, readonly (number | null)[]>>;

/** What another program reads. */
export interface ReadBigWig {
  readonly chromosomes: Readonly<Record<string, number>>;
  readonly intervals: Readonly<Record<string, readonly (readonly [number, number, number])[]>>;
  /** By the file's summaries at lower resolution, and from the values themselves, `[chromosome]`. */
  readonly zoomed: readonly Statistics[];
  readonly exact: readonly Statistics[];
  /** Widths of the summaries' windows, where the program tells. */
  readonly levels?: readonly number[];
}

/** Width of the parts that statistics are of: a multiple of the widths of the summaries that are read for them. */
const PART_BP = 2 ** 16;

/** libBigWig, in C. Its sums of parts by summaries are divided by their width, so that they are not asked for. */
export const PY_BIG_WIG = `
import json, sys, pyBigWig
with pyBigWig.open(sys.argv[1]) as bw:
    chroms = bw.chroms()
    wanted = json.loads(sys.argv[2]) or chroms
    def stats(exact):
        found = []
        for c in wanted:
            length = chroms[c]
            n = length // ${PART_BP}
            if n > 0:
                found.append({t: bw.stats(c, 0, n * ${PART_BP}, type=t, nBins=n, exact=exact)
                              for t in ["mean", "min", "max", "coverage", "std"]})
        return found
    print(json.dumps({"chromosomes": chroms, "zoomed": stats(False), "exact": stats(True),
        "intervals": {c: [list(i) for i in bw.intervals(c) or []] for c in wanted}}))
`;

/** UCSC's own library, in C. It gives values by base; equal values of neighbours cannot be told apart. */
export const PY_BBI = `
import json, math, sys, bbi, numpy
with bbi.open(sys.argv[1]) as file:
    chroms = dict(file.chromsizes)
    wanted = json.loads(sys.argv[2]) or chroms
    def stats(exact):
        found = []
        for c in wanted:
            length = chroms[c]
            n = length // ${PART_BP}
            if n > 0:
                values = {t: file.fetch(c, 0, n * ${PART_BP}, bins=n, summary=t, missing=numpy.nan, exact=exact)
                          for t in ["mean", "min", "max", "cov", "sum"]}
                found.append({t: [None if math.isnan(x) else x for x in v.tolist()] for t, v in values.items()})
        return found
    intervals = {}
    for c in wanted:
        length = chroms[c]
        bases = file.fetch(c, 0, length, missing=numpy.nan)
        cuts = [0] + (numpy.flatnonzero(~((bases[1:] == bases[:-1]) | (numpy.isnan(bases[1:]) & numpy.isnan(bases[:-1])))) + 1).tolist() + [length]
        intervals[c] = [[s, e, float(bases[s])] for s, e in zip(cuts, cuts[1:]) if not math.isnan(bases[s])]
    print(json.dumps({"chromosomes": chroms, "zoomed": stats(False), "exact": stats(True),
        "intervals": intervals, "levels": file.zooms}))
`;

/** Bigtools, in Rust. */
export const PY_BIGTOOLS = `
import json, sys, pybigtools
with pybigtools.open(sys.argv[1]) as file:
    chroms = file.chroms()
    wanted = json.loads(sys.argv[2]) or chroms
    print(json.dumps({"chromosomes": chroms, "zoomed": [], "exact": [],
        "intervals": {c: [list(i) for i in file.records(c)] for c in wanted}, "levels": list(file.zooms())}))
`;

/** Reads a file with a package of Python. */
export async function readWithPython(
  name: PythonPackage,
  program: string,
  { path, chromosomes = [] }: {
    readonly path: string;
    /** Those whose values are read; by default all. */
    readonly chromosomes?: readonly string[];
  },
): Promise<ReadBigWig> {
  return JSON.parse(
    await runPython(name, ["-c", program, path, JSON.stringify(chromosomes)]),
  );
}

/** Throws unless a program read what was written, and its summaries agree with the values. */
export function checkRead(
  read: ReadBigWig,
  { intervals, chromosomes }: {
    readonly intervals: readonly Interval[];
    readonly chromosomes: readonly Chromosome[];
  },
): void {
  const lengths = chromosomes.map(({ name, length }) => [name, length] as const);
  deepStrictEqual(read.chromosomes, Object.fromEntries(lengths));
  for (const { name } of chromosomes) {
    const wanted = intervals.filter(({ chromosome }) => chromosome === name);
    const found = read.intervals[name]!;
    deepStrictEqual(found.length, wanted.length, name);
    const wrong = wanted.findIndex(({ start, end, value }, i) => {
      const [foundStart, foundEnd, foundValue] = found[i]!;
      return start !== foundStart || end !== foundEnd || value !== foundValue;
    });
    deepStrictEqual(found[wrong], undefined, `${name}: ${JSON.stringify(wanted[wrong])}`);
  }
  for (const [i, zoomed] of read.zoomed.entries()) {
    for (const [statistic, values] of Object.entries(zoomed)) {
      const exact = read.exact[i]![statistic]!;
      const apart = values.findIndex((value, part) => !isNear(value, exact[part]!));
      const seen = apart < 0 ? undefined : [statistic, values[apart], exact[apart]];
      deepStrictEqual(seen, undefined);
    }
  }
}

/** Summaries are in float32. */
function isNear(value: number | null, wanted: number | null): boolean {
  if (value === null || wanted === null) return value === wanted;
  return Math.abs(value - wanted) <= 1e-5 * Math.max(1, Math.abs(wanted));
}

/** Joins neighbours that have one value, as a reader by base sees them. */
export function joinEqual(intervals: readonly Interval[]): Interval[] {
  const joined: Interval[] = [];
  for (const interval of intervals) {
    const last = joined.at(-1);
    const isSame = last?.chromosome === interval.chromosome && last.end === interval.start &&
      last.value === interval.value;
    if (isSame) joined[joined.length - 1] = { ...last, end: interval.end };
    else joined.push(interval);
  }
  return joined;
}
