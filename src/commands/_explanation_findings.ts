/** What `explain` prints of what it found. */

import { formatCountOf } from "../base/count.ts";
import { LEAST_SAMPLES, type WholeModel } from "../explain/nulls/whole_model.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { alignRows } from "./_align_rows.ts";
import { describeNull, type NullTest } from "./_explanation_null.ts";

/** The largest q-value that counts as a finding. */
export const LARGEST_Q = 0.05;
/** Marks of which a line is printed. */
const MOST_MARKS = 12;

/** What a mark adds, summed up over samples. */
export interface MarkSummary {
  readonly mark: string;
  readonly samples: number;
  /** Mean over the samples of what the mark adds over all of its bins. */
  readonly mean: number;
  /** Mean of the same without its sign. */
  readonly meanSize: number;
  /** Samples with a q-value, and those of them with one of at most {@linkcode LARGEST_Q}. */
  readonly tested: number;
  readonly found: number;
}

/** A table of what each mark adds, the most important one first. */
export function formatMarks(marks: readonly MarkSummary[]): string[] {
  const [first] = marks;
  if (first === undefined) return [];
  const hasQ = marks.some(({ tested }) => tested > 0);
  const isOne = first.samples === 1;
  const shown = marks.toSorted((a, b) => b.meanSize - a.meanSize).slice(0, MOST_MARKS);
  const left = marks.length - shown.length;
  const heading = isOne
    ? "What each mark adds to the prediction, over all of its bins (marks.tsv):"
    : `What each mark adds to a prediction, over all of its bins, in ${
      formatCountOf(first.samples, "sample")
    } (marks.tsv has each of them):`;
  return [
    heading,
    ...alignRows([
      [
        "",
        isOne ? "adds" : "mean",
        ...(isOne ? [] : ["mean size"]),
        ...(hasQ ? ["q <= 0.05"] : []),
      ],
      ...shown.map(({ mark, mean, meanSize, tested, found }) => [
        mark,
        formatAdded(mean),
        ...(isOne ? [] : [meanSize.toPrecision(3)]),
        ...(hasQ ? [`${found.toLocaleString("en-US")} of ${tested.toLocaleString("en-US")}`] : []),
      ]),
    ]),
    ...(left > 0 ? [`  and ${formatCountOf(left, "more mark")}`] : []),
  ];
}

function formatAdded(value: number): string {
  return `${value > 0 ? "+" : ""}${value.toPrecision(3)}`;
}

/** How many single values stand out from a null. */
export interface TestedValues {
  /** Values with a q-value. */
  readonly all: number;
  /** Those of them with one of at most {@linkcode LARGEST_Q}. */
  readonly found: number;
  /** The most values that were tested in one sample. */
  readonly ofSample: number;
  /** The fewest samples of the null with which a sample can have been compared. */
  readonly compared: number;
}

/** Says how many values stand out, what that means, and where the null is too small for any to do so. */
export function describeTest(
  { kind }: Pick<NullTest, "kind">,
  { all, found, ofSample, compared }: TestedValues,
): string {
  const share = all === 0 ? 0 : 100 * found / all;
  const least = countNeeded({ ofSample, compared });
  const limit = least <= 1 || found > 0
    ? ""
    : ` The null has ${formatCountOf(compared, "sample")} to compare one with, so that at least ${
      least.toLocaleString("en-US")
    } of the ${
      formatCountOf(ofSample, "value")
    } of a sample must be larger than all of theirs for any q to reach ${LARGEST_Q}: ask about whole marks first.`;
  return `q-values: ${found.toLocaleString("en-US")} of ${formatCountOf(all, "attribution")} (${
    share.toFixed(1)
  }%) have q <= ${LARGEST_Q}.${limit}\n${describeNull(kind)}`;
}

/** How many values of a sample must have the smallest p-value that there is, 1 / (n + 1), for a q-value to be small. */
function countNeeded({ ofSample, compared }: Pick<TestedValues, "ofSample" | "compared">): number {
  return Math.ceil(ofSample / ((compared + 1) * LARGEST_Q) - 1e-9);
}

/** Says how well the whole model fits its labels beside null models, and what that is worth. */
export function describeWhole(whole: WholeModel | undefined): string {
  if (whole === undefined) {
    return `The model as a whole: nothing says whether it learned anything, since fewer than ${LEAST_SAMPLES} of these samples ` +
      "are in the null.";
  }
  const { samples, r, nullRs, p } = whole;
  const shuffles = formatCountOf(nullRs.length, "shuffle");
  const smaller = nullRs.filter((other) => other < r).length;
  const least = 1 / (1 + nullRs.length);
  const verdict = p <= LARGEST_Q
    ? ""
    : " That is no evidence that it learned anything, however small q-values are.";
  const limit = least <= LARGEST_Q
    ? ""
    : ` With ${shuffles} p is never below ${least.toFixed(2)}: it takes --null-shuffles ${
      Math.ceil(1 / LARGEST_Q - 1)
    } to reach ${LARGEST_Q}.`;
  return `The model as a whole: in ${
    formatCountOf(samples, "sample")
  } its predictions correlate with the labels by r = ${
    r.toFixed(3)
  }, more than those of the models of ${smaller} of ${shuffles} do with theirs, p = ${
    p.toPrecision(2)
  }.${verdict}${limit}`;
}

/** What attributions leave out of the predictions that other commands write; `undefined` if nothing. */
export function describeLeftOut({ spec, geneEffects }: TrainedModel): string | undefined {
  return geneEffects === undefined
    ? undefined
    : `Note: ${spec.name} adds an effect of the gene to what it reads from the marks. What is explained, and called the ` +
      "prediction in the tables, is without it; pages show both.";
}
