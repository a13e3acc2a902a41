import { deepStrictEqual, notDeepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { meanSquaredError } from "../../src/metrics/mod.ts";
import type { TrainedModel } from "../../src/model/trained_model.ts";
import { RandomStream } from "../../src/random.ts";
import { pearson } from "../../src/metrics/pearson.ts";
import { simulate, simulateColumns } from "../../src/simulate/mod.ts";
import { fit } from "../../src/training/fit.ts";
import {
  countKnownGenes,
  fitGeneEffects,
  geneEffectsOf,
  leaveOneOutEffects,
} from "../../src/training/gene_effects.ts";
import { predict } from "../../src/training/predict.ts";
import { classifyRows, hideLabels, type RowKind, splitRegimes } from "../../src/validation/mod.ts";
import { tableColumns } from "../helpers/samples.ts";

const QUICK = { transform: "log1p", epochs: 2, batchSize: 50, engine: "wasm", threads: 1 } as const;

/** Samples of some genes, each in its own number of cell types; signal plays no part. */
function labelled(labelsOfGene: readonly (readonly number[])[]): Dataset {
  const cellTypes = Math.max(...labelsOfGene.map(({ length }) => length));
  const columns = tableColumns(cellTypes, labelsOfGene.length);
  const labelOf = (row: number) =>
    labelsOfGene[columns.geneIndex[row]!]![columns.cellTypeIndex[row]!];
  const labels = columns.labels!.map((_, row) => labelOf(row) ?? 1e6);
  return new Dataset({ ...columns, labels }).filter((row) => labelOf(row) !== undefined);
}

/** The same samples with other labels. */
function relabel(data: Dataset, change: (label: number, row: number) => number): Dataset {
  return new Dataset({ ...data.columns, labels: data.columns.labels!.map(change) }, data.rows);
}

/** Normal residuals of known variances, 3 to 12 of each of 2,000 genes. */
function drawLabels(between: number, within: number): number[][] {
  const stream = new RandomStream([3, 9]);
  return Array.from({ length: 2000 }, (_, gene) => {
    const effect = Math.sqrt(between) * stream.normal();
    return Array.from(
      { length: 3 + gene % 10 },
      () => effect + Math.sqrt(within) * stream.normal(),
    );
  });
}

const silent = (data: Dataset) => new Float32Array(data.length);

Deno.test("effects are the shrunken means of the residuals, as computed by hand", () => {
  const data = labelled([[2, 4], [0, -2]]);
  const fitted = fitGeneEffects(data, [6, 6, 6, 6]);
  // Residuals −4, −2 and −6, −8: mean squares 2 within and 16 between, so σ²_between = (16 − 2) / 2.
  deepStrictEqual(fitted, {
    genes: data.columns.genes,
    effects: Float32Array.of(14 / 16 * 2, -14 / 16 * 2),
    mean: -5,
    betweenVariance: 7,
    withinVariance: 2,
  });
  deepStrictEqual([...geneEffectsOf(fitted, data)], [-3.25, -6.75, -3.25, -6.75]);
});

Deno.test("genes with different numbers of samples are weighted by the certainty of their means", () => {
  const data = labelled([[6], [2, 4], [0, 1, 2]]);
  const fitted = fitGeneEffects(data, silent(data));
  // Sums of squares 4 within, of 3 degrees of freedom, and 19.5 between, of 2, of which a gene has 11/6 samples.
  const within = 4 / 3;
  const between = (19.5 / 2 - within) / (11 / 6);
  const near = (found: number, wanted: number) =>
    ok(Math.abs(found - wanted) < 1e-6, `${found}, not ${wanted}`);
  near(fitted.withinVariance, within);
  near(fitted.betweenVariance, between);
  const genes = [{ count: 1, mean: 6 }, { count: 2, mean: 3 }, { count: 3, mean: 1 }];
  const weights = genes.map(({ count }) => 1 / (between + within / count));
  const total = weights.reduce((sum, weight) => sum + weight);
  const mean = genes.reduce((sum, gene, i) => sum + weights[i]! * gene.mean / total, 0);
  near(fitted.mean, mean);
  genes.forEach((gene, i) => near(fitted.effects[i]!, between * weights[i]! * (gene.mean - mean)));
});

Deno.test("a run whose predictions overflow has diverged, says so and has no effects", async () => {
  const { train } = simulatedParts();
  // One step of this size leaves finite weights, whose predictions are not.
  const wild = { ...QUICK, epochs: 1, batchSize: 10_000, learningRate: 1e37 };
  await rejects(fit("experiment1", train, { ...wild, geneEffects: true }), {
    name: "DivergedError",
    message: /predictions are NaN or infinite.*epoch 1/,
  });
});

Deno.test("the variances are recovered where genes have different numbers of samples", () => {
  const data = labelled(drawLabels(1, 2));
  const { effects, mean, betweenVariance, withinVariance } = fitGeneEffects(data, silent(data));
  // Standard errors are about 0.05 and 0.03.
  ok(Math.abs(betweenVariance - 1) < 0.15, `between ${betweenVariance}`);
  ok(Math.abs(withinVariance - 2) < 0.1, `within ${withinVariance}`);
  const share = 3 / (3 + withinVariance / betweenVariance);
  const isFirst = data.geneIndices().map((gene) => gene === 0 ? 1 : 0);
  const ofFirst = data.labels().reduce((sum, label, row) => sum + isFirst[row]! * label / 3, 0);
  ok(Math.abs(effects[0]! - share * (ofFirst - mean)) < 1e-6);
  ok(Math.abs(mean) < 0.1, `mean ${mean}`);
});

Deno.test("effects vanish if genes do not differ, and if the data cannot show it", () => {
  const noise = labelled(drawLabels(0, 2));
  const { effects, betweenVariance } = fitGeneEffects(noise, silent(noise));
  ok(betweenVariance < 0.08, `between ${betweenVariance}`);
  ok(effects.every((effect) => Math.abs(effect) < 0.4));
  // The means of genes vary less than chance would have it; and one sample a gene tells no noise from a gene.
  for (const labels of [[[1, -1], [-1, 1], [2, -2]], [[1], [2], [3]], [[1, 2]]]) {
    const data = labelled(labels);
    deepStrictEqual(new Set(fitGeneEffects(data, silent(data)).effects), new Set([0]));
  }
});

Deno.test("given the best prediction from the marks, the effects find what the simulator hid of each gene", () => {
  const spreads = [0, 0.35].map((hiddenShare) => {
    const options = {
      cellTypes: 12,
      genes: 400,
      newCellTypes: 1,
      newGenes: 0,
      bins: 2,
      visibleShare: 0.5,
      hiddenShare,
      expressionTransform: "log2p1" as const,
    };
    const { train } = simulateColumns(options);
    const rows = [...simulate(options).rows("train")];
    const { effects } = fitGeneEffects(new Dataset(train), rows.map((row) => row.fromMarks));
    const hidden = rows.slice(0, 400).map((_, gene) => {
      const own = rows.filter((_, i) => i % 400 === gene);
      return own.reduce((sum, row) => sum + row.fromMarksAndGene - row.fromMarks, 0) / own.length;
    });
    const squares = effects.reduce((sum, effect) => sum + effect ** 2 / effects.length, 0);
    return { squares, r: pearson([...effects], hidden) };
  });
  const [none, some] = spreads;
  ok(some!.squares > 5 * none!.squares, JSON.stringify(spreads));
  ok(some!.r > 0.9, JSON.stringify(spreads));
});

Deno.test("labels of samples that were not trained on change no effect", () => {
  const data = labelled([[1, 2, 3], [4, 5, 7], [0, 9, 2]]);
  const training = data.filter((row) => row % 4 !== 1);
  const kept = new Set(training.rows);
  const planted = relabel(training, (label, row) => kept.has(row) ? label : label + 100);
  deepStrictEqual(
    fitGeneEffects(planted, silent(training)),
    fitGeneEffects(training, silent(training)),
  );
});

Deno.test("no label of a cell type enters the effects of that cell type's own samples", () => {
  const data = labelled([[1, 2, 3], [14, 15, 17], [20, 29, 22]]);
  const own = 1;
  const planted = relabel(
    data,
    (label, row) => data.columns.cellTypeIndex[row] === own ? label * 2 + 5 : label,
  );
  const before = leaveOneOutEffects(data, silent(data));
  const after = leaveOneOutEffects(planted, silent(data));
  const ofOwn = (effects: Float32Array, is: boolean) =>
    effects.filter((_, row) => (data.columns.cellTypeIndex[row] === own) === is);
  deepStrictEqual(ofOwn(after, true), ofOwn(before, true));
  notDeepStrictEqual(ofOwn(after, false), ofOwn(before, false));
});

Deno.test("leaving a cell type out is the same as never having had it", () => {
  const data = labelled(drawLabels(1, 1).slice(0, 50));
  const all = leaveOneOutEffects(data, silent(data));
  const cellTypes = data.cellTypeIndices();
  for (const cellType of [0, 4, 11]) {
    const isOwn = (row: number) => cellTypes[row] === cellType;
    const others = data.filter((row) => !isOwn(row));
    const wanted = geneEffectsOf(fitGeneEffects(others, silent(others)), data.filter(isOwn));
    deepStrictEqual(all.filter((_, row) => isOwn(row)), wanted);
  }
});

Deno.test("predictions that are not finite, or not one for each sample, are refused", () => {
  const data = labelled([[1, 2], [3, 4]]);
  throws(() => fitGeneEffects(data, [1, 2, 3]), /found 3 predictions, expected 4/);
  throws(() => fitGeneEffects(data, [1, 2, NaN, 4]), /prediction 2 is NaN/);
});

/** A trained model, and the mean squared error of its predictions for each kind of sample. */
async function trainAndScore(
  columns: { train: Dataset; test: Dataset },
): Promise<{ model: TrainedModel; errors: (geneEffects: boolean) => Promise<number[]> }> {
  const { train, test } = columns;
  const { model } = await fit("experiment1", train, { ...QUICK, geneEffects: true });
  const kinds = classifyRows(train, test);
  const labels = test.labels();
  return {
    model,
    errors: async (geneEffects) => {
      const predicted = await predict(model, test, { engine: "wasm", threads: 1, geneEffects });
      return (["newGene", "newCellType", "bothNew"] as RowKind[]).map((kind) => {
        const isKind = (_: number, row: number) => kinds[row] === kind;
        return meanSquaredError(labels.filter(isKind), predicted.filter(isKind));
      });
    },
  };
}

function simulatedParts(): { train: Dataset; test: Dataset } {
  const size = { cellTypes: 8, genes: 80, newCellTypes: 3, newGenes: 20, bins: 20 };
  const { train, eval: test } = simulateColumns(size);
  return { train: new Dataset(train), test: new Dataset(test) };
}

Deno.test("gene effects help with trained genes in new cell types, and hardly affect new genes", async () => {
  const { errors } = await trainAndScore(simulatedParts());
  const [newGene, newCellType, bothNew] = await errors(true);
  const without = await errors(false);
  ok(newCellType! < 0.8 * without[1]!, `${without[1]} to ${newCellType}`);
  // Their only effect is what is left of an intercept, which is little.
  ok(Math.abs(newGene! - without[0]!) < 0.1 * without[0]!, `${without[0]} to ${newGene}`);
  ok(Math.abs(bothNew! - without[2]!) < 0.1 * without[2]!, `${without[2]} to ${bothNew}`);
});

Deno.test("a fit's effects are those of its network's residuals, and can be left out", async () => {
  const { train } = simulatedParts();
  const { model } = await fit("experiment1", train, { ...QUICK, geneEffects: true });
  const alone = await predict(model, train, { engine: "wasm", geneEffects: false });
  deepStrictEqual(model.geneEffects, fitGeneEffects(train, alone));
  const { model: plain } = await fit("experiment1", train, QUICK);
  strictEqual(plain.geneEffects, undefined);
  deepStrictEqual(plain.weights, model.weights);
});

Deno.test("training samples can be predicted with their own cell type left out of the effects", async () => {
  const { train } = simulatedParts();
  const { model } = await fit("experiment1", train, { ...QUICK, geneEffects: true });
  const predictWith = async (geneEffects: boolean | "leave-one-out") =>
    await predict(model, train, { engine: "wasm", threads: 1, geneEffects });
  const alone = await predictWith(false);
  const effects = leaveOneOutEffects(train, alone);
  const apart = await predictWith("leave-one-out");
  deepStrictEqual(apart, alone.map((value, row) => value + effects[row]!));
  // The effect that holds a label looks too good beside the one that does not.
  const errorOf = (predicted: Float32Array) => meanSquaredError(train.labels(), predicted);
  ok(errorOf(await predictWith(true)) < errorOf(apart) && errorOf(apart) < errorOf(alone));
});

Deno.test("labels of samples that are not trained on do not affect a run", async () => {
  const { train: all } = simulatedParts();
  const { train, test } = splitRegimes(all, { newGenes: 10, newCellTypes: 2 });
  const kept = new Set(train.rows);
  const planted = relabel(train, (label, row) => kept.has(row) ? label : 50 - 3 * label);
  const predictions = [train, planted].map(async (data) => {
    const { model } = await fit("experiment1", data, { ...QUICK, geneEffects: true });
    return await predict(model, hideLabels(test), { engine: "wasm", threads: 1 });
  });
  const [honest, tempted] = await Promise.all(predictions);
  deepStrictEqual(tempted, honest);
});

Deno.test("waka2 takes log counts and fits gene effects by default", async () => {
  const { train: columns } = simulateColumns({ cellTypes: 3, genes: 20, newGenes: 1, bins: 30 });
  const train = new Dataset(columns);
  const quick = { engine: "wasm", threads: 1, epochs: 1 } as const;
  const { model } = await fit("waka2", train, quick);
  strictEqual(model.record.transform, "log1p");
  deepStrictEqual(model.geneEffects?.genes, columns.genes);
  const { model: bare } = await fit("waka2", train, {
    ...quick,
    transform: "none",
    geneEffects: false,
  });
  strictEqual(bare.record.transform, "none");
  strictEqual(bare.geneEffects, undefined);
});

Deno.test("an interrupted fit has no effects, since its network is unfinished", async () => {
  const { train } = simulatedParts();
  const stop = new AbortController();
  const { model, interrupted } = await fit("experiment1", train, {
    ...QUICK,
    geneEffects: true,
    stop: stop.signal,
    onEpoch: () => stop.abort(),
  });
  ok(interrupted);
  strictEqual(model.geneEffects, undefined);
});

Deno.test("effects of a classifier are refused", async () => {
  const { train } = simulatedParts();
  const classes = relabel(train, (label) => label > 0 ? 1 : 0);
  await rejects(fit("deepchrome", classes, { ...QUICK, geneEffects: true }), {
    name: "ContractError",
    message: /gene effects: "deepchrome" minimises binaryCrossentropy, expected meanSquaredError/,
  });
});

Deno.test("a gene is recognised however its version is written, and only by its whole id", () => {
  const { train } = simulatedParts();
  const effects = fitGeneEffects(train, new Float32Array(train.length));
  const respell = (spell: (id: string) => string) => {
    const { columns } = train;
    return new Dataset({ ...columns, genes: columns.genes.map(spell) }, train.rows);
  };
  const genes = new Set(train.geneIndices()).size;
  const versions = respell((id) => `${id}.15_7`);
  deepStrictEqual(geneEffectsOf(effects, versions), geneEffectsOf(effects, train));
  deepStrictEqual(countKnownGenes(effects, versions), { known: genes, genes });
  for (const other of ["ENSMUSG", ""]) {
    const strangers = respell((id) => id.replace("ENSG", other));
    deepStrictEqual(countKnownGenes(effects, strangers), { known: 0, genes });
    ok(geneEffectsOf(effects, strangers).every((effect) => effect === Math.fround(effects.mean)));
  }
});
