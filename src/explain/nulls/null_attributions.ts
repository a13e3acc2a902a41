/** Attributions of samples in which there is nothing to find, to compare others with. */

import { checkInteger } from "../../base/check_integer.ts";
import type { Dataset } from "../../data/dataset.ts";
import { ContractError } from "../../errors.ts";
import type { TrainedModel } from "../../model/trained_model.ts";
import { attribute } from "../attribute.ts";
import type { AttributeOptions } from "../attribute_options.ts";
import { joinBlocks } from "../join_blocks.ts";
import { choosePool } from "./_null_pool.ts";
import { checkPositions } from "../attribution_plan.ts";
import { MatchedSamples } from "../matched_samples.ts";
import type { Attributions } from "../types.ts";
import type { Progress } from "../../progress.ts";

/**
 * What attributions are compared with: `matched`, those of other genes in the same cell type with a like total signal, by the
 * same models; `labels`, those of samples of the same cell type by models that learned shuffled labels.
 */
export type NullKind = "matched" | "labels";

/**
 * Every {@linkcode NullKind}.
 *
 * @example The kinds
 * ```ts
 * import { NULL_KINDS } from "@waka/histone/explain";
 * import { deepStrictEqual } from "node:assert";
 *
 * deepStrictEqual(NULL_KINDS, ["matched", "labels"]);
 * ```
 */
export const NULL_KINDS: readonly NullKind[] = ["matched", "labels"];

/** Attributions to compare others with. */
export interface NullAttributions {
  /** What they are of. */
  readonly kind: NullKind;
  /** Samples of the cell types in question, found by the same method. */
  readonly attributions: Attributions;
  /**
   * The most of them that a sample is compared with: those of its cell type with the nearest total signal. With several
   * shuffles of labels each sample counts as many times.
   */
  readonly compared: number;
}

/** Options of `nullFromGenes` and `nullFromModels`: those of `attribute`, where `rows` are the samples to be tested. */
export interface NullOptions extends AttributeOptions {
  /**
   * The most samples that each is compared with. The smallest p-value is 1 / (this + 1).
   *
   * @default {1000}
   */
  readonly compared?: number | undefined;
  /**
   * The most samples of a cell type that are explained for the null. If few samples are tested, the nearest to each are
   * among them; if many, they are spread evenly over the total signal.
   *
   * @default {4000}
   */
  readonly pool?: number | undefined;
}

/**
 * Explains matched random genes: for each cell type in question, genes with a like total signal. The q-values that
 * {@linkcode testAttributions} finds with them answer: does this value matter more to this gene than the same bin and mark
 * do to genes with as much signal? They do not ask whether the models learned anything.
 *
 * @param models The models that explain the samples to be tested.
 * @param data The samples, from which the null's are taken.
 * @param options As for the samples to be tested, with the size of the null.
 * @returns The null.
 * @throws {ContractError} If a cell type has a single gene.
 * @throws {RangeError} If a setting is out of range.
 * @throws As `attribute` does.
 *
 * @example Which bins of a gene matter more than those of others
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { attribute, nullFromGenes, testAttributions } from "@waka/histone/explain";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fit } from "@waka/histone/training";
 * import { ok } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 30, newGenes: 1, bins: 20 }).train);
 * const { model } = await fit("experiment1", data, { epochs: 1, engine: "wasm" });
 * const options = { rows: [3], engine: "wasm" } as const;
 * const found = await attribute([model], data, options);
 * const tested = testAttributions(found, await nullFromGenes([model], data, options), data);
 * ok(tested.inputs.signal!.qValues!.every((q) => q > 0 && q <= 1));
 * ```
 */
export async function nullFromGenes(
  models: readonly TrainedModel[],
  data: Dataset,
  options: NullOptions = {},
): Promise<NullAttributions> {
  const pool = planPool(data, options);
  const attributions = await attribute(models, data, pool.options);
  return { kind: "matched", compared: pool.compared, attributions };
}

/**
 * Explains samples by models that learned shuffled labels, such as those of `trainNullModels`. The q-values that
 * {@linkcode testAttributions} finds with them answer: does this value matter more than it would to models of the same kind
 * for which the labels had nothing to do with the marks? All samples of the null share these models, so that a chance finding
 * of theirs is in all of it. Train on several shuffles: of 100 simulated samples that a further null model of `wakawaka`
 * explained, testing whole marks found something at q ≤ 0.05 in 5 to 16 with the models of one shuffle, in 3 to 10 with three,
 * in 1 at most with ten, and in about 80 with the real model. With other models and data it may be half of all samples with
 * one shuffle and many with eight: whether the model as a whole learned anything, its q-values do not say. How well it fits
 * its labels does, ranked among how well the models of 19 shuffles or more fit theirs.
 *
 * @param shuffles For each shuffle of the labels the models that learned it: as many as explain the samples to be tested, since
 * the mean over many models varies less.
 * @param data The samples, from which the null's are taken.
 * @param options As for the samples to be tested, with the size of the null.
 * @returns The null.
 * @throws {TypeError} If there are no models.
 * @throws {RangeError} If a setting is out of range.
 * @throws As `attribute` does.
 *
 * @example A model without anything to learn
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { nullFromModels, trainNullModels } from "@waka/histone/explain";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fit } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 30, newGenes: 1, bins: 20 }).train);
 * const { model } = await fit("experiment1", data, { epochs: 1, engine: "wasm" });
 * const shuffles = await trainNullModels([model], data, { engine: "wasm" });
 * const { attributions } = await nullFromModels(shuffles, data, { rows: [3], engine: "wasm" });
 * strictEqual(attributions.rows.length, 30);
 * ```
 */
export async function nullFromModels(
  shuffles: readonly (readonly TrainedModel[])[],
  data: Dataset,
  options: NullOptions = {},
): Promise<NullAttributions> {
  if (shuffles.length === 0) {
    throw new TypeError("Cannot make a null: there are models of 0 shuffles, expected some");
  }
  const { compared, options: planned } = planPool(data, options);
  const { onProgress } = options;
  const found: Attributions[] = [];
  for (const [done, models] of shuffles.entries()) {
    const report = (part: Progress) => {
      const total = part.total * shuffles.length;
      return onProgress?.({ done: done * part.total + part.done, total, unit: part.unit });
    };
    found.push(await attribute(models, data, { ...planned, onProgress: report }));
  }
  const [{ method, baseline, models }] = found as [Attributions];
  const rows = Uint32Array.from(found.flatMap(({ rows }) => Array.from(rows)));
  return {
    kind: "labels",
    compared: compared * shuffles.length,
    attributions: joinBlocks(found, { method, baseline, models, rows }),
  };
}

/**
 * Counts the samples that a null explains; with several shuffles of labels each of them explains as many.
 *
 * @throws {ContractError} If there are no samples to test.
 * @throws {RangeError} If a setting is out of range.
 */
export function countNullSamples(data: Dataset, options: NullOptions): number {
  return planPool(data, options).options.rows.length;
}

/** A null's size, and how its samples are explained. */
interface NullPool {
  readonly compared: number;
  readonly options: AttributeOptions & { readonly rows: Uint32Array };
}

/** Chooses the samples of a null. */
function planPool(data: Dataset, options: NullOptions): NullPool {
  const { compared = 1000, pool = 4000, rows = Array.from(data.rows.keys()), ...rest } = options;
  checkInteger(compared, { action: "make a null", name: "compared", least: 1 });
  checkInteger(pool, { action: "make a null", name: "pool", least: compared });
  const matched = new MatchedSamples(data, "signal");
  const tested = Array.from(checkPositions(rows, data));
  const chosen = choosePool(data, tested, { matched, compared, pool });
  if (chosen.length > 0) return { compared, options: { ...rest, rows: chosen } };
  throw new ContractError("Cannot make a null: there are 0 samples to test, expected some");
}
