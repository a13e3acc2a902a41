import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { parseSpec } from "../../src/model/parse_spec.ts";
import { modelGraph } from "../../src/model/graph.ts";
import {
  DNA_PRESET_NAMES,
  findPreset,
  parsePresetName,
  PRESET_NAMES,
  type PresetName,
  presetSpec,
  type SequentialPresetName,
} from "../../src/model/presets.ts";
import { countParameters, sampleShapes, sizeOf, weightShapes } from "../../src/model/shapes.ts";

/** Counted by hand from the layers, so that a typing error in a preset shows. */
const PARAMETERS: Record<PresetName, number> = {
  wakawaka: 2550 + 12550 + 7550 + 5050 + 510 + 11,
  waka2: 2550 + 7550 + 7550 + 151,
  // The encoder reads 5 × 25 values; the head three times its output, the context, and the weighted mean, which has a
  // weight of its own.
  waka3: 126 * 256 + 257 * 128 + (3 * 128 + 6 + 1 + 1) * 128 + 129 * 64 + 65 + 1,
  experiment1: 168 + 801,
  experiment2: 168 + 800 * 64 + 64 + 64 * 32 + 32 + 33,
  experiment3: 168 + 800 * 625 + 625 + 625 * 125 + 125 + 126,
  experiment4: 168 + 800 * 625 + 625 + 625 * 125 + 125 + 126,
  experiment5: 2550 + 12550 + 7550 + 3 * 200 + 100 * 625 + 625 + 625 * 125 + 125 + 126,
  experiment6: 2550 + 12550 + 7550 + 7550 + 4 * 200 + 100 * 625 + 625 + 625 * 125 + 125 + 126,
  experiment7: 2550 + 12550 + 7550 + 3 * 200 + 100 * 625 + 625 + 625 * 125 + 125 + 126,
  experiment8: 28_221,
  // Of a GRU with u units that reads 50 channels: 3 gates of u × (50 inputs + u states + 1 bias), in 2 directions. The
  // Its 2 · u values are read by 50 dense units.
  bigru10: 2550 + 12550 + 7550 + 2 * 3 * 10 * (50 + 10 + 1) + 20 * 50 + 50 + 510 + 11,
  bigru25: 2550 + 12550 + 7550 + 2 * 3 * 25 * (50 + 25 + 1) + 50 * 50 + 50 + 510 + 11,
  bigru50: 2550 + 12550 + 7550 + 2 * 3 * 50 * (50 + 50 + 1) + 100 * 50 + 50 + 510 + 11,
  deepchrome: 2550 + 900 * 625 + 625 + 625 * 125 + 125 + 126,
  // The three that the authors' report has are said there, too.
  "waka-dna": 3_323_793,
  "waka-dna-text": 3_436_853,
  "waka-dna-figure": 3_323_129,
  // Marks: 2550 + 12550 + 7550 and 100 values; DNA: 3200 and 312 × 128 values; the join is read by 50 units.
  "waka-dna-experiment1": 22_650 + 3200 + (100 + 39_936 + 1) * 50 + 510 + 11,
  // The second convolution reads 128 channels, 6 wide; 312 positions are pooled to 104.
  "waka-dna-experiment2": 22_650 + 3200 + 98_432 + (100 + 104 * 128 + 1) * 50 + 510 + 11,
  // 4,000 bases are pooled to 125, then 41.
  "waka-dna-experiment3": 22_650 + 3200 + 98_432 + (100 + 41 * 128 + 1) * 50 + 510 + 11,
  // Two convolutions leave 6 positions of the marks.
  "waka-dna-experiment4": 15_100 + 3200 + 98_432 + (300 + 104 * 128 + 1) * 100 + 101,
  "waka-dna-experiment5": 15_100 + 3200 + 98_432 + (300 + 104 * 128 + 1) * 100 + 101,
  "waka-dna-experiment6": 15_100 + 3200 + (300 + 39_936 + 1) * 100 + 101,
  // The branch over marks, 39,782; the convolution; a GRU of 32 units a direction; 39 positions of 64; the head, 5977.
  "waka-dna-gru": 39_782 + 3200 + 2 * 3 * 32 * (128 + 32 + 1) + (39 * 64 + 1) * 82 + 5977,
  "waka-dna-lstm": 39_782 + 3200 + 2 * 4 * 32 * (128 + 32 + 1) + (39 * 64 + 1) * 82 + 5977,
  "waka-dna-bigru10": 39_782 + 3200 + 2 * 3 * 10 * (128 + 10 + 1) + 21 * 82 + 5977,
  // The marks: one convolution, then LSTMs over 20 positions of 50 and of 200 channels.
  "waka-dna-lstm200": 2550 + 4 * 200 * (50 + 200 + 1) + 4 * 50 * (200 + 50 + 1) + 51 * 82 +
    3_278_034 + 5977,
};

Deno.test("every preset is valid and has the parameters counted by hand", () => {
  deepStrictEqual([...PRESET_NAMES].sort(), Object.keys(PARAMETERS).sort());
  for (const name of PRESET_NAMES) {
    const spec = presetSpec(name);
    deepStrictEqual(parseSpec(spec), spec);
    strictEqual(countParameters(spec), PARAMETERS[name], name);
  }
});

Deno.test("wakawaka has the report's table of layers", () => {
  const spec = presetSpec("wakawaka");
  const shapes = sampleShapes(spec).slice(1);
  const weights = weightShapes(spec);
  const rows = spec.layers.map((layer, index) => {
    const parameters = weights
      .filter((weight) => weight.layer === index)
      .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);
    return [layer.type, shapes[index]!.join(" × "), parameters];
  });
  deepStrictEqual(rows.filter(([type]) => type !== "activation"), [
    ["conv1d", "100 × 50", 2550],
    ["maxPool1d", "20 × 50", 0],
    ["conv1d", "20 × 50", 12550],
    ["maxPool1d", "6 × 50", 0],
    ["conv1d", "6 × 50", 7550],
    ["maxPool1d", "2 × 50", 0],
    ["flatten", "100", 0],
    ["dropout", "100", 0],
    ["dense", "50", 5050],
    ["dense", "10", 510],
    ["dense", "1", 11],
  ]);
  const settings = { learningRate: 0.001, batchSize: 250, epochs: 15 };
  deepStrictEqual(findPreset("wakawaka").training, settings);
});

Deno.test("a bidirectional GRU is between the convolutions and the dense layers", () => {
  const { layers } = presetSpec("bigru25");
  const shapes = sampleShapes(presetSpec("bigru25"));
  const index = layers.findIndex(({ type }) => type === "bidirectionalGru");
  strictEqual(index, 9);
  deepStrictEqual([shapes[index], shapes[index + 1]], [[2, 50], [50]]);
  const others = (name: SequentialPresetName) => presetSpec(name).layers.toSpliced(index, 1);
  deepStrictEqual(others("bigru25"), others("wakawaka"));
  const weights = weightShapes(presetSpec("bigru25")).filter(({ layer }) => layer === index);
  deepStrictEqual(weights.map(({ name, shape }) => [name, ...shape]), [
    ["forward_gru/kernel", 50, 75],
    ["forward_gru/recurrent_kernel", 25, 75],
    ["forward_gru/bias", 75],
    ["backward_gru/kernel", 50, 75],
    ["backward_gru/recurrent_kernel", 25, 75],
    ["backward_gru/bias", 75],
  ]);
});

Deno.test("waka-dna has the table of layers that the documentation gives", () => {
  const spec = presetSpec("waka-dna");
  const { encoders, head } = modelGraph(spec);
  const weights = weightShapes(spec);
  const rows = [...encoders, head].map(({ layers, firstLayer, shapes }) =>
    layers.flatMap(({ type }, index) => {
      const own = weights.filter(({ layer }) => layer === firstLayer + index);
      const parameters = own.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
      return parameters === 0 ? [] : [[type, shapes[index + 1]!.join(" × "), parameters]];
    })
  );
  deepStrictEqual(rows, [
    [["conv1d", "100 × 50", 2550], ["conv1d", "20 × 50", 12_550], ["dense", "82", 24_682]],
    [["conv1d", "10000 × 128", 3200], ["dense", "82", 3_274_834]],
    [["dense", "36", 5940], ["dense", "1", 37]],
  ]);
  const settings = { learningRate: 0.0005, batchSize: 100, epochs: 10 };
  for (const name of DNA_PRESET_NAMES) deepStrictEqual(findPreset(name).training, settings);
});

Deno.test("the documentation has the parameters of every preset that reads DNA", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/experiments.md", import.meta.url));
  const rows = [...page.matchAll(/^\| `(waka-dna[\w-]*)` +\| [^|]+\| ([\d,]+) +\|/gm)];
  const found = rows.map(([, name, parameters]) => [name, parameters]);
  const wanted = DNA_PRESET_NAMES.map((name) => [
    name,
    countParameters(presetSpec(name)).toLocaleString("en"),
  ]);
  deepStrictEqual(found.toSorted(), wanted.toSorted());
});

Deno.test("presets cannot be changed", () => {
  const spec = presetSpec("wakawaka") as unknown as { layers: { filters: number }[] };
  throws(() => spec.layers[0]!.filters = 3, TypeError);
  throws(() => spec.layers.pop(), TypeError);
});

Deno.test("an unknown preset is refused with the nearest names, or all of them", () => {
  throws(() => parsePresetName("WakaWaka2"), /did you mean wakawaka\?/);
  throws(() => parsePresetName("experiment"), /experiment1 or experiment2/);
  throws(() => parsePresetName("resnet"), /expected one of wakawaka, waka2, waka3, experiment1/);
  throws(() => findPreset("toString"), RangeError);
});

Deno.test("a preset is refused sizes that are no integers, and takes null for those that are not given", () => {
  for (const bins of ["20", 0, 1.5, NaN] as number[]) {
    throws(
      () => presetSpec("wakawaka", { bins }),
      /make wakawaka: bins is .*expected an integer >= 1/,
    );
  }
  deepStrictEqual(presetSpec("waka2", { bins: null, marks: null } as never), presetSpec("waka2"));
});
