/**
 * Divides the samples of a data set into parts, such that what belongs together is in one part. Folds, and training,
 * validation and test data, are made of the parts.
 */

import { deriveKey, RandomStream } from "../random.ts";
import { assignBlocks } from "./_assign_blocks.ts";
import { assignInOrder, assignRandomly, assignStratified, type Units } from "./_assign_units.ts";
import type { Dataset } from "./dataset.ts";
import { findFoldAxes, type FoldAxis } from "./fold_axes.ts";
import type { FoldScheme } from "./fold_scheme.ts";

/** How {@linkcode partitionSamples} divides. */
export interface PartitionOptions {
  /** What is kept whole. */
  readonly scheme: FoldScheme;
  /** Relative sizes of the parts, `[part]`, each > 0. */
  readonly weights: readonly number[];
  /** What is divided, for messages, such as `data into 4 folds`. */
  readonly action: string;
  /** Seed of the random choice. */
  readonly seed: number;
  /** What the random numbers are for, in parts that follow the seed. */
  readonly purpose: readonly (string | number)[];
  /** Whether the labels of the parts are to be distributed alike. */
  readonly stratified: boolean;
  /** The group of each sample, `[position]`, for scheme `by-group`. */
  readonly groups?: readonly string[] | undefined;
}

/** The parts along one axis of a data set. */
export interface Partition {
  /** What was divided. */
  readonly axis: FoldAxis;
  /** The part of each sample, `[position]`. */
  readonly partOfRow: Uint32Array<ArrayBuffer>;
}

/**
 * Divides samples into parts, once along each axis: `by-both` divides genes and cell types.
 *
 * @throws {RangeError} If there are fewer things to divide than parts.
 * @throws {ContractError} If the data do not say what the scheme needs, such as labels or chromosomes.
 */
export function partitionSamples(data: Dataset, options: PartitionOptions): Partition[] {
  return findFoldAxes(data, options).map((axis) => ({
    axis,
    partOfRow: partitionAxis(data, axis, options),
  }));
}

/**
 * Divides samples along one axis.
 *
 * @param data The samples.
 * @param axis The axis, of these samples.
 * @param options How to divide.
 * @returns The part of each sample, `[position]`.
 */
export function partitionAxis(
  data: Dataset,
  axis: FoldAxis,
  options: Omit<PartitionOptions, "groups">,
): Uint32Array<ArrayBuffer> {
  const { weights, action, seed, purpose, stratified } = options;
  const [use = "", ...rest] = purpose;
  const stream = new RandomStream(deriveKey(seed, use, axis.stream, ...rest));
  const units: Units = { what: axis.what, count: axis.count, action, weights };
  const labels = stratified ? data.labels() : undefined;
  const partOfUnit = axis.sizedBy !== undefined
    ? assignBlocks(units, { axis: { ...axis, sizedBy: axis.sizedBy }, labels, stream })
    : labels !== undefined
    ? assignStratified(units, { values: meanByUnit(labels, axis), stream })
    : options.scheme === "contiguous"
    ? assignInOrder(units)
    : assignRandomly(units, stream);
  return axis.unitOfRow.map((unit) => partOfUnit[unit]!);
}

/** The mean label of each unit. */
function meanByUnit(labels: Float64Array, { count, unitOfRow }: FoldAxis): Float64Array {
  const [means, rows] = [new Float64Array(count), new Uint32Array(count)];
  for (const [row, unit] of unitOfRow.entries()) {
    means[unit]! += (labels[row]! - means[unit]!) / ++rows[unit]!;
  }
  return means;
}
