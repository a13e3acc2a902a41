import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { marksOnly } from "../../src/model/marks_only.ts";
import { simulateColumns } from "../../src/simulate/columns.ts";
import { fit } from "../../src/training/fit.ts";
import { predict } from "../../src/training/predict.ts";
import {
  type Arm,
  type ArmKind,
  type ArmsOfRegime,
  compareArms,
  formatArms,
} from "../../src/validation/compare_arms.ts";
import { splitRegimes } from "../../src/validation/split_regimes.ts";
import { smallDna } from "../helpers/small_dna.ts";

const SIZE = { cellTypes: 5, genes: 40, newCellTypes: 1, newGenes: 1, bins: 4 };
const DATA = new Dataset(simulateColumns(SIZE).train);
const SPLIT = splitRegimes(DATA, { newGenes: 10, newCellTypes: 2 });

/** Predictions that differ from the labels by what a function of the position says. */
function missed(by: (position: number) => number): Float64Array {
  return SPLIT.test.labels().map((label, position) => label + by(position));
}

Deno.test("differences are of squared errors, and their standard error is over genes", () => {
  const { train, test } = SPLIT;
  const noise = Float64Array.from({ length: test.length }, (_, i) => Math.sin(i * 7.3));
  const arms: Arm[] = [
    { kind: "marks-only", predictions: missed((i) => 1 + noise[i]!) },
    { kind: "dna", predictions: missed((i) => 0.5 * noise[i]!) },
  ];
  const [first] = compareArms({ train, test, arms });
  strictEqual(first!.regime, "newGene");
  deepStrictEqual(first!.arms.map(({ kind }) => kind), ["dna", "marks-only"]);
  // By hand: the means of the differences of each gene, all of which have three samples.
  const byGene = new Map<string, number[]>();
  for (let i = 0; i < test.length; i++) {
    const isTrained = new Set(train.cellTypeIndices()).has(test.cellTypeIndices()[i]!);
    const isKnown = new Set(train.geneIndices()).has(test.geneIndices()[i]!);
    if (!isTrained || isKnown) continue;
    const difference = (1 + noise[i]!) ** 2 - (0.5 * noise[i]!) ** 2;
    byGene.set(test.geneOf(i), [...byGene.get(test.geneOf(i)) ?? [], difference]);
  }
  const means = [...byGene.values()].map((all) => all.reduce((a, b) => a + b) / all.length);
  const mean = means.reduce((a, b) => a + b) / means.length;
  const spread = Math.sqrt(
    means.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (means.length - 1) / means.length,
  );
  strictEqual(first!.genes, means.length);
  const [, marks] = first!.arms;
  ok(Math.abs(marks!.above - mean) < 1e-9);
  ok(Math.abs(marks!.standardError! - spread) < 1e-9);
  match(first!.finding, /^DNA lowers the error by .*only controls show$/);
});

/** What is said where arms miss by so much, with a little noise. */
function findingOf(errors: Partial<Record<ArmKind, number>>, regime = 0): string {
  const arms = Object.entries(errors).map(([kind, error]) => ({
    kind: kind as ArmKind,
    predictions: missed((i) => error + 0.01 * Math.sin(i * 13.7 + error)),
  }));
  return compareArms({ ...SPLIT, arms })[regime]!.finding;
}

Deno.test("each outcome has its sentence", () => {
  const controls = { shuffled: 2, "random-code": 2 };
  match(
    findingOf({ dna: 1, ...controls, "marks-only": 2 }),
    /its controls do not: its letters matter$/,
  );
  match(
    findingOf({ dna: 1, shuffled: 1, "random-code": 1, "marks-only": 2 }),
    /but shuffled sequences and a random code do as well: its letters are not shown to matter$/,
  );
  match(
    findingOf({ dna: 1, shuffled: 2, "random-code": 0.5, "marks-only": 2 }, 1),
    /but a random code does as well: the sequence names the gene/,
  );
  match(
    findingOf({ dna: 1, ...controls, "marks-only": 1 }),
    /do not show that DNA adds anything to the marks/,
  );
  match(
    findingOf({ dna: 2, ...controls, "marks-only": 1 }),
    /makes the error greater .* by [23]\.\d+ ±/,
  );
  match(
    findingOf({ dna: 1, ...controls }),
    /^DNA does better than its controls: its letters matter$/,
  );
  match(
    findingOf({ dna: 1, ...controls }, 1),
    /^DNA does better than its controls; whether its letters matter, new genes show$/,
  );
  match(findingOf({ dna: 1, shuffled: 1 }), /^shuffled sequences do as well as DNA/);
});

Deno.test("samples that were trained on are a regime, and one gene shows nothing", () => {
  const { train } = SPLIT;
  const labels = train.labels();
  const arms: Arm[] = [
    { kind: "dna", predictions: labels },
    { kind: "shuffled", predictions: labels.map((label) => label + 1) },
  ];
  const [all] = compareArms({ train, test: train, arms });
  strictEqual(all!.regime, "trained");
  strictEqual(all!.arms[1]!.mse, 1);
  const one = train.subset([0]);
  const [single] = compareArms({
    train,
    test: one,
    arms: arms.map(({ kind }) => ({ kind, predictions: [0] })),
  });
  strictEqual(single!.arms[1]!.standardError, null);
  strictEqual(single!.finding, "a single gene shows nothing");
  ok(!formatArms([single!]).join("\n").includes("NaN"));
});

Deno.test("arms that cannot be compared are refused", () => {
  const predictions = new Float64Array(SPLIT.test.length);
  const compare = (...kinds: ArmKind[]) =>
    compareArms({ ...SPLIT, arms: kinds.map((kind) => ({ kind, predictions })) });
  throws(() => compare("dna"), /found dna, expected dna and others/);
  throws(() => compare("shuffled", "marks-only"), /found shuffled, marks-only/);
  throws(() => compare("dna", "shuffled", "shuffled"), /each once/);
  throws(
    () =>
      compareArms({
        ...SPLIT,
        arms: [{ kind: "dna", predictions }, { kind: "shuffled", predictions: [1] }],
      }),
    /shuffled has 1 predictions for/,
  );
});

/** The control experiment in small: the same model on the genes' own DNA, on its controls and without DNA. */
async function runControlExperiment(effect: number): Promise<ArmsOfRegime[]> {
  const columns = simulateColumns({
    cellTypes: 2,
    genes: 2000,
    newCellTypes: 1,
    newGenes: 1,
    bins: 20,
    expressionTransform: "log2p1",
    visibleShare: 0.1,
    hiddenShare: 0.85,
    sequences: { halfWidthBp: 300, effect },
  });
  const { train, test } = splitRegimes(new Dataset(columns.train), {
    newGenes: 400,
    newCellTypes: 1,
    seed: 1,
  });
  const spec = smallDna({ bins: 20, bases: 600 });
  const options = {
    engine: "wasm",
    epochs: 15,
    batchSize: 32,
    learningRate: 0.004,
    transform: "log1p",
    schedule: { type: "oneCycle" },
    seed: 1,
  } as const;
  const arms: Arm[] = [];
  for (const kind of ["dna", "shuffled", "random-code", "marks-only"] as const) {
    const sequenceControl = kind === "shuffled" || kind === "random-code"
      ? { kind, seed: 1 }
      : undefined;
    const model = kind === "marks-only" ? marksOnly(spec) : spec;
    const trained = await fit(model, train, { ...options, sequenceControl });
    arms.push({ kind, predictions: await predict(trained.model, test, { engine: "wasm" }) });
  }
  return compareArms({ train, test, arms });
}

/** How far an arm's error is above that of DNA, in standard errors. */
function clearnessOf({ arms }: ArmsOfRegime): number[] {
  return arms.slice(1).map(({ above, standardError }) => above / standardError!);
}

Deno.test("where motifs say something, DNA does better on new genes than every control", async () => {
  const comparisons = await runControlExperiment(0.8);
  for (const regime of ["newGene", "bothNew"]) {
    const found = comparisons.find((each) => each.regime === regime)!;
    ok(clearnessOf(found).every((clear) => clear > 3), formatArms([found]).join("\n"));
    match(found.finding, /its letters matter$/);
  }
});

Deno.test("where DNA says nothing, all arms tie on new genes, and DNA is no better than names", async () => {
  const comparisons = await runControlExperiment(0);
  for (const regime of ["newGene", "bothNew"]) {
    const found = comparisons.find((each) => each.regime === regime)!;
    ok(clearnessOf(found).every((clear) => Math.abs(clear) < 3.5), formatArms([found]).join("\n"));
  }
  const known = comparisons.find(({ regime }) => regime === "newCellType")!;
  const [shuffled, random] = clearnessOf(known);
  ok(shuffled! < 3.5 && random! < 3.5, formatArms([known]).join("\n"));
});
