import { deepStrictEqual, doesNotMatch, match, strictEqual } from "node:assert";
import { writeFileAtomic } from "../../src/files/file.ts";
import { openNpz } from "../../src/io/npz.ts";
import { type NpzMemberData, writeNpz } from "../../src/io/npz_writer.ts";
import { runTask, withDirectory } from "../helpers/command.ts";
import { COMPETITION_RECORD, DEEPCHROME_RECORD } from "../../src/record.ts";

const QUICK = ["--preset", "experiment1", "--epochs", "1", "--engine", "wasm"];
const DATA = ["--data", "fixtures/train.npz"];

Deno.test("--record says what files are; a model trained on one record refuses another", async () => {
  await withDirectory(async (directory) => {
    const record = `${directory}/record.json`;
    await Deno.writeTextFile(record, JSON.stringify({ ...COMPETITION_RECORD, assembly: "hg38" }));
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

Deno.test("one line says what a file without a record was taken for, and a wrong record is refused", async () => {
  await withDirectory(async (directory) => {
    const { data } = await readNpz("fixtures/train.npz");
    const bare = `${directory}/bare.npz`;
    await writeFileAtomic(bare, (sink) => writeNpz(sink, data));
    const train = (file: string, ...flags: string[]) =>
      runTask(
        "train",
        ...QUICK,
        "--data",
        file,
        "--overwrite",
        "--out",
        `${directory}/run`,
        ...flags,
      );
    const { code, stdout, stderr } = await train(bare);
    strictEqual(code, 0, stderr);
    match(
      stdout,
      /^No data record: its values are taken for ln\(1 \+ count\) \(--record names another\)\.\nData: /,
    );
    const config = JSON.parse(await Deno.readTextFile(`${directory}/run/config.json`));
    deepStrictEqual(config.dataRecord, COMPETITION_RECORD);
    doesNotMatch((await train("fixtures/train.npz")).stdout, /No data record/);

    const record = `${directory}/record.json`;
    await Deno.writeTextFile(record, JSON.stringify(DEEPCHROME_RECORD));
    const refused = await train(bare, "--record", record);
    strictEqual(refused.code, 1);
    match(refused.stderr, /transform "none"\), but every value is ln\(1 \+ count\) of an integer/);
  });
});

/** The members of an npz file, without the record in its comment. */
async function readNpz(path: string): Promise<{ readonly data: NpzMemberData[] }> {
  using npz = await openNpz(path);
  const data: NpzMemberData[] = [];
  for (const { name } of npz.members) {
    const { dtype, shape, data: values } = await npz.read(name);
    data.push({ name, dtype, shape, data: values });
  }
  return { data };
}
