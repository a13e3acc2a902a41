import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { ContractError, FormatError } from "../../src/errors.ts";
import { listDirectory } from "../../src/io/file.ts";
import {
  decodeCheckpoint,
  encodeCheckpoint,
  type FitCheckpoint,
} from "../../src/training/checkpoint.ts";
import { CheckpointFolder } from "../../src/training/checkpoint_folder.ts";
import { fitMany, type FitManyOptions, type FitManyResult } from "../../src/training/fit_many.ts";
import { withDirectory } from "../helpers/command.ts";
import { simulatedData } from "../helpers/simulated.ts";

const { train } = simulatedData();
const RUNS = [1, 2, 3].map((seed) => ({ data: train, seed, learningRate: 0.01 / seed }));
const QUICK = {
  ...{ epochs: 2, batchSize: 1, engine: "wasm", transform: "log1p", threads: 2 },
} as const satisfies FitManyOptions;

/** Trains and keeps every checkpoint, after each epoch and after every few batches. */
async function trainWithCheckpoints(
  options: FitManyOptions = {},
): Promise<{ results: FitManyResult[]; checkpoints: FitCheckpoint[] }> {
  const checkpoints: FitCheckpoint[] = [];
  const save = (checkpoint: FitCheckpoint) => {
    checkpoints.push(structuredClone(checkpoint));
    return Promise.resolve();
  };
  const checkpoint = { save, everyMinutes: 1e-9 };
  const results = await fitMany("experiment2", RUNS, { ...QUICK, checkpoint, ...options });
  return { results, checkpoints };
}

function outcome(results: readonly FitManyResult[]) {
  return results.map(({ model, history }) => ({
    weights: model.weights,
    losses: history.map(({ loss }) => Math.fround(loss)),
  }));
}

Deno.test("a run goes on from any checkpoint to the same bits, on any number of threads", async () => {
  const { results, checkpoints } = await trainWithCheckpoints();
  const whole = await fitMany("experiment2", RUNS, QUICK);
  deepStrictEqual(outcome(results), outcome(whole));
  ok(checkpoints.some(({ position }) => position > 0), "none was taken within an epoch");
  ok(checkpoints.some(({ group: [first] }) => first > 0), "none was taken of the second group");
  for (const [i, checkpoint] of checkpoints.entries()) {
    const resume = await decodeCheckpoint(await encodeCheckpoint(checkpoint));
    const resumed = await fitMany("experiment2", RUNS, { ...QUICK, resume, threads: 1 + i % 3 });
    deepStrictEqual(outcome(resumed), outcome(whole));
  }
});

Deno.test("a checkpoint of other data or settings is not gone on from", async () => {
  const { checkpoints: [resume] } = await trainWithCheckpoints({ epochs: 1 });
  const fitFrom = (change: FitManyOptions, runs = RUNS) =>
    fitMany("experiment2", runs, { ...QUICK, epochs: 1, resume, ...change });
  await fitFrom({});
  for (const change of [{ epochs: 2 }, { batchSize: 5 }, { transform: "none" }] as const) {
    await rejects(fitFrom(change), ContractError);
  }
  const fewer = RUNS.map((run) => ({ ...run, data: train.subset(train.rows.subarray(1)) }));
  await rejects(fitFrom({}, fewer), /other settings or other data/);
});

Deno.test("a checkpoint reads back as it was; damage anywhere is noticed", async () => {
  const { checkpoints } = await trainWithCheckpoints({ epochs: 1 });
  const checkpoint = checkpoints.at(-1)!;
  const bytes = await encodeCheckpoint(checkpoint);
  deepStrictEqual(await decodeCheckpoint(bytes), checkpoint);
  const step = Math.floor(bytes.length / 40);
  for (let i = 0; i < bytes.length; i += step) {
    const changed = bytes.slice();
    changed[i] ^= 1;
    await rejects(decodeCheckpoint(changed, "a"), FormatError);
    await rejects(decodeCheckpoint(bytes.slice(0, i), "a"), FormatError);
  }
});

/** A checkpoint that holds this as its header and no values, with a digest that is right. */
async function forgeCheckpoint(header: string): Promise<Uint8Array<ArrayBuffer>> {
  const content = new TextEncoder().encode(`HISTONE CHECKPOINT 1\n${header}\n`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return new Uint8Array([...content, ...digest]);
}

Deno.test("a checkpoint whose digest is right is checked like any other file", async () => {
  const run = {
    step: 1,
    history: [],
    lengths: { weights: [], firstMoments: [], secondMoments: [] },
  };
  const header = {
    ...{
      identity: "a",
      group: [0, 1],
      epoch: 1,
      position: 0,
      lossSums: [0],
      seconds: 1,
      runs: [run],
    },
  };
  strictEqual((await decodeCheckpoint(await forgeCheckpoint(JSON.stringify(header)))).epoch, 1);
  const claims = { ...run, lengths: { ...run.lengths, weights: [2 ** 40] } };
  const cases: [unknown, RegExp][] = [
    [{ ...header, runs: [claims] }, /holds 0 values, expected 1099511627776/],
    [{ ...header, runs: [{ ...run, lengths: {} }] }, /runs\[0\]\.lengths\.weights is missing/],
    [{ ...header, runs: 3 }, /runs is 3, expected an array of objects/],
    [{ ...header, group: [0] }, /group is \[0\], expected two integers/],
    [{ ...header, epoch: { toString: null } }, /epoch is \{"toString":null\}/],
    [null, /identity is missing/],
  ];
  for (const [wrong, message] of cases) {
    await rejects(decodeCheckpoint(await forgeCheckpoint(JSON.stringify(wrong)), "a"), (error) => {
      ok(error instanceof FormatError);
      match(error.message, message);
      return true;
    });
  }
  await rejects(decodeCheckpoint(await forgeCheckpoint("{"), "a"), /its header is no JSON \(a\)/);
});

Deno.test("a folder keeps the last two, and falls back to the older if the newer is damaged", async () => {
  const { checkpoints } = await trainWithCheckpoints({ epochs: 1 });
  await withDirectory(async (directory) => {
    const folder = new CheckpointFolder(`${directory}/checkpoints`);
    strictEqual(await folder.load(), undefined);
    const [first, second, third] = checkpoints;
    for (const checkpoint of [first, second, third]) await folder.save(checkpoint);
    const names = await listDirectory(`${directory}/checkpoints`);
    deepStrictEqual(names, ["000002.checkpoint", "000003.checkpoint"]);
    deepStrictEqual(await folder.load(), { checkpoint: third, damaged: [] });

    const [older, newer] = names.map((name) => `${directory}/checkpoints/${name}`);
    await Deno.truncate(newer, 1000);
    const found = await folder.load();
    deepStrictEqual(found?.checkpoint, second);
    match(found!.damaged[0].message, /cut short|digest/);
    await Deno.writeTextFile(older, "not a checkpoint");
    await rejects(folder.load(), FormatError);
    await folder.clear();
    deepStrictEqual(await listDirectory(`${directory}/checkpoints`), []);
  });
});
