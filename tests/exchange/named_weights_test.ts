/** Weights of PyTorch and of others by their names, for a spec that is given. */

import { deepStrictEqual, throws } from "node:assert";
import { readModelFile, takeWeights, type Tensor } from "../../src/exchange/mod.ts";
import { readSafetensorsHeader, readTensors } from "../../src/exchange/mod.ts";
import { openFile } from "../../src/files/file.ts";
import { parseSpec } from "../../src/model/parse_spec.ts";
import { presetSpec } from "../../src/model/presets.ts";
import { weightsInTfjs } from "../../src/model/tfjs_weights.ts";
import { BRANCHED } from "../helpers/branched.ts";
import { trainedOf } from "../helpers/exchanged_models.ts";

const FIXTURES = new URL("../../fixtures/exchange/", import.meta.url);
const SPEC = parseSpec(JSON.parse(await Deno.readTextFile(new URL("spec.json", FIXTURES))));
const file = "a.safetensors";

async function pytorchTensors(): Promise<Tensor[]> {
  const source = await openFile(new URL("pytorch.safetensors", FIXTURES));
  try {
    return await readTensors(source, await readSafetensorsHeader(source));
  } finally {
    source.close();
  }
}

Deno.test("weights of PyTorch are those that its ONNX file has", async () => {
  const weights = takeWeights(await pytorchTensors(), { spec: SPEC, layout: "pytorch", file });
  const source = await openFile(new URL("pytorch_conv_script.onnx", FIXTURES));
  const { network } = await readModelFile(source).finally(() => source.close());
  deepStrictEqual(weights, network!.weights);
});

Deno.test("names that are mapped need no order", async () => {
  const tensors = (await pytorchTensors()).map((tensor) => ({
    ...tensor,
    name: `encoder.${tensor.name}.x`,
  }));
  const modules = ["0", "2", "4", "7", "8", "11"];
  const parts: Record<string, string> = {
    kernel: "weight",
    gamma: "weight",
    bias: "bias",
    beta: "bias",
    moving_mean: "running_mean",
    moving_variance: "running_var",
  };
  const layers = [...new Set(weightsInTfjs(SPEC).map(({ layer }) => layer))];
  const names = Object.fromEntries(
    weightsInTfjs(SPEC).map(({ layer, name }) => [
      `${layer}/${name}`,
      `encoder.${modules[layers.indexOf(layer)]}.${parts[name]}.x`,
    ]),
  );
  deepStrictEqual(
    takeWeights(tensors, { spec: SPEC, layout: "pytorch", names, file }),
    takeWeights(await pytorchTensors(), { spec: SPEC, layout: "pytorch", file }),
  );
});

Deno.test("this package's own names and layout need nothing, branches included", () => {
  for (const spec of [presetSpec("waka2"), BRANCHED]) {
    const { weights } = trainedOf(spec);
    const tensors = weightsInTfjs(spec).map(({ layer, name, shape }, i): Tensor => ({
      name: `${layer}/${name}`,
      // The scale of a distance is a kernel there.
      shape: name === "kernel" && layer.endsWith("_scale") ? [1] : shape,
      values: weights[i]! as Float32Array<ArrayBuffer>,
    }));
    deepStrictEqual(takeWeights(tensors, { spec, file }), weights);
  }
});

const REFUSED:
  readonly (readonly [what: string, change: (tensors: Tensor[]) => Tensor[], said: RegExp])[] = [
    [
      "a tensor that is missing",
      (t) => t.filter(({ name }) => name !== "8.bias"),
      /found no "8\.bias" for dense_1\/bias/,
    ],
    [
      "a module that is left over",
      (t) => [...t, { name: "12.weight", shape: [1], values: new Float32Array(1) }],
      /it has 7 modules with weights, expected 6/,
    ],
    [
      "another shape",
      (t) =>
        t.map((each) =>
          each.name === "0.bias" ? { ...each, shape: [3], values: new Float32Array(3) } : each
        ),
      /"0\.bias" has shape \[3\], expected what becomes \[6\]/,
    ],
    [
      "modules of several names, whose order is not known",
      (t) => t.map((each) => ({ ...each, name: each.name.replace(/^(\d\.)/, "conv$1") })),
      /its modules begin with .*so their order is not known, expected names/,
    ],
    [
      "names without numbers",
      (t) => t.map((each) => ({ ...each, name: `fc.${each.name.split(".")[1]}` })),
      /the order of "fc\.[a-z_]+" is not known/,
    ],
  ];

for (const [what, change, said] of REFUSED) {
  Deno.test(`${what} is refused`, async () => {
    const tensors = change(await pytorchTensors());
    throws(() => takeWeights(tensors, { spec: SPEC, layout: "pytorch", file }), {
      name: "ContractError",
      message: said,
    });
  });
}
