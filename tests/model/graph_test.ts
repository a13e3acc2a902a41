import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { describeLayer, layerChains, modelGraph } from "../../src/model/graph.ts";
import { layerNames } from "../../src/model/layer_names.ts";
import { presetSpec, SEQUENTIAL_PRESET_NAMES } from "../../src/model/presets.ts";
import { countParameters, sampleShapes, weightShapes } from "../../src/model/shapes.ts";
import { BRANCHED } from "../helpers/branched_spec.ts";

Deno.test("a sequential model is one encoder over signal, joined unchanged, without a head", () => {
  for (const name of SEQUENTIAL_PRESET_NAMES) {
    const spec = presetSpec(name);
    const { encoders, branches, join, joinShape, head, references } = modelGraph(spec);
    const [encoder] = encoders;
    deepStrictEqual(encoder!.layers, spec.layers);
    deepStrictEqual(encoder!.shapes, sampleShapes(spec));
    deepStrictEqual([encoder!.firstLayer, encoder!.place, encoder!.overReferences], [
      0,
      "layers",
      false,
    ]);
    strictEqual(encoders.length, 1);
    strictEqual(branches.length, 1);
    deepStrictEqual(join, [{ type: "output", branch: 0, offset: 0, size: 1 }]);
    deepStrictEqual([joinShape, head.layers, head.outputShape, references], [[1], [], [1], 0]);
  }
});

Deno.test("a branched model's encoders are in order of their first use, layers numbered across them and the head", () => {
  const graph = modelGraph(BRANCHED);
  deepStrictEqual(graph.encoders.map(({ name }) => name), [
    "profile",
    "measured",
    "dna",
    "own",
    "labels",
    "known",
  ]);
  deepStrictEqual(layerChains(graph).map(({ firstLayer }) => firstLayer), [0, 5, 5, 8, 11, 11, 12]);
  const own = graph.encoders[3];
  deepStrictEqual(own!.branches, [3, 4]);
  deepStrictEqual(graph.encoders.map(({ overReferences }) => overReferences), [
    false,
    false,
    false,
    true,
    true,
    false,
  ]);
  deepStrictEqual(graph.branches.map(({ encoder }) => encoder), [0, 1, 2, 3, 3, 4, 5]);
  strictEqual(describeLayer(graph, 8), "branches[4].layers[0] (linear)");
  strictEqual(describeLayer(graph, 14), "head.layers[2] (dense)");
  throws(() => describeLayer(graph, 15), RangeError);
});

Deno.test("the joined row has the terms one after another, positions flattened", () => {
  const { join, joinShape, encoders, references } = modelGraph(BRANCHED);
  deepStrictEqual(encoders.map(({ outputShape }) => outputShape), [[6, 2], [3], [4], [5], [1], [
    2,
  ]]);
  deepStrictEqual(join.map(({ offset, size }) => [offset, size]), [
    [0, 12],
    [12, 3],
    [15, 4],
    [19, 5],
    [24, 5],
    [29, 1],
    [30, 5],
    [35, 2],
  ]);
  deepStrictEqual(joinShape, [37]);
  strictEqual(references, 4);
});

Deno.test("weights are the encoders', then the join's, then the head's", () => {
  deepStrictEqual(
    weightShapes(BRANCHED).map(({ layer, term, name, shape }) => [layer ?? term, name, [...shape]]),
    [
      [0, "kernel", [3, 3, 4]],
      [0, "bias", [4]],
      [1, "gamma", [4]],
      [1, "beta", [4]],
      [1, "moving_mean", [4]],
      [1, "moving_variance", [4]],
      [4, "kernel", [4, 2]],
      [4, "bias", [2]],
      [5, "kernel", [3, 4, 2]],
      [5, "bias", [2]],
      [8, "kernel", [6, 5]],
      [8, "bias", [5]],
      [11, "kernel", [8, 2]],
      [11, "bias", [2]],
      [5, "distance_scale", [1]],
      [6, "distance_scale", [1]],
      [12, "kernel", [37, 7]],
      [12, "bias", [7]],
      [14, "kernel", [7, 1]],
      [14, "bias", [1]],
    ],
  );
});

Deno.test("layers have Keras' names, counted across encoders and head", () => {
  deepStrictEqual(layerNames(modelGraph(BRANCHED)), [
    "conv1d_1",
    "batch_normalization_1",
    "activation_1",
    "max_pooling1d_1",
    "dense_1",
    "conv1d_2",
    "max_pooling1d_2",
    "flatten_1",
    "dense_2",
    "activation_2",
    "dropout_1",
    "dense_3",
    "dense_4",
    "activation_3",
    "dense_5",
  ]);
});

Deno.test("what is no spec is refused with where a spec is", () => {
  const trained = { spec: BRANCHED, weights: [] };
  const cases = [
    [
      undefined,
      /^Cannot read model: found missing as the model, expected the spec of one, such as/,
    ],
    [
      "waka2",
      /found "waka2" as the model, expected the spec of one, such as presetSpec\("waka2"\)$/,
    ],
    [trained, /found a trained model as the model, expected its `spec`$/],
  ] as const;
  for (const [spec, message] of cases) {
    for (const use of [modelGraph, weightShapes, countParameters]) {
      throws(() => use(spec as never), { name: "TypeError", message });
    }
  }
});
