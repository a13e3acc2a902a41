/** What every engine must compute of DNA: convolutions over letters in all their forms, and recurrent layers after them. */

import { ok } from "node:assert";
import { createTfjsEngine } from "../../src/engine/tfjs/engine.ts";
import type { BranchedSpec } from "../../src/model/spec.ts";
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

/** Recurrent layers in both directions, over pooled letters and over marks, one over the states of another. */
const RECURRENT = parseBranched({
  name: "recurrent branches",
  inputs: [{ name: "sequence", bases: BASES }, { name: "signal", bins: 19, marks: 3 }],
  branches: [
    {
      name: "dna",
      input: "sequence",
      layers: [
        { type: "conv1d", filters: 6, width: 5, dilation: 1, padding: "same" },
        { type: "activation", kind: "leakyRelu", alpha: 0.05 },
        { type: "maxPool1d", size: 6 },
        { type: "bidirectionalGru", units: 5, returnSequences: true },
        { type: "maxPool1d", size: 3 },
        { type: "dropout", rate: 0.2 },
        { type: "lstm", units: 6 },
      ],
    },
    {
      name: "marks",
      input: "signal",
      layers: [
        { type: "lstm", units: 7, returnSequences: true },
        { type: "conv1d", filters: 4, width: 3, dilation: 1, padding: "same" },
        { type: "activation", kind: "relu" },
        { type: "lstm", units: 3, bidirectional: true, returnSequences: true },
        { type: "bidirectionalGru", units: 4 },
      ],
    },
  ],
  head: {
    join: [{ type: "output", branch: "dna" }, { type: "output", branch: "marks" }],
    layers: [{ type: "dense", units: 1 }],
  },
  loss: "meanSquaredError",
});

/** Registers the tests of the models that the engine supports; against tf.js, which computes them by other means. */
export function testSequences(subject: Subject, test: Test): void {
  if (subject.engine.name === "tfjs-cpu") return;
  for (const spec of [LETTERS, RECURRENT]) {
    if (!subject.engine.supports(spec).supported) continue;
    test(`${subject.name} trains "${spec.name}" as tf.js does`, () =>
      checkAgainstTfjs(subject, spec));
    test(`${subject.name} has tf.js' gradient of "${spec.name}" by each letter and mark`, () =>
      compareInputGradients(subject, spec));
  }
}

async function compareInputGradients(subject: Subject, spec: BranchedSpec): Promise<void> {
  const samples = 9;
  const source = branchedSource(spec, samples);
  await using ours = await subject.open(spec, optionsFor(spec));
  await using theirs = await openOne(createTfjsEngine("cpu"), spec, optionsFor(spec));
  const [found, wanted] = [
    await ours.inputGradients(source, allRows(samples)),
    await theirs.inputGradients(source, allRows(samples)),
  ];
  for (const { name } of spec.inputs) {
    const scale = magnitude(wanted[name]!);
    ok(scale > 0, `the gradient by ${name} is zero everywhere`);
    const apart = largestDifference(found[name]!, wanted[name]!) / scale;
    ok(apart <= BRANCH_TOLERANCES.predictions, `gradients by ${name} differ by ${apart}`);
  }
}
