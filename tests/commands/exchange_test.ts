/** Commands `export` and `import`. */

import { deepStrictEqual, match, strictEqual } from "node:assert";
import { loadModel } from "../../src/model/save_load.ts";
import { loadStarter } from "../../src/starter/load_starter.ts";
import { runTask, withDirectory } from "../helpers/command.ts";

const FIXTURES = "fixtures/exchange";

async function succeed(task: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runTask(task, ...args);
  strictEqual(code, 0, stderr);
  return stdout;
}

async function fail(said: RegExp, task: string, ...args: readonly string[]): Promise<void> {
  const { code, stderr } = await runTask(task, ...args);
  strictEqual(code, 1);
  match(stderr, said);
}

Deno.test("a model goes out as safetensors and comes back the same", () =>
  withDirectory(async (directory) => {
    const file = `${directory}/starter.safetensors`;
    match(await succeed("export", "starter", "--out", file), /Written: .*90,753 parameters/);
    await succeed("import", file, "--out", `${directory}/back`);
    deepStrictEqual(await loadModel(`${directory}/back`), await loadStarter());
    await fail(/it is there already/, "export", "starter", "--out", file);
    await fail(
      /found --like, expected none/,
      "import",
      file,
      "--like",
      "starter",
      "--out",
      `${directory}/b`,
    );
  }));

Deno.test("ONNX says what it leaves out, and a model without its panel is refused", () =>
  withDirectory(async (directory) => {
    const file = `${directory}/starter.onnx`;
    const said = await succeed("export", "starter", "--out", file);
    match(said, /Left out: the reference panel/);
    match(said, /Left out: the calibration/);
    await fail(/reads a reference panel, which an ONNX/, "import", file, "--out", `${directory}/b`);
  }));

Deno.test("a folder has a card, and every command takes it as a model", () =>
  withDirectory(async (directory) => {
    const folder = `${directory}/starter`;
    await succeed("export", "starter", "--licence", "MIT", "--out", folder);
    match(await Deno.readTextFile(`${folder}/README.md`), /^---\nlicense: mit/);
    match(await succeed("info", folder), /a model/);
    await succeed("export", folder, "--out", folder, "--overwrite");
    match(await Deno.readTextFile(`${folder}/README.md`), /The licence is not known/);
    await fail(
      /expected it with --format folder/,
      "export",
      "starter",
      "--licence",
      "MIT",
      "--out",
      `${folder}.onnx`,
    );
    await fail(/found no format in the name/, "export", "starter", "--out", `${directory}/a.bin`);
  }));

Deno.test("models of other programs become models of this package, with a record that is given", () =>
  withDirectory(async (directory) => {
    const record = ["--record", `${FIXTURES}/record.json`];
    const names = ["pytorch_conv.onnx", "keras_sequential.keras", "keras_functional.h5"];
    for (const [i, name] of names.entries()) {
      const out = `${directory}/${i}`;
      await fail(
        /does not say what data it was trained on/,
        "import",
        `${FIXTURES}/${name}`,
        "--out",
        out,
      );
      await succeed("import", `${FIXTURES}/${name}`, ...record, "--out", out);
      const { training, record: { marks } } = await loadModel(out);
      match(training.importedFrom ?? "", /pytorch|keras/);
      deepStrictEqual(marks, ["H3K4me3", "H3K27ac", "H3K27me3"]);
    }
    const weights = ["--spec", `${FIXTURES}/spec.json`, "--layout", "pytorch"];
    const out = `${directory}/weights`;
    await succeed("import", `${FIXTURES}/pytorch.safetensors`, ...weights, ...record, "--out", out);
    const { weights: [kernel] } = await loadModel(out);
    deepStrictEqual(kernel, (await loadModel(`${directory}/0`)).weights[0]);
    await fail(
      /the record names 5 marks .* expected 3/,
      "import",
      `${FIXTURES}/pytorch_conv.onnx`,
      "--like",
      "starter",
      "--out",
      `${directory}/other`,
    );
    match(await succeed("info", out), /imported from +safetensors/);
  }));

Deno.test("a flag that would change nothing is refused", () =>
  withDirectory(async (directory) => {
    const to = ["--out", `${directory}/a`];
    const keras = `${FIXTURES}/keras_sequential.keras`;
    const axes = /found --axes, expected it with an ONNX graph alone/;
    await fail(axes, "import", keras, "--axes", "bins-marks", ...to);
    const layout = /found --layout, expected it with weights in safetensors alone/;
    for (const file of [keras, `${FIXTURES}/pytorch_conv.onnx`]) {
      await fail(layout, "import", file, "--layout", "pytorch", ...to);
    }
    await succeed("export", "starter", ...to);
    await fail(layout, "import", `${directory}/a`, "--layout", "keras", "--out", `${directory}/b`);
    const outside = ["--transform", "outside", "--out", `${directory}/b`];
    await fail(/expected it with an ONNX file alone/, "export", "starter", ...outside);
  }));

Deno.test("a file of no known kind is refused", () =>
  withDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/a.txt`, "no model");
    await fail(
      /of no kind that is read/,
      "import",
      `${directory}/a.txt`,
      "--out",
      `${directory}/b`,
    );
    await fail(
      /Cannot read model .*\/none: it does not exist/,
      "import",
      `${directory}/none`,
      "--out",
      `${directory}/b`,
    );
  }));

Deno.test("info says what files of models are, and what import needs", async () => {
  const files = [
    "pytorch_lstm.onnx",
    "pytorch.safetensors",
    "keras_sequential.keras",
    "keras_functional.h5",
  ];
  const said = await succeed("info", ...files.map((name) => `${FIXTURES}/${name}`));
  match(said, /pytorch_lstm\.onnx: a model in ONNX, which import takes with a data record/);
  match(said, /inputs +signal \[s38, 20, 3\]/);
  match(said, /pytorch\.safetensors: weights in safetensors, which import takes with a spec and/);
  match(
    said,
    /keras_sequential\.keras: a model of Keras \(\.keras\)[^]*weights +417[^]*keras 3\.15\.1/,
  );
  match(said, /keras_functional\.h5: a model of Keras \(HDF5\)/);
  const other = await succeed("info", `${FIXTURES}/keras_sequential.weights.h5`);
  match(
    other,
    /HDF5, of which only whole models of Keras are read.*[^]*not a model .*weights and no layers/,
  );
});
