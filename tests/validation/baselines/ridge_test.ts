import { deepStrictEqual, match, ok, throws } from "node:assert";
import fc from "fast-check";
import { Dataset } from "../../../src/data/dataset.ts";
import { deriveKey, RandomStream } from "../../../src/random.ts";
import { countLogarithms } from "../../../src/io/signal_values.ts";
import { DEEPCHROME_RECORD, type Transform } from "../../../src/record.ts";
import { solvePositiveDefinite } from "../../../src/validation/baselines/_cholesky.ts";
import { CrossProducts } from "../../../src/validation/baselines/_cross_products.ts";
import {
  solveRidge,
  standardDeviations,
  sumSquaredErrors,
} from "../../../src/validation/baselines/_ridge_solution.ts";
import { makeRidge } from "../../../src/validation/mod.ts";
import { runNumpy, testWith } from "../../helpers/require.ts";
import { tableDataset } from "../../helpers/samples.ts";
import { largestDifference } from "../../helpers/tolerances.ts";
import { plantedSplit } from "./_planted.ts";
import { packedSignal } from "../../helpers/packed.ts";

function randomVectors(count: number, width: number, seed = 1): Float64Array[] {
  const stream = new RandomStream(deriveKey(seed, "ridge test"));
  return Array.from(
    { length: count },
    () => Float64Array.from({ length: width }, () => stream.normal()),
  );
}

function productsOf(vectors: readonly Float64Array[]): CrossProducts {
  const products = new CrossProducts(vectors[0]!.length);
  for (const vector of vectors) products.add(vector);
  products.finish();
  return products;
}

Deno.test("Cholesky's solution solves the equations", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(), (size, seed) => {
    const vectors = randomVectors(2 * size + 2, size, seed);
    const matrix = productsOf(vectors).products;
    const wanted = randomVectors(1, size, seed + 1)[0];
    const right = wanted!.map((_, i) =>
      wanted!.reduce((sum, x, j) => sum + matrix[i * size + j]! * x, 0)
    );
    solvePositiveDefinite(matrix.slice(), right);
    ok(largestDifference(right, wanted!) < 1e-6);
  }));
});

Deno.test("a matrix that is not positive definite is refused", () => {
  throws(() => solvePositiveDefinite(Float64Array.of(1, 2, 2, 1), new Float64Array(2)), {
    name: "RangeError",
    message: /pivot 1 of 2 is -3/,
  });
});

Deno.test("cross products cover all vectors, for odd and even widths and over block ends", () => {
  for (const [count, width] of [[1, 1], [127, 2], [128, 5], [300, 8]] as const) {
    const vectors = randomVectors(count, width);
    const { sums, products } = productsOf(vectors);
    const wantedSums = sums.map((_, i) => vectors.reduce((sum, vector) => sum + vector[i]!, 0));
    const wanted = products.map((_, place) => {
      const [i, j] = [Math.floor(place / width), place % width];
      return vectors.reduce((sum, vector) => sum + vector[i]! * vector[j]!, 0);
    });
    ok(largestDifference(sums, wantedSums) < 1e-10);
    ok(largestDifference(products, wanted) < 1e-10);
  }
});

Deno.test("errors computed from the sums equal those of the samples", () => {
  const vectors = randomVectors(200, 4);
  const model = { weights: Float64Array.of(0.5, -1, 2), intercept: 0.25 };
  const wanted = vectors.reduce(
    (sum, [a, b, c, label]) => sum + (label! - (0.5 * a! - b! + 2 * c! + 0.25)) ** 2,
    0,
  );
  ok(Math.abs(sumSquaredErrors(productsOf(vectors), model) - wanted) < 1e-9 * wanted);
});

Deno.test("a feature that never varies is left out", () => {
  const vectors = randomVectors(50, 3).map(([a, , label]) => Float64Array.of(a!, 0.1, label!));
  const moments = productsOf(vectors);
  const scales = standardDeviations(moments);
  deepStrictEqual(scales[1], 0);
  deepStrictEqual(solveRidge(moments, { scales, penalty: 1e-3 }).weights[1], 0);
});

testWith("numpy", "weights agree with numpy's least squares on the augmented matrix", async () => {
  const vectors = randomVectors(80, 5).map((vector) => vector.map((x, i) => x * (i + 1) + 3 * i));
  const moments = productsOf(vectors);
  const scales = standardDeviations(moments);
  const { weights, intercept } = solveRidge(moments, { scales, penalty: 0.3 });
  const wanted = JSON.parse(
    await runNumpy(
      `
import json, sys
import numpy as np
v = np.array(json.loads(sys.argv[1])); x, y = v[:, :-1], v[:, -1]
n, p = x.shape; z = (x - x.mean(0)) / x.std(0)
a = np.vstack([z, np.sqrt(n * 0.3) * np.eye(p)]); b = np.concatenate([y - y.mean(), np.zeros(p)])
w = np.linalg.lstsq(a, b, rcond=None)[0] / x.std(0)
print(json.dumps([*w, y.mean() - w @ x.mean(0)]))`,
      [JSON.stringify(vectors.map((vector) => [...vector]))],
    ),
  );
  ok(largestDifference([...weights, intercept], wanted) < 1e-10);
});

/** 40 genes in 3 cell types, 6 bins of one mark; the label is a linear function of two stretches' features. */
function linearData(): Dataset {
  const stream = new RandomStream(deriveKey(2, "ridge test"));
  const rows = 120;
  const signal = Uint8Array.from({ length: rows * 6 }, () => stream.below(50));
  const labels = Float64Array.from({ length: rows }, (_, row) => {
    const [a, b, c, d, e, f] = signal.subarray(6 * row);
    return 1 + 2 * Math.log1p(a! + b! + c!) - Math.log1p(d! + e! + f!);
  });
  return new Dataset({
    signal,
    labels,
    cellTypes: ["A", "B", "C"],
    cellTypeIndex: Uint32Array.from({ length: rows }, (_, row) => Math.floor(row / 40)),
    genes: Array.from({ length: 40 }, (_, gene) => String(gene)),
    geneIndex: Uint32Array.from({ length: rows }, (_, row) => row % 40),
    bins: 6,
    record: { ...DEEPCHROME_RECORD, marks: ["H3K4me3"] },
  });
}

Deno.test("a label that is linear in the features is recovered, with the smallest penalty", () => {
  const data = linearData();
  const fitted = makeRidge({ stretches: 2, penalties: [1, 1e-9, 1e-3] }).fit(data.slice(0, 80));
  const { values } = fitted.predict(data);
  ok(largestDifference(values, data.labels()) < 1e-6);
  match(fitted.description, /^1 marks × 2 stretches, λ = 1e-9 by 5-fold/);
});

/** The same samples; the label is a product and a square of two stretches' features, which no linear function follows. */
function curvedData(): Dataset {
  const { columns } = linearData();
  const labels = columns.labels!.map((_, row) => {
    const [a, b, c, d, e, f] = packedSignal(columns).subarray(6 * row);
    const [left, right] = [Math.log1p(a! + b! + c!), Math.log1p(d! + e! + f!)];
    return 3 + 0.5 * left * right - right ** 2;
  });
  return new Dataset({ ...columns, labels });
}

Deno.test("a label of squares and products is recovered with these, and not without them", () => {
  const data = curvedData();
  const errorOf = (productStretches: number) => {
    const ridge = makeRidge({ stretches: 3, productStretches, penalties: [1e-9] });
    const { values } = ridge.fit(data.slice(0, 80)).predict(data);
    return largestDifference(values, data.labels());
  };
  ok(errorOf(2) < 1e-5, `${errorOf(2)}`);
  ok(errorOf(0) > 0.1, `${errorOf(0)}`);
});

testWith(
  "numpy",
  "squares and products have the same predictions as numpy's polynomial",
  async () => {
    const data = linearData();
    const ridge = makeRidge({ stretches: 3, productStretches: 2, penalties: [0.01] });
    const fitted = ridge.fit(data);
    match(fitted.description, /^1 marks × 3 stretches, squares and products of 1 × 2, λ = 0.01 by/);
    const wanted = JSON.parse(
      await runNumpy(
        `
import json, sys
import numpy as np
counts, y = (np.array(part, float) for part in json.loads(sys.argv[1]))
cut = lambda n: np.log1p(counts.reshape(len(y), n, 6 // n).sum(2))
f = cut(2)
x = np.column_stack([cut(3), f[:, 0] ** 2, f[:, 0] * f[:, 1], f[:, 1] ** 2])
z = (x - x.mean(0)) / x.std(0); n, p = z.shape
w = np.linalg.solve(z.T @ z / n + 0.01 * np.eye(p), z.T @ (y - y.mean()) / n)
print(json.dumps(list(y.mean() + z @ w)))`,
        [JSON.stringify([[...packedSignal(data.columns)], [...data.labels()]])],
      ),
    );
    ok(largestDifference(fitted.predict(data).values, wanted) < 1e-10);
  },
);

Deno.test("labels without any relation to the signal get the largest penalty", () => {
  const data = linearData();
  const stream = new RandomStream(deriveKey(3, "ridge test"));
  const labels = Float64Array.from({ length: data.length }, () => stream.normal());
  const noise = new Dataset({ ...data.columns, labels });
  const { description } = makeRidge({ penalties: [1e-5, 1e4] }).fit(noise);
  match(description, /λ = 10000 /);
});

Deno.test("the penalty is judged on other genes: features that only distinguish genes get the largest", () => {
  const [genes, cellTypes, bins] = [31, 4, 20];
  const stream = new RandomStream(deriveKey(4, "ridge test"));
  // Each gene has a signal and a label of its own, the same in all cell types, and the two have no relation.
  const own = Array.from({ length: genes }, () => ({
    signal: Array.from({ length: bins }, () => stream.below(50)),
    label: stream.normal(),
  }));
  const rows = Array.from({ length: genes * cellTypes }, (_, row) => own[row % genes]!);
  const data = new Dataset({
    signal: Uint8Array.from(rows.flatMap(({ signal }) => signal)),
    bins,
    labels: Float64Array.from(rows, ({ label }) => label),
    cellTypes: ["A", "B", "C", "D"],
    cellTypeIndex: Uint32Array.from(rows, (_, row) => Math.floor(row / genes)),
    genes: own.map((_, gene) => String(gene)),
    geneIndex: Uint32Array.from(rows, (_, row) => row % genes),
    record: { ...DEEPCHROME_RECORD, marks: ["H3K4me3"] },
  });
  match(makeRidge({ penalties: [1e-5, 1e4] }).fit(data).description, /λ = 10000 /);
});

Deno.test("features are of counts, whatever transform the data carry", () => {
  const counts = linearData();
  const predictWith = (train: Dataset, test: Dataset) =>
    makeRidge({ stretches: 2, penalties: [1e-9] }).fit(train).predict(test).values;
  const expected = predictWith(counts, counts);
  const { columns } = counts;
  const recordOf = (transform: Transform) => ({ ...columns.record, transform });
  const encoded = new Dataset({
    ...columns,
    signalValues: countLogarithms(255),
    record: recordOf("log1p"),
  });
  deepStrictEqual(predictWith(encoded, counts), expected);
  deepStrictEqual(predictWith(counts, encoded), expected);
  for (const [transform, apply] of [["log1p", Math.log1p], ["asinh", Math.asinh]] as const) {
    const signal = Float64Array.from(packedSignal(columns), apply);
    const values = new Dataset({ ...columns, signal, record: recordOf(transform) });
    ok(largestDifference(predictWith(values, values), counts.labels()) < 1e-6);
    ok(largestDifference(predictWith(counts, values), counts.labels()) < 1e-6);
  }
});

Deno.test("it reads simulated signal better than the mean does", () => {
  const { train, test } = plantedSplit();
  const truth = test.labels();
  const { values } = makeRidge({ stretches: 4 }).fit(train).predict(test);
  const mean = truth.reduce((sum, label) => sum + label, 0) / truth.length;
  const error = (predict: (row: number) => number) =>
    truth.reduce((sum, label, row) => sum + (label - predict(row)) ** 2, 0);
  ok(error((row) => values[row]!) < error(() => mean));
});

Deno.test("options and data out of range are refused", () => {
  throws(() => makeRidge({ penalties: [] }), { name: "RangeError" });
  throws(() => makeRidge({ penalties: [0.1, 0] }), /penalties are \[0.1,0\]/);
  throws(() => makeRidge({ stretches: 2 }).fit(tableDataset(2, 3)), /from 1 to 1/);
  for (const productStretches of [7, -1, 1.5]) {
    throws(() => makeRidge({ stretches: 2, productStretches }).fit(linearData()), {
      name: "RangeError",
      message: /productStretches is (7|-1|1\.5), expected an integer from 0 to 6/,
    });
  }
  throws(() => makeRidge().fit(tableDataset(2, 1)), /1 genes, expected at least 2/);
  const fitted = makeRidge().fit(linearData());
  throws(() => fitted.predict(tableDataset(2, 3)), /have 1 bins, expected 6/);
});
