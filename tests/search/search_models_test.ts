import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { type Fold, kFold } from "../../src/data/kfold.ts";
import { groupTrials } from "../../src/search/_group_trials.ts";
import { runInLanes } from "../../src/search/_lanes.ts";
import { trainGroup } from "../../src/search/_train_group.ts";
import { Dataset } from "../../src/data/dataset.ts";
import { parseSpace } from "../../src/search/parse_space.ts";
import { gridPoints } from "../../src/search/points.ts";
import { searchModels } from "../../src/search/search_models.ts";
import type { GroupCheckpoints, TrialGroup } from "../../src/search/search_types.ts";
import { resolveSearchSettings } from "../../src/search/settings.ts";
import { specOf } from "../../src/search/spec_of.ts";
import type { TrialRecord } from "../../src/search/trial.ts";
import type { FitCheckpoint } from "../../src/training/fit_types.ts";
import { fit } from "../../src/training/fit.ts";
import { formatRankingCsv } from "../../src/search/ranking.ts";
import { randomRows, withSequences } from "../helpers/sequences.ts";
import { QUICK, searchData, TINY_SPACE } from "./_space.ts";

const data = searchData();
const shape = { bins: 20, marks: 5 };

/** Without what depends on the clock. */
function timeless(records: readonly TrialRecord[]): unknown[] {
  return records.map((record) => ({ ...record, seconds: undefined }));
}

/** The six points of the space that make a model, as trials. */
function validTrials() {
  const points = [...gridPoints(TINY_SPACE)]
    .filter(({ convolutions }) => convolutions[0]?.pool === 2);
  return points.map((point, index) => {
    const spec = specOf(point, { ...shape, name: `trial ${index}` });
    return { trial: index + 1, rung: 1, epochs: 2, seed: 0, point, spec };
  });
}

Deno.test("models of marks and DNA are searched as others are", async () => {
  const letters = randomRows(data.columns.genes.length, 48);
  const withDna = new Dataset(withSequences(data.columns, letters), data.rows);
  const space = parseSpace({
    filters: [4],
    width: [3],
    blocks: [{}],
    branches: [{
      input: "sequence",
      convolution: { filters: [3, 6], width: [5], pool: [8] },
      units: [[2]],
    }],
    dense: [[]],
    batchSize: [8],
  });
  const { records } = await searchModels(withDna, { ...QUICK, space });
  deepStrictEqual(records.map(({ status }) => status), ["scored", "scored"]);
  const csv = formatRankingCsv(records);
  ok(csv.includes("sequence conv 3 × 5 dilation 1 pool 8 2"), csv);
});

Deno.test("every valid point is scored by the mean loss of its folds, every other skipped with the reason", async () => {
  const { records, ranking, best, interrupted } = await searchModels(data, QUICK);
  deepStrictEqual(records.map(({ trial }) => trial), Array.from({ length: 12 }, (_, i) => i + 1));
  strictEqual(interrupted, false);
  for (const { status, point, ...record } of records) {
    strictEqual(status, point.convolutions[0]!.pool === 2 ? "scored" : "skipped");
    if ("reason" in record) ok(/maxPool1d\) does not fit/.test(record.reason));
  }
  strictEqual(best, ranking[0]);
  const folds = kFold(data, { folds: 2, scheme: "by-both", seed: 0 });
  const losses = await Promise.all(folds.map(async ({ training, validation }) => {
    const { learningRate, batchSize } = best!.point;
    const { history } = await fit(specOf(best!.point, shape), training, {
      learningRate,
      batchSize,
      validation,
      epochs: 2,
      transform: "log1p",
      engine: "wasm",
    });
    return history[1]!.validationLoss!;
  }));
  deepStrictEqual(best!.foldScores, losses);
  strictEqual(best!.score, (losses[0]! + losses[1]!) / 2);
  strictEqual(best!.seed, 0);
});

Deno.test("schedule and weight decay are those of every trial, and another search has others", async () => {
  const optimiser = { schedule: { type: "cosine" }, weightDecay: 0.1 } as const;
  const { best, records } = await searchModels(data, { ...QUICK, ...optimiser });
  const [{ training, validation }] = kFold(data, { folds: 2, scheme: "by-both", seed: 0 }) as [
    Fold,
  ];
  const { learningRate, batchSize } = best!.point;
  const { history } = await fit(specOf(best!.point, shape), training, {
    ...optimiser,
    learningRate,
    batchSize,
    validation,
    epochs: 2,
    transform: "log1p",
    engine: "wasm",
  });
  strictEqual(best!.foldScores[0], history[1]!.validationLoss);
  const plain = await searchModels(data, QUICK);
  ok(plain.best!.score !== best!.score);
  const resolved = resolveSearchSettings({ ...QUICK, ...optimiser });
  deepStrictEqual([resolved.schedule, resolved.weightDecay], [{ type: "cosine" }, 0.1]);
  const usual = resolveSearchSettings({ ...QUICK, schedule: { type: "constant" }, weightDecay: 0 });
  deepStrictEqual(usual, resolveSearchSettings(QUICK));
  throws(() => resolveSearchSettings({ weightDecay: -1 }), /weightDecay is -1, expected a number/);
  throws(() => resolveSearchSettings({ schedule: { type: "step" } as never }), RangeError);
  strictEqual(records.length, 12);
});

Deno.test("the number of threads, and so of trials at a time, changes nothing", async () => {
  const settings = { ...QUICK, method: "random", trials: 6, seed: 4 } as const;
  const one = await searchModels(data, { ...settings, threads: 1 });
  // Four threads for folds of two: two trials at a time.
  const four = await searchModels(data, { ...settings, threads: 4 });
  deepStrictEqual(timeless(four.records), timeless(one.records));
});

Deno.test("a search that was interrupted and resumed equals one that was not", async () => {
  const settings = { ...QUICK, keepOneIn: 2 };
  const undisturbed: TrialRecord[] = [];
  const whole = await searchModels(data, {
    ...settings,
    onTrial: (record) => undisturbed.push(record),
  });
  // 6 are skipped; the first rung trains the other 6, the second 3 of them.
  for (const stopAfter of [7, 13]) {
    const kept: TrialRecord[] = [];
    const controller = new AbortController();
    const first = await searchModels(data, {
      ...settings,
      stop: controller.signal,
      onTrial: (record) => {
        kept.push(record);
        if (kept.length === stopAfter) controller.abort();
      },
    });
    strictEqual(first.interrupted, true);
    strictEqual(kept.length, stopAfter);
    const second = await searchModels(data, {
      ...settings,
      finished: [...kept],
      onTrial: (record) => kept.push(record),
    });
    strictEqual(second.interrupted, false);
    deepStrictEqual(timeless(second.records), timeless(whole.records));
    deepStrictEqual(timeless(kept), timeless(undisturbed));
  }
});

/** Checkpoints in memory, by rung and trials, and which were resumed from. */
class Checkpoints {
  readonly kept = new Map<string, FitCheckpoint>();
  readonly resumed: string[] = [];
  readonly #onSave: (() => void) | undefined;

  constructor(onSave?: () => void) {
    this.#onSave = onSave;
  }

  open({ rung, trials }: TrialGroup): Promise<GroupCheckpoints> {
    const key = `${rung}: ${trials}`;
    const save = (checkpoint: FitCheckpoint) => {
      this.kept.set(key, structuredClone(checkpoint));
      this.#onSave?.();
      return Promise.resolve();
    };
    const resume = this.kept.get(key);
    if (resume !== undefined) this.resumed.push(key);
    const finish = () => Promise.resolve(void this.kept.delete(key));
    const checkpoint = { save, everyMinutes: 1e-9 };
    return Promise.resolve({ checkpoint, ...(resume && { resume }), finish });
  }
}

Deno.test("a search that is stopped within a trial resumes from the trial's checkpoint, to the same scores", async () => {
  const settings = { ...QUICK, epochs: 4, keepOneIn: 2 };
  const whole = await searchModels(data, settings);
  const controller = new AbortController();
  const finished: TrialRecord[] = [];
  const checkpoints = new Checkpoints(() => {
    // In the second rung, after at least one epoch.
    if (checkpoints.kept.keys().some((key) => key.startsWith("2: "))) controller.abort();
  });
  const openCheckpoints = (group: TrialGroup) => checkpoints.open(group);
  const first = await searchModels(data, {
    ...settings,
    openCheckpoints,
    stop: controller.signal,
    onTrial: (record) => finished.push(record),
  });
  strictEqual(first.interrupted, true);
  const [key] = checkpoints.kept.keys();
  strictEqual(checkpoints.kept.size, 1, "finished trials leave none");
  const second = await searchModels(data, { ...settings, openCheckpoints, finished });
  deepStrictEqual(timeless(second.records), timeless(whole.records));
  deepStrictEqual(checkpoints.resumed, [key]);
  strictEqual(checkpoints.kept.size, 0);
});

Deno.test("an epoch that is stopped leaves no trial", async () => {
  const controller = new AbortController();
  const { records, interrupted, best } = await searchModels(data, {
    ...QUICK,
    epochs: 100_000,
    stop: controller.signal,
    onProgress: () => controller.abort(),
  });
  strictEqual(interrupted, true);
  strictEqual(best, undefined);
  ok(records.every(({ status }) => status === "skipped"));
});

Deno.test("halving lets the best advance, and each rung scores as a full training of its epochs would", async () => {
  const settings = { ...QUICK, epochs: 4, keepOneIn: 2 };
  const { records, best } = await searchModels(data, settings);
  const rung = (number: number) =>
    records.filter((record) => record.rung === number && record.status === "scored");
  deepStrictEqual([1, 2, 3].map((number) => rung(number).map(({ epochs }) => epochs)), [
    [1, 1, 1, 1, 1, 1],
    [2, 2, 2],
    [4],
  ]);
  const byScore = (entries: readonly TrialRecord[]) =>
    entries.map((record) => record.status === "scored" ? [record.score, record.trial] : [])
      .sort((a, b) => a[0]! - b[0]!).map(([, trial]) => trial);
  for (const number of [1, 2]) {
    const went = rung(number + 1).map(({ trial }) => trial);
    deepStrictEqual(went, byScore(rung(number)).slice(0, went.length).sort((a, b) => a! - b!));
  }
  deepStrictEqual(best, rung(3)[0]);
  const full = await searchModels(data, { ...settings, keepOneIn: undefined });
  const same = full.records.find(({ trial }) => trial === best!.trial);
  deepStrictEqual(timeless([best!]), timeless([{ ...same!, rung: 3 }]));
});

Deno.test("a trial that diverges is kept without a score, and the others are unaffected", async () => {
  const space = { ...TINY_SPACE, learningRate: [0.01, 1e30] };
  const { ranking } = await searchModels(data, { ...QUICK, space });
  deepStrictEqual(ranking.map(({ status }) => status).sort(), [
    "diverged",
    "diverged",
    "scored",
    "scored",
    "skipped",
    "skipped",
    "skipped",
    "skipped",
  ]);
  const diverged = ranking.find(({ status }) => status === "diverged")!;
  ok("reason" in diverged && /^fold 1: /.test(diverged.reason));
});

Deno.test("a finished trial of another search is refused", async () => {
  const [first] = (await searchModels(data, QUICK)).records;
  const finished = [{ ...first!, seed: 9 }];
  const message = /trial 1 was finished with other choices, seed or epochs/;
  await rejects(searchModels(data, { ...QUICK, finished }), message);
});

Deno.test("trials of one model and batch size are grouped, in order and not too many at a time", () => {
  const numbers = (most: number) =>
    groupTrials(validTrials(), most).map((group) => group.map(({ trial }) => trial));
  deepStrictEqual(numbers(3), [[1, 2, 3], [4, 5, 6]]);
  deepStrictEqual(numbers(2), [[1, 2], [3], [4, 5], [6]]);
  deepStrictEqual(numbers(1), [[1], [2], [3], [4], [5], [6]]);
  const other = validTrials().map((trial, index) => {
    return index === 1 ? { ...trial, point: { ...trial.point, batchSize: 16 } } : trial;
  });
  deepStrictEqual(groupTrials(other, 3).map((group) => group.length), [2, 1, 3]);
});

Deno.test("trials trained in a group score as they would alone", async () => {
  const options = {
    engine: "wasm",
    threads: 2,
    folds: kFold(data, { folds: 2, scheme: "by-gene" }),
  } as const;
  const group = validTrials().slice(0, 3);
  const shares: number[] = [];
  const onProgress = (share: number) => shares.push(share);
  const together = await trainGroup(group, { ...options, onProgress });
  const alone = await Promise.all(group.map((trial) => trainGroup([trial], options)));
  deepStrictEqual(timeless(together), timeless(alone.flat()));
  ok(shares.length > 0 && shares.every((share, i) => share <= 1 && share >= (shares[i - 1] ?? 0)));
});

Deno.test("lanes do every job once, one each at a time, and stop at an error or the signal", async () => {
  const run = async (lanes: number, failAt?: number, stopAt?: number) => {
    const controller = new AbortController();
    const started: number[] = [];
    let [running, most] = [0, 0];
    const jobs = [0, 1, 2, 3, 4, 5, 6];
    const end = await runInLanes(jobs, async (job) => {
      started.push(job);
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      if (job === stopAt) controller.abort();
      if (job === failAt) throw new Error(`job ${job}`);
    }, { lanes, stops: [undefined, controller.signal] }).catch((error) => error.message);
    strictEqual(running, 0);
    return { started, most, end };
  };
  deepStrictEqual(await run(3), { started: [0, 1, 2, 3, 4, 5, 6], most: 3, end: undefined });
  deepStrictEqual(await run(1, 2), { started: [0, 1, 2], most: 1, end: "job 2" });
  deepStrictEqual(await run(1, undefined, 3), { started: [0, 1, 2, 3], most: 1, end: undefined });
});
