import { deepStrictEqual, throws } from "node:assert";
import { FormatError } from "../../src/errors.ts";
import { gridPoints } from "../../src/search/points.ts";
import { encodeTrial, parseTrials, type TrialRecord } from "../../src/search/trial.ts";
import { TINY_SPACE } from "./_space.ts";

const [point] = gridPoints(TINY_SPACE);
const planned = { trial: 1, rung: 1, epochs: 2, seed: 0, point: point! };
const scored: TrialRecord = {
  ...planned,
  status: "scored",
  foldScores: [1, 2],
  score: 1.5,
  parameters: 12,
  seconds: 0.5,
  engine: "wasm",
};
const skipped: TrialRecord = { ...planned, trial: 2, status: "skipped", reason: "no\nfit" };

Deno.test("trials are read back as they were written, and a torn last line is ignored", () => {
  const text = encodeTrial(scored) + encodeTrial(skipped);
  deepStrictEqual(parseTrials(text), [scored, skipped]);
  for (let end = encodeTrial(scored).length; end < text.length; end++) {
    deepStrictEqual(parseTrials(text.slice(0, end)), [scored]);
  }
  deepStrictEqual(parseTrials(""), []);
});

Deno.test("a damaged line is named", () => {
  const cases: [string, RegExp][] = [
    ["{torn", /found "\{torn", expected JSON \(trials.jsonl, line 2\)/],
    ["null", /it is null, expected an object \(trials.jsonl, line 2\)/],
    [JSON.stringify({ ...scored, trial: 0 }), /trial is 0, expected an integer >= 1/],
    [JSON.stringify({ ...scored, score: null }), /score is null, expected a number/],
    [
      JSON.stringify({ ...scored, foldScores: [null] }),
      /foldScores\[0\] is null, expected a number/,
    ],
    [JSON.stringify({ ...skipped, reason: 3 }), /reason is 3, expected a string/],
    [
      JSON.stringify({ ...skipped, status: "lost" }),
      /status is "lost", expected one of scored, skipped, diverged/,
    ],
  ];
  for (const [line, message] of cases) {
    throws(
      () => parseTrials(`${encodeTrial(scored)}${line}\n`, "trials.jsonl"),
      (error) => error instanceof FormatError && message.test(error.message),
      String(message),
    );
  }
});

Deno.test("a trial nested too deeply is refused like any other", () => {
  const nested = "[".repeat(500_000) + "]".repeat(500_000);
  throws(
    () => parseTrials(`{"status":"skipped","trial":${nested}}\n`, "a"),
    /trial is an array of 1, expected an integer >= 1 \(a, line 1\)/,
  );
});
