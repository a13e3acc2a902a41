/** Progress, abort and early ends: of one shape wherever something takes long. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { Dataset } from "../src/data/dataset.ts";
import type { EngineReport } from "../src/engine/select.ts";
import { attribute } from "../src/explain/attribute.ts";
import { explainDifferences } from "../src/explain/differences/explain_differences.ts";
import { knockOuts } from "../src/explain/edits/edits.ts";
import { predictEdits } from "../src/explain/edits/predict_edits.ts";
import { trainNullModels } from "../src/explain/nulls/shuffled_labels.ts";
import type { AbortOptions, OnProgress, Progress } from "../src/progress.ts";
import { searchModels } from "../src/search/search_models.ts";
import { parseSpace } from "../src/search/parse_space.ts";
import { simulateColumns } from "../src/simulate/columns.ts";
import { writeSimulation } from "../src/simulate/write.ts";
import { calibrate } from "../src/training/calibrate.ts";
import { crossValidate } from "../src/training/crossval.ts";
import { fitEnsemble, predictEnsemble } from "../src/training/ensemble.ts";
import { planExperiments, runExperiment } from "../src/training/experiments.ts";
import { fitCalibrated } from "../src/training/fit_calibrated.ts";
import { fitMany } from "../src/training/fit_many.ts";
import { fit } from "../src/training/fit.ts";
import { priceMarks } from "../src/training/mark_prices.ts";
import { predict } from "../src/training/predict.ts";

const SIZE = { cellTypes: 3, genes: 40, newCellTypes: 0, newGenes: 20, bins: 20 };
const simulated = simulateColumns(SIZE);
const DATA = new Dataset(simulated.train);
const QUICK = { engine: "wasm", threads: 1, epochs: 3, batchSize: 8 } as const;
const WASM = { engine: "wasm", threads: 1 } as const;
const { model: MODEL } = await fit("experiment1", DATA, { ...QUICK, transform: "log1p" });
const { model: PANEL_MODEL } = await fit("waka3", DATA, { ...QUICK, epochs: 1 });
const [PLAN] = await planExperiments(["experiment1"], { train: DATA, test: DATA }, { epochs: 3 });
const SPACE = parseSpace({ filters: [4], width: [3], blocks: [{ pool: [2, 4] }], dense: [[]] });
const [FROM, TO] = DATA.columns.cellTypes as [string, string];

type Hooks = AbortOptions & { readonly onProgress?: OnProgress };

/** Takes all that an iteration gives. */
async function drain(blocks: AsyncIterable<unknown>): Promise<void> {
  for await (const block of blocks) void block;
}

async function simulateFiles(hooks: Hooks): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await writeSimulation(directory, { ...SIZE, newCellTypes: 2, ...hooks });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Every function of these parts that takes long, with the unit that it counts in. */
const CALLS: readonly [name: string, unit: string, call: (hooks: Hooks) => Promise<unknown>][] = [
  ["fit", "samples", (hooks) => fit("experiment1", DATA, { ...QUICK, ...hooks })],
  [
    "fitMany",
    "samples",
    (hooks) =>
      fitMany("experiment1", [1, 2, 3].map((seed) => ({ data: DATA, seed })), {
        ...QUICK,
        ...hooks,
      }),
  ],
  [
    "fitEnsemble",
    "samples",
    (hooks) => fitEnsemble("experiment1", DATA, { ...QUICK, members: 2, ...hooks }),
  ],
  [
    "crossValidate",
    "samples",
    (hooks) => crossValidate("experiment1", DATA, { ...QUICK, folds: 3, ...hooks }),
  ],
  ["calibrate", "samples", (hooks) => calibrate("experiment1", DATA, { ...QUICK, ...hooks })],
  [
    "fitCalibrated",
    "samples",
    (hooks) => fitCalibrated("experiment1", DATA, { ...QUICK, ...hooks }),
  ],
  [
    "runExperiment",
    "samples",
    (hooks) => runExperiment(PLAN!, { train: DATA, test: DATA }, { ...WASM, ...hooks }),
  ],
  [
    "searchModels",
    "trials",
    (hooks) =>
      searchModels(DATA, { ...WASM, space: SPACE, method: "grid", folds: 2, epochs: 2, ...hooks }),
  ],
  ["predict", "samples", (hooks) => predict(MODEL, DATA, { ...WASM, ...hooks })],
  [
    "predictEnsemble",
    "samples",
    (hooks) => predictEnsemble([MODEL, MODEL], DATA, { ...WASM, ...hooks }),
  ],
  ["priceMarks", "samples", (hooks) => priceMarks([PANEL_MODEL], DATA, { ...WASM, ...hooks })],
  [
    "attribute",
    "samples",
    (hooks) => attribute([MODEL, MODEL], DATA, { ...WASM, blockSize: 7, ...hooks }),
  ],
  [
    "explainDifferences",
    "genes",
    (hooks) => explainDifferences([MODEL], DATA, { ...WASM, from: [FROM], to: [TO], ...hooks }),
  ],
  [
    "predictEdits",
    "samples",
    (hooks) =>
      drain(predictEdits([MODEL], DATA, {
        ...WASM,
        edits: knockOuts(DATA.marks),
        ...hooks,
      })),
  ],
  [
    "trainNullModels",
    "models",
    (hooks) => trainNullModels([MODEL], DATA, { ...WASM, shuffles: 2, ...hooks }),
  ],
  ["writeSimulation", "cell types", simulateFiles],
];

for (const [name, unit, call] of CALLS) {
  Deno.test(`${name}: progress rises to its total, in ${unit}`, async () => {
    const seen: Progress[] = [];
    await call({ onProgress: (progress) => seen.push(progress) });
    const last = seen.at(-1)!;
    strictEqual(last.done, last.total);
    ok(last.total > 0);
    deepStrictEqual([...new Set(seen.map(({ unit }) => unit))], [unit]);
    strictEqual(new Set(seen.map(({ total }) => total)).size, 1, "one total from first to last");
    ok(seen.every(({ done }, i) => done >= (seen[i - 1]?.done ?? 0)), "it never falls");
  });

  Deno.test(`${name}: a signal that is aborted, before or midway, rejects with its reason`, async () => {
    const reason = new Error("enough");
    let called = 0;
    const aborted = AbortSignal.abort(reason);
    await rejects(call({ signal: aborted, onProgress: () => void called++ }), reason);
    strictEqual(called, 0);
    const controller = new AbortController();
    let last: Progress | undefined;
    const onProgress = (progress: Progress) => {
      last = progress;
      controller.abort(reason);
    };
    await rejects(call({ signal: controller.signal, onProgress }), reason);
    ok(last !== undefined);
  });

  Deno.test(`${name}: a signal that is aborted as the last progress is told rejects, however quick the work`, async () => {
    const reason = new Error("enough");
    const controller = new AbortController();
    const onProgress = ({ done, total }: Progress) => {
      if (done === total) controller.abort(reason);
    };
    await rejects(call({ signal: controller.signal, onProgress }), reason);
  });

  Deno.test(`${name}: what an asynchronous onProgress is rejected with ends the work, even at the last call`, async () => {
    const reason = new Error("no more");
    const never = () => Promise.reject(reason);
    await rejects(call({ onProgress: never }), reason);
    const atEnd = async ({ done, total }: Progress) => {
      if (await done === total) throw reason;
    };
    await rejects(call({ onProgress: atEnd }), reason);
  });
}

/** Those that say where they compute, each with the models of one engine. */
const STARTS: readonly [
  name: string,
  call: (options: { readonly onStart: (report: EngineReport) => unknown }) => Promise<unknown>,
][] = [
  ["attribute", (hooks) => attribute([MODEL], DATA, { ...WASM, rows: [0], ...hooks })],
  [
    "explainDifferences",
    (hooks) => explainDifferences([MODEL], DATA, { ...WASM, from: [FROM], to: [TO], ...hooks }),
  ],
  [
    "predictEdits",
    (hooks) =>
      drain(predictEdits([MODEL], DATA, { ...WASM, edits: knockOuts(["H3K4me3"]), ...hooks })),
  ],
  [
    "searchModels",
    (hooks) =>
      searchModels(DATA, { ...WASM, space: SPACE, method: "grid", folds: 2, epochs: 1, ...hooks }),
  ],
];

for (const [name, call] of STARTS) {
  Deno.test(`${name}: an asynchronous onStart is waited for, and may do what it likes with the report`, async () => {
    const reason = new Error("not there");
    await rejects(call({ onStart: () => Promise.reject(reason) }), reason);
    let isOver = false;
    const onStart = async (report: EngineReport) => {
      for (const field of Object.keys(report)) Reflect.set(report, field, undefined);
      await new Promise((resolve) => setTimeout(resolve, 5));
      isOver = true;
    };
    await call({ onStart });
    ok(isOver);
  });
}

Deno.test("to be given up counts more than to be stopped", async () => {
  const reason = new Error("given up");
  const both = { signal: AbortSignal.abort(reason), stop: AbortSignal.abort(new Error("stopped")) };
  await rejects(fit("experiment1", DATA, { ...QUICK, ...both }), reason);
  await rejects(fitCalibrated("experiment1", DATA, { ...QUICK, ...both }), reason);
  const search = { ...WASM, space: SPACE, method: "grid", folds: 2, epochs: 1 } as const;
  await rejects(searchModels(DATA, { ...search, ...both }), reason);
});

Deno.test("a signal that is aborted in the last onEpoch gives the training up", async () => {
  const [reason, controller] = [new Error("enough"), new AbortController()];
  const onEpoch = ({ epoch }: { readonly epoch: number }) =>
    epoch === QUICK.epochs && controller.abort(reason);
  const options = { ...QUICK, onEpoch, signal: controller.signal };
  await rejects(fit("experiment1", DATA, options), reason);
});

Deno.test("a cross-validation that is stopped while folds are measured measures what was trained", async () => {
  const stop = new AbortController();
  const folds = await crossValidate("experiment1", DATA, {
    ...QUICK,
    folds: 3,
    stop: stop.signal,
    onFoldEnd: () => stop.abort(),
  });
  deepStrictEqual(folds.map(({ evaluation }) => evaluation !== undefined), [true, true, true]);
});

Deno.test("the progress of runs that end early counts what they leave out as done", async () => {
  const seen: Progress[] = [];
  const contrary = new Dataset({ ...DATA.columns, labels: DATA.columns.labels!.map((y) => -y) });
  const runs = [{ data: DATA, validation: contrary }, { data: DATA, validation: DATA }];
  await fitMany("experiment1", runs.map((run) => ({ ...run, validation: runs[0]!.validation })), {
    ...QUICK,
    epochs: 6,
    earlyStopping: { patience: 1 },
    onProgress: (progress) => seen.push(progress),
  });
  ok(seen.every(({ done, total }) => done <= total));
  ok(seen.every(({ done }, i) => done >= (seen[i - 1]?.done ?? 0)));
});
