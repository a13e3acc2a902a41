import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { layoutWeights } from "../../../src/engine/webgpu/weight_layout.ts";
import { presetSpec, SEQUENTIAL_PRESET_NAMES } from "../../../src/model/presets.ts";
import { parseSpec } from "../../../src/model/parse_spec.ts";
import { countParameters } from "../../../src/model/shapes.ts";

Deno.test("every weight has its own place, and kernels begin at whole vectors", () => {
  for (const preset of SEQUENTIAL_PRESET_NAMES) {
    const spec = presetSpec(preset, { bins: 46 });
    if (spec.layers.some(({ type }) => type === "bidirectionalGru")) continue;
    const { places, kernels, size } = layoutWeights(spec);
    const all = places.flatMap((indices) => [...indices]);
    strictEqual(new Set(all).size, countParameters(spec));
    ok(all.every((place) => place >= 0 && place < size));
    strictEqual(size % 4, 0);
    for (const { start, bias, columns } of kernels.values()) {
      deepStrictEqual([start % 4, bias % 4, columns % 4], [0, 0, 0]);
    }
  }
});

Deno.test("taps are one segment where a window is contiguous, else padded one by one", () => {
  const conv = (filters: number, dilation: number) => (
    { type: "conv1d", filters, width: 3, dilation, padding: "same" } as const
  );
  const spec = parseSpec({
    name: "two",
    bins: 20,
    marks: 5,
    loss: "meanSquaredError",
    layers: [conv(6, 1), conv(2, 2), { type: "flatten" }, { type: "dense", units: 1 }],
  });
  const { kernels, places } = layoutWeights(spec);
  const [first, second] = [kernels.get(0)!, kernels.get(1)!];
  deepStrictEqual([first.segments, first.segmentLength, first.paddedSegment], [1, 15, 16]);
  deepStrictEqual([second.segments, second.segmentLength, second.paddedSegment], [3, 6, 8]);
  // Tap 1, channel 2, filter 3 of the first; tap 1, channel 0, filter 1 of the second.
  strictEqual(places[0]![(1 * 5 + 2) * 6 + 3], first.start + (1 * 5 + 2) * 8 + 3);
  strictEqual(places[2]![(1 * 6 + 0) * 2 + 1], second.start + (1 * 8 + 0) * 4 + 1);
});
