/** Explanations of one model by two engines. */

import { ok } from "node:assert";
import { attribute } from "../../src/explain/attribute.ts";
import type { Attributions } from "../../src/explain/types.ts";
import type { ModelSpec } from "../../src/model/spec.ts";
import { fit } from "../../src/training/fit.ts";
import { FEW } from "./few_samples.ts";

const WASM = { engine: "wasm" } as const;

/** No pool, and no kink on the way but those of leaky units. */
const SMOOTH: ModelSpec = {
  name: "smooth",
  bins: 20,
  marks: 5,
  layers: [
    { type: "conv1d", filters: 8, width: 5, dilation: 1, padding: "same" },
    { type: "activation", kind: "leakyRelu", alpha: 0.05 },
    { type: "flatten" },
    { type: "dense", units: 8 },
    { type: "activation", kind: "leakyRelu", alpha: 0.05 },
    { type: "dense", units: 1 },
  ],
  loss: "meanSquaredError",
};

/** `wakawaka` without its later pools: a tie of one can change which of its bins has the derivative. */
const POOLED: ModelSpec = {
  ...SMOOTH,
  name: "pooled",
  layers: [
    ...SMOOTH.layers.slice(0, 2),
    { type: "maxPool1d", size: 5 },
    ...SMOOTH.layers.slice(2),
  ],
};

/** Explains by another engine, and expects the same as from `wasm`: of each bin, or of a pool's window. */
export async function compareExplanations(engine: "tfjs-cpu" | "webgpu"): Promise<void> {
  const rows = [0, 3, 77, 250, 499];
  for (const [spec, window] of [[SMOOTH, 1], [POOLED, 20]] as const) {
    const { model } = await fit(spec, FEW, { ...WASM, seed: 0, epochs: 2, batchSize: 50 });
    const [own, other] = await Promise.all(
      (["wasm", engine] as const).map((name) =>
        attribute([model], FEW, { engine: name, rows, steps: 20 })
      ),
    ) as [Attributions, Attributions];
    const size = window * FEW.marks.length;
    const sumsOf = ({ inputs }: Attributions) => {
      const { values } = inputs.signal!;
      // With a pool the sums of marks along the window, which is whole for 20 bins.
      if (window === 1) return Array.from(values);
      return Array.from({ length: rows.length * FEW.marks.length }, (_, i) => {
        const [row, mark] = [Math.floor(i / FEW.marks.length), i % FEW.marks.length];
        let sum = 0;
        for (let at = row * size + mark; at < (row + 1) * size; at += FEW.marks.length) {
          sum += values[at]!;
        }
        return sum;
      });
    };
    const [a, b] = [sumsOf(own), sumsOf(other)];
    const largest = Math.max(...a.map(Math.abs));
    const apart = Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
    ok(apart <= 1e-4 * largest, `${spec.name}: ${apart} of ${largest}`);
  }
}
