/** The values that a network reads, one after the other, and what each of them is. */

import type { InputName } from "../model/spec.ts";
import { summaryShape } from "../panel/summary.ts";
import type { DataRecord } from "../record.ts";

/** A value that a network reads. */
export interface Feature {
  readonly input: InputName;
  /** The mark, if the value is of one. */
  readonly mark?: string | undefined;
  /** The bin of the signal, or the first bin of a window of a summary, from 0. */
  readonly bin?: number | undefined;
  /** Where the bin, the window or the base begins, in bp from the TSS, in the direction of the data's bins or letters. */
  readonly offsetBp?: number | undefined;
  /** The letter of DNA, or what else tells the value from others of its input. */
  readonly name?: string | undefined;
}

/** What the features of an input depend on. */
export interface FeatureContext {
  /** The record of the model's data. */
  readonly record: DataRecord;
  /** Number of bins of a sample's signal; 0 without one. */
  readonly bins: number;
  /**
   * Names of the marks of `signal`.
   *
   * @default {those of the record}
   */
  readonly marks?: readonly string[] | undefined;
}

const LETTERS = ["A", "C", "G", "T"];
/** The values of a mark in a summary after its windows; see `summaryShape`. */
const SUMMARY_STATISTICS = [
  "largest window",
  "log of mean",
  "share not 0",
  "largest in the middle",
  "measured",
];
/** See `writeLabelContext` and `writeMarksContext`. */
const CONTEXT = [
  "mean label",
  "standard deviation of labels",
  "least label",
  "largest label",
  "labels known",
  "marks known",
];

/**
 * Describes the values of an input.
 *
 * @param input Name of the input.
 * @param shape Shape of one sample.
 * @param context Record and bins.
 * @returns One feature for each value, row-major.
 */
export function describeFeatures(
  input: InputName,
  shape: readonly number[],
  context: FeatureContext,
): Feature[] {
  return [...featuresOf(input, shape, context)];
}

function* featuresOf(
  input: InputName,
  shape: readonly number[],
  context: FeatureContext,
): Generator<Feature, void, undefined> {
  const { record } = context;
  const [first = 0, second = 1] = shape;
  switch (input) {
    case "signal":
      yield* signalFeatures(first, context);
      return;
    case "sequence":
      for (let base = 0; base < first; base++) {
        const offsetBp = base - (record.sequence?.tssBase ?? Math.floor(first / 2));
        for (const name of LETTERS) yield { input, offsetBp, name };
      }
      return;
    case "markMask":
      for (const mark of record.marks) yield { input, mark, name: "measured" };
      return;
    case "summary":
      yield* summaryFeatures(input, context);
      return;
    case "context":
      for (let i = 0; i < first; i++) yield { input, name: CONTEXT[i] ?? `value ${i + 1}` };
      return;
    case "references":
      for (let reference = 1; reference <= first; reference++) {
        for (const feature of summaryFeatures(input, context)) {
          const of = feature.name === undefined ? "" : `: ${feature.name}`;
          yield { ...feature, name: `reference ${reference}${of}` };
        }
      }
      return;
    case "referenceLabels":
      for (let i = 0; i < first * second; i++) yield { input, name: `reference ${i + 1}: label` };
      return;
  }
}

function* signalFeatures(
  bins: number,
  context: FeatureContext,
): Generator<Feature, void, undefined> {
  const { record, marks = record.marks } = context;
  // Whole marks that were occluded lie in no bin.
  const isWhole = bins !== context.bins;
  for (let bin = 0; bin < bins; bin++) {
    const place = isWhole ? {} : { bin, offsetBp: offsetOfBin(bin, context) };
    for (const mark of marks) yield { input: "signal", mark, ...place };
  }
}

function* summaryFeatures(
  input: InputName,
  { record, bins }: FeatureContext,
): Generator<Feature, void, undefined> {
  const { windows, valuesOfMark } = summaryShape({ bins, marks: record.marks.length });
  for (const mark of record.marks) {
    for (let window = 0; window < windows; window++) {
      const bin = Math.floor(window * bins / windows);
      yield { input, mark, bin, offsetBp: offsetOfBin(bin, { bins, record }) };
    }
    for (let i = 0; i < valuesOfMark - windows; i++) {
      yield { input, mark, name: SUMMARY_STATISTICS[i] ?? `value ${i + 1}` };
    }
  }
}

/** Where a bin begins, in bp from the TSS. */
export function offsetOfBin(
  bin: number,
  { bins, record: { binSizeBp } }: FeatureContext,
): number {
  return Math.floor(-bins * binSizeBp / 2) + bin * binSizeBp;
}
