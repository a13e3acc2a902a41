/** q-values of attributions. */

import { groupBy } from "../../base/group_by.ts";
import type { Dataset } from "../../data/dataset.ts";
import { geneGroupIndices } from "../../data/sample_groups.ts";
import { ContractError } from "../../errors.ts";
import { CellTypeNull } from "./_cell_type_null.ts";
import { falseDiscoveryRates } from "../../metrics/false_discovery.ts";
import { sizeOf } from "../../model/layer_shapes.ts";
import type { InputName } from "../../model/spec.ts";
import { totalSignal } from "../matched_samples.ts";
import type { NullAttributions } from "./null_attributions.ts";
import type { Attributions, InputAttributions } from "../types.ts";

/**
 * Tests each attribution against a null. The p-value of a value is (1 + n) / (1 + N), where N is the number of null samples
 * that the sample is compared with, and n that of those whose attribution of the same value (such as the same bin and mark)
 * is at least as large, sign ignored, which is cautious where there are ties: a value whose attribution is 0 has p = 1. The
 * q-values of a sample are those of Benjamini and Hochberg (1995) over all of its values.
 *
 * What they are worth, the kind of null says. With `nullFromGenes`, the genes with as much signal are as good as the sample
 * where it is nothing special, whatever the distribution, so that among the values of one sample with q ≤ 0.05 at most 5% are
 * expected to be chance. With `nullFromModels`, what a model is as good as, if there was nothing to learn, is the models of a
 * further shuffle, and the N samples are of few of them. A model whose attributions are larger overall has many small
 * q-values then, so that they are a comparison of sizes and no rate of false discoveries.
 *
 * A sample is compared with the null's samples of its own cell type that are nearest by total signal; in a null of matched
 * genes its own gene is not among them. For a sequence, each letter is compared with the largest of the four of the same base.
 *
 * With N = 1000 and 500 values a sample, at least 10 values must reach the smallest p-value for q ≤ 0.05. To ask about whole
 * marks, test their sums: `sumOverBins`.
 *
 * @param found What to test.
 * @param nullAttributions The null, found with the same options.
 * @param data The data set of both.
 * @returns The same attributions with `qValues`; NaN where there is no attribution, or nothing to compare it with.
 * @throws {ContractError} If the two were found by different methods, baselines or numbers of models, or are of other inputs.
 *
 * @example A null of the other genes
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { attribute, nullFromGenes, testAttributions } from "@waka/histone/explain";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fit } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 30, newGenes: 1, bins: 20 }).train);
 * const { model } = await fit("experiment1", data, { epochs: 1, engine: "wasm" });
 * const options = { rows: [3, 4], method: "input-x-gradient", engine: "wasm" } as const;
 * const found = await attribute([model], data, options);
 * const tested = testAttributions(found, await nullFromGenes([model], data, options), data);
 * strictEqual(tested.inputs.signal!.qValues!.length, found.inputs.signal!.values.length);
 * ```
 */
export function testAttributions(
  found: Attributions,
  nullAttributions: NullAttributions,
  data: Dataset,
): Attributions {
  checkAlike(found, nullAttributions.attributions);
  const ready = prepareNull(nullAttributions, data);
  const names = Object.keys(found.inputs) as InputName[];
  const pValues = new Map(names.map((name) => {
    const { values, shape } = found.inputs[name]!;
    return [name, ready.pValues(found.rows, { name, shape, values })] as const;
  }));
  const qValues = adjustBySample(pValues, found.rows.length);
  const inputs = names.map((name): readonly [InputName, InputAttributions] => [
    name,
    { ...found.inputs[name]!, qValues: qValues.get(name)! },
  ]);
  return { ...found, inputs: Object.fromEntries(inputs) };
}

function checkAlike(found: Attributions, other: Attributions): void {
  const describe = ({ method, baseline, models, inputs }: Attributions) =>
    [
      method,
      ...(baseline === undefined ? [] : [`baseline ${baseline}`]),
      `${models} models`,
      ...Object.entries(inputs).map(([name, { shape }]) => `${name} ${shape.join(" × ")}`),
    ].join(", ");
  if (other.rows.length > 0 && describe(found) === describe(other)) return;
  throw new ContractError(
    `Cannot test attributions: the null has ${
      other.rows.length > 0 ? describe(other) : "0 samples"
    }, expected ${describe(found)}`,
  );
}

/** Values to test. */
interface TestedInput {
  readonly name: InputName;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Nulls that are ready, since blocks of samples are tested one after another. */
const prepared = new WeakMap<
  NullAttributions,
  { readonly data: Dataset; readonly ready: PreparedNull }
>();

function prepareNull(nullAttributions: NullAttributions, data: Dataset): PreparedNull {
  const known = prepared.get(nullAttributions);
  if (known?.data === data) return known.ready;
  const ready = new PreparedNull(nullAttributions, data);
  prepared.set(nullAttributions, { data, ready });
  return ready;
}

/** A null that is ready to be compared with. */
class PreparedNull {
  readonly #null: NullAttributions;
  readonly #data: Dataset;
  readonly #genes: Uint32Array;
  readonly #byCellType: ReadonlyMap<string, CellTypeNull>;

  constructor(nullAttributions: NullAttributions, data: Dataset) {
    this.#null = nullAttributions;
    this.#data = data;
    this.#genes = geneGroupIndices(data);
    const { rows } = nullAttributions.attributions;
    const byCellType = groupBy(rows.keys(), (place) => data.cellTypeOf(rows[place]!));
    this.#byCellType = new Map(
      [...byCellType].map(([cellType, places]) => [
        cellType,
        new CellTypeNull(nullAttributions, { places, data, genes: this.#genes }),
      ]),
    );
  }

  /** The p-values of an input's values; NaN where there is nothing to compare with. */
  pValues(rows: Uint32Array, { name, shape, values }: TestedInput): Float64Array {
    const size = sizeOf(shape);
    const found = new Float64Array(values.length).fill(NaN);
    for (const [sample, position] of rows.entries()) {
      const cellType = this.#byCellType.get(this.#data.cellTypeOf(position));
      if (cellType === undefined) continue;
      const others = cellType.neighbours({
        total: totalSignal(this.#data, position),
        gene: this.#null.kind === "matched" ? this.#genes[position]! : undefined,
        count: this.#null.compared,
      });
      const [first, end] = [sample * size, (sample + 1) * size];
      cellType.compare(name, others, {
        values: values.subarray(first, end),
        found: found.subarray(first, end),
      });
    }
    return found;
  }
}

/** q-values over all values of each sample. */
function adjustBySample(
  pValues: ReadonlyMap<InputName, Float64Array>,
  samples: number,
): ReadonlyMap<InputName, Float32Array<ArrayBuffer>> {
  const adjusted = new Map(
    [...pValues].map(([name, { length }]) => [name, new Float32Array(length)]),
  );
  for (let sample = 0; sample < samples; sample++) {
    const own = [...pValues].map(([name, values]) => {
      const size = values.length / samples;
      return {
        name,
        first: sample * size,
        part: values.subarray(sample * size, (sample + 1) * size),
      };
    });
    const all = new Float64Array(own.reduce((sum, { part }) => sum + part.length, 0));
    let at = 0;
    for (const { part } of own) {
      all.set(part, at);
      at += part.length;
    }
    const rates = falseDiscoveryRates(all);
    at = 0;
    for (const { name, first, part } of own) {
      adjusted.get(name)!.set(rates.subarray(at, at + part.length), first);
      at += part.length;
    }
  }
  return adjusted;
}
