/**
 * Cell types whose signal is unlike that of the training cell types: another depth, more noise, a wrong or empty file,
 * reads that were counted twice. What a model says about them is worth less than its intervals promise.
 */

import { showValue } from "../base/show_value.ts";
import { groupBy } from "../base/group_by.ts";
import { meanOf, sampleDeviation } from "../base/mean.ts";
import type { Dataset } from "../data/dataset.ts";
import { cellTypeGroupIndices } from "../data/sample_groups.ts";
import type { SignalStatistic, TypicalSignal, TypicalStatistic } from "../model/typical_signal.ts";
import { type MeasuredStatistic, SignalRows } from "./_signal_statistics.ts";

/** Of fewer genes, chance alone may look unlike: with 30 it did in 13 of 100 draws from real cell types, with 100 in none. */
const FEWEST_GENES = 100;
/** Of more samples of a cell type every second, third, … is taken, in the order of their genes. */
const MOST_SAMPLES = 4000;
/** Samples are divided into this many blocks at most, of 10 genes at least, to see how far chance moves a statistic. */
const MOST_BLOCKS = 20;
const GENES_OF_BLOCK = 10;

/**
 * The standard deviation over cell types that is expected of each statistic before any are seen; it counts as much as
 * one cell type does. These are rounded from eight cell types of peaks and two of counts; see docs/intervals.md.
 */
const EXPECTED_SD: Readonly<Record<SignalStatistic, number>> = {
  depth: 0.5,
  zeros: 0.5,
  contrast: 0.4,
  centre: 0.2,
  odd: 0.5,
  correlation: 0.2,
};
const EXPECTED_WEIGHT = 1;

/** A statistic of a cell type that is unlike the training cell types'. */
export interface UnlikeStatistic {
  /** What was measured. */
  readonly statistic: SignalStatistic;
  /** Of which marks. */
  readonly marks: readonly string[];
  /** What was found: a mean count, a share or a correlation; `null` if the mark has no signal at all. */
  readonly found: number | null;
  /** What is typical, in the same unit; `null` if the mark had no signal in any training cell type. */
  readonly typical: number | null;
  /** How far apart they are, in standard deviations; `null` where one of them does not exist. */
  readonly deviations: number | null;
}

/** A cell type that is unlike the training cell types. */
export interface UnlikeCellType {
  /** Its name. */
  readonly cellType: string;
  /** In what it is unlike them, the farthest first. */
  readonly statistics: readonly UnlikeStatistic[];
}

/** Options of {@linkcode findUnlike}. */
export interface FindUnlikeOptions {
  /**
   * How many standard deviations a statistic must lie off.
   *
   * @default {3.5}
   */
  readonly deviations?: number | undefined;
}

/**
 * Measures what the signal of the training cell types looks like: for each mark its depth, the share of empty bins, how
 * much of it a tenth of the genes has, how much of it lies at the middle of windows, and the share of odd counts; and
 * the correlations of the marks over genes. Replicates of one cell type count as one.
 *
 * @param data The training samples.
 * @returns Mean and standard deviation of each statistic over cell types.
 *
 * @example One mark
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { typicalSignal } from "@waka/histone/validation";
 * import { ok, strictEqual } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 3, genes: 40, bins: 20 });
 * const { cellTypes, statistics } = typicalSignal(new Dataset(train));
 * strictEqual(cellTypes, 3);
 * const depth = statistics.find(({ statistic, marks }) => statistic === "depth" && marks[0] === "H3K4me3");
 * ok(depth!.sd >= 0 && depth!.cellTypes === 3);
 * ```
 */
export function typicalSignal(data: Dataset): TypicalSignal {
  const groups = cellTypeGroupIndices(data);
  const byGroup = groupBy(positionsByCellType(data).values(), ([first]) => groups[first!]!);
  const values = new Map<string, { readonly of: MeasuredStatistic; readonly all: number[] }>();
  for (const members of byGroup.values()) {
    for (const { of, all } of meanOverMembers(data, members).values()) {
      const key = keyOf(of);
      const entry = values.get(key) ?? { of, all: [] };
      values.set(key, entry);
      entry.all.push(meanOf(all));
    }
  }
  const statistics = Array.from(values.values(), ({ of, all }): TypicalStatistic => {
    const { statistic, marks } = of;
    return { statistic, marks, cellTypes: all.length, mean: meanOf(all), sd: sampleDeviation(all) };
  });
  return { cellTypes: byGroup.size, statistics };
}

/**
 * Finds the cell types whose signal is unlike that of a model's training cell types. A statistic counts as unlike if it
 * lies more than 3.5 standard deviations from the training mean. The deviation is that of a new cell type: over the
 * training cell types, with what is usual as one more of them, and with the chance in the choice of genes.
 *
 * Cell types of fewer than 100 genes are not judged.
 *
 * @param typical What {@linkcode typicalSignal} found.
 * @param data The samples; labels are not used.
 * @param options How far off a statistic must be.
 * @returns The cell types that are unlike in any statistic, in the order of their first samples.
 * @throws {RangeError} If `deviations` is no number of 0 or more.
 *
 * @example A mark without signal
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { findUnlike, typicalSignal } from "@waka/histone/validation";
 * import { deepStrictEqual, strictEqual } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 3, genes: 150, bins: 20 });
 * const typical = typicalSignal(new Dataset(train));
 * deepStrictEqual(findUnlike(typical, new Dataset(train)), []);
 * const signal = train.signal.map((count, i) => i % 5 === 2 ? 0 : count);
 * const [first] = findUnlike(typical, new Dataset({ ...train, signal }));
 * deepStrictEqual(first!.statistics[0]!.marks, ["H3K4me1"]);
 * strictEqual(first!.statistics[0]!.found, null);
 * ```
 */
export function findUnlike(
  typical: TypicalSignal,
  data: Dataset,
  { deviations }: FindUnlikeOptions = {},
): UnlikeCellType[] {
  // JSON has null for what is not given.
  const most = deviations ?? 3.5;
  // Nothing is farther off than what is no number.
  if (typeof most !== "number" || !(most >= 0)) {
    throw new RangeError(
      `Cannot find unlike cell types: deviations is ${showValue(most)}, expected a number >= 0`,
    );
  }
  const known = new Map(typical.statistics.map((entry) => [keyOf(entry), entry]));
  const genes = data.geneIndices();
  const unlike: UnlikeCellType[] = [];
  for (const [cellType, positions] of positionsByCellType(data)) {
    if (positions.length < FEWEST_GENES) continue;
    const rows = new SignalRows(data, positions);
    const chance = chanceOf(rows, positions.map((position) => genes[position]!));
    const all = rows.measure([...positions.keys()]);
    const statistics = [
      ...all.flatMap((found) => compare(found, known.get(keyOf(found)), chance.get(keyOf(found)))),
      ...comparePresence(
        typical,
        all,
        data.marks.filter((mark) => data.hasMark(positions[0]!, mark)),
      ),
    ].filter(({ deviations }) => deviations === null || Math.abs(deviations) > most);
    if (statistics.length === 0) continue;
    const farness = ({ deviations }: UnlikeStatistic) => Math.abs(deviations ?? Infinity);
    statistics.sort((one, other) => farness(other) - farness(one) || 0);
    unlike.push({ cellType: data.columns.cellTypes[cellType]!, statistics });
  }
  return unlike;
}

/** The positions of each cell type's samples, not more than are needed, by the cell type's number. */
function positionsByCellType(data: Dataset): Map<number, number[]> {
  const [cellTypes, genes] = [data.cellTypeIndices(), data.geneIndices()];
  return new Map(Array.from(spansByNumber(cellTypes), ([cellType, positions]) => {
    const step = Math.ceil(positions.length / MOST_SAMPLES);
    if (step > 1) positions.sort((one, other) => genes[one]! - genes[other]! || one - other);
    return [cellType, Array.from(positions).filter((_, rank) => rank % step === 0)];
  }));
}

/**
 * The positions that have each number, in their order; numbers in the order of their first positions. They are spans of
 * one array: an array of numbers for each takes several times the memory of millions of samples.
 */
function spansByNumber(numbers: Uint32Array): Map<number, Uint32Array> {
  const counts = new Map<number, number>();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  const positions = new Uint32Array(numbers.length);
  const next = new Map<number, number>();
  let start = 0;
  for (const [number, count] of counts) {
    next.set(number, start);
    start += count;
  }
  for (let position = 0; position < numbers.length; position++) {
    const place = next.get(numbers[position]!)!;
    positions[place] = position;
    next.set(numbers[position]!, place + 1);
  }
  return new Map(Array.from(counts, ([number, count]) => {
    const end = next.get(number)!;
    return [number, positions.subarray(end - count, end)];
  }));
}

/** The statistics of the replicates of a cell type, by key. */
function meanOverMembers(data: Dataset, members: readonly (readonly number[])[]) {
  const found = new Map<string, { readonly of: MeasuredStatistic; readonly all: number[] }>();
  for (const positions of members) {
    for (const of of new SignalRows(data, positions).measure([...positions.keys()])) {
      const entry = found.get(keyOf(of)) ?? { of, all: [] };
      found.set(keyOf(of), entry);
      entry.all.push(of.value);
    }
  }
  return found;
}

function keyOf(
  { statistic, marks }: { readonly statistic: SignalStatistic; readonly marks: readonly string[] },
): string {
  return JSON.stringify([statistic, ...marks.toSorted()]);
}

/** The standard error of each statistic for the choice of genes, by key: from blocks of genes. */
function chanceOf(rows: SignalRows, genes: readonly number[]): Map<string, number> {
  const count = Math.min(MOST_BLOCKS, Math.floor(genes.length / GENES_OF_BLOCK));
  const ranks = [...genes.keys()].sort((one, other) => genes[one]! - genes[other]!);
  const values = new Map<string, number[]>();
  for (let block = 0; block < count; block++) {
    const own = ranks.filter((_, rank) => rank % count === block);
    for (const found of rows.measure(own)) {
      const key = keyOf(found);
      values.set(key, [...values.get(key) ?? [], found.value]);
    }
  }
  return new Map(
    [...values].map(([key, all]) => [key, sampleDeviation(all) / Math.sqrt(all.length)]),
  );
}

function compare(
  { statistic, marks, value }: MeasuredStatistic,
  typical: TypicalStatistic | undefined,
  chance = 0,
): UnlikeStatistic[] {
  if (typical === undefined) return [];
  const { cellTypes, mean, sd } = typical;
  const expected = EXPECTED_SD[statistic] ** 2;
  const variance = (EXPECTED_WEIGHT * expected + (cellTypes - 1) * sd ** 2) /
    (EXPECTED_WEIGHT + cellTypes - 1);
  const deviations = (value - mean) / Math.sqrt(variance * (1 + 1 / cellTypes) + chance ** 2);
  return [{
    statistic,
    marks,
    found: plainValue(statistic, value),
    typical: plainValue(statistic, mean),
    deviations,
  }];
}

/** Marks that have signal where no training cell type had any, or none where all had some. */
function comparePresence(
  { cellTypes, statistics }: TypicalSignal,
  all: readonly MeasuredStatistic[],
  marks: readonly string[],
): UnlikeStatistic[] {
  const depths = statistics.filter(({ statistic }) => statistic === "depth");
  const known = new Set(statistics.flatMap((entry) => entry.marks));
  return marks.flatMap((mark): UnlikeStatistic[] => {
    const usual = depths.find((entry) => entry.marks[0] === mark);
    const found = all.find((entry) => entry.statistic === "depth" && entry.marks[0] === mark);
    const about = { statistic: "depth", marks: [mark], deviations: null } as const;
    if (found === undefined && usual?.cellTypes === cellTypes) {
      return [{ ...about, found: null, typical: plainValue("depth", usual.mean) }];
    }
    return found !== undefined && usual === undefined && known.size > 0
      ? [{ ...about, found: plainValue("depth", found.value), typical: null }]
      : [];
  });
}

/** A mean count, a share or a correlation from the scale on which it is compared. */
function plainValue(statistic: SignalStatistic, value: number): number {
  if (statistic === "depth") return Math.exp(value);
  return statistic === "correlation" ? Math.tanh(value) : 1 / (1 + Math.exp(-value));
}
