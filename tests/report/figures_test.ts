/** Figures as data: what each draws, on which axes, and what it says in words. */

import { deepStrictEqual, doesNotMatch, match, ok, strictEqual, throws } from "node:assert";
import {
  type Figure,
  plotCellTypes,
  plotClassProbabilities,
  plotCrossValidation,
  plotDensity,
  plotDistributions,
  plotExperiments,
  plotPace,
  plotRegimes,
  plotResiduals,
  plotTrainingLoss,
  PUBLISHED_EXPERIMENTS,
  reportFigures,
} from "../../src/report/mod.ts";
import { makeHistory, wholeRun } from "./_run.ts";

type Json = Record<string, unknown>;

/** Every value that stands under a key, anywhere in a spec. */
function valuesOf(value: unknown, key: string): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(name === key ? [inner] : []),
    ...valuesOf(inner, key),
  ]);
}

const titlesOf = ({ spec }: Figure) =>
  valuesOf(spec, "title").filter((it) => typeof it === "string");
const rowsOf = ({ spec }: Figure) => valuesOf(spec, "values").flat() as Json[];
const scalesOf = ({ spec }: Figure) => valuesOf(spec, "scale") as Json[];

const run = wholeRun();
const { folds, history, evaluation, regimes, experiments } = run;
const pairs = evaluation!.pairs!;

Deno.test("every figure has a title, a caption, an alternative text with numbers, and rows to draw", () => {
  const figures = reportFigures(run);
  strictEqual(figures.length, 9);
  strictEqual(new Set(figures.map(({ name }) => name)).size, 9);
  for (const figure of figures) {
    ok(figure.title.length > 5 && figure.caption.length > 20, figure.name);
    match(figure.alt, /^(Line chart|Density plot|Histogram|Two histograms|Dot plot).*\d/);
    match(figure.name, /^[a-z0-9-]+$/);
    ok(rowsOf(figure).length >= 2, figure.name);
    ok(valuesOf(figure.spec, "mark").length >= 1);
  }
});

Deno.test("axes of errors, expression and speed name their units", () => {
  const titles = reportFigures(run).flatMap(titlesOf);
  for (const title of titles.filter((title) => /error|[Mm]easured|Expression/.test(title))) {
    match(title, /label units/);
  }
  ok(titles.includes("Samples / s"));
  const [bce] = titlesOf(plotTrainingLoss(history!, { loss: "binaryCrossentropy" }))
    .filter((title) => title !== "Epoch");
  strictEqual(bce, "Binary cross-entropy (nats)");
});

Deno.test("figure 2 has one line for training and one for test, and joins only the numbered experiments", () => {
  const rows = rowsOf(plotExperiments(experiments!));
  const lines = rows.filter(({ joined }) => joined === true);
  deepStrictEqual([...new Set(lines.map(({ name }) => name))], ["experiment1", "experiment8"]);
  deepStrictEqual([...new Set(lines.map(({ part }) => part))], ["Training", "Test"]);
  ok(rows.some(({ name }) => name === "E003"), "the others are points");
  ok(!rows.some(({ name }) => name === "deepchrome"), "a classifier has no squared error");
});

Deno.test("the published values are shown beside ours only if they are comparable", () => {
  const sources = (published: boolean) =>
    new Set(rowsOf(plotExperiments(experiments!, { published })).map(({ source }) => source));
  deepStrictEqual([...sources(false)], ["This run"]);
  deepStrictEqual([...sources(true)], ["This run", "Published"]);
  const drawn = rowsOf(plotExperiments(experiments!, { published: true }));
  ok(drawn.some(({ mse, source }) => mse === 3.43688 && source === "Published"));
  ok(!drawn.some(({ mse }) => mse === PUBLISHED_EXPERIMENTS[1]!.testMse), "only those we ran");
  match(plotTrainingLoss(history!, { published: true }).caption, /3\.26 and 3\.02/);
  doesNotMatch(plotTrainingLoss(history!).caption, /published/);
  for (const figure of reportFigures({ ...run, onCompetitionData: false })) {
    doesNotMatch(figure.caption, /published/);
    ok(!rowsOf(figure).some(({ source }) => /[Pp]ublished/.test(String(source))), figure.name);
  }
});

Deno.test("figure 3 has two curves for each fold", () => {
  const rows = rowsOf(plotCrossValidation(folds!));
  const curves = new Set(rows.map(({ fold, part }) => `${fold} ${part}`));
  strictEqual(curves.size, 8);
  ok(curves.has("Fold 4 Validation"));
  match(
    plotCrossValidation(folds!).alt,
    /training loss is 2\.975 to 3\.275 and validation loss 3\.225 to 3\.525/,
  );
});

Deno.test("losses that fall far are on a log scale, others not", () => {
  const types = (first: number) =>
    scalesOf(plotTrainingLoss([{ epoch: 1, loss: first }, { epoch: 2, loss: 3 }]))
      .map(({ type }) => type);
  ok(types(24).includes("log"));
  ok(!types(3.3).includes("log"));
});

Deno.test("the density counts every sample once, with the same scale on both axes", () => {
  const figure = plotDensity(pairs);
  const cells = rowsOf(figure).filter(({ count }) => count !== undefined);
  strictEqual(cells.reduce((sum, { count }) => sum + (count as number), 0), 40);
  const domains = scalesOf(figure).filter(({ type }) => type === undefined).map(({ domain }) =>
    domain
  );
  strictEqual(domains.length, 2);
  deepStrictEqual(domains[0], domains[1]);
  const [low, high] = domains[0] as number[];
  ok(low! <= -4 && high! >= 4 && high! <= 5);
});

Deno.test("the figure of 800,000 samples is no larger than the grid", () => {
  const measured = Float64Array.from({ length: 800_000 }, (_, i) => (i * 0.618034) % 10);
  const figure = plotDensity({ measured, predicted: measured.map((value) => value / 2) });
  const counted = rowsOf(figure).reduce((sum, { count }) => sum + Number(count ?? 0), 0);
  strictEqual(counted, 800_000);
  ok(JSON.stringify(figure).length < 1e6);
});

Deno.test("histograms are shares that add up to one", () => {
  const total = (rows: Json[]) => rows.reduce((sum, { share }) => sum + Number(share ?? 0), 0);
  ok(Math.abs(total(rowsOf(plotResiduals(pairs))) - 1) < 1e-9);
  const rows = rowsOf(plotDistributions(pairs));
  for (const wanted of ["Measured", "Predicted"]) {
    ok(Math.abs(total(rows.filter(({ kind }) => kind === wanted)) - 1) < 1e-9);
  }
  const residuals = plotResiduals({ measured: [1, 2, 3], predicted: [2, 2, 5] });
  // As in tables of predictions: negative where less was measured than predicted.
  match(residuals.alt, /measured minus predicted: mean −1\.000/);
});

Deno.test("classes have a figure of probabilities instead of figures of errors", () => {
  const pairs = { measured: [0, 0, 1, 1], predicted: [0.25, 0.5, 0.5, 1] };
  match(
    plotClassProbabilities(pairs).alt,
    /mean 0\.3750 over 2 samples of class 0, 0\.7500 over 2 samples of class 1/,
  );
  const names = reportFigures({
    run: "deepchrome",
    loss: "binaryCrossentropy",
    evaluation: { ...evaluation!, pairs },
  }).map(({ name }) => name);
  deepStrictEqual(names, ["class-probabilities", "error-by-cell-type"]);
});

Deno.test("cell types are in the order of their errors", () => {
  const figure = plotCellTypes(evaluation!.byCellType!, evaluation!.overall);
  const names = rowsOf(figure).map(({ cellType }) => cellType).filter((name) => name !== undefined);
  deepStrictEqual(names.slice(0, 2), ["E004", "E003"]);
  match(figure.alt, /2 cell types: mean squared error from 3\.125 in E004 to 3\.500 in E003/);
});

Deno.test("each regime has a panel with intervals, unless nothing was measured", () => {
  const figure = plotRegimes(regimes!);
  const panels = (figure.spec as unknown as { vconcat: Json[] }).vconcat;
  deepStrictEqual(panels.map(({ title }) => (title as Json).text), [
    "New gene, trained cell type (20 samples; range over 2 cell types)",
    "New gene, new cell type (20 samples; range over 2 cell types)",
  ]);
  deepStrictEqual(rowsOf(figure)[0], {
    predictor: "E003",
    mse: 2.5,
    kind: "Model",
    low: 2.25,
    high: 3,
  });
  match(figure.caption, /the middle 95% of bootstrap samples over cell types\. .* no 95% interval/);
  match(figure.caption, /what the choice of genes adds is not in the ends, .* for other genes\.$/);
  match(figure.alt, /E003 2\.500, best baseline 3\.000 \(ridge\)/);
});

Deno.test("speed and learning rate each have a panel if they are known", () => {
  const panels = (figure: Figure) => valuesOf(figure.spec, "vconcat").flat().length;
  strictEqual(panels(plotPace(makeHistory(3))), 2);
  strictEqual(panels(plotPace([{ epoch: 1, loss: 3, samplesPerSecond: 10 }])), 1);
});

Deno.test("a figure without values is an error, and a report leaves it out", () => {
  const empty: [() => Figure, RegExp][] = [
    [() => plotTrainingLoss([]), /Cannot plot training loss: found no values/],
    [() => plotCrossValidation([]), /cross-validation/],
    [() => plotCrossValidation([{ fold: 1, history: [] }]), /cross-validation/],
    [() => plotExperiments(experiments!.slice(3)), /experiments/],
    [() => plotCellTypes([], evaluation!.overall), /cell type/],
    [() => plotRegimes({ ...regimes!, regimes: [] }), /regime/],
    [() => plotPace([{ epoch: 1, loss: 3 }]), /learning rate/],
    [() => plotDensity({ measured: [], predicted: [] }), /no values/],
  ];
  for (const [plot, message] of empty) throws(plot, { name: "RangeError", message });
  const figures = reportFigures({
    run: "empty",
    configuration: {},
    history: [],
    folds: [{ fold: 1, history: [] }],
    experiments: experiments!.slice(3),
    regimes: { ...regimes!, regimes: [] },
    evaluation: { ...evaluation!, byCellType: [], pairs: { measured: [], predicted: [] } },
  });
  deepStrictEqual(figures, []);
});
