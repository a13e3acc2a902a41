import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import {
  readFolds,
  readHistory,
  trainingRate,
  writeFolds,
  writeHistory,
} from "../../src/runs/history.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { crossValidate } from "../../src/training/crossval.ts";
import { fit } from "../../src/training/fit.ts";
import { withDirectory } from "../helpers/command.ts";

const DATA = new Dataset(
  simulateColumns({ cellTypes: 4, genes: 8, newGenes: 1, bins: 20 }).train,
);
const OPTIONS = { epochs: 2, engine: "wasm", threads: 1, learningRate: 0.01 } as const;

Deno.test("the epochs of one model are read as they were written, those of an ensemble have a separate file", async () => {
  await withDirectory(async (directory) => {
    const result = { ...await fit("experiment1", DATA, OPTIONS), member: 2 };
    strictEqual(await writeHistory(directory, [result], 1), "history.csv");
    const epochs = result.history.map(({ epoch, loss, samplesPerSecond }) => {
      return { epoch, loss, validationLoss: undefined, learningRate: 0.01, samplesPerSecond };
    });
    deepStrictEqual(await readHistory(directory), epochs);
    strictEqual(await writeHistory(directory, [result], 3), "members.csv");
    const [header, first] = (await Deno.readTextFile(`${directory}/members.csv`)).split("\n");
    strictEqual(header, "member,epoch,loss,learning_rate,seconds,samples_per_second");
    strictEqual(first?.startsWith("2,1,"), true);
  });
});

Deno.test("the losses of folds are read as they were written", async () => {
  await withDirectory(async (directory) => {
    const results = await crossValidate("experiment1", DATA, { ...OPTIONS, folds: 2 });
    await writeFolds(directory, results);
    const read = await readFolds(directory);
    deepStrictEqual(read.map(({ fold }) => fold), [1, 2]);
    const losses = read.map(({ history }) =>
      history.map(({ loss, validationLoss }) => [loss, validationLoss])
    );
    const written = results.map(({ result: { history } }) =>
      history.map(({ loss, validationLoss }) => [loss, validationLoss])
    );
    deepStrictEqual(losses, written);
  });
});

Deno.test("a damaged history is refused with its file and line", async () => {
  await withDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/history.csv`, "epoch,loss\n1,2\n2,NaN\n");
    await rejects(readHistory(directory), {
      name: "FormatError",
      message: /found "2,NaN", expected numbers for epoch,loss \(.*history\.csv, line 3\)$/,
    });
  });
});

Deno.test("the rate of training is that of all epochs together", () => {
  const epoch = { epoch: 1, loss: 1 };
  const history = [
    { ...epoch, seconds: 1, samplesPerSecond: 10 },
    { ...epoch, seconds: 3, samplesPerSecond: 30 },
  ];
  strictEqual(trainingRate([{ history } as unknown as Parameters<typeof trainingRate>[0][0]]), 25);
});
