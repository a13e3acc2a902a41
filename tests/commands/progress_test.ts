import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { formatProgress, formatRate } from "../../src/commands/_progress.ts";
import { progressState } from "../../src/commands/_report_training.ts";

Deno.test("a progress line has bar, note, rate and time left", () => {
  const state = { done: 250, total: 1000, label: "epoch 1/4", note: "loss 3.2104" };
  const line = formatProgress(state, { seconds: 10, unit: "samples" });
  strictEqual(line, `epoch 1/4 ██████${"░".repeat(18)}  loss 3.2104  25.0 samples/s  30 s left`);
});

Deno.test("a progress line without a rate yet, or with nothing to do, has no NaN", () => {
  match(
    formatProgress({ done: 0, total: 10, label: "a" }, { seconds: 0.1, unit: "samples" }),
    /\? left$/,
  );
  match(formatProgress({ done: 0, total: 0, label: "a" }, { seconds: 1 }), /^a █+ {2}/);
});

Deno.test("a progress line fits the terminal: the bar shrinks, then rate, bar and note are left out", () => {
  const state = {
    done: 12_300,
    total: 60_000,
    label: "57 of 280 files",
    note: "12.3 GB of 60.0 GB",
  };
  const fit = (width: number, parts: readonly RegExp[]) => {
    const line = formatProgress(state, { seconds: 290, unit: "MB", width });
    ok(line.length <= width, `${width}: ${line}`);
    for (const part of parts) match(line, part);
    return line;
  };
  ok(fit(200, []).length > 79);
  const all = [/^57 of 280 files /, /[█░]{8}/, /12\.3 GB of 60\.0 GB/, /MB\/s/, / left$/];
  fit(79, all);
  ok(!fit(65, [all[0]!, all[1]!, all[2]!, all[4]!]).includes("MB/s"));
  ok(!/[█░]/.test(fit(55, [all[0]!, all[2]!, all[4]!])));
  strictEqual(fit(34, [all[0]!, all[4]!]).includes("GB"), false);
  for (let width = 35; width < 120; width++) fit(width, [all[0]!, all[4]!]);
});

Deno.test("rates are short", () => {
  strictEqual(formatRate(16.763), "16.8");
  strictEqual(formatRate(12_345.6), "12,346");
});

Deno.test("a training run's line counts all its samples, and has no loss if it is not known", () => {
  const counted = { done: 140, total: 300, unit: "samples" };
  const own = { epoch: 2, epochs: 3, samples: 40, samplesPerEpoch: 100, loss: 3.25 };
  const progress = { ...counted, ...own };
  const line = { done: 140, total: 300, label: "fold 1  epoch 2/3", note: "loss 3.2500" };
  deepStrictEqual(progressState(progress, "fold 1  "), line);
  const unknown = progressState({ ...progress, loss: undefined }, "");
  strictEqual(unknown.note, undefined);
  ok(!formatProgress(unknown, { seconds: 1 }).includes("loss"));
});
