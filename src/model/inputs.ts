/**
 * Shapes of a model's inputs.
 *
 * @module
 */

import type { SampleShape } from "./layer_shapes.ts";
import { type InputSpec, isBranched, type ModelSpec, type SignalInput } from "./spec.ts";

/** Number of letters of DNA. */
const LETTERS = 4;

/** Inputs of which a sample has one entry for each reference, under one mask. */
export type ReferenceInput = Extract<InputSpec, { readonly references: number }>;

/**
 * Whether a sample has one entry of an input for each reference.
 *
 * @param input The input.
 * @returns True for `references` and `referenceLabels`.
 *
 * @example Labels of references and the sample's own marks
 * ```ts
 * import { isOverReferences } from "@waka/histone/model";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(isOverReferences({ name: "referenceLabels", references: 8, values: 1 }), true);
 * strictEqual(isOverReferences({ name: "summary", values: 25 }), false);
 * ```
 */
export function isOverReferences(input: InputSpec): input is ReferenceInput {
  return input.name === "references" || input.name === "referenceLabels";
}

/**
 * Shape of one entry of an input as the data hold it: of one sample's, or of one reference's.
 *
 * @param input The input.
 * @returns `[bins, marks]`, `[marks]`, `[bases]` or `[values]`.
 *
 * @example One of eight references
 * ```ts
 * import { entryShape } from "@waka/histone/model";
 * import { deepStrictEqual } from "node:assert";
 *
 * deepStrictEqual(entryShape({ name: "references", references: 8, values: 25 }), [25]);
 * ```
 */
export function entryShape(input: InputSpec): SampleShape {
  switch (input.name) {
    case "signal":
      return [input.bins, input.marks];
    case "markMask":
      return [input.marks];
    case "sequence":
      return [input.bases];
    case "summary":
    case "references":
    case "referenceLabels":
    case "context":
      return [input.values];
  }
}

/**
 * Shape of what a branch sees of one entry of an input.
 *
 * @param input The input.
 * @returns `[bases, 4]` for a sequence, which is made one-hot; else {@linkcode entryShape}.
 *
 * @example A sequence
 * ```ts
 * import { branchInputShape } from "@waka/histone/model";
 * import { deepStrictEqual } from "node:assert";
 *
 * deepStrictEqual(branchInputShape({ name: "sequence", bases: 10_000 }), [10_000, 4]);
 * ```
 */
export function branchInputShape(input: InputSpec): SampleShape {
  return input.name === "sequence" ? [input.bases, LETTERS] : entryShape(input);
}

/**
 * Lists the inputs of a model.
 *
 * @param spec The model.
 * @returns Those it names; `signal` alone for a sequential model.
 *
 * @example The inputs of a preset
 * ```ts
 * import { modelInputs, presetSpec } from "@waka/histone/model";
 * import { deepStrictEqual } from "node:assert";
 *
 * deepStrictEqual(modelInputs(presetSpec("wakawaka")), [{ name: "signal", bins: 100, marks: 5 }]);
 * ```
 */
export function modelInputs(spec: ModelSpec): readonly InputSpec[] {
  if (isBranched(spec)) return spec.inputs;
  return [{ name: "signal", bins: spec.bins, marks: spec.marks }];
}

/** Whether a model reads the marks' signal of its own sample. */
export function readsSignal(spec: ModelSpec): boolean {
  return modelInputs(spec).some(({ name }) => name === "signal");
}

/**
 * Whether a model reads DNA.
 *
 * @param spec The model.
 * @returns True if one of its inputs is `sequence`.
 *
 * @example A preset that reads marks alone
 * ```ts
 * import { presetSpec, readsSequence } from "@waka/histone/model";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(readsSequence(presetSpec("wakawaka")), false);
 * ```
 */
export function readsSequence(spec: ModelSpec): boolean {
  return modelInputs(spec).some(({ name }) => name === "sequence");
}

/**
 * Finds the signal that a model reads.
 *
 * @param spec The model.
 * @returns Its bins and marks; `undefined` if it reads no signal.
 *
 * @example The bins of a preset
 * ```ts
 * import { presetSpec, signalShape } from "@waka/histone/model";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(signalShape(presetSpec("wakawaka"))?.bins, 100);
 * ```
 */
export function signalShape(spec: ModelSpec): SignalInput | undefined {
  return modelInputs(spec).find((input) => input.name === "signal");
}
