/** Replicates of one cell type, and transcripts of one gene, count as one wherever models are judged. */

import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { Dataset } from "../../src/data/dataset.ts";
import { evaluatePredictions } from "../../src/data/evaluate.ts";
import { FOLD_SCHEMES } from "../../src/data/fold_scheme.ts";
import type { Fold, FoldOptions } from "../../src/data/kfold.ts";
import type { SampleColumns } from "../../src/io/columns.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import {
  fitGeneEffects,
  geneEffectsOf,
  leaveOneOutEffects,
} from "../../src/training/gene_effects.ts";
import { fingerprintValue } from "../../src/training/fingerprint.ts";
import {
  classifyRows,
  evaluateRegimes,
  fitGeneHistory,
  makeGeneMean,
  makeNearestCellType,
  makeRidge,
  type RegimeEvaluation,
  type RegimeSplit,
  splitRegimes,
} from "../../src/validation/mod.ts";
import {
  duplicateCellTypes,
  geneGroupsIn,
  groupedData,
  groupsIn,
  pairsIn,
} from "../helpers/grouped.ts";
import { foldAnyhow } from "../helpers/folds.ts";
import { tableColumns, tableDataset } from "../helpers/samples.ts";

const { train: SIMULATED } = simulateColumns({
  cellTypes: 7,
  genes: 40,
  newCellTypes: 1,
  newGenes: 0,
  bins: 20,
});

/** Data of one sample for each pair of cell type and gene; the cell types may be in groups. */
function dataOf(cellTypes: Readonly<Record<string, string>>, genes: readonly string[]): Dataset {
  const names = Object.keys(cellTypes);
  const columns = tableColumns(names.length, genes.length);
  return new Dataset({
    ...columns,
    cellTypes: names,
    cellTypeGroups: Object.values(cellTypes),
    genes,
  });
}

Deno.test("a replicate of a trained cell type is a trained cell type, also of another file", () => {
  const train = dataOf({ "liver.1": "liver", "heart": "heart" }, ["a", "b"]);
  const kindsOf = (cellTypes: Readonly<Record<string, string>>) =>
    classifyRows(train, dataOf(cellTypes, ["b", "c"]));
  const [seen, unseen] = [["trained", "newGene"], ["newCellType", "bothNew"]];
  deepStrictEqual(kindsOf({ "liver.2": "liver" }), seen);
  deepStrictEqual(kindsOf({ "liver": "liver" }), seen, "the group itself, of averaged replicates");
  deepStrictEqual(kindsOf({ "liver.1": "liver.1" }), seen, "a file without groups");
  deepStrictEqual(kindsOf({ "liver.3": "hepatic", "liver.1": "hepatic" }), [...seen, ...seen]);
  deepStrictEqual(kindsOf({ "heart.1": "heart" }), seen);
  deepStrictEqual(kindsOf({ "lung.1": "lung", "lung.2": "lung" }), [...unseen, ...unseen]);
});

Deno.test("a pair that is new of a gene and a cell type that are not is both seen", () => {
  const data = dataOf({ "liver.1": "liver", "liver.2": "liver", "heart": "heart" }, ["a", "b"]);
  const kinds = classifyRows(data.subset([0, 5]), data);
  deepStrictEqual(kinds, ["trained", "bothSeen", "trained", "bothSeen", "bothSeen", "trained"]);
});

Deno.test("data sets whose groups contradict each other are not compared", () => {
  const train = dataOf({ "x": "x", "y": "y" }, ["a"]);
  const test = dataOf({ "x": "z", "y": "z" }, ["b"]);
  throws(() => classifyRows(train, test), {
    name: "ContractError",
    message: /cell type group "z" of one is "x" and "y" in the other, expected one group/,
  });
  deepStrictEqual(classifyRows(test, train), ["newGene", "newGene"]);
});

Deno.test("a transcript of a trained gene is of a trained gene", () => {
  const withGenes = (genes: readonly string[], of: readonly (string | undefined)[]) =>
    new Dataset({
      ...tableColumns(1, genes.length),
      genes,
      geneDetails: of.map((gene) => ({ gene })),
    });
  const train = withGenes(["t1", "t2"], ["ENSG00000000003.5", "B"]);
  const test = withGenes(["t3", "ENSG00000000003", "t4", "t2"], [
    "ENSG00000000003.6",
    undefined,
    "C",
    undefined,
  ]);
  deepStrictEqual(classifyRows(train, test), ["trained", "trained", "newGene", "trained"]);
});

Deno.test("regimes never separate samples that belong together", () => {
  let split = 0;
  fc.assert(fc.property(groupedData, fc.nat(), (data, seed) => {
    const counts = { cellTypes: groupsIn(data).size, genes: geneGroupsIn(data).size };
    if (counts.cellTypes < 2 || counts.genes < 2) return;
    const { train, test, newCellTypes, newGenes } = splitRegimes(data, { seed });
    split++;
    ok(pairsIn(train).isDisjointFrom(pairsIn(test)));
    ok(groupsIn(train).isDisjointFrom(new Set(newCellTypes)));
    ok(newCellTypes.length === 1 && newCellTypes[0]!.startsWith("group "));
    ok(newGenes.length === 1 && newGenes[0]!.startsWith("gene "));
    ok(!classifyRows(train, test).includes("trained"));
    strictEqual(train.length + test.length, data.length);
  }));
  ok(split > 50, `${split} of 100 data sets could be split`);
});

/** Folds; none where random groups leave too few chromosomes, groups or samples for them. */
function tryFolds(data: Dataset, options: FoldOptions): Fold[] {
  try {
    return foldAnyhow(data, options);
  } catch (error) {
    ok(error instanceof RangeError && options.scheme !== "by-gene", String(error));
    return [];
  }
}

Deno.test("no fold trains on a sample that it validates on, by the regimes' own measure", () => {
  fc.assert(fc.property(groupedData, fc.nat(), (data, seed) => {
    for (const scheme of FOLD_SCHEMES) {
      if (groupsIn(data).size < 2 || geneGroupsIn(data).size < 2) return;
      for (const { training, validation } of tryFolds(data, { folds: 2, scheme, seed })) {
        ok(!classifyRows(training, validation).includes("trained"));
      }
    }
  }));
});

Deno.test("a split of data without groups is that of earlier versions", async () => {
  const data = tableDataset(9, 14);
  const splits = [0, 3].map((seed): RegimeSplit =>
    splitRegimes(data, { seed, newGenes: 3, newCellTypes: 2 })
  ).map((
    split,
  ) => [[...split.train.rows], [...split.test.rows], split.newGenes, split.newCellTypes]);
  strictEqual(await fingerprintValue(splits), "ef23bdc0dfab6615e197234c62e3a00c");
});

Deno.test("replicates of a single cell type are not held out, and more groups than there are cannot be", () => {
  const { newCellTypes } = splitRegimes(dataOf({ "A.1": "A", "A.2": "A" }, ["a", "b", "c"]));
  deepStrictEqual(newCellTypes, []);
  const data = dataOf({ "A.1": "A", "A.2": "A", "B": "B" }, ["a", "b", "c"]);
  throws(
    () => splitRegimes(data, { newCellTypes: 2 }),
    /2 of 2 cell type groups are to be held out, expected an integer from 0 to 1/,
  );
});

/** The numbers of a table of regimes. */
function numbersOf({ regimes, mix }: RegimeEvaluation): (number | null)[] {
  return [...regimes, mix].flatMap(({ models, baselines, cellTypes, genes, interval }) => [
    cellTypes,
    genes,
    interval.cellTypes,
    interval.genes,
    ...[...models, ...baselines].flatMap(({ mse, byGene }) => [
      mse.value,
      mse.low,
      mse.high,
      byGene?.genes ?? null,
      byGene?.median ?? null,
    ]),
  ]);
}

Deno.test("replicates that are equal change no baseline, no regime and no interval", () => {
  const split = (columns: SampleColumns) => {
    const { train, test } = splitRegimes(new Dataset(columns), { newCellTypes: 2, newGenes: 8 });
    const predictions = { half: test.labels().map((label) => label / 2) };
    const baselines = [makeGeneMean(), makeNearestCellType(), makeRidge()];
    return (["cell-types", "cell-types-and-genes", "genes"] as const).flatMap((resampled) =>
      numbersOf(
        evaluateRegimes({ train, test, predictions }, {
          baselines,
          resampled,
          bootstrapSamples: 50,
        }),
      )
    );
  };
  const [single, twice] = [split(SIMULATED), split(duplicateCellTypes(SIMULATED))];
  strictEqual(twice.length, single.length);
  for (const [i, value] of single.entries()) {
    const other = twice[i]!;
    const isSame = value === null || other === null
      ? value === other
      : Math.abs(value - other) <= 1e-5 * Math.max(1, Math.abs(value));
    ok(isSame, `number ${i} is ${value} of single cell types and ${other} of replicates`);
  }
});

Deno.test("a gene's correlation over cell types takes replicates for one", () => {
  const [single, twice] = [SIMULATED, duplicateCellTypes(SIMULATED)].map((own) => new Dataset(own));
  const byGene = (data: Dataset) =>
    evaluatePredictions(data, data.labels().map((label, row) => label + Math.sin(row % 280)))
      .byGene;
  const [wanted, found] = [byGene(single!), byGene(twice!)];
  strictEqual(found.genes, wanted.genes);
  ok(Math.abs(found.meanPearson! - wanted.meanPearson!) < 1e-12);
  const two = twice!.filter((row) => twice!.columns.cellTypeIndex[row]! % 7 < 2);
  strictEqual(byGene(two).genes, 0, "four replicates of two cell types are not four cell types");
});

Deno.test("gene effects take replicates for one cell type", () => {
  const [single, twice] = [SIMULATED, duplicateCellTypes(SIMULATED)].map((own) => new Dataset(own));
  const zeros = (data: Dataset) => new Float32Array(data.length);
  const [wanted, found] = [single!, twice!].map((data) => fitGeneEffects(data, zeros(data)));
  ok(wanted!.betweenVariance > 0 && wanted!.withinVariance > 0);
  deepStrictEqual(found, wanted);
  const effects = leaveOneOutEffects(single!, zeros(single!));
  deepStrictEqual([...leaveOneOutEffects(twice!, zeros(twice!))], [...effects, ...effects]);
  deepStrictEqual([...geneEffectsOf(found!, single!)], [...geneEffectsOf(wanted!, single!)]);
});

Deno.test("what a sample is told of its gene does not come from its own label or a replicate's", () => {
  const data = new Dataset(duplicateCellTypes(SIMULATED));
  const own = 45;
  const siblings = [...data.rows.keys()].filter((row) =>
    data.geneOf(row) === data.geneOf(own) && data.groupOf(row) === data.groupOf(own)
  );
  strictEqual(siblings.length, 2);
  const labels = data.labels();
  for (const row of siblings) labels[row]! += 100 + row;
  const changed = new Dataset({ ...data.columns, labels });
  const told = (train: Dataset) => {
    const { names, values } = fitGeneHistory(train, { neighbours: 3 }).featuresOf(train);
    const nearest = makeNearestCellType().fit(train).predict(train);
    const effects = leaveOneOutEffects(train, new Float32Array(train.length));
    return siblings.map((row) => [
      ...values.subarray(row * names.length, (row + 1) * names.length),
      nearest.values[row],
      nearest.fellBack[row],
      effects[row],
    ]);
  };
  const before = told(data);
  deepStrictEqual(
    [before[0]![0], before[0]![8]],
    [1, 0],
    "the gene is seen, and there is a nearest",
  );
  deepStrictEqual(told(changed), before);
});

Deno.test("a sample's nearest cell type is never its own replicate of another file", () => {
  const names = (replicate: number, columns: SampleColumns): SampleColumns => ({
    ...columns,
    cellTypes: columns.cellTypes.map((name) => `${name}.${replicate}`),
    cellTypeGroups: columns.cellTypes,
  });
  const train = new Dataset(names(1, SIMULATED));
  const test = new Dataset({ ...names(2, SIMULATED), labels: undefined });
  const { values, fellBack } = makeNearestCellType().fit(train).predict(test);
  const labels = train.labels();
  ok(fellBack.every((flag) => flag === 0));
  const equal = values.filter((value, row) => value === labels[row]).length;
  ok(equal < 0.2 * values.length, `${equal} of ${values.length} have their replicate's label`);
});
