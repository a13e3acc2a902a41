import { deepStrictEqual, notDeepStrictEqual, ok } from "node:assert";
import { initialWeights } from "../../src/model/initial_weights.ts";
import { presetSpec } from "../../src/model/presets.ts";
import { weightShapes } from "../../src/model/shapes.ts";

Deno.test("kernels are Glorot uniform, biases and moving means zero, γ and variances one", () => {
  const spec = presetSpec("experiment5");
  const weights = initialWeights(spec, 1);
  weightShapes(spec).forEach(({ name, shape }, index) => {
    const values = weights[index];
    if (name !== "kernel") {
      const wanted = name === "gamma" || name === "moving_variance" ? 1 : 0;
      return ok(values.every((value) => value === wanted), name);
    }
    const [outputs, inputs, width = 1] = shape.toReversed();
    const limit = Math.sqrt(6 / (width * (inputs + outputs)));
    ok(values.every((value) => Math.abs(value) <= limit));
    // A uniform distribution on ±limit has variance limit²/3; six standard errors.
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    const error = limit ** 2 * Math.sqrt(4 / 45 / values.length);
    ok(Math.abs(variance - limit ** 2 / 3) < 6 * error, `layer weight ${index}`);
  });
});

Deno.test("the same seed gives the same weights, another seed others", () => {
  const spec = presetSpec("wakawaka");
  deepStrictEqual(initialWeights(spec, 7), initialWeights(spec, 7));
  notDeepStrictEqual(initialWeights(spec, 7)[0], initialWeights(spec, 8)[0]);
});
