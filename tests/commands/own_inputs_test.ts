/** `--overwrite` never replaces what the command itself reads. */

import { deepStrictEqual, match, strictEqual } from "node:assert";
import { runTask, withDirectory } from "../helpers/command.ts";

const TRAIN = "--preset experiment1 --epochs 1 --engine wasm".split(" ");

Deno.test("an output that is one of the command's own inputs is refused, and stays as it is", () =>
  withDirectory(async (directory) => {
    const [data, run, labels] = [`${directory}/d.npz`, `${directory}/run`, `${directory}/l.csv`];
    await Deno.copyFile("fixtures/eval.npz", data);
    await Deno.writeTextFile(labels, "id,expression\n");
    await Deno.symlink(data, `${directory}/link.npz`);
    const trained = await runTask("train", "--data", "fixtures/train.npz", ...TRAIN, "--out", run);
    strictEqual(trained.code, 0, trained.stderr);
    const model = ["--overwrite", "--model", run];
    const refused: readonly [flag: string, ...words: string[]][] = [
      ["--data", "evaluate", ...model, "--data", data, "--out", data],
      ["--data", "submit", ...model, "--data", data, "--out", data],
      ["--data", "predict", ...model, "--data", `${directory}/link.npz`, "--out", data],
      ["--data", "predict", ...model, "--data", `fixtures/train.npz,${data}`, "--out", data],
      ["--labels", "evaluate", ...model, "--data", data, "--labels", labels, "--out", labels],
      ["--model", "evaluate", ...model, "--data", data, "--out", `${run}/model/model.json`],
      ["--model", "predict", ...model, "--data", data, "--out", `${run}/config.json`],
      ["the argument", "doctor", data, "--page", data],
      [
        "--data",
        "plan",
        "--plan",
        `${directory}/p`,
        "predict",
        ...model,
        "--data",
        data,
        "--out",
        data,
      ],
    ];
    for (const [flag, task = "", ...args] of refused) {
      const out = args.at(-1)!;
      const before = await Deno.readFile(out);
      const { code, stderr } = await runTask(task, ...args);
      strictEqual(code, 1, `${task} ${args.join(" ")}`);
      match(stderr, new RegExp(`Cannot write to ${out}: it belongs to what ${flag} reads`));
      deepStrictEqual(await Deno.readFile(out), before);
    }
  }));

Deno.test("a split does not replace the file that it divides, and data are converted in place", () =>
  withDirectory(async (directory) => {
    const data = `${directory}/train.npz`;
    await Deno.copyFile("fixtures/train.npz", data);
    const scheme = ["--scheme", "by-gene", "--test-share", "0.5"];
    const split = ["split", "--data", data, ...scheme, "--out", directory, "--overwrite"] as const;
    const { code, stderr } = await runTask(...split);
    strictEqual(code, 1);
    match(stderr, /train\.npz is the file that --data reads\. Name another --out/);
    deepStrictEqual(await Deno.readFile(data), await Deno.readFile("fixtures/train.npz"));
    const converted = await runTask("convert", "--data", data, "--out", data, "--overwrite");
    strictEqual(converted.code, 0, converted.stderr);
  }));
