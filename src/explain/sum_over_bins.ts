import { ContractError } from "../errors.ts";
import type { Attributions, InputAttributions } from "./types.ts";

/**
 * Adds up the attributions of each mark over its bins: what whole marks add to predictions. Sums of a null are compared with
 * sums, by `testAttributions`.
 *
 * @param found Attributions of `signal`, `[sample, bin, mark]`.
 * @returns The same samples with `signal` as `[sample, 1, mark]`, and nothing else by input. Bins without an attribution are
 * left out of a sum, which is NaN if all are. Standard deviations and q-values do not add up, so they are absent.
 * @throws {ContractError} If there are no attributions of `signal`.
 *
 * @example Two bins of two marks
 * ```ts
 * import { type Attributions, sumOverBins } from "@waka/histone/explain";
 * import { deepStrictEqual } from "node:assert";
 *
 * const found: Attributions = {
 *   method: "gradient",
 *   rows: Uint32Array.of(0),
 *   models: 1,
 *   predictions: Float32Array.of(2),
 *   inputs: { signal: { shape: [2, 2], values: Float32Array.of(1, 10, 2, 20) } },
 * };
 * deepStrictEqual(sumOverBins(found).inputs.signal, { shape: [1, 2], values: Float32Array.of(3, 30) });
 * ```
 */
export function sumOverBins({ inputs, ...rest }: Attributions): Attributions {
  const { signal } = inputs;
  if (signal === undefined) {
    throw new ContractError(
      `Cannot add up attributions: found those of ${
        Object.keys(inputs).join(", ") || "0 inputs"
      }, expected signal (spreadOverBins makes it of summaries)`,
    );
  }
  return { ...rest, inputs: { signal: sumSignal(signal, rest.rows.length) } };
}

function sumSignal({ shape, values }: InputAttributions, samples: number): InputAttributions {
  const [bins = 1, marks = 1] = shape;
  const sums = new Float32Array(samples * marks);
  for (let sample = 0; sample < samples; sample++) {
    for (let mark = 0; mark < marks; mark++) {
      let [sum, count] = [0, 0];
      for (let bin = 0; bin < bins; bin++) {
        const value = values[(sample * bins + bin) * marks + mark]!;
        if (Number.isNaN(value)) continue;
        sum += value;
        count++;
      }
      sums[sample * marks + mark] = count === 0 ? NaN : sum;
    }
  }
  return { shape: [1, marks], values: sums };
}
