import { ok, strictEqual } from "node:assert";
import { lossAndSlope, predictionOf, predictionSlope } from "../../src/engine/loss.ts";
import type { Loss } from "../../src/model/spec.ts";
import { lossOf } from "../../src/training/loss.ts";

const LOSSES: readonly Loss[] = ["meanSquaredError", "binaryCrossentropy"];

/** A central difference. */
function derivative(f: (x: number) => number, x: number): number {
  return (f(x + 1e-5) - f(x - 1e-5)) / 2e-5;
}

for (const loss of LOSSES) {
  Deno.test(`the slopes of ${loss} and of the prediction are derivatives`, () => {
    const of = lossAndSlope(loss);
    for (const output of [-3, -0.5, 0.25, 4]) {
      for (const label of [0, 1]) {
        const [, slope] = of(output, label);
        ok(Math.abs(derivative((x) => of(x, label)[0], output) - slope) < 1e-8);
      }
      const wanted = derivative((x) => predictionOf(loss, x), output);
      ok(Math.abs(predictionSlope(loss, output) - wanted) < 1e-8);
    }
  });

  Deno.test(`${loss} of an output equals that of its prediction`, () => {
    for (const output of [-3, -0.5, 0.25, 4]) {
      for (const label of [0, 1]) {
        const wanted = lossOf(loss, [label], [predictionOf(loss, output)]);
        ok(Math.abs(lossAndSlope(loss)(output, label)[0] - wanted) < 1e-12);
      }
    }
  });
}

Deno.test("a cross-entropy does not overflow, however sure the network is", () => {
  const of = lossAndSlope("binaryCrossentropy");
  strictEqual(of(1000, 1)[0], 0);
  strictEqual(of(-1000, 1)[0], 1000);
  strictEqual(of(-1000, 1)[1], -1);
});
