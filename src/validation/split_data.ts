import { showValue } from "../base/show_value.ts";
import { plainOptions } from "../base/plain_options.ts";
import { checkDataset } from "../data/check_dataset.ts";
import { chromosomeKey } from "../data/chromosomes.ts";
import type { Dataset } from "../data/dataset.ts";
import {
  type NamedParts,
  type NamedUnit,
  SPLIT_OPTIONS,
  type SplitDataOptions,
} from "./_split_options.ts";
import { findFoldAxes, type FoldAxis, restrictAxis } from "../data/fold_axes.ts";
import { type Partition, partitionAxis } from "../data/partition.ts";
import { cellTypeGroupsOf, placesByName } from "../io/item_groups.ts";
import { geneKey } from "../gene_id.ts";
import { listSome } from "../base/wording.ts";

export type { NamedParts, NamedUnit, SplitDataOptions } from "./_split_options.ts";

/** The parts of a split, in the order of what may be learned from: a sample is in the last part that it must be in. */
export const SPLIT_PARTS = ["train", "validation", "test"] as const;

/** A part of a split: to train on, to choose models by, to judge the chosen model by. */
export type SplitPart = (typeof SPLIT_PARTS)[number];

/** What of one axis, such as the chromosomes, is in which part. */
export interface SplitAxis {
  /** The kind of thing, such as `chromosome`. */
  readonly what: string;
  /** Names of what is in each part; empty where single samples are divided. */
  readonly names: Readonly<Record<SplitPart, readonly string[]>>;
}

/** Samples divided into training, validation and test data; each part keeps the order of the data. */
export interface DataSplit extends Readonly<Record<SplitPart, Dataset>> {
  /** Samples in no part, since they share a gene or a cell type with two. */
  readonly leftOut: Dataset;
  /** What was divided: one axis, or genes and cell types. */
  readonly axes: readonly SplitAxis[];
}

/**
 * Divides samples into training, validation and test data once, as `kFold` divides them into folds: what belongs together
 * is in one part.
 *
 * @param data The samples.
 * @param options The scheme, and the shares or names of what is not trained on.
 * @returns Views of the samples.
 * @throws {RangeError} If a share is out of range, a part that was asked for would be empty, or a name is unknown, is in
 * two parts, or is of something that the scheme does not divide.
 * @throws {TypeError} If groups are missing, are not one for each sample, or are given to another scheme; if these are no data set,
 * or an option is misspelt or something else.
 * @throws {ContractError} If the chromosome of a gene is needed and unknown (see `placeGenes`), or labels are.
 *
 * @example Two cell types of four, and other genes, to test on
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { splitData } from "@waka/histone/validation";
 * import { deepStrictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 4, genes: 10, newGenes: 1, bins: 4 }).train);
 * const { train, test, leftOut } = splitData(data, { scheme: "by-both", testShare: 0.5 });
 * deepStrictEqual([train.length, test.length, leftOut.length], [10, 10, 20]);
 * ```
 */
export function splitData(data: Dataset, options: SplitDataOptions): DataSplit {
  checkDataset(data, "split data");
  options = plainOptions(options, { action: "split data", kinds: SPLIT_OPTIONS });
  const { scheme, stratified = false, groups, named = {}, keepCrossing = false } = options;
  const axes = findFoldAxes(data, { scheme, stratified, groups });
  refuseOtherNames(axes, options);
  const partitions = axes.map((axis) => divideAxis(data, axis, options));
  const partOfRow = (row: number): SplitPart | undefined => {
    const parts = partitions.map(({ partOfRow }) => partOfRow[row]!);
    const last = Math.max(...parts);
    return keepCrossing || parts.every((part) => part === last) ? SPLIT_PARTS[last] : undefined;
  };
  const parts = Array.from({ length: data.length }, (_, row) => partOfRow(row));
  const take = (part: SplitPart | undefined) => data.filter((row) => parts[row] === part);
  const split = {
    train: take("train"),
    validation: take("validation"),
    test: take("test"),
    leftOut: take(undefined),
    axes: partitions.map(describeAxis),
  };
  const empty = partsOfSplit({ ...options, named }).find((part) => split[part].length === 0);
  if (empty === undefined) return split;
  throw new RangeError(
    `Cannot split data: no samples are left for ${empty}, expected some` +
      (axes.length > 1
        ? ". Each part needs a share, or names, of both things that are divided"
        : ""),
  );
}

/** The parts that options ask for: all that have a share or names, and the training part. */
export function partsOfSplit(options: SplitDataOptions): SplitPart[] {
  const [, validation, test] = sharesOf(options);
  const isNamed = (part: "validation" | "test") =>
    Object.values(options.named ?? {}).some((parts) => (parts[part]?.length ?? 0) > 0);
  const isWanted = {
    train: true,
    validation: validation > 0 || isNamed("validation"),
    test: test > 0 || isNamed("test"),
  };
  return SPLIT_PARTS.filter((part) => isWanted[part]);
}

/** The shares of the parts. */
function sharesOf(options: SplitDataOptions): [train: number, validation: number, test: number] {
  const hasNames = Object.keys(options.named ?? {}).length > 0;
  const { testShare = hasNames ? 0 : 0.2, validationShare = 0 } = options;
  for (const [name, share] of Object.entries({ testShare, validationShare })) {
    if (typeof share !== "number" || !(share >= 0 && share < 1)) {
      throw new RangeError(
        `Cannot split data: ${name} is ${showValue(share)}, expected 0 or more, below 1`,
      );
    }
  }
  const trainShare = 1 - testShare - validationShare;
  if (trainShare > 1e-9) return [trainShare, validationShare, testShare];
  throw new RangeError(
    `Cannot split data: a share of ${testShare} to test on and ${validationShare} to validate on leaves none to train on`,
  );
}

/** Throws if names are given of something that the scheme does not divide. */
function refuseOtherNames(
  axes: readonly FoldAxis[],
  { scheme, named = {} }: SplitDataOptions,
): void {
  const divided = new Set(axes.map(unitsOf));
  for (const what of Object.keys(named) as NamedUnit[]) {
    if (divided.has(what)) continue;
    throw new RangeError(
      `Cannot split by names of ${wordsOf(what)}: scheme ${scheme} does not divide them`,
    );
  }
}

/** Divides one axis: what has a name is in its part, the rest is divided by the shares of the parts that have no names. */
function divideAxis(data: Dataset, axis: FoldAxis, options: SplitDataOptions): Partition {
  const { scheme, named = {}, seed = 0, stratified = false } = options;
  const units = unitsOf(axis);
  const names = units && named[units];
  const partOfUnit = units === undefined || names === undefined
    ? new Int32Array(axis.count).fill(-1)
    : findNamed(data, axis, { units, names });
  const partOfRow = axis.unitOfRow.map((unit) => Math.max(0, partOfUnit[unit]!));
  const shares = sharesOf(options).map((share, part) =>
    part > 0 && names?.[SPLIT_PARTS[part] as keyof NamedParts] !== undefined ? 0 : share
  );
  const used = [...shares.keys()].filter((part) => shares[part]! > 0);
  const rest = Uint32Array.from(
    [...axis.unitOfRow.keys()].filter((row) => partOfUnit[axis.unitOfRow[row]!]! < 0),
  );
  if (used.length === 1 || rest.length === 0) return { axis, partOfRow };
  const parts = partitionAxis(data.subset(rest), restrictAxis(axis, rest), {
    scheme,
    weights: used.map((part) => shares[part]!),
    action: `data into ${used.map((part) => SPLIT_PARTS[part]).join(", ")}`,
    seed,
    purpose: ["split"],
    stratified,
  });
  for (const [i, row] of rest.entries()) partOfRow[row] = used[parts[i]!]!;
  return { axis, partOfRow };
}

/** What the units of an axis are, as the names of parts have it; `undefined` for samples. */
function unitsOf({ stream }: FoldAxis): NamedUnit | undefined {
  const units: Readonly<Record<string, NamedUnit>> = {
    "chromosome": "chromosomes",
    "cell type": "cellTypes",
    "gene": "genes",
    "group": "groups",
  };
  return units[stream];
}

function wordsOf(units: NamedUnit): string {
  return units === "cellTypes" ? "cell types" : units;
}

/** The part of each unit that has a name, as its place in `SPLIT_PARTS`; −1 for the others. */
function findNamed(
  data: Dataset,
  axis: FoldAxis,
  { units, names }: { readonly units: NamedUnit; readonly names: NamedParts },
): Int32Array<ArrayBuffer> {
  const unitOf = findUnits(data, axis, units);
  const partOfUnit = new Int32Array(axis.count).fill(-1);
  const fail = (found: string): never => {
    throw new RangeError(`Cannot split by names of ${wordsOf(units)}: ${found}`);
  };
  for (const part of ["validation", "test"] as const) {
    for (const name of names[part] ?? []) {
      const unit = unitOf(name);
      const place = SPLIT_PARTS.indexOf(part);
      if (unit === undefined) {
        const known = Array.from({ length: axis.count }, (_, unit) => axis.nameOf!(unit));
        return fail(`the data have no "${name}"; they have ${listSome(known, 30)}`);
      }
      if (partOfUnit[unit]! >= 0 && partOfUnit[unit] !== place) {
        fail(`"${name}" is to be both validated and tested on`);
      }
      partOfUnit[unit] = place;
    }
  }
  return partOfUnit;
}

/** Makes a function that finds the unit of an axis by a name. */
function findUnits(
  data: Dataset,
  { count, nameOf = String, aliasesOf }: FoldAxis,
  units: NamedUnit,
): (name: string) => number | undefined {
  const keyOf = (name: string) =>
    units === "chromosomes" ? chromosomeKey(name) : units === "genes" ? geneKey(name) : name;
  const byName = new Map(
    Array.from({ length: count }, (_, unit): [string, number] => [keyOf(nameOf(unit)), unit]),
  );
  for (let unit = 0; unit < count; unit++) {
    for (const name of aliasesOf?.(unit) ?? []) byName.set(name, unit);
  }
  if (units !== "cellTypes") return (name) => byName.get(keyOf(name));
  const groups = cellTypeGroupsOf(data.columns);
  const places = placesByName(groups);
  return (name) => byName.get(groups.names[places.get(name) ?? -1] ?? name);
}

function describeAxis({ axis, partOfRow }: Partition): SplitAxis {
  const { what, count, nameOf, unitOfRow } = axis;
  const partOfUnit = new Uint32Array(count);
  for (const [row, unit] of unitOfRow.entries()) partOfUnit[unit] = partOfRow[row]!;
  const namesOf = (part: SplitPart) =>
    nameOf === undefined
      ? []
      : [...partOfUnit.keys()].filter((unit) => SPLIT_PARTS[partOfUnit[unit]!] === part).map(
        nameOf,
      );
  return {
    what,
    names: { train: namesOf("train"), validation: namesOf("validation"), test: namesOf("test") },
  };
}
