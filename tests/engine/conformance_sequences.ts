/** What every engine must compute of letters of DNA, in forms that the golden runs do not have. */

import { ok } from "node:assert";
import { createTfjsEngine } from "../../src/engine/tfjs/engine.ts";
import { branchedSource, optionsFor, parseBranched } from "../helpers/branched.ts";
import { allRows } from "../helpers/engine_runs.ts";
import { openOne, type Subject } from "../helpers/one_model.ts";
import { BRANCH_TOLERANCES, largestDifference, magnitude } from "../helpers/tolerances.ts";
import type { Test } from "./conformance.ts";
import { checkAgainstTfjs } from "./conformance_branches.ts";

const BASES = 45;

/** Widths that need one table and many, and pools that leave positions over; of letters 1 in 5 is not known. */
const LETTERS = parseBranched({
  name: "letters",
  inputs: [{ name: "sequence", bases: BASES }],
  branches: [
    {
      name: "six",
      input: "sequence",
      layers: [
        { type: "conv1d", filters: 5, width: 6, dilation: 1, padding: "same" },
        { type: "activation", kind: "leakyRelu", alpha: 0.05 },
        { type: "maxPool1d", size: 11 },
        { type: "flatten" },
        { type: "dropout", rate: 0.3 },
        { type: "dense", units: 4 },
      ],
    },
    { name: "six again", input: "sequence", encoder: "six" },
    {
      name: "sixteen",
      input: "sequence",
      layers: [
        { type: "conv1d", filters: 9, width: 16, dilation: 1, padding: "valid" },
        { type: "activation", kind: "relu" },
        { type: "maxPool1d", size: 3 },
        { type: "flatten" },
        { type: "dense", units: 4 },
      ],
    },
    {
      name: "ten, pooled first",
      input: "sequence",
      layers: [
        { type: "conv1d", filters: 4, width: 10, dilation: 1, padding: "same" },
        { type: "maxPool1d", size: 4 },
        { type: "activation", kind: "leakyRelu", alpha: 0.2 },
        { type: "flatten" },
        { type: "dense", units: 3 },
      ],
    },
    {
      name: "one, not pooled",
      input: "sequence",
      layers: [
        { type: "conv1d", filters: 3, width: 1, dilation: 1, padding: "same" },
        { type: "activation", kind: "gelu" },
        { type: "conv1d", filters: 3, width: 4, dilation: 2, padding: "same" },
        { type: "maxPool1d", size: 9 },
        { type: "flatten" },
      ],
    },
    {
      name: "dilated",
      input: "sequence",
      layers: [
        { type: "conv1d", filters: 3, width: 3, dilation: 2, padding: "same" },
        { type: "maxPool1d", size: 15 },
        { type: "flatten" },
      ],
    },
  ],
  head: {
    join: ["six", "six again", "sixteen", "ten, pooled first", "one, not pooled", "dilated"]
      .map((branch) => ({ type: "output", branch })),
    layers: [{ type: "dense", units: 6 }, { type: "activation", kind: "gelu" }, {
      type: "dense",
      units: 1,
    }],
  },
  loss: "meanSquaredError",
});

/** Registers the tests; against tf.js, which computes convolutions over letters as over any values. */
export function testSequences(subject: Subject, test: Test): void {
  if (subject.engine.name === "tfjs-cpu") return;
  test(`${subject.name} trains "${LETTERS.name}" as tf.js does`, () =>
    checkAgainstTfjs(subject, LETTERS));
  test(`${subject.name} has tf.js' gradient of "${LETTERS.name}" by each letter`, () =>
    compareInputGradients(subject));
}

async function compareInputGradients(subject: Subject): Promise<void> {
  const samples = 9;
  const source = branchedSource(LETTERS, samples);
  await using ours = await subject.open(LETTERS, optionsFor(LETTERS));
  await using theirs = await openOne(createTfjsEngine("cpu"), LETTERS, optionsFor(LETTERS));
  const { sequence: found } = await ours.inputGradients(source, allRows(samples));
  const { sequence: wanted } = await theirs.inputGradients(source, allRows(samples));
  const scale = magnitude(wanted!);
  ok(scale > 0, "the gradient is zero everywhere");
  const apart = largestDifference(found!, wanted!) / scale;
  ok(apart <= BRANCH_TOLERANCES.predictions, `gradients differ by ${apart}`);
}
