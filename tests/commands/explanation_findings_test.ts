/** What `explain` prints of what it found, and whether the tables of its relatives fit a terminal. */

import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import type { EditEffect } from "../../src/explain/mod.ts";
import { alignRows } from "../../src/commands/_align_rows.ts";
import { describeCompleteness } from "../../src/commands/_completeness.ts";
import { formatAgreement, formatExplained } from "../../src/commands/_difference_text.ts";
import { EffectSummary } from "../../src/commands/_edit_effects.ts";
import {
  describeTest,
  describeWhole,
  formatMarks,
} from "../../src/commands/_explanation_findings.ts";

/** The width of a terminal for which nobody named another. */
const TERMINAL = 80;

Deno.test("columns are aligned, the first to the left", () => {
  deepStrictEqual(alignRows([["", "mean"], ["H3K4me3", "+1"], ["A", ""]]), [
    "           mean",
    "  H3K4me3    +1",
    "  A",
  ]);
});

Deno.test("marks come by what they add, whatever the sign, and one sample has no means", () => {
  const mark = { samples: 3, tested: 0, found: 0 };
  const marks = [
    { ...mark, mark: "A", mean: 0.5, meanSize: 0.5 },
    { ...mark, mark: "B", mean: -1.25, meanSize: 2, tested: 3, found: 2 },
  ];
  deepStrictEqual(formatMarks(marks).slice(1), [
    "       mean  mean size  q <= 0.05",
    "  B   -1.25       2.00     2 of 3",
    "  A  +0.500      0.500     0 of 0",
  ]);
  match(formatMarks(marks)[0]!, /in 3 samples/);
  deepStrictEqual(formatMarks([{ ...mark, mark: "A", samples: 1, mean: 1, meanSize: 1 }]), [
    "What each mark adds to the prediction, over all of its bins (marks.tsv):",
    "      adds",
    "  A  +1.00",
  ]);
  deepStrictEqual(formatMarks([]), []);
  const many = Array.from({ length: 14 }, (_, i) => ({
    ...mark,
    mark: `M${i}`,
    mean: i,
    meanSize: i,
  }));
  strictEqual(formatMarks(many).at(-1), "  and 2 more marks");
});

Deno.test("a null that is too small for single values to stand out says so", () => {
  const tested = { all: 500, found: 0, ofSample: 500 };
  const small = describeTest({ kind: "matched" }, { ...tested, compared: 59 });
  match(small, /^q-values: 0 of 500 attributions \(0\.0%\) have q <= 0\.05\./);
  // 167 · 60 · 0.05 = 501: with 166 values the smallest q would be 500 / (166 · 60) > 0.05.
  match(small, /The null has 59 samples to compare one with, so that at least 167 of the 500 val/);
  match(describeTest({ kind: "matched" }, { ...tested, compared: 999 }), /at least 10 of the 500/);
  const some = { ...tested, found: 200, compared: 59 };
  doesNotMatch(describeTest({ kind: "matched" }, some), /The null has/);
  doesNotMatch(
    describeTest({ kind: "labels" }, { all: 5, found: 1, ofSample: 5, compared: 99 }),
    /The null has/,
  );
});

Deno.test("q-values of shuffled labels are not called a rate of false discoveries", () => {
  const tested = { all: 5, found: 1, ofSample: 5, compared: 99 };
  const text = describeTest({ kind: "labels" }, tested);
  match(
    text,
    /also where there was nothing to learn: they do not say how many findings are chance\.$/,
  );
  doesNotMatch(text, /one in twenty/);
  match(describeTest({ kind: "matched" }, tested), /one in twenty/);
});

Deno.test("the whole model is told beside its null models, and what so many shuffles can show", () => {
  const whole = { samples: 360, r: 0.12345 };
  strictEqual(
    describeWhole({ ...whole, nullRs: [0.1], p: 0.5 }),
    "The model as a whole: in 360 samples its predictions correlate with the labels by r = 0.123, more than those of the " +
      "models of 1 of 1 shuffle do with theirs, p = 0.50. That is no evidence that it learned anything, however small " +
      "q-values are. With 1 shuffle p is never below 0.50: it takes --null-shuffles 19 to reach 0.05.",
  );
  const many = Array.from({ length: 19 }, () => 0.1);
  match(describeWhole({ ...whole, nullRs: many, p: 0.05 }), /19 of 19 shuffles .* p = 0\.050\.$/);
  const text = describeWhole({ ...whole, nullRs: [1, ...many], p: 2 / 21 });
  match(
    text,
    /19 of 20 shuffles do with theirs, p = 0\.095\. That is no evidence .* q-values are\.$/,
  );
  match(describeWhole(undefined), /nothing says whether it learned anything/);
});

Deno.test("a large error of completeness asks for more steps", () => {
  match(describeCompleteness([0.02, 0.03], 1)!, /at most\. More --steps make the error smaller\.$/);
  doesNotMatch(describeCompleteness([0.001, 0.002, 0.5], 1)!, /--steps/);
});

Deno.test("tables of differences fit a terminal", () => {
  const estimate = { value: -0.123, low: -0.234, high: 0.345 };
  const exchanged = { mean: -0.012, low: -0.234, high: 0.345, p: 0.0123 };
  const named = {
    name: "least changed third",
    genes: 16_000,
    pearson: estimate,
    spearman: estimate,
    sameSign: estimate,
    slope: estimate,
    exchanged: { pearson: exchanged, spearman: exchanged, sameSign: exchanged },
  };
  const explained = { genes: 16_000, pearson: estimate, explained: estimate, sameSign: estimate };
  const lines = [
    ...formatAgreement([named, named]).slice(1),
    ...formatExplained(
      { all: explained, significant: explained, sets: [] },
      { what: "measured changes", significance: 0.05 },
    ).slice(1),
  ];
  ok(lines.length > 12);
  for (const line of lines) ok(line.length <= TERMINAL, line);
});

Deno.test("the commonest reason why edited samples are unlike real ones is printed", async () => {
  const summarise = async (reasons: readonly string[]) => {
    const summary = new EffectSummary();
    const effects = reasons.map((
      unlike,
    ) => ({ edit: { id: "a" }, effect: 1, unlike } as EditEffect));
    await Array.fromAsync(summary.watch(async function* () {
      yield effects;
    }()));
    return summary.describeUnlike();
  };
  strictEqual(await summarise(["", ""]), undefined);
  match((await summarise(["far", ""]))!, /^Unlike real samples: far \(1 effect\)\. /);
  match((await summarise(["far", "none", "none"]))!, /^Unlike real .*, for example: none \(2 eff/);
});
