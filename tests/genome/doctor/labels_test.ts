/** The doctor finds faults that are planted into labels of simulated data, or into marks and show by the labels. */

import type { GeneDetails } from "../../../src/gene_id.ts";
import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { examineSamples } from "../../../src/genome/doctor/examine.ts";
import type { Finding } from "../../../src/genome/doctor/finding.ts";
import { examineScale } from "../../../src/genome/expression/_scale.ts";
import type { SampleColumns } from "../../../src/io/columns.ts";
import type { ExpressionTransform } from "../../../src/record.ts";
import { simulateColumns } from "../../../src/simulate/mod.ts";
import {
  exchangeMark,
  labelsOf,
  plantLabels,
  plantMark,
  plantReplicate,
  shuffled,
  valueOf,
} from "../../helpers/planted.ts";
import { packedSignal } from "../../helpers/packed.ts";

/** The marks tell about as much of the label as in real data. */
const SHARES = { visibleShare: 0.5, hiddenShare: 0.2, newCellTypes: 0, newGenes: 1 };
const CLEAN = simulateColumns({ cellTypes: 4, genes: 600, ...SHARES }).train;
const [A, B, C] = CLEAN.cellTypes;

/** Labels like log2(TPM + 1): never negative, a tenth of them zero, a few large. */
const LOGARITHMS = plantLabels(
  CLEAN,
  (labels) => labels.map((label) => Math.max(0, 2 + label + 0.15 * Math.max(0, label + 1) ** 2)),
);

function withTransform(
  columns: SampleColumns,
  expressionTransform: ExpressionTransform,
): SampleColumns {
  return { ...columns, record: { ...columns.record, expressionTransform } };
}

/** Returns the only finding, which must be of the given check. */
function only(columns: SampleColumns, check: string): Finding {
  const findings = examineSamples(columns);
  deepStrictEqual(findings.map((finding) => finding.check), [check], JSON.stringify(findings));
  const [finding] = findings;
  ok(finding!.advice.length > 20);
  return finding!;
}

function checksOf(columns: SampleColumns): string[] {
  return examineSamples(columns).map(({ check, where }) => `${check}: ${where}`);
}

Deno.test("healthy labels give no finding, whatever their scale and the record", () => {
  for (const expressionTransform of ["none", "log2p1", "asinh"] as const) {
    deepStrictEqual(checksOf(withTransform(LOGARITHMS, expressionTransform)), []);
    deepStrictEqual(checksOf(withTransform(CLEAN, expressionTransform)), []);
  }
  const classes = plantLabels(CLEAN, (labels) => labels.map((label) => Number(label > 1)));
  deepStrictEqual(checksOf(classes), []);
  // Ranks of genes are large and not logarithms, but not skewed either.
  const ranks = plantLabels(CLEAN, (labels) => {
    const sorted = labels.toSorted();
    return labels.map((label) => sorted.indexOf(label));
  });
  deepStrictEqual(checksOf(ranks), []);
  deepStrictEqual(checksOf({ ...CLEAN, labels: undefined }), []);
});

Deno.test("plain TPM, counts and differences of TPM are distinguished from logarithms", () => {
  const tpm = plantLabels(LOGARITHMS, (labels) => labels.map((label) => 2 ** (1.5 * label) - 1));
  const { where, message, advice } = only(tpm, "label-scale");
  match(where, new RegExp(`^labels of ${A}, .* and 1 more$`));
  match(message, /plain TPM or RPKM.*the largest is [\d,.]+, the median [\d.]+, the skewness \d/);
  match(advice, /--expression-transform log2p1/);
  match(only(withTransform(tpm, "log2p1"), "label-scale").message, /though the record says log2p1/);
  const counts = plantLabels(tpm, (labels) => labels.map((label) => Math.round(40 * label)));
  match(only(counts, "label-scale").message, /raw counts/);
  const differences = plantLabels(
    CLEAN,
    (labels) => labels.map((label) => Math.sign(label) * (Math.exp(1.5 * Math.abs(label)) - 1)),
  );
  match(only(differences, "label-scale").message, /not like logarithms/);
  const one = plantLabels(LOGARITHMS, (labels, i) => i === 1 ? labelsOf(tpm, 1) : labels);
  strictEqual(only(one, "label-scale").where, `labels of ${B}`);
});

Deno.test("plain values of very few genes are recognised by their size", () => {
  const few = simulateColumns({ cellTypes: 1, genes: 12, newCellTypes: 0, newGenes: 1 }).train;
  const plain = plantLabels(few, () => [0, 3, 12, 1023, 0, 1.5, 7, 250, 0.1, 0, 31, 2]);
  ok(checksOf(plain).includes(`label-scale: labels of ${A}`));
});

Deno.test("logarithms of logarithms are recognised by the record or by their shape", () => {
  const again = (transform: (value: number) => number) =>
    plantLabels(
      LOGARITHMS,
      (labels) => labels.map((label) => transform(Math.min(16, 1.6 * label))),
    );
  const twice = again((label) => Math.log2(label + 1));
  match(only(withTransform(twice, "log2p1"), "label-scale").message, /of logarithms: the record/);
  match(only(twice, "label-scale").message, /the skewness of their absolute values is -0\.\d/);
  // All of a few genes may be expressed weakly, so it is only a note.
  const few = simulateColumns({ ...SHARES, cellTypes: 1, genes: 3 }).train;
  const weak = withTransform(plantLabels(few, () => [3.459, 0, 2.937]), "log2p1");
  strictEqual(only(weak, "label-scale").severity, "note");
  const sines = withTransform(again(Math.asinh), "asinh");
  match(only(sines, "label-scale").advice, /without --expression-transform/);
  const one = plantLabels(LOGARITHMS, (labels, i) => i === 2 ? labelsOf(twice, 2) : labels);
  strictEqual(only(one, "label-scale").where, `labels of ${C}`);
});

Deno.test("constant labels, and labels of one cell type on a different scale, are found", () => {
  const natural = plantLabels(CLEAN, (labels, i) => i === 0 ? labels.map((x) => x / 2) : labels);
  const { where, message } = only(natural, "label-scale");
  strictEqual(where, `labels of ${A}`);
  match(message, /standard deviation is [01]\.\d+, that of the other 3 cell types 1\.\d+/);
  const constant = plantLabels(CLEAN, (labels, i) => i === 0 ? labels.map(() => 1.5) : labels);
  match(only(constant, "label-scale").message, /every gene has the label 1\.5/);
});

Deno.test("labels assigned to other genes are found, in one cell type and in all", () => {
  const one = plantLabels(CLEAN, (labels, i) => i === 0 ? shuffled(labels) : labels);
  const { where, message } = only(one, "unrelated-labels");
  strictEqual(where, `labels of ${A}`);
  match(message, /largest correlation over genes is 0\.[01]\d, in the other cell types 0\.[345]/);
  const all = plantLabels(CLEAN, (labels) => shuffled(labels));
  match(only(all, "unrelated-labels").message, /0\.4 to 0\.7 is usual/);
  const byOne = plantLabels(CLEAN, (labels) => [...labels.slice(1), labels[0]!]);
  match(only(byOne, "unrelated-labels").where, /and 1 more$/);
});

Deno.test("exchanged labels of two or three cell types are found", () => {
  const two = plantLabels(
    CLEAN,
    (labels, i) => i === 0 ? labelsOf(CLEAN, 1) : i === 1 ? labelsOf(CLEAN, 0) : labels,
  );
  const { where, message } = only(two, "exchanged-cell-types");
  strictEqual(where, `labels of ${A} and ${B}`);
  match(message, new RegExp(`marks of ${A} differ .* labels of ${B} do .*other way round`));
  const three = plantLabels(
    CLEAN,
    (labels, i) => i < 3 ? labelsOf(CLEAN, (i + 1) % 3) : labels,
  );
  const turned = only(three, "exchanged-cell-types").where;
  for (const cellType of [A, B, C]) match(turned, new RegExp(cellType!));
});

Deno.test("files of one mark that were exchanged between cell types are found, and the mark is named", () => {
  for (const mark of ["H3K4me3", "H3K36me3"]) {
    const { where, advice } = only(exchangeMark(CLEAN, mark), "exchanged-cell-types");
    strictEqual(where, `${mark} in ${A} and ${B}`);
    match(advice, /sample sheet/);
  }
});

Deno.test("cell types that share a column of labels, and replicates, are found", () => {
  const same = plantLabels(CLEAN, (labels, i) => i === 1 ? labelsOf(CLEAN, 0) : labels);
  strictEqual(only(same, "alike-cell-types").where, `labels of ${A} = ${B}`);
  const all = plantLabels(CLEAN, () => labelsOf(CLEAN, 0));
  match(
    examineSamples(all).find(({ check }) => check === "alike-cell-types")!.message,
    /4 cell types have the same label in every gene/,
  );
  deepStrictEqual(checksOf(plantReplicate(CLEAN)), [
    `alike-cell-types: labels of ${A} and ${B}`,
    `alike-cell-types: ${A} and ${B}`,
  ]);
  const bySignal = { ...plantReplicate(CLEAN), labels: undefined };
  match(only(bySignal, "alike-cell-types").message, /levels correlate (0\.9|1\.0)\d to 1\.\d+/);
});

Deno.test("a mark that is really the label is found, and a column that is not a signal", () => {
  const leak = plantMark(
    CLEAN,
    ["H3K9me3", 0],
    (_, { gene, bin }) => Math.max(0, labelsOf(CLEAN, 0)[gene]! + 6 + 0.1 * (bin % 3)),
  );
  const found = examineSamples(leak).find(({ check }) => check === "leaked-labels")!;
  strictEqual(found.where, `H3K9me3 in ${A}`);
  match(found.message, /rank correlation over genes is (0\.99|1\.00)/);
  const column = plantMark(CLEAN, ["H3K9me3", 0], (_, { gene }) => 1 + gene % 7);
  match(
    examineSamples(column).find(({ check }) => check === "leaked-labels")!.message,
    /600 of 600 genes have one value in all their bins/,
  );
});

Deno.test("a mark that rises or falls wrongly with expression is found", () => {
  // The file of H3K27me3 is really that of an active mark, with different noise.
  const wrong = plantMark(
    CLEAN,
    ["H3K27me3", 0],
    (_, place) => valueOf(CLEAN, ["H3K4me1", 0], place) + (place.bin + place.gene) % 2,
  );
  const found = examineSamples(wrong).filter(({ check }) => check === "mark-direction");
  deepStrictEqual(found.map(({ where }) => where), [`H3K27me3 in ${A}`]);
  match(
    found[0]!.message,
    /rises .* should fall: .* \+0\.\d\d with it over genes.* -0\.[1-6]/,
  );
});

Deno.test("a mark with few peaks, or with none in most genes, is found without advice about depth", () => {
  const rare = plantMark(CLEAN, ["H3K4me1", 0], (value, { gene }) => gene % 20 === 0 ? value : 0);
  const { where, message } = only(rare, "weak-marks");
  strictEqual(where, `H3K4me1 in ${A}`);
  match(
    message,
    /9\d\.\d% of its bins are zero \(in other cell types [12]\d\.\d%\), and 95\.0% of/,
  );
  const size = CLEAN.genes.length;
  const alone: SampleColumns = {
    ...rare,
    cellTypes: [A!],
    signal: packedSignal(rare).slice(0, packedSignal(rare).length / 4),
    labels: undefined,
    cellTypeIndex: rare.cellTypeIndex.slice(0, size),
    geneIndex: rare.geneIndex.slice(0, size),
  };
  match(
    only(alone, "weak-marks").message,
    /9\d\.\d% of its bins are zero, and 95\.0% of the genes/,
  );
});

Deno.test("any mark without signal at promoters is found, not only H3K4me3", () => {
  for (const mark of ["H3K4me1", "H3K27me3", "H3K36me3", "H3K9me3"]) {
    const hollow = plantMark(
      CLEAN,
      [mark, 0],
      (value, { bin }) => bin >= 38 && bin < 62 ? 0 : value,
    );
    const found = examineSamples(hollow).find(({ check }) => check === "promoter-signal");
    strictEqual(found?.where, `${mark} in ${A}`);
    match(
      found.message,
      /is 0\.0 times as high around the TSS as at the window's ends, expected 0\.\d+ times/,
    );
  }
});

Deno.test("genes are named with their symbols, and data with strands do not need a file of genes", () => {
  const details = CLEAN.genes.map((_, gene): GeneDetails => ({
    symbol: `SYMBOL${gene}`,
    strand: gene % 2 === 0 ? "+" : "-",
  }));
  const silent = {
    ...CLEAN,
    signal: CLEAN.signal.map((value, at) => Math.floor(at / 500) % 600 === 7 ? 0 : value),
    geneDetails: details,
  };
  const found = examineSamples(silent).find(({ check }) => check === "promoter-signal")!;
  strictEqual(found.where, `gene ${CLEAN.genes[7]} SYMBOL7`);
  strictEqual(found.severity, "note");
});

Deno.test("labels that prepare takes for logarithms are not taken for plain TPM", () => {
  const labels = plantLabels(
    LOGARITHMS,
    (labels) => labels.map((label, i) => i === 0 ? 22.5 : label / 4),
  );
  const values = [Float64Array.from(labelsOf(labels, 0))];
  match(examineScale(values, { transform: "log2p1", file: "x.tsv" })[0]!, /look like logarithms/);
  for (const finding of checksOf(labels)) doesNotMatch(finding, /label-scale/);
});
