import { match, strictEqual } from "node:assert";
import { runTask, withDirectory } from "../helpers/command.ts";
import { DEEPCHROME_RECORD } from "../../src/record.ts";

const QUICK = ["--preset", "experiment1", "--epochs", "1", "--engine", "wasm"];
const DATA = ["--data", "fixtures/train.npz"];

Deno.test("--record says what files are; a model trained on one record refuses another", async () => {
  await withDirectory(async (directory) => {
    const record = `${directory}/record.json`;
    await Deno.writeTextFile(record, JSON.stringify({ ...DEEPCHROME_RECORD, assembly: "hg38" }));
    const run = `${directory}/run`;
    const trained = await runTask("train", ...QUICK, ...DATA, "--record", record, "--out", run);
    strictEqual(trained.code, 0, trained.stderr);
    const config = JSON.parse(await Deno.readTextFile(`${run}/config.json`));
    strictEqual(config.dataRecord.assembly, "hg38");

    const out = ["--out", `${directory}/s.csv`, "--overwrite"];
    const submit = ["--model", run, "--data", "fixtures/eval.npz", ...out];
    const refused = await runTask("submit", ...submit);
    strictEqual(refused.code, 1);
    match(refused.stderr, /trained on assembly hg38, the data have hg19/);
    strictEqual((await runTask("submit", ...submit, "--record", record)).code, 0);

    await Deno.writeTextFile(record, "{");
    const broken = await runTask("submit", ...submit, "--record", record);
    strictEqual(broken.code, 1);
    match(broken.stderr, /Cannot read data record/);
  });
});
