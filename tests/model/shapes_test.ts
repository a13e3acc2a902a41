import { doesNotThrow, throws } from "node:assert";
import { presetSpec, SEQUENTIAL_PRESET_NAMES } from "../../src/model/presets.ts";
import { sampleShapes } from "../../src/model/shapes.ts";

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

function fits(spec: Parameters<typeof sampleShapes>[0]): boolean {
  try {
    sampleShapes(spec);
    return true;
  } catch {
    return false;
  }
}
