/** The whole of the page's work, against the commands. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { fingerprintDataset } from "../../../src/training/fingerprint.ts";
import { readDataset } from "../../../src/data/mod.ts";
import { EXAMPLE } from "../../../src/page/protocol.ts";
import { taskCommand } from "../../helpers/command.ts";
import { openWork } from "../../helpers/page_work.ts";

const FIXTURES = new URL("../../../fixtures/genome/example/", import.meta.url).pathname;

async function runTask(name: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await taskCommand(name, args).output();
  strictEqual(code, 0, new TextDecoder().decode(stderr));
}

Deno.test("the example's data, model and predictions are those of the commands, to the bit", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const work = openWork();
    const inputs = await work.call("takeExample", {});
    deepStrictEqual(inputs.missing, []);
    const summary = await work.call("prepare", EXAMPLE.count);
    await runTask("prepare", [
      "--samples",
      `${FIXTURES}sheet.tsv`,
      "--genes",
      `${FIXTURES}genes.gtf`,
      "--expression",
      `${FIXTURES}expression.tsv`,
      "--expression-transform",
      "log2p1",
      "--signal",
      "reads",
      "--assembly",
      "hg38",
      "--out",
      `${directory}/data.npz`,
    ]);
    const data = await readDataset(`${directory}/data.npz`);
    strictEqual(summary.digest, await fingerprintDataset(data));
    strictEqual(summary.samples, data.length);

    const { epochs, preset } = EXAMPLE.train;
    const trained = await work.call("train", { preset, epochs: 3, seed: 5 });
    ok(epochs !== undefined && epochs > 3);
    await runTask("train", [
      "--data",
      `${directory}/data.npz`,
      "--preset",
      preset,
      "--epochs",
      "3",
      "--seed",
      "5",
      "--engine",
      "wasm",
      "--out",
      `${directory}/run`,
    ]);
    const model = JSON.parse(await Deno.readTextFile(`${directory}/run/model/model.json`));
    strictEqual(trained.digest, model.userDefinedMetadata.histone.weightsSha256);
    const metrics = JSON.parse(await Deno.readTextFile(`${directory}/run/metrics.json`));
    deepStrictEqual(trained.metrics, { mse: metrics.mse, pearson: metrics.pearson });

    await work.call("predict", {});
    const { file } = await work.call("download", { kind: "predictions.tsv" });
    await runTask("predict", [
      "--model",
      `${directory}/run`,
      "--data",
      `${directory}/data.npz`,
      "--engine",
      "wasm",
      "--out",
      `${directory}/predictions.tsv`,
    ]);
    strictEqual(await file.text(), await Deno.readTextFile(`${directory}/predictions.tsv`));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
