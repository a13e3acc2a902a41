/** The checks that the doctor says it skipped because there are too few genes or cell types. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import {
  diagnoseSamples,
  type ExamineOptions,
  examineSamples,
} from "../../../src/genome/doctor/examine.ts";
import { skipIfFewer, skipIfFewGenes } from "../../../src/genome/doctor/skipped_check.ts";
import type { SampleColumns } from "../../../src/io/columns.ts";
import { simulateColumns } from "../../../src/simulate/mod.ts";
import { plantLabels, shuffled } from "../../helpers/planted.ts";

function simulateGenes(genes: number, cellTypes = 5): SampleColumns {
  return simulateColumns({ cellTypes, genes, newCellTypes: 0, newGenes: 1 }).train;
}

function skippedIn(columns: SampleColumns, options?: ExamineOptions): string[] {
  return diagnoseSamples(columns, options).skipped.map(({ what, reason }) => `${what}: ${reason}`);
}

/** The number of genes that each part of a check needs, in data with many cell types. */
const LEAST_GENES: Readonly<Record<string, number>> = {
  "H3K4me3 at promoters": 20,
  "labels among the marks": 30,
  "marks with one value in all bins": 30,
  "swapped marks": 50,
  "skewness of labels": 50,
  "marks of replicates": 100,
  "labels of replicates": 100,
  "exchanged cell types": 100,
  "amount of signal": 200,
  "other marks at promoters": 200,
  "labels against marks": 200,
  "direction of marks with expression": 200,
  "scales of labels between cell types": 200,
  "bins off by one": 500,
  "logarithms of logarithms": 500,
};

Deno.test("each check is listed as skipped with fewer genes than it needs, and not with enough", () => {
  for (const genes of [19, 20, 29, 30, 49, 50, 99, 100, 199, 200, 499, 500]) {
    const expected = Object.entries(LEAST_GENES).filter(([, least]) => genes < least)
      .map(([what, least]) => `${what}: needs ${least} genes, there are ${genes}`);
    deepStrictEqual(skippedIn(simulateGenes(genes)).sort(), expected.sort(), `${genes} genes`);
  }
});

Deno.test("a skipped check finds nothing, and with one more gene it is carried out", () => {
  const check = "unrelated-labels";
  for (const [genes, isMade] of [[199, false], [200, true]] as const) {
    const data = plantLabels(simulateGenes(genes), (labels) => shuffled(labels));
    const { findings, skipped } = diagnoseSamples(data);
    strictEqual(findings.some((finding) => finding.check === check), isMade);
    strictEqual(skipped.some((other) => other.check === check), !isMade);
    deepStrictEqual(findings, examineSamples(data));
  }
});

Deno.test("comparisons of cell types say how many they need; a single cell type has nothing to be compared with", () => {
  const three = "marks against those of other cell types: needs 3 cell types with 50 genes or more";
  deepStrictEqual(skippedIn(simulateGenes(500, 3)), ["depths: needs 4 cell types, there are 3"]);
  deepStrictEqual(skippedIn(simulateGenes(500, 2)), [
    `${three}, there are 2`,
    "depths: needs 4 cell types, there are 2",
  ]);
  deepStrictEqual(skippedIn(simulateGenes(500, 1)), [
    `${three}, there is 1`,
    "depths: needs 4 cell types, there is 1",
  ]);
});

Deno.test("checks of things that the data lack are not listed", () => {
  const data = simulateGenes(60);
  const unlabelled = skippedIn({ ...data, labels: undefined }).join();
  ok(!unlabelled.includes("label") && unlabelled.includes("amount of signal"), unlabelled);
  const classes = plantLabels(data, (labels) => labels.map((label) => Number(label > 1)));
  ok(
    !skippedIn(classes).some((line) =>
      /logarithms|scales|skewness|labels of replicates/.test(line)
    ),
  );
  const transcript = { ...data, record: { ...data.record, orientation: "transcript" } as const };
  ok(!skippedIn(transcript).join().includes("bins off by one"));
});

Deno.test("if the record has the transform, the check for logarithms of logarithms needs three genes", () => {
  const data = plantLabels(simulateGenes(60), (labels) => labels.map(Math.abs));
  const twice = (columns: SampleColumns) =>
    skippedIn(columns).filter((line) => line.startsWith("logarithms of logarithms"));
  strictEqual(twice(data).length, 1);
  const record = { ...data.record, expressionTransform: "log2p1" } as const;
  deepStrictEqual(twice({ ...data, record }), []);
});

Deno.test("marks unrelated to expression, and short windows, are given as reasons", () => {
  const data = simulateGenes(500);
  const record = { ...data.record, marks: ["A", "B", "C", "D", "E"] };
  deepStrictEqual(skippedIn({ ...data, record }), [
    "labels against marks: needs a mark that is related to expression, such as H3K4me3",
  ]);
  const short = { ...data.record, binSizeBp: 50 };
  deepStrictEqual(skippedIn({ ...data, record: short }), [
    "amount of signal: needs 6,000 base pairs, there are 5,000",
    "other marks at promoters: needs 6,000 base pairs, there are 5,000",
  ]);
});

Deno.test("strands of too few genes are reported by strand, whether they are given or in the data", () => {
  const data = simulateGenes(500);
  const strandOf = (gene: number) => gene < 40 ? "-" : "+";
  const geneDetails = data.genes.map((_, gene) => ({ strand: strandOf(gene) } as const));
  const expected = ["orientation: needs 50 genes on the minus strand, there are 40"];
  deepStrictEqual(skippedIn({ ...data, geneDetails }), expected);
  const genes = data.genes.map((id, i) => (
    { id, chromosome: "chr1", tss: 10_000 * i, strand: strandOf(i), line: i + 1 } as const
  ));
  deepStrictEqual(skippedIn(data, { genes }), expected);
});

Deno.test("if only some cell types have enough genes, the others are named", () => {
  const need = { check: "unrelated-labels", what: "labels against marks", least: 200 };
  const groups = [["liver", 300], ["lung", 150], ["lung", 150], ["skin", 20]] as const;
  const counted = groups.map(([cellType, samples]) => ({ cellType, samples }));
  deepStrictEqual(skipIfFewGenes(need, counted), [{
    check: "unrelated-labels",
    what: "labels against marks in lung, skin",
    reason: "needs 200 genes, there are 150 at most",
  }]);
  deepStrictEqual(skipIfFewGenes(need, counted.slice(0, 1)), []);
  deepStrictEqual(skipIfFewGenes(need, []), []);
  const [skipped] = skipIfFewer({ ...need, noun: "gene" }, 1);
  strictEqual(skipped?.reason, "needs 200 genes, there is 1");
});
