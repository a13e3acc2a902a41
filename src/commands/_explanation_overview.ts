/** What is known of an explanation before it is written: a first look at all of its blocks. */

import { compareWholeModel, type WholeModel } from "../explain/nulls/whole_model.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import type { AttributionBlock } from "./_attribution_bytes.ts";
import { describeFeatures, type Feature } from "./_attribution_features.ts";
import type { ExplanationDirectory } from "./_explanation_directory.ts";
import { LARGEST_Q, type TestedValues } from "./_explanation_findings.ts";
import type { NullTest } from "./_explanation_null.ts";
import { type ExplanationWork, readBlocks } from "./_explanation_work.ts";

/** What was learnt in a first look at all blocks. */
export interface Overview {
  readonly features: readonly Feature[];
  /** Expression of each sample by its position: measured where the data have labels, else predicted. */
  readonly expression: ReadonlyMap<number, number>;
  readonly hasDeviations: boolean;
  readonly hasQValues: boolean;
  /** `[sample]`: relative errors of completeness, where the method has them. */
  readonly errors: readonly number[];
  /** How many values stand out from the null. */
  readonly tested: Omit<TestedValues, "compared">;
  /** The model as a whole, beside models of shuffled labels if they are the null. */
  readonly whole: WholeModel | undefined;
}

/** Goes through all blocks once, and keeps some numbers of each sample. */
export async function lookThrough(
  work: ExplanationWork,
  directory: ExplanationDirectory,
  { test, signal }: { readonly test: NullTest | undefined; readonly signal: AbortSignal },
): Promise<Overview> {
  const { data } = work;
  const labels = data.hasLabels ? data.labels() : undefined;
  const expression = new Map<number, number>();
  const errors: number[] = [];
  let first: Pick<Overview, "features" | "hasDeviations" | "hasQValues"> | undefined;
  const tested = { all: 0, found: 0, ofSample: 0 };
  const predictions = new Map<number, number>();
  for await (const block of readBlocks(work, directory, signal)) {
    first ??= {
      features: featuresOf(block, work),
      hasDeviations: Object.values(block.inputs).some((input) => input.standardDeviations),
      hasQValues: Object.values(block.inputs).some((input) => input.qValues),
    };
    const ofSample = new Uint32Array(block.rows.length);
    for (const { qValues = [] } of Object.values(block.inputs)) {
      const size = qValues.length / block.rows.length;
      for (const [i, q] of qValues.entries()) {
        if (Number.isNaN(q)) continue;
        tested.all++;
        ofSample[Math.floor(i / size)]!++;
        if (q <= LARGEST_Q) tested.found++;
      }
    }
    tested.ofSample = ofSample.reduce((most, count) => Math.max(most, count), tested.ofSample);
    for (const [i, position] of block.rows.entries()) {
      // Other nulls are of the model itself.
      if (test?.kind === "labels") predictions.set(position, block.predictions[i]!);
      expression.set(position, labels?.[position] ?? block.predictions[i]!);
      const error = block.completenessErrors?.[i];
      if (error !== undefined && Number.isFinite(error)) errors.push(Math.abs(error));
    }
  }
  const { seed } = work.flags;
  const whole = test && compareWholeModel(predictions, { ...test, data, seed });
  return { ...first!, expression, errors, tested, whole };
}

/** The features of all inputs, in the order of the block. */
function featuresOf({ inputs }: AttributionBlock, { models, data }: ExplanationWork): Feature[] {
  const [{ record, panel }] = models as readonly [TrainedModel];
  const bins = panel?.bins ?? data.bins;
  const marks = panel === undefined ? record.marks : data.marks;
  const context = { record, bins, marks };
  return Object.entries(inputs).flatMap(([name, { shape }]) =>
    describeFeatures(name as Feature["input"], shape, context)
  );
}
