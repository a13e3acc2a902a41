/** Cards of models say what the models say, and no more. */

import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { modelCard, modelFolder } from "../../src/exchange/mod.ts";
import { loadModel } from "../../src/model/save_load.ts";
import type { Loss } from "../../src/model/loss.ts";
import { presetSpec } from "../../src/model/presets.ts";
import { loadStarter } from "../../src/starter/load_starter.ts";
import { withDirectory } from "../helpers/command.ts";
import { trainedOf } from "../helpers/exchanged_models.ts";

Deno.test("what is not known is said to be not known", () => {
  const { training, ...model } = trainedOf(presetSpec("experiment1"));
  const card = modelCard({ ...model, training: { ...training, importedFrom: "keras 3.15.1" } });
  match(card, /The licence is not known/);
  match(card, /Not known: the model was saved without figures/);
  match(card, /How it was trained is not known/);
  match(card, /\| samples \| not known \|/);
  match(card, /\| cell types \| not known \|/);
  match(card, /imported: keras 3\.15\.1\./);
  doesNotMatch(card, /minimised/);
  doesNotMatch(card, /^license:/m);
});

Deno.test("a card has the record, the cell types and the calibration of its model", async () => {
  const card = modelCard(await loadStarter(), { licence: "MIT" });
  match(card, /^---\nlicense: mit\n/);
  match(card, /\| marks \| H3K27me3, H3K36me3, H3K4me1, H3K4me3, H3K9me3 \|/);
  match(card, /\| cell types \| E114, E116, E118, E119, E120, E122, E123, E128 \|/);
  match(card, /\| new genes \| 117,084 \| 17,447 \| 8 \| ± 0\.348 to ± 2\.48 \|/);
});

Deno.test("what training minimised stands there in words", () => {
  const { spec, ...model } = trainedOf(presetSpec("experiment1"));
  const minimised = (loss: Loss) =>
    /Training minimised (.*)\.$/m.exec(modelCard({ ...model, spec: { ...spec, loss } }))?.[1];
  strictEqual(minimised("meanSquaredError"), "the mean squared error");
  strictEqual(minimised("binaryCrossentropy"), "the binary cross-entropy");
  strictEqual(minimised("rank"), "the cross-entropy of pairs");
  strictEqual(minimised({ type: "huber", delta: 1.5 }), "the Huber loss with delta 1.5");
});

Deno.test("figures that were measured stand in the table and in the front matter", () => {
  const metrics = [{ regime: "new genes", samples: 1200, name: "mse", value: 1.23456 }] as const;
  const card = modelCard(trainedOf(presetSpec("experiment1")), { metrics });
  match(card, /\| new genes \| 1,200 \| mean squared error \| 1\.235 \|/);
  match(card, /name: "new genes"[^]*- type: mse\n {12}value: 1\.23456/);
});

Deno.test("a name cannot add to the front matter or to the page", () => {
  const { spec, ...model } = trainedOf(presetSpec("experiment1"));
  const name = 'a"\n---\nlicense: mit\n# <script>';
  const card = modelCard({ ...model, spec: { ...spec, name } });
  strictEqual(card.match(/^---$/gm)?.length, 2);
  doesNotMatch(card, /<script>|^license:/m);
});

Deno.test("names from data are text in Markdown and HTML, wherever they stand", () => {
  const { spec, training, record, ...model } = trainedOf(presetSpec("experiment1"));
  const bad =
    "</script><img src=x onerror=alert(1)> [l](javascript:alert(1)) a|b`c` **d** &lt; _e_\nf";
  const card = modelCard({
    ...model,
    spec: { ...spec, name: bad },
    training: { ...training, importedFrom: bad },
    record: { ...record, marks: [bad, "H3K4me3", "H2A.Z", "a_b-1"], assembly: bad, source: bad },
  }, { licence: bad, metrics: [{ regime: bad, samples: 1, name: "mse", value: 1 }] });
  const shown = "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt; " +
    "\\[l\\](javascript:alert(1)) a\\|b\\`c\\` \\*\\*d\\*\\* &amp;lt; \\_e\\_ f";
  const text = card.slice(card.indexOf("\n---\n"));
  for (
    const around of [
      `# ${shown}\n`,
      `imported: ${shown}.`,
      `| assembly | ${shown} |`,
      `| marks | ${shown}, H3K4me3, H2A.Z, a_b-1 |`,
      `| source of the data | ${shown} |`,
      `marks (${shown}, H3K4me3, H2A.Z, a_b-1) were counted`,
      `on ${shown}. Data`,
      `| ${shown} | 1 |`,
      `\n${shown}.\n`,
    ]
  ) ok(text.includes(around), around);
  doesNotMatch(card, /<\/?[a-z]|(?<!\\)\[l/);
  match(card, /^ {10}name: "\/script {2}img src=x[^"]*"$/m);
});

Deno.test("a licence that begins as a list does is no list", () => {
  const licenceOf = (licence: string) =>
    /## Licence\n\n(.*)\n/.exec(modelCard(trainedOf(presetSpec("experiment1")), { licence }))![1];
  strictEqual(licenceOf("- mine"), "\\- mine.");
  strictEqual(licenceOf("1. mine"), "1\\. mine.");
  strictEqual(licenceOf("CC-BY-4.0"), "CC-BY-4.0.");
});

Deno.test("the folder is a model that loads, with its digests in the card", () =>
  withDirectory(async (directory) => {
    const model = trainedOf(presetSpec("waka2"));
    const files = await modelFolder(model);
    deepStrictEqual([...files.keys()], ["model.json", "weights.bin", "model.onnx", "README.md"]);
    for (const [name, bytes] of files) await Deno.writeFile(`${directory}/${name}`, bytes);
    deepStrictEqual(await loadModel(directory), model);
    const card = new TextDecoder().decode(files.get("README.md"));
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", files.get("model.onnx")!));
    ok(card.includes(`\`model.onnx\`: SHA-256 ${digest.toHex()}`));
  }));
