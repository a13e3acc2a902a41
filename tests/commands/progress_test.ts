import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { formatProgress, formatRate } from "../../src/commands/_progress.ts";
import { progressState } from "../../src/commands/_report_training.ts";

Deno.test("a progress line has bar, note, rate and time left", () => {
  const state = { done: 250, total: 1000, label: "epoch 1/4", note: "loss 3.2104" };
  const line = formatProgress(state, 10, "samples");
  strictEqual(line, `epoch 1/4 ██████${"░".repeat(18)}  loss 3.2104  25.0 samples/s  30 s left`);
});

Deno.test("a progress line without a rate yet, or with nothing to do, has no NaN", () => {
  match(formatProgress({ done: 0, total: 10, label: "a" }, 0.1, "samples"), /\? left$/);
  match(formatProgress({ done: 0, total: 0, label: "a" }, 1), /^a █+ {2}/);
});

Deno.test("rates are short", () => {
  strictEqual(formatRate(16.763), "16.8");
  strictEqual(formatRate(12_345.6), "12,346");
});

Deno.test("a training run's line counts all its samples, and has no loss if it is not known", () => {
  const progress = { epoch: 2, epochs: 3, samples: 40, samplesPerEpoch: 100, loss: 3.25 };
  const line = { done: 140, total: 300, label: "fold 1  epoch 2/3", note: "loss 3.2500" };
  deepStrictEqual(progressState(progress, "fold 1  "), line);
  const unknown = progressState({ ...progress, loss: undefined }, "");
  strictEqual(unknown.note, undefined);
  ok(!formatProgress(unknown, 1).includes("loss"));
});
