import { deepStrictEqual, throws } from "node:assert";
import { Command } from "commander";
import {
  declareEarlyStopping,
  declareOptimiser,
  type EarlyStoppingFlags,
  type OptimiserFlags,
  optimiserSettings,
  parseLoss,
  parseScheduleText,
} from "../../src/commands/_optimiser_flags.ts";

function settingsFrom(...args: readonly string[]) {
  const command = declareEarlyStopping(declareOptimiser(new Command())).exitOverride()
    .configureOutput({ writeErr: () => {} });
  command.parse(args, { from: "user" });
  return optimiserSettings(command.opts<OptimiserFlags & EarlyStoppingFlags>());
}

Deno.test("losses and schedules are read from words with a number after a colon", () => {
  deepStrictEqual(["mse", "rank", "huber", "huber:2.5"].map(parseLoss), [
    "meanSquaredError",
    "rank",
    { type: "huber", delta: 1 },
    { type: "huber", delta: 2.5 },
  ]);
  const schedules = ["constant", "cosine", "linear:0", "one-cycle:0.2", "exponential:1"];
  deepStrictEqual(schedules.map(parseScheduleText), [
    { type: "constant" },
    { type: "cosine" },
    { type: "linear", warmUp: 0 },
    { type: "oneCycle", warmUp: 0.2 },
    { type: "exponential", end: 1 },
  ]);
});

Deno.test("words that mean no loss or schedule are refused with what is expected", () => {
  for (
    const text of [
      "",
      "MSE",
      "mse:1",
      "rank:",
      "huber:",
      "huber:0",
      "huber:x",
      "huber:1e9",
      "huber:1:2",
    ]
  ) {
    throws(() => parseLoss(text), /^RangeError: Expected mse, rank, huber/);
  }
  for (
    const text of [
      "",
      "oneCycle",
      "constant:0",
      "cosine:1",
      "cosine:-0.1",
      "linear:",
      "one-cycle: ",
      "exponential",
      "exponential:0",
      "toString",
      "__proto__",
    ]
  ) {
    throws(() => parseScheduleText(text), /^RangeError: Expected constant, one-cycle/);
  }
});

Deno.test("flags give settings, and what is not given stays open", () => {
  const open = {
    loss: undefined,
    schedule: undefined,
    weightDecay: undefined,
    batchBy: undefined,
    window: undefined,
  };
  deepStrictEqual(settingsFrom(), { ...open, earlyStopping: undefined });
  const stopping = settingsFrom("--early-stopping", "3");
  deepStrictEqual(stopping.earlyStopping, { patience: 3, restoreBest: true });
  const last = settingsFrom("--early-stopping=3", "--no-restore-best");
  deepStrictEqual(last.earlyStopping, { patience: 3, restoreBest: false });
  const most = ["--loss", "huber:2", "--schedule", "one-cycle:0.1", "--weight-decay", "0.01"];
  const all = [...most, "--batch-by", "gene", "--window", "500"];
  deepStrictEqual(settingsFrom(...all), {
    batchBy: "gene",
    window: 500,
    loss: { type: "huber", delta: 2 },
    schedule: { type: "oneCycle", warmUp: 0.1 },
    weightDecay: 0.01,
    earlyStopping: undefined,
  });
  for (
    const bad of [["--weight-decay", "-1"], ["--early-stopping", "0"], ["--loss", "mae"], [
      "--window",
      "0",
    ]]
  ) {
    throws(() => settingsFrom(...bad), /Expected/);
  }
});
