import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual } from "node:assert";
import { sha256 } from "../../src/base/bytes.ts";
import { initialWeights } from "../../src/model/initial_weights.ts";
import { presetSpec, SEQUENTIAL_PRESET_NAMES } from "../../src/model/presets.ts";
import { weightShapes } from "../../src/model/shapes.ts";
import { BRANCHED } from "../helpers/branched_spec.ts";

Deno.test("kernels are Glorot uniform, biases and moving means zero, γ and variances one", () => {
  const spec = presetSpec("experiment5");
  const weights = initialWeights(spec, 1);
  weightShapes(spec).forEach(({ name, shape }, index) => {
    const values = weights[index];
    if (name !== "kernel") {
      const wanted = name === "gamma" || name === "moving_variance" ? 1 : 0;
      return ok(values!.every((value) => value === wanted), name);
    }
    const [outputs, inputs, width = 1] = shape.toReversed();
    const limit = Math.sqrt(6 / (width * (inputs! + outputs!)));
    ok(values!.every((value) => Math.abs(value) <= limit));
    // A uniform distribution on ±limit has variance limit²/3; six standard errors.
    const variance = values!.reduce((sum, value) => sum + value * value, 0) / values!.length;
    const error = limit ** 2 * Math.sqrt(4 / 45 / values!.length);
    ok(Math.abs(variance - limit ** 2 / 3) < 6 * error, `layer weight ${index}`);
  });
});

Deno.test("a GRU's kernels are Glorot uniform, its recurrent kernels orthogonal, its biases zero", () => {
  const spec = presetSpec("bigru25");
  const weights = initialWeights(spec, 1);
  const shapes = weightShapes(spec);
  const find = (wanted: string) => weights[shapes.findIndex(({ name }) => name === wanted)]!;
  for (const direction of ["forward_gru", "backward_gru"]) {
    const limit = Math.sqrt(6 / (50 + 75));
    const kernel = find(`${direction}/kernel`).map(Math.abs);
    ok(Math.max(...kernel) <= limit && Math.max(...kernel) > 0.95 * limit);
    ok(find(`${direction}/bias`).every((value) => value === 0));
    const recurrent = find(`${direction}/recurrent_kernel`);
    const rows = Array.from({ length: 25 }, (_, i) => recurrent.subarray(i * 75, (i + 1) * 75));
    rows.forEach((row, i) =>
      rows.forEach((other, j) => {
        const product = row.reduce((sum, value, k) => sum + value * other[k]!, 0);
        ok(Math.abs(product - (i === j ? 1 : 0)) < 1e-6, `rows ${i} and ${j}: ${product}`);
      })
    );
  }
  const recurrent = ["forward_gru/recurrent_kernel", "backward_gru/recurrent_kernel"].map(find);
  notDeepStrictEqual(recurrent[0], recurrent[1]);
});

Deno.test("the same seed gives the same weights, another seed others", () => {
  const spec = presetSpec("wakawaka");
  deepStrictEqual(initialWeights(spec, 7), initialWeights(spec, 7));
  notDeepStrictEqual(initialWeights(spec, 7)[0], initialWeights(spec, 8)[0]);
});

Deno.test("every sequential preset has the same weights as before", async () => {
  const digests: string[] = [];
  for (const name of SEQUENTIAL_PRESET_NAMES) {
    for (const values of initialWeights(presetSpec(name), 7)) {
      digests.push((await sha256(new Uint8Array(values.buffer))).toHex());
    }
  }
  const all = await sha256(new TextEncoder().encode(digests.join("")));
  strictEqual(all.toHex(), "3536344bc08043baa63171369298afdd50285c5c22db94624bf804813479d685");
});

Deno.test("the scale of a distance is one at first", () => {
  const weights = initialWeights(BRANCHED, 3);
  const scales = weightShapes(BRANCHED).flatMap(({ name }, i) =>
    name === "distance_scale" ? [...weights[i]!] : []
  );
  deepStrictEqual(scales, [1, 1]);
});
