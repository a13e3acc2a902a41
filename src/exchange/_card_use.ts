/** What a model's card says of its use: what for, what not for, and how it is loaded. */

import { modelInputs } from "../model/inputs.ts";
import { readsPanel } from "../model/panel_inputs.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { showText } from "./_card_text.ts";

/** The most characters of a list of marks. */
const MOST_OF_MARKS = 4000;

/** Sections of a card. */
export function describeUse(model: TrainedModel): string[] {
  const { record } = model;
  return [
    "## What it is for",
    `Predicting the expression of genes in cell types whose marks (${
      showText(record.marks.join(", "), MOST_OF_MARKS)
    }) were counted as the table above says, on ${
      showText(record.assembly)
    }. Data that were counted in another way are refused.`,
    "## What it is not for",
    "Decisions about patients; expression that was measured or transformed in another way than its labels; other species or " +
    "assemblies. Before a prediction is used for a new gene or a new cell type, compare the errors above with those of a baseline " +
    "such as the gene's mean over known cell types, which needs no model.",
    "## How it is loaded",
    ...loadInDeno(model),
    ...loadOnnx(model),
  ];
}

function loadInDeno({ record }: TrainedModel): string[] {
  return [
    "With `@waka/histone`, in Deno, Node and Bun (`predict` of its commands does the same):",
    [
      "```ts",
      'import { readDataset } from "@waka/histone/data";',
      'import { loadModel } from "@waka/histone/model";',
      'import { predict } from "@waka/histone/training";',
      "",
      'const model = await loadModel("."); // this folder',
      `const data = await readDataset("data.npz"); // ${record.marks.length} marks`,
      "const predicted = await predict(model, data);",
      "```",
    ].join("\n"),
  ];
}

function loadOnnx(model: TrainedModel): string[] {
  const { spec, geneEffects } = model;
  const inputs = modelInputs(spec);
  const signal = inputs.find((input) => input.name === "signal");
  const isPlain = inputs.length === 1 && signal !== undefined && !readsPanel(spec);
  const left = geneEffects === undefined ? "" : " Effects of single genes are not in it.";
  if (!isPlain) {
    return [
      "`model.onnx` holds the network for ONNX Runtime. Its inputs " +
      `(${
        inputs.map(({ name }) => name).join(", ")
      }) are described in its metadata, \`histone.model\`; ` +
      `this package makes them of data.${left}`,
    ];
  }
  const shape = `[samples, ${signal.bins}, ${signal.marks}]`;
  return [
    `\`model.onnx\` takes the data's own values, \`signal\` of shape ${shape}, and gives \`prediction\`, [samples, 1].${left} In Python:`,
    [
      "```python",
      "import onnxruntime",
      "",
      'session = onnxruntime.InferenceSession("model.onnx")',
      `(prediction,) = session.run(None, {"signal": signal})  # float32 ${shape}`,
      "```",
    ].join("\n"),
    "In Node, with `onnxruntime-node`:",
    [
      "```js",
      'import * as ort from "onnxruntime-node";',
      "",
      'const session = await ort.InferenceSession.create("model.onnx");',
      `const signal = new ort.Tensor("float32", values, [samples, ${signal.bins}, ${signal.marks}]);`,
      "const { prediction } = await session.run({ signal });",
      "```",
    ].join("\n"),
  ];
}
