import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual } from "node:assert";
import { sha256 } from "../../src/base/bytes.ts";
import { initialWeights } from "../../src/model/initial_weights.ts";
import { parseSpec } from "../../src/model/parse_spec.ts";
import { DNA_PRESET_NAMES, presetSpec, SEQUENTIAL_PRESET_NAMES } from "../../src/model/presets.ts";
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

Deno.test("an LSTM's kernels are as a GRU's, its biases zero but for ones in the forget gate", () => {
  const [channels, units] = [9, 6];
  const spec = parseSpec({
    name: "lstm",
    bins: 4,
    marks: channels,
    layers: [
      { type: "lstm", units, returnSequences: true },
      { type: "lstm", units, bidirectional: true },
      { type: "dense", units: 1 },
    ],
    loss: "meanSquaredError",
  });
  const weights = initialWeights(spec, 4);
  const shapes = weightShapes(spec);
  const named = (ending: string) =>
    weights.filter((_, i) => shapes[i]!.layer < 2 && shapes[i]!.name.endsWith(ending));
  const biases = named("bias");
  strictEqual(biases.length, 3);
  for (const bias of biases) {
    deepStrictEqual([...bias], Array.from({ length: 24 }, (_, i) => i >= 6 && i < 12 ? 1 : 0));
  }
  // The name of a recurrent kernel ends in that of a kernel, too.
  const recurrent = named("recurrent_kernel");
  strictEqual(recurrent.length, 3);
  for (const kernel of recurrent) {
    const rows = Array.from({ length: units }, (_, i) => kernel.subarray(24 * i, 24 * (i + 1)));
    rows.forEach((row, i) =>
      rows.forEach((other, j) => {
        const product = row.reduce((sum, value, k) => sum + value * other[k]!, 0);
        ok(Math.abs(product - (i === j ? 1 : 0)) < 1e-6, `rows ${i} and ${j}: ${product}`);
      })
    );
  }
  const first = Math.max(...weights[0]!.map(Math.abs));
  const limit = Math.sqrt(6 / (channels + 4 * units));
  ok(first <= limit && first > 0.9 * limit);
});

Deno.test("a kernel that is to be Glorot normal is normal, and cut off at two standard deviations", () => {
  const { layers } = presetSpec("waka-dna").branches[1]!;
  const spec = presetSpec("waka-dna", { bases: 320 });
  const shapes = weightShapes(spec);
  const index = shapes.findIndex(({ shape }) => shape.join() === "6,4,128");
  strictEqual(layers?.[0]?.type === "conv1d" && layers[0].initializer, "glorotNormal");
  const values = initialWeights(spec, 3)[index]!;
  // Keras': variance 2 / (inputs + outputs) after the cut, so a little more before it.
  const variance = 2 / (6 * (4 + 128));
  const limit = 2 * Math.sqrt(variance) / 0.87962566;
  const largest = Math.max(...values.map(Math.abs));
  ok(largest <= limit && largest > 0.95 * limit, `${largest} of ${limit}`);
  const found = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  // Six standard errors of a variance, were it not cut off.
  ok(Math.abs(found / variance - 1) < 6 * Math.sqrt(2 / values.length), `${found / variance}`);
  // Of such values 40 % are within a quarter of the limit; of uniform ones it would be 25 %.
  const near = values.filter((value) => Math.abs(value) < limit / 4).length / values.length;
  ok(near > 0.37 && near < 0.43, `${near}`);
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

Deno.test("every preset that reads DNA has the same weights as before", async () => {
  const digests: string[] = [];
  for (const name of DNA_PRESET_NAMES) {
    for (const values of initialWeights(presetSpec(name, { bases: 320 }), 7)) {
      digests.push((await sha256(new Uint8Array(values.buffer))).toHex());
    }
  }
  const all = await sha256(new TextEncoder().encode(digests.join("")));
  strictEqual(all.toHex(), "718cdb3a62f975c404c053cc5f32d91d532ca9ec5b7c18d3540edf3a054fa134");
});

Deno.test("the scale of a distance is one at first", () => {
  const weights = initialWeights(BRANCHED, 3);
  const scales = weightShapes(BRANCHED).flatMap(({ name }, i) =>
    name === "distance_scale" ? [...weights[i]!] : []
  );
  deepStrictEqual(scales, [1, 1]);
});
