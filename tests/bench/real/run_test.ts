import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { Dataset } from "../../../src/data/dataset.ts";
import { tableDataset } from "../../helpers/samples.ts";
import { withDirectory } from "../../helpers/command.ts";
import { smallData } from "./_data.ts";
import { baselineContestants, LEFT_OUT, REAL_PRESETS, USUAL_PRESETS } from "./contestants.ts";
import type { RealContestant } from "./contestant.ts";
import { type RealRun, runCells, runReal } from "./run.ts";
import { RealStore } from "./store.ts";
import { holdOutCellTypes, type Suite } from "./suite.ts";

const SUITE: Suite = {
  id: "log2",
  title: "A label",
  folds: holdOutCellTypes(tableDataset(3, 20)),
  digest: "digest",
};

/** Predicts its seed, and notes each call. */
function counter(calls: string[], identity: unknown = 1): RealContestant {
  return {
    name: "a preset",
    kind: "preset",
    usesSeed: true,
    identity,
    expectSeconds: () => 60,
    run: ({ fold, seed }) => {
      calls.push(`${fold.name} ${seed}`);
      const values = new Float32Array(fold.test.length).fill(seed);
      return Promise.resolve([{ reading: "with", values }, { reading: "without", values }]);
    },
  };
}

function runOf(folder: string, rest: Partial<RealRun> = {}): RealRun & { lines: string[] } {
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const common = {
    seeds: [0, 2],
    engine: "wasm",
    threads: 1,
    store: new RealStore(folder, log),
  } as const;
  return { suites: [SUITE], contestants: [], ...common, log, lines, ...rest };
}

Deno.test("a result is computed once for each fold and seed, kept, and the same when it is read", async () => {
  await withDirectory(async (folder) => {
    const calls: string[] = [];
    const first = runOf(folder, { contestants: [counter(calls)] });
    const scores = await runReal(first);
    deepStrictEqual(calls, ["E001 0", "E001 2", "E002 0", "E002 2", "E003 0", "E003 2"]);
    match(first.lines[0]!, /^6 of 6 results to compute: about 6 min 00 s on two quiet cores/);
    match(first.lines[1]!, /^log2, E001, a preset, seed 0: 0 s; about .* left/);
    deepStrictEqual(scores[0]!.entries.map(({ reading, seeds }) => [reading, seeds]), [
      ["with", 2],
      ["without", 2],
    ]);
    const second = runOf(folder, { contestants: [counter(calls)] });
    deepStrictEqual(await runReal(second), scores);
    strictEqual(calls.length, 6);
    match(second.lines[0]!, /^All 6 results are kept/);
  });
});

Deno.test("a result of other data, of another seed or of a contestant that has changed is not used", async () => {
  await withDirectory(async (folder) => {
    const calls: string[] = [];
    const count = async (rest: Partial<RealRun>) => {
      calls.length = 0;
      await runCells(runOf(folder, { contestants: [counter(calls)], ...rest }));
      return calls.length;
    };
    strictEqual(await count({}), 6);
    strictEqual(await count({ seeds: [0, 1, 2] }), 3);
    strictEqual(await count({ suites: [{ ...SUITE, digest: "other" }] }), 6);
    strictEqual(await count({ contestants: [counter(calls, 2)] }), 6);
    strictEqual(await count({}), 0);
    const seeds = [5, 6, 7];
    strictEqual(await count({ seeds, contestants: [{ ...counter(calls), seeds: 1 }] }), 3);
    deepStrictEqual(calls, ["E001 5", "E002 5", "E003 5"]);
  });
});

Deno.test("a run that stops keeps what it has, and the next one computes the rest", async () => {
  await withDirectory(async (folder) => {
    const calls: string[] = [];
    const stop = new AbortController();
    const contestant = counter(calls);
    const stopping: RealContestant = {
      ...contestant,
      run: (task) => {
        if (calls.length === 3) stop.abort(new Error("stopped"));
        task.signal?.throwIfAborted();
        return contestant.run(task);
      },
    };
    const run = runOf(folder, { contestants: [stopping], signal: stop.signal });
    await rejects(runCells(run), /stopped/);
    const resumed = runOf(folder, { contestants: [contestant] });
    await runCells(resumed);
    match(resumed.lines[0]!, /^3 of 6 results to compute, 3 are kept: about 3 min/);
    strictEqual(calls.length, 6);
  });
});

Deno.test("damaged results are computed again, and say so", async () => {
  await withDirectory(async (folder) => {
    const calls: string[] = [];
    const once = { contestants: [counter(calls)], seeds: [0] };
    const wanted = await runReal(runOf(folder, once));
    const files = Array.from(Deno.readDirSync(folder), ({ name }) => `${folder}/${name}`).sort();
    const [json, npy] = [".json", ".npy"].map((end) => files.filter((name) => name.endsWith(end)));
    Deno.writeTextFileSync(json![0]!, '{"seconds": 1, "rea');
    Deno.writeFileSync(npy!.at(-1)!, Deno.readFileSync(npy!.at(-1)!).subarray(0, 140));
    calls.length = 0;
    const again = runOf(folder, once);
    deepStrictEqual(await runReal(again), wanted);
    deepStrictEqual(calls, ["E001 0", "E003 0"]);
    strictEqual(again.lines.filter((line) => /is computed again: /.test(line)).length, 2);
  });
});

Deno.test("predictions that are missing or not numbers are refused, and not kept", async () => {
  await withDirectory(async (folder) => {
    for (
      const [length, value, message] of [[3, 0, /found 3, expected/], [0, NaN, /is NaN/]] as const
    ) {
      const wrong: RealContestant = {
        ...counter([]),
        run: ({ fold }) => {
          const values = new Float32Array(length || fold.test.length).fill(value);
          return Promise.resolve([{ reading: "none", values }]);
        },
      };
      await rejects(runCells(runOf(folder, { contestants: [wrong] })), message);
    }
    deepStrictEqual([...Deno.readDirSync(folder)], []);
  });
});

Deno.test("baselines learn nothing of the labels that they are judged by", async () => {
  for (const contestant of baselineContestants()) {
    const [fold] = holdOutCellTypes(smallData(3, 20));
    const task = { seed: 0, engine: "wasm", threads: 1 } as const;
    const [shown] = await contestant.run({ ...task, fold: fold! });
    const { columns, rows } = fold!.test;
    const labels = columns.labels!.slice();
    for (const row of rows) labels[row] = -1000 - row;
    const test = new Dataset({ ...columns, labels }, rows);
    const [hidden] = await contestant.run({ ...task, fold: { ...fold!, test } });
    ok(shown!.values.every((value, row) => value === hidden!.values[row]), contestant.name);
  }
});

Deno.test("every preset takes part, or says why not", () => {
  ok(REAL_PRESETS.length + Object.keys(LEFT_OUT).length >= 15);
  for (const name of USUAL_PRESETS) ok(REAL_PRESETS.includes(name));
  ok(USUAL_PRESETS.includes("waka3"));
});
