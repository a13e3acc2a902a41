/** What the schemes of splits keep whole: genes, cell types, chromosomes, groups, or single samples. */

import { showValue } from "../base/show_value.ts";
import { ContractError } from "../errors.ts";
import { cellTypeGroupsOf, geneGroupsOf } from "../io/item_groups.ts";
import { findChromosomes } from "./chromosomes.ts";
import type { Dataset } from "./dataset.ts";
import { FOLD_SCHEMES, type FoldScheme } from "./fold_scheme.ts";
import { joinGroups } from "./_join_groups.ts";
import {
  cellTypeGroupIndices,
  geneGroupIndices,
  hasCellTypeGroups,
  hasGeneGroups,
  numberSampleGroups,
} from "./sample_groups.ts";

/** An axis along which data are divided: units of which each is in one part. */
export interface FoldAxis {
  /** The kind of unit, for messages, such as `gene`. */
  readonly what: string;
  /** Name of the stream of random numbers that divides the units. */
  readonly stream: string;
  /** Number of units that have samples. */
  readonly count: number;
  /** The unit of each sample, `[position]`. */
  readonly unitOfRow: Uint32Array<ArrayBuffer>;
  /** The name of a unit; single samples have none. */
  readonly nameOf?: ((unit: number) => string) | undefined;
  /** Names by which a unit is known besides `nameOf`: those of the groups that were joined to one. */
  readonly aliasesOf?: ((unit: number) => readonly string[]) | undefined;
  /**
   * What the sizes of the units are counted in, if they differ, as those of chromosomes do: the number of the gene, say,
   * of each sample, `[position]`. Missing if all units count the same.
   */
  readonly sizedBy?: Uint32Array<ArrayBuffer> | undefined;
}

/** What decides the axes. */
export interface FoldAxesOptions {
  readonly scheme: FoldScheme;
  readonly stratified: boolean;
  readonly groups?: readonly string[] | undefined;
}

/**
 * Finds the axes of a scheme: two for the schemes that divide genes and cell types, one for the others.
 *
 * @throws {RangeError} If the scheme is unknown, or `contiguous` is to be stratified.
 * @throws {TypeError} If groups are missing, are given to a scheme that does not take them, or are not one for each sample.
 * @throws {ContractError} If labels or chromosomes are needed and unknown.
 */
export function findFoldAxes(
  data: Dataset,
  { scheme, stratified, groups }: FoldAxesOptions,
): FoldAxis[] {
  checkGroups(data, { scheme, groups });
  if (stratified && !data.hasLabels) {
    throw new ContractError("Cannot split by the labels' distribution: the data have no labels");
  }
  if (stratified && scheme === "contiguous") {
    throw new RangeError(
      "Cannot split by the labels' distribution: contiguous parts follow the order of the data. Take another scheme",
    );
  }
  switch (scheme) {
    case "contiguous":
    case "shuffled":
      return [sampleAxis(data)];
    case "by-gene":
      return [geneAxis(data)];
    case "by-cell-type":
      return [cellTypeAxis(data)];
    case "by-both":
      return [geneAxis(data), cellTypeAxis(data)];
    case "by-chromosome":
      return [chromosomeAxis(data)];
    case "by-chromosome-and-cell-type":
      return [chromosomeAxis(data), cellTypeAxis(data)];
    case "by-group":
      return [groupAxis(data, groups ?? [])];
    default:
      throw new RangeError(
        `Cannot split data by "${scheme}": expected one of ${FOLD_SCHEMES.join(", ")}`,
      );
  }
}

function checkGroups(
  { length }: Dataset,
  { scheme, groups }: Pick<FoldAxesOptions, "scheme" | "groups">,
): void {
  if ((scheme === "by-group") !== (groups !== undefined)) {
    throw new TypeError(
      scheme === "by-group"
        ? "Cannot split by group: found no groups, expected the group of each sample. Name the table that has them " +
          "with --groups"
        : `Cannot split data by "${scheme}": groups were given, which by-group alone takes`,
    );
  }
  if (groups === undefined) return;
  if (groups.length !== length) {
    throw new TypeError(
      `Cannot split by group: found ${groups.length} groups, expected ${length}, one for each sample`,
    );
  }
  // In rows of JSON a group that is not known is `null`, and all such samples would be one group.
  for (let i = 0; i < length; i++) {
    if ((groups[i] ?? undefined) !== undefined) continue;
    throw new TypeError(
      `Cannot split by group: the group of sample ${i} is ${showValue(groups[i])}, expected a name`,
    );
  }
}

/** Samples, or groups of samples that belong together. */
function sampleAxis(data: Dataset): FoldAxis {
  const groups = numberSampleGroups(data);
  const unitOfRow = groups ?? Uint32Array.from({ length: data.length }, (_, row) => row);
  return {
    what: groups === undefined ? "sample" : "sample group",
    stream: "sample",
    count: groups === undefined ? data.length : new Set(groups).size,
    unitOfRow,
  };
}

function geneAxis(data: Dataset): FoldAxis {
  return {
    what: hasGeneGroups(data) ? "gene group" : "gene",
    stream: "gene",
    ...numberUnits(geneGroupIndices(data), geneGroupsOf(data.columns).names),
  };
}

function cellTypeAxis(data: Dataset): FoldAxis {
  return {
    what: hasCellTypeGroups(data) ? "cell type group" : "cell type",
    stream: "cell type",
    ...numberUnits(cellTypeGroupIndices(data), cellTypeGroupsOf(data.columns).names),
  };
}

function chromosomeAxis(data: Dataset): FoldAxis {
  const { names, ofRow } = findChromosomes(data);
  return {
    what: "chromosome",
    stream: "chromosome",
    ...numberUnits(ofRow, names),
    sizedBy: geneGroupIndices(data),
  };
}

function groupAxis(data: Dataset, groups: readonly string[]): FoldAxis {
  const { names, ofRow } = joinGroups(data, groups);
  return {
    what: "group",
    stream: "group",
    ...numberUnits(ofRow, names.map((joined) => joined.join(" + "))),
    aliasesOf: (unit) => names[unit]!,
    sizedBy: Uint32Array.from({ length: data.length }, (_, row) => row),
  };
}

/** The axis of some of the samples, at ascending positions. */
export function restrictAxis(axis: FoldAxis, positions: ArrayLike<number>): FoldAxis {
  const { count, unitOfRow, nameOf, aliasesOf, sizedBy } = axis;
  const rows = Uint32Array.from(positions);
  const unit = numberUnits(
    rows.map((row) => unitOfRow[row]!),
    Array.from({ length: count }, (_, unit) => String(unit)),
  );
  const former = (own: number) => Number(unit.nameOf!(own));
  return {
    ...axis,
    ...unit,
    nameOf: nameOf && ((own) => nameOf(former(own))),
    aliasesOf: aliasesOf && ((own) => aliasesOf(former(own))),
    sizedBy: sizedBy && rows.map((row) => sizedBy[row]!),
  };
}

/** Numbers the items that have samples from 0, in their order. */
function numberUnits(
  itemOfRow: Uint32Array<ArrayBuffer>,
  names: readonly string[],
): Pick<FoldAxis, "count" | "unitOfRow" | "nameOf"> {
  const present = new Uint8Array(names.length);
  for (const item of itemOfRow) present[item] = 1;
  const items = [...names.keys()].filter((item) => present[item] === 1);
  const unitOfItem = new Uint32Array(names.length);
  for (const [unit, item] of items.entries()) unitOfItem[item] = unit;
  return {
    count: items.length,
    unitOfRow: itemOfRow.map((item) => unitOfItem[item]!),
    nameOf: (unit) => names[items[unit]!]!,
  };
}
