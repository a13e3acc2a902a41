import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { deriveKey, RandomStream } from "../../../src/random.ts";
import { forecastMix } from "../../../src/validation/mod.ts";
import { tableDataset } from "../../helpers/samples.ts";
import { type Entry, scoreSuite } from "./scores.ts";
import { holdOutCellTypes, holdOutGenes, type RealFold, type Suite } from "./suite.ts";
import { formatSuite } from "./tables.ts";

const GENES = 400;

function suiteOf(folds: readonly RealFold[]): Suite {
  return { id: "log2", title: "A label", folds, digest: "" };
}

/** Predictions that are off by a number for each regime, and by noise. */
function entryOf(
  { folds }: Suite,
  { offsets, noise = 0, seeds = 1, ...rest }: Pick<Entry, "name" | "kind"> & {
    readonly offsets: readonly [newGene: number, newCellType: number, bothNew: number];
    readonly noise?: number;
    readonly seeds?: number;
  },
): Entry {
  const [newGene, newCellType, bothNew] = offsets;
  const offsetOf: Readonly<Record<string, number>> = { newGene, newCellType, bothNew };
  const values = Array.from({ length: seeds }, (_, seed) => {
    const stream = new RandomStream(deriveKey(seed, "scores test"));
    return folds.map(({ test, kinds }) =>
      test.labels().reduce((out, label, row) => {
        out[row] = label + offsetOf[kinds[row]!]! + noise * stream.normal();
        return out;
      }, new Float32Array(test.length))
    );
  });
  return { reading: "none", ...rest, values };
}

Deno.test("errors are by regime, and the mix has the competition's weights", () => {
  const suite = suiteOf(holdOutCellTypes(tableDataset(3, 40)));
  const baseline = entryOf(suite, { name: "flat", kind: "baseline", offsets: [2, 2, 2] });
  const model = entryOf(suite, { name: "model", kind: "preset", offsets: [1, 3, 2] });
  const { entries, best } = scoreSuite(suite, [baseline, model]);
  const { mse, aboveBest, seeds, pearson, ensembleMse, byFold } = entries[1]!;
  const near = (found: number | undefined, wanted: number) =>
    ok(Math.abs(found! - wanted) < 1e-4, `${found} ${wanted}`);
  near(mse.newGene?.value, 1);
  near(mse.newCellType?.value, 9);
  near(mse.bothNew?.value, 4);
  near(mse.mix?.value, forecastMix({ newGene: 1, newCellType: 9, bothNew: 4 })!);
  near(aboveBest.newGene?.value, -3);
  near(aboveBest.newCellType?.value, 5);
  strictEqual(seeds, 1);
  strictEqual(ensembleMse, undefined);
  strictEqual(byFold.length, 3);
  for (const errors of byFold) near(errors.newCellType, 9);
  ok(pearson.mix! > 0.99);
  // One baseline is the best everywhere, so there is nothing to combine.
  deepStrictEqual(best, { newGene: "flat", newCellType: "flat", bothNew: "flat" });
  strictEqual(entries.length, 2);
});

Deno.test("the best baseline of each regime is one entry, and the reference", () => {
  const suite = suiteOf(holdOutCellTypes(tableDataset(3, 40)));
  const { entries, best } = scoreSuite(suite, [
    entryOf(suite, { name: "for genes", kind: "baseline", offsets: [1, 3, 3] }),
    entryOf(suite, { name: "for cell types", kind: "baseline", offsets: [3, 1, 2] }),
    entryOf(suite, { name: "trees", kind: "peer", offsets: [0, 0, 0] }),
  ]);
  deepStrictEqual(best, {
    newGene: "for genes",
    newCellType: "for cell types",
    bothNew: "for cell types",
  });
  const combined = entries.at(-1)!;
  strictEqual(combined.name, "best of each regime");
  const near = (found: number | undefined, wanted: number) =>
    ok(Math.abs(found! - wanted) < 1e-4, `${found} ${wanted}`);
  near(combined.mse.newGene?.value, 1);
  near(combined.mse.newCellType?.value, 1);
  near(combined.mse.bothNew?.value, 4);
  near(entries[2]!.aboveBest.bothNew?.value, -4);
});

Deno.test("the standard error over genes is that of a mean of independent genes", () => {
  const suite = suiteOf(holdOutGenes(tableDataset(1, GENES)));
  const entry = entryOf(suite, { name: "noisy", kind: "preset", offsets: [0, 0, 0], noise: 1 });
  const { newGene } = scoreSuite(suite, [entry]).entries[0]!.mse;
  // Squares of standard normal numbers have variance 2.
  const wanted = Math.sqrt(2 / GENES);
  ok(Math.abs(newGene!.standardError / wanted - 1) < 0.3, `${newGene!.standardError} ${wanted}`);
  ok(newGene!.low < newGene!.value && newGene!.value < newGene!.high);
  const width = (newGene!.high - newGene!.low) / newGene!.standardError;
  ok(width > 3.4 && width < 4.4, `${width}`);
});

Deno.test("genes that are in several cell types are drawn whole: errors in common widen the interval", () => {
  const suite = suiteOf(holdOutCellTypes(tableDataset(6, GENES)));
  const stream = new RandomStream(deriveKey(0, "common"));
  const ofGene = Float64Array.from({ length: GENES }, () => stream.normal());
  const common: Entry = {
    name: "common",
    kind: "preset",
    reading: "none",
    values: [suite.folds.map(({ test }) => {
      const genes = test.geneIndices();
      return Float32Array.from(test.labels(), (label, row) => label + ofGene[genes[row]!]!);
    })],
  };
  const own = entryOf(suite, { name: "own", kind: "preset", offsets: [0, 0, 0], noise: 1 });
  const [wide, narrow] = scoreSuite(suite, [common, own]).entries.map(({ mse }) =>
    mse.newCellType!.standardError
  );
  ok(wide! > 1.8 * narrow!, `${wide} ${narrow}`);
});

Deno.test("seeds have a deviation, and their mean an error of its own", () => {
  const suite = suiteOf(holdOutCellTypes(tableDataset(3, 100)));
  const options = { name: "m", kind: "preset", offsets: [0, 0, 0], noise: 1, seeds: 3 } as const;
  const scores = scoreSuite(suite, [entryOf(suite, options)]);
  const { seeds, mse, ensembleMse, seedDeviation } = scores.entries[0]!;
  strictEqual(seeds, 3);
  ok(Math.abs(mse.mix!.value - 1) < 0.15);
  ok(Math.abs(ensembleMse!.mix! - 1 / 3) < 0.08);
  ok(seedDeviation!.mix! > 0 && seedDeviation!.mix! < 0.2);
  const text = formatSuite({ ...suite, ...scores, folds: ["a"], trainingRows: [1], testRows: [1] });
  match(text, /\| sd over seeds \| mean of the seeds \| above the best \|/);
});

Deno.test("the price of a missing mark is by how much the same model is worse, on the same genes", () => {
  const suite = suiteOf(holdOutCellTypes(tableDataset(3, 40)));
  const whole = entryOf(suite, { name: "m", kind: "preset", offsets: [1, 1, 1] });
  const [first, second] = ([[2, 1, 1], [1, 3, 1]] as const).map((offsets) =>
    entryOf(suite, { name: "m", kind: "preset", offsets })
  );
  const scores = scoreSuite(suite, [
    whole,
    { ...first!, dropped: "H3K4me1" },
    { ...second!, dropped: "H3K4me3" },
  ]);
  const prices = scores.entries.map(({ price }) => price?.newGene?.value.toFixed(2));
  deepStrictEqual(prices, [undefined, "3.00", "0.00"]);
  const text = formatSuite({ ...suite, ...scores, folds: ["a"], trainingRows: [1], testRows: [1] });
  // The dearest first.
  match(text, /H3K4me3 +\| \+0\.000.*\| \+8\.000[^\n]*\n[^\n]*H3K4me1 +\| \+3\.000/);
  strictEqual(text.match(/^\| m /gm)?.length, 3);
});

Deno.test("without a new cell type there is no mix, and the table has new genes alone", () => {
  const suite = suiteOf(holdOutGenes(tableDataset(2, 20)));
  const scores = scoreSuite(suite, [
    entryOf(suite, { name: "ridge", kind: "baseline", offsets: [1, 0, 0] }),
  ]);
  deepStrictEqual(Object.keys(scores.entries[0]!.mse), ["newGene"]);
  const text = formatSuite({
    ...suite,
    ...scores,
    folds: ["a"],
    trainingRows: [32],
    testRows: [8],
  });
  match(text, /\| model +\| panel \| seeds \| new gene /);
  match(text, /\| ridge \| – +\| 1 +\| 1\.000 ± 0\.000 \| 1\.000–1\.000 /);
});

Deno.test("errors differ by fold where the predictions do", () => {
  const suite = suiteOf(holdOutCellTypes(tableDataset(3, 40)));
  const right = entryOf(suite, { name: "m", kind: "preset", offsets: [0, 0, 0] });
  const [first, ...others] = right.values[0]!;
  const entry = { ...right, values: [[first!.map((value) => value + 2), ...others]] };
  const scores = scoreSuite(suite, [entry]);
  deepStrictEqual(scores.entries[0]!.byFold.map(({ mix }) => Math.round(mix!)), [4, 0, 0]);
  const folds = suite.folds.map(({ name }) => name);
  const text = formatSuite({ ...suite, ...scores, folds, trainingRows: [1], testRows: [1] });
  match(text, /\| model \| panel \| E001 +\| E002 +\| E003 +\|/);
  match(text, /\| m +\| – +\| 4\.000 \| 0\.000 \| 0\.000 \|/);
});

Deno.test("the table says where a model is worse than a baseline by more than a standard error", () => {
  const suite = suiteOf(holdOutCellTypes(tableDataset(3, 40)));
  const baseline = entryOf(suite, { name: "flat", kind: "baseline", offsets: [2, 2, 2] });
  const format = (offsets: [number, number, number]) => {
    const model = entryOf(suite, { name: "model", kind: "preset", offsets });
    const scores = scoreSuite(suite, [baseline, { ...model, reading: "with" }]);
    return formatSuite({ ...suite, ...scores, folds: ["a"], trainingRows: [64], testRows: [56] });
  };
  match(
    format([1, 3, 2]),
    /- model with the panel: new cell type \(\+5\.000 ± 0\.000 above flat\)/,
  );
  match(format([1, 1, 1]), /No model is worse than the best baseline of a regime/);
});
