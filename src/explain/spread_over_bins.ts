import type { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import type { ReferencePanel } from "../panel/panel.ts";
import { summaryShape, type SummaryWindows, summaryWindows } from "../panel/summary.ts";
import { turnedInPanel } from "../panel/turned_genes.ts";
import type { Attributions } from "./types.ts";

/**
 * Shares the attributions of a summary among the bins that it is made of, so that those of a model that reads a panel can be
 * drawn as tracks. A window's attribution goes to its bins in proportion to ln(1 + count), that of the largest window, or of
 * the largest in the middle, to the bins of that window in the same way, that of the mean count in proportion to the counts,
 * and that of the share of bins with signal to these equally; where there is no signal, to all bins of the window, or of the
 * mark, equally. So the sum of a mark stays what it is. For a window this is exact where the baseline is `zero`; else it is a
 * convention, since a summary does not say which of its bins the baseline's signal was in.
 *
 * @param found Attributions of `summary`, as contributions to the prediction; of any method but `gradient`.
 * @param model One of the models.
 * @param data The data set that was explained.
 * @returns The same samples with `signal`, `[sample, bin, mark]` in the order of the data's bins and marks, in place of
 * `summary`; other inputs as they are. Standard deviations and q-values cannot be shared: test what this returns. Attributions
 * that have `signal` already are returned as they are.
 * @throws {ContractError} If there are neither, the model has no panel, or the method is `gradient`.
 *
 * @example What a mark adds stays the same
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { attribute, spreadOverBins } from "@waka/histone/explain";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fit } from "@waka/histone/training";
 * import { ok } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 40 }).train);
 * const { model } = await fit("waka3", data, { epochs: 1, engine: "wasm" });
 * const found = await attribute([model], data, { rows: [3], engine: "wasm" });
 * const { signal } = spreadOverBins(found, model, data).inputs;
 * const sumOf = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0);
 * ok(Math.abs(sumOf(signal!.values) - sumOf(found.inputs.summary!.values)) < 1e-5);
 * ```
 */
export function spreadOverBins(
  found: Attributions,
  { panel, spec }: TrainedModel,
  data: Dataset,
): Attributions {
  const { inputs: { summary, ...others }, rows, method } = found;
  if (others.signal !== undefined) return found;
  if (summary === undefined || panel === undefined) {
    throw new ContractError(
      `Cannot share attributions of "${spec.name}" among bins: found those of ${
        Object.keys(found.inputs).join(", ") || "0 inputs"
      }, expected summary, of a model with a panel`,
    );
  }
  if (method === "gradient") {
    throw new ContractError(
      "Cannot share gradients among bins: a derivative by a summary is no contribution, expected another method",
    );
  }
  const spreader = new SummarySpreader(panel, data);
  const shape = [data.bins, data.marks.length];
  const size = data.bins * data.marks.length;
  const values = new Float32Array(rows.length * size);
  const summarySize = summary.values.length / Math.max(1, rows.length);
  for (const [sample, position] of rows.entries()) {
    spreader.spread(position, {
      summary: summary.values.subarray(sample * summarySize, (sample + 1) * summarySize),
      target: values.subarray(sample * size, (sample + 1) * size),
    });
  }
  return { ...found, inputs: { ...others, signal: { shape, values } } };
}

/** Some bins of a mark, and what each of them is worth. */
type Worth = (bin: number) => number;

/** Shares summaries' values among the bins of a data set's samples. */
class SummarySpreader {
  readonly #data: Dataset;
  readonly #windows: SummaryWindows;
  readonly #valuesOfMark: number;
  /** For each mark of the panel its place in the data, −1 if they lack it. */
  readonly #places: readonly number[];
  readonly #genes: Uint32Array;
  readonly #turned: Uint8Array;

  constructor(panel: ReferencePanel, data: Dataset) {
    const { marks } = panel.record;
    this.#data = data;
    this.#windows = summaryWindows(panel.bins);
    this.#valuesOfMark = summaryShape({ bins: panel.bins, marks: marks.length }).valuesOfMark;
    this.#places = marks.map((mark) => data.marks.indexOf(mark));
    this.#genes = data.geneIndices();
    this.#turned = turnedInPanel(panel, data.columns);
  }

  /** Adds the attributions of a sample's summary to its bins. */
  spread(
    position: number,
    { summary, target }: { readonly summary: Float32Array; readonly target: Float32Array },
  ): void {
    const isTurned = this.#turned[this.#genes[position]!] === 1;
    for (const [mark, place] of this.#places.entries()) {
      if (place < 0) continue;
      const { bins, marks } = this.#data;
      const counts = countsOf(this.#data, position).filter((_, i) => i % marks.length === place);
      if (isTurned) counts.reverse();
      const first = mark * this.#valuesOfMark;
      const own = this.#spreadMark(summary.subarray(first, first + this.#valuesOfMark), counts);
      if (isTurned) own.reverse();
      for (let bin = 0; bin < bins; bin++) target[bin * marks.length + place] = own[bin]!;
    }
  }

  /** The shares of a mark's bins, in the direction of the summary. */
  #spreadMark(values: Float32Array, counts: Float64Array): Float64Array {
    const { bounds, central } = this.#windows;
    const windows = bounds.length - 1;
    const shares = new Float64Array(counts.length);
    const byLogarithm: Worth = (bin) => Math.log1p(counts[bin]!);
    const windowOf = (window: number) => [bounds[window]!, bounds[window + 1]!] as const;
    const means = Array.from({ length: windows }, (_, window) => {
      const [start, end] = windowOf(window);
      let sum = 0;
      for (let bin = start; bin < end; bin++) sum += byLogarithm(bin);
      return sum / (end - start);
    });
    const largestOf = (first: number, end: number) =>
      means.indexOf(Math.max(...means.slice(first, end)), first);
    for (let window = 0; window < windows; window++) {
      share(values[window]!, windowOf(window), { shares, worth: byLogarithm });
    }
    const [largest = 0, meanCount = 0, present = 0, middle = 0, measured = 0] = values.subarray(
      windows,
    );
    const all = [0, counts.length] as const;
    share(largest, windowOf(largestOf(0, windows)), { shares, worth: byLogarithm });
    share(meanCount, all, { shares, worth: (bin) => counts[bin]! });
    share(present, all, { shares, worth: (bin) => counts[bin]! > 0 ? 1 : 0 });
    share(middle, windowOf(largestOf(...central)), { shares, worth: byLogarithm });
    // Whether the mark was measured: by methods without a baseline this too can add something.
    share(measured, all, { shares, worth: () => 1 });
    return shares;
  }
}

/** Adds a value's shares to some bins. */
function share(
  value: number,
  [start, end]: readonly [start: number, end: number],
  { shares, worth }: { readonly shares: Float64Array; readonly worth: Worth },
): void {
  if (value === 0) return;
  let total = 0;
  for (let bin = start; bin < end; bin++) total += worth(bin);
  for (let bin = start; bin < end; bin++) {
    shares[bin]! += value * (total === 0 ? 1 / (end - start) : worth(bin) / total);
  }
}

/** The counts of a sample, `[bin, mark]`. */
function countsOf(data: Dataset, position: number): Float64Array {
  if (data.hasCounts) return Float64Array.from(data.countsOf(position));
  const count = data.record.transform === "asinh" ? Math.sinh : Math.expm1;
  return Float64Array.from(data.signalOf(position), (value) => count(value));
}
