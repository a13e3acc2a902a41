import { deepStrictEqual, doesNotThrow, ok, throws } from "node:assert";
import { presetSpec, SEQUENTIAL_PRESET_NAMES } from "../../src/model/presets.ts";
import { sampleShapes, weightShapes } from "../../src/model/shapes.ts";
import type { LayerSpec, SequentialSpec } from "../../src/model/spec.ts";

Deno.test("a preset on too few bins is refused with the least number that it needs", () => {
  for (const name of SEQUENTIAL_PRESET_NAMES) {
    const onBins = (bins: number) => ({ ...presetSpec(name), bins });
    let least = 100;
    while (least > 1 && fits(onBins(least - 1))) least--;
    doesNotThrow(() => sampleShapes(onBins(least)));
    if (least === 1) continue;
    for (const bins of [1, least - 1]) {
      const message = new RegExp(`; the model takes at least ${least} bins, not ${bins}$`);
      throws(() => sampleShapes(onBins(bins)), { name: "UnsupportedModelError", message });
    }
  }
});

Deno.test("no number of bins is suggested for a model whose layers fit none", () => {
  const spec = presetSpec("wakawaka");
  const layers = spec.layers.filter(({ type }) => type !== "flatten");
  throws(() => sampleShapes({ ...spec, layers }), { message: /of shape \[\d+, 50\]$/ });
});

Deno.test("recurrent layers end in their last states, or have them at each position", () => {
  const layers: LayerSpec[] = [
    { type: "lstm", units: 4, returnSequences: true },
    { type: "lstm", units: 3, bidirectional: true, returnSequences: true },
    { type: "bidirectionalGru", units: 5, returnSequences: true },
    { type: "lstm", units: 7, bidirectional: true },
    { type: "dense", units: 1 },
  ];
  const spec = { name: "recurrent", bins: 6, marks: 2, layers, loss: "meanSquaredError" } as const;
  deepStrictEqual(sampleShapes(spec), [[6, 2], [6, 4], [6, 6], [6, 10], [14], [1]]);
  const weights = weightShapes(spec).map(({ layer, name, shape }) => [layer, name, ...shape]);
  deepStrictEqual(weights.slice(0, 9), [
    [0, "kernel", 2, 16],
    [0, "recurrent_kernel", 4, 16],
    [0, "bias", 16],
    [1, "forward_lstm/kernel", 4, 12],
    [1, "forward_lstm/recurrent_kernel", 3, 12],
    [1, "forward_lstm/bias", 12],
    [1, "backward_lstm/kernel", 4, 12],
    [1, "backward_lstm/recurrent_kernel", 3, 12],
    [1, "backward_lstm/bias", 12],
  ]);
  deepStrictEqual(weights.slice(9, 12), [
    [2, "forward_gru/kernel", 6, 15],
    [2, "forward_gru/recurrent_kernel", 5, 15],
    [2, "forward_gru/bias", 15],
  ]);
  deepStrictEqual(weights.slice(15).map(([layer]) => layer), [3, 3, 3, 3, 3, 3, 4, 4]);
});

Deno.test("the bins that a model needs are counted up to the layer that makes a row of them", () => {
  const pooled: LayerSpec[] = [
    { type: "maxPool1d", size: 2 },
    { type: "lstm", units: 2, returnSequences: true },
    { type: "maxPool1d", size: 5 },
  ];
  const onBins = (bins: number, last: LayerSpec): SequentialSpec => ({
    name: "recurrent",
    bins,
    marks: 1,
    layers: [...pooled, last, { type: "dense", units: 1 }],
    loss: "meanSquaredError",
  });
  for (const last of [{ type: "lstm", units: 3 }, { type: "flatten" }] as const) {
    ok(fits(onBins(10, last)));
    throws(() => sampleShapes(onBins(9, last)), /takes at least 10 bins, not 9$/);
  }
});

function fits(spec: Parameters<typeof sampleShapes>[0]): boolean {
  try {
    sampleShapes(spec);
    return true;
  } catch {
    return false;
  }
}
