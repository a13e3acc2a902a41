import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { FormatError } from "../../src/errors.ts";
import { listDirectory } from "../../src/files/file.ts";
import { Dataset } from "../../src/data/dataset.ts";
import { epochOrder } from "../../src/training/_group_samples.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/training/checkpoint.ts";
import { CheckpointFolder } from "../../src/training/checkpoint_folder.ts";
import { fitMany } from "../../src/training/fit_many.ts";
import type {
  CheckpointOptions,
  FitCheckpoint,
  FitManyOptions,
  FitManyResult,
  FitRun,
} from "../../src/training/fit_types.ts";
import { withDirectory } from "../helpers/command.ts";
import { simulatedData } from "../helpers/simulated.ts";

const { train } = simulatedData();
const RUNS = [1, 2, 3].map((seed) => ({ data: train, seed, learningRate: 0.01 / seed }));
const QUICK = {
  epochs: 2,
  batchSize: 1,
  engine: "wasm",
  transform: "log1p",
  threads: 2,
} as const satisfies FitManyOptions;

/** Trains and keeps every checkpoint, after each epoch and after every few batches. */
async function trainWithCheckpoints(
  options: FitManyOptions = {},
  pace: Partial<CheckpointOptions> = {},
  runs: readonly FitRun[] = RUNS,
): Promise<{ results: FitManyResult[]; checkpoints: FitCheckpoint[] }> {
  const checkpoints: FitCheckpoint[] = [];
  const save = (checkpoint: FitCheckpoint) => {
    checkpoints.push(structuredClone(checkpoint));
    return Promise.resolve();
  };
  const checkpoint = { save, everyMinutes: 1e-9, ...pace };
  const results = await fitMany("experiment2", runs, { ...QUICK, checkpoint, ...options });
  return { results, checkpoints };
}

function outcome(results: readonly FitManyResult[]) {
  return results.map(({ model, history }) => ({
    weights: model.weights,
    losses: history.map(({ loss }) => Math.fround(loss)),
  }));
}

Deno.test("a run that is resumed from any checkpoint ends with the same bits, on any number of threads", async () => {
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

Deno.test("checkpoints are taken after epochs, or only when they are due, over all groups of runs", async () => {
  const placesOf = async (pace: Partial<CheckpointOptions>) => {
    const { checkpoints } = await trainWithCheckpoints({}, pace);
    return checkpoints.map(({ group: [first], epoch, position }) =>
      `${first} ${epoch} ${position}`
    );
  };
  deepStrictEqual(await placesOf({ everyMinutes: undefined }), [
    "0 1 0",
    "0 2 0",
    "2 1 0",
    "2 2 0",
  ]);
  deepStrictEqual(await placesOf({ everyMinutes: 1e9, atEpochs: false }), []);
  const always = await placesOf({ atEpochs: false });
  deepStrictEqual(always, await placesOf({}));
  ok(always.includes("2 1 16"), String(always));
});

Deno.test("a run that diverges does so, and for the same reason, when it is resumed from any checkpoint", async () => {
  // Where the first epoch ends.
  const worst = epochOrder(train.rows, 0, 0).at(-1)!;
  const labels = train.columns.labels!.map((label, row) => row === worst ? 1e300 : label);
  const data = new Dataset({ ...train.columns, labels });
  const { results: [whole], checkpoints } = await trainWithCheckpoints({}, {}, [{ data }]);
  ok(whole!.diverged instanceof Error);
  ok(checkpoints.some(({ position }) => position > 0), "no checkpoint was taken within the epoch");
  for (const resume of checkpoints) {
    const [resumed] = await fitMany("experiment2", [{ data }], { ...QUICK, resume });
    strictEqual(resumed?.diverged?.message, whole!.diverged.message);
    deepStrictEqual(resumed?.history, whole!.history);
  }
});

Deno.test("a run that is interrupted in the epoch that it resumed has the model of the epoch before", async () => {
  const { checkpoints } = await trainWithCheckpoints();
  const resume = checkpoints.find(({ epoch, position }) => epoch === 1 && position > 0)!;
  const stop = AbortSignal.abort();
  const [first] = await fitMany("experiment2", RUNS, { ...QUICK, resume, stop });
  const [alone] = await fitMany("experiment2", RUNS, { ...QUICK, epochs: 1 });
  ok(first!.interrupted);
  deepStrictEqual(outcome([first!]), outcome([alone!]));
});

Deno.test("a checkpoint of other data or settings is rejected", async () => {
  const { checkpoints: [resume] } = await trainWithCheckpoints({ epochs: 1 });
  const fitFrom = (change: FitManyOptions, runs = RUNS) =>
    fitMany("experiment2", runs, { ...QUICK, epochs: 1, resume, ...change });
  await fitFrom({});
  const refused = async (what: string, change: FitManyOptions, runs = RUNS) => {
    const message = `Cannot resume: the checkpoint is of other ${what}`;
    await rejects(fitFrom(change, runs), { name: "ContractError", message });
  };
  await refused("settings (epochs was 1, is now 2)", { epochs: 2 });
  await refused("settings (batchSize was 1, is now 5)", { batchSize: 5 });
  await refused("settings (weightDecay was not given, is now 0.1)", { weightDecay: 0.1 });
  const [, ...others] = RUNS;
  await refused(
    "settings (seed was 2, is now 9)",
    {},
    [RUNS[0]!, ...others.map((run) => ({ ...run, seed: 9 }))],
  );
  await refused("model or transform", { transform: "none" });
  await refused("model or transform, other settings (epochs was 1, is now 2)", {
    transform: "none",
    epochs: 2,
  });
  const fewer = train.subset(train.rows.subarray(1));
  await refused("samples", {}, RUNS.map((run) => ({ ...run, data: fewer })));
  const { columns, rows } = train;
  const cellTypeGroups = columns.cellTypes.map(() => "liver");
  const grouped = new Dataset({ ...columns, cellTypeGroups }, rows);
  await refused("samples", {}, RUNS.map((run) => ({ ...run, data: grouped })));
  await refused("validation data", {}, RUNS.map((run) => ({ ...run, validation: fewer })));
});

Deno.test("a checkpoint reads back as it was; damage anywhere is noticed", async () => {
  const { checkpoints } = await trainWithCheckpoints({ epochs: 1 });
  const checkpoint = checkpoints.at(-1)!;
  const bytes = await encodeCheckpoint(checkpoint);
  deepStrictEqual(await decodeCheckpoint(bytes), checkpoint);
  const step = Math.floor(bytes.length / 40);
  for (let i = 0; i < bytes.length; i += step) {
    const changed = bytes.slice();
    changed[i]! ^= 1;
    await rejects(decodeCheckpoint(changed, "a"), FormatError);
    await rejects(decodeCheckpoint(bytes.slice(0, i), "a"), FormatError);
  }
});

/** A checkpoint that holds this as its header and no values, with a digest that is right. */
async function forgeCheckpoint(header: string): Promise<Uint8Array<ArrayBuffer>> {
  const content = new TextEncoder().encode(`HISTONE CHECKPOINT 2\n${header}\n`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return new Uint8Array([...content, ...digest]);
}

Deno.test("a checkpoint with a correct digest is still checked like any other file", async () => {
  const lengths = { weights: [], firstMoments: [], secondMoments: [] };
  const state = { step: 1, lengths };
  const run = { history: [], state };
  const header = {
    identity: "a",
    arithmetic: ["wasm"],
    group: [0, 1],
    epoch: 1,
    position: 0,
    lossSums: [0],
    seconds: 1,
    runs: [run],
  };
  strictEqual((await decodeCheckpoint(await forgeCheckpoint(JSON.stringify(header)))).epoch, 1);
  const claims = { ...run, underWay: { ...state, lengths: { ...lengths, weights: [2 ** 40] } } };
  const cases: [unknown, RegExp][] = [
    [{ ...header, runs: [claims] }, /holds 0 values, expected 1099511627776/],
    [
      { ...header, runs: [{ ...run, state: { step: 1, lengths: {} } }] },
      /runs\[0\]\.state\.lengths\.weights is missing/,
    ],
    [{ ...header, runs: [{ ...run, underWay: 3 }] }, /runs\[0\]\.underWay is 3/],
    [{ ...header, runs: 3 }, /runs is 3, expected an array of objects/],
    [{ ...header, group: [0] }, /group is an array of 1, expected two integers/],
    [{ ...header, epoch: { toString: null } }, /epoch is an object/],
    [null, /it is null, expected an object/],
  ];
  for (const [wrong, message] of cases) {
    await rejects(decodeCheckpoint(await forgeCheckpoint(JSON.stringify(wrong)), "a"), (error) => {
      ok(error instanceof FormatError);
      match(error.message, message);
      return true;
    });
  }
  await rejects(decodeCheckpoint(await forgeCheckpoint("{"), "a"), /its header is not JSON \(a\)/);
});

Deno.test("a folder keeps the last two, and falls back to the older if the newer is damaged", async () => {
  const { checkpoints } = await trainWithCheckpoints({ epochs: 1 });
  await withDirectory(async (directory) => {
    const folder = new CheckpointFolder(`${directory}/checkpoints`);
    strictEqual(await folder.load(), undefined);
    const [first, second, third] = checkpoints;
    for (const checkpoint of [first, second, third]) await folder.save(checkpoint!);
    const names = await listDirectory(`${directory}/checkpoints`);
    deepStrictEqual(names, ["000001.log", "000002.checkpoint", "000003.checkpoint"]);
    deepStrictEqual(await folder.load(), { checkpoint: third, damaged: [] });

    const [older, newer] = names.slice(1).map((name) => `${directory}/checkpoints/${name}`);
    await Deno.truncate(newer!, 1000);
    const found = await folder.load();
    deepStrictEqual(found?.checkpoint, second);
    match(found!.damaged[0]!.message, /cut short|digest/);
    await Deno.writeTextFile(older!, "not a checkpoint");
    await rejects(folder.load(), FormatError);
    await folder.clear();
    deepStrictEqual(await listDirectory(`${directory}/checkpoints`), []);
  });
});

Deno.test("a folder in which a training keeps its checkpoints is refused to another one until that ends", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/checkpoints`;
    const train = (save?: CheckpointOptions["save"]) => {
      const folder = new CheckpointFolder(path);
      const checkpoint = save === undefined ? folder : { save, take: () => folder.take() };
      return fitMany("experiment2", RUNS.slice(0, 1), { ...QUICK, epochs: 1, checkpoint });
    };
    let refusals = 0;
    const whole = await train(async (checkpoint) => {
      await rejects(train(), {
        name: "ContractError",
        message: /^Cannot keep checkpoints in .*checkpoints: another training keeps its own there/,
      });
      refusals++;
      await new CheckpointFolder(path).save(checkpoint);
    });
    ok(refusals > 0);
    ok(!(await listDirectory(path)).includes("lock"));
    deepStrictEqual(outcome(await train()), outcome(whole));
    // One that fails leaves the folder to others, and no folder that it has made.
    await new CheckpointFolder(path).clear();
    await Deno.remove(path);
    await rejects(train(() => Promise.reject(new Error("the disk is full"))), /the disk is full/);
    await rejects(Deno.stat(path), Deno.errors.NotFound);
  });
});

Deno.test("a checkpoint that lacks runs named in it is rejected", async () => {
  const { checkpoints } = await trainWithCheckpoints({ epochs: 1 });
  const whole = checkpoints[0]!;
  const first = whole.runs[0]!;
  const cases: Partial<FitCheckpoint>[] = [
    { runs: [] },
    { runs: [first] },
    { runs: [...whole.runs, first] },
    { lossSums: [] },
    { group: [0, 0] },
    { group: [2, 1] },
    { group: [0, 9] },
  ];
  for (const wrong of cases) {
    const resume = { ...whole, ...wrong };
    await rejects(fitMany("experiment2", RUNS, { ...QUICK, epochs: 1, resume }), {
      name: "ContractError",
      message: /^Cannot resume: the checkpoint has \d runs and \d losses, and says that those from/,
    });
  }
});

Deno.test("a checkpoint that was changed in memory is refused as a damaged file is", async () => {
  const { checkpoints } = await trainWithCheckpoints();
  const whole = checkpoints.find(({ epoch, position }) => epoch === 1 && position > 0)!;
  const changes: readonly [(checkpoint: FitCheckpoint) => unknown, RegExp][] = [
    [({ runs }) => runs[0]!.state.weights[0]![0] = NaN, /: weights of run 0 have NaN, expected/],
    [({ runs }) => runs[1]!.state.firstMoments[1]![0] = Infinity, /: firstMoments of run 1 have I/],
    [({ runs }) => runs[1]!.state.secondMoments[0]![0] = NaN, /: secondMoments of run 1 have NaN/],
    [(own) => Reflect.set(own, "epoch", 0), /: epoch is 0, and the history of run 0 has 1, exp/],
    [(own) => Reflect.set(own, "epoch", 2), /: epoch is 2, and the history of run 0 has 1, exp/],
    [({ runs }) => Reflect.set(runs[0]!, "history", []), /the history of run 0 has 0, exp/],
    [
      ({ runs }) => Reflect.set(runs[1]!.history[0]!, "epoch", 5),
      /: the history of run 1 has epoch 5 as number 1$/,
    ],
  ];
  for (const [change, message] of changes) {
    const resume = structuredClone(whole);
    change(resume);
    const resumed = fitMany("experiment2", RUNS, { ...QUICK, resume });
    await rejects(resumed, (error: Error) => {
      ok(error instanceof FormatError);
      match(error.message, /^Cannot read checkpoint: /);
      match(error.message, message);
      return true;
    });
  }
});

/** Has opening a file fail as a disk does, while `body` runs. */
async function whileUnreadable(file: string, body: () => Promise<void>): Promise<void> {
  const { open } = Deno;
  Deno.open = (path, options) => {
    if (path !== file) return open(path, options);
    return Promise.reject(new Error("Input/output error (os error 5): open"));
  };
  try {
    await body();
  } finally {
    Deno.open = open;
  }
}

Deno.test("a newest checkpoint that cannot be read is kept, and the one before it is used", async () => {
  const { checkpoints: [first, second, third] } = await trainWithCheckpoints({ epochs: 1 });
  await withDirectory(async (directory) => {
    const save = async (path: string) => {
      const folder = new CheckpointFolder(path);
      for (const checkpoint of [first, second]) await folder.save(checkpoint!);
      return folder;
    };
    const damaged = await save(`${directory}/damaged-disk`);
    await whileUnreadable(`${directory}/damaged-disk/000002.checkpoint`, async () => {
      const found = await damaged.load();
      deepStrictEqual(found?.checkpoint, first);
      match(found!.damaged[0]!.message, /^Input\/output error/);
    });
    // If the older one is damaged too, the error that may pass is thrown, so that the run is not started again.
    await Deno.truncate(`${directory}/damaged-disk/000001.checkpoint`, 10);
    await whileUnreadable(`${directory}/damaged-disk/000002.checkpoint`, async () => {
      await rejects(damaged.load(), /^Error: Input\/output error/);
    });

    const path = `${directory}/directory`;
    const folder = await save(path);
    await Deno.remove(`${path}/000002.checkpoint`);
    await Deno.mkdir(`${path}/000002.checkpoint/a`, { recursive: true });
    const found = await folder.load();
    deepStrictEqual(found?.checkpoint, first);
    match(found!.damaged[0]!.message, /it is a directory/);
    await folder.save(third!);
    deepStrictEqual((await folder.load())?.checkpoint, third);
    await folder.clear();
    deepStrictEqual(await listDirectory(path), ["000002.checkpoint"]);
  });
});
