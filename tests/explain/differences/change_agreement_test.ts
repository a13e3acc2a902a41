import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { measureChangeAgreement } from "../../../src/explain/differences/change_agreement.ts";
import { PairedChanges } from "../../../src/explain/differences/_paired_changes.ts";
import { pearson } from "../../../src/metrics/pearson.ts";
import { spearman } from "../../../src/metrics/spearman.ts";
import { deriveKey, RandomStream } from "../../../src/random.ts";

/** Pairs with ties, zeros and repeats. */
const PAIRS = fc.array(
  fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 }), fc.nat({ max: 3 })),
  { minLength: 2, maxLength: 30 },
);

Deno.test("weighted figures are those of pairs that are there as often as their weight says", () => {
  fc.assert(fc.property(PAIRS, (drawn) => {
    const pairs = new PairedChanges(
      Float64Array.from(drawn, ([a]) => a),
      Float64Array.from(drawn, ([, b]) => b),
    );
    const weights = Float64Array.from(drawn, ([, , weight]) => weight);
    const repeated = drawn.flatMap(([a, b, weight]) =>
      Array.from({ length: weight }, () => [a, b])
    );
    const [a, b] = [0, 1].map((side) => Float64Array.from(repeated, (pair) => pair[side]!)) as [
      Float64Array,
      Float64Array,
    ];
    isNear(pairs.pearson(weights), pearson(a, b));
    isNear(pairs.spearman(weights), spearman(a, b));
    const nonzero = repeated.filter(([, measured]) => measured !== 0);
    const same = nonzero.filter(([predicted, measured]) => predicted! * measured! > 0);
    isNear(pairs.sameSign(weights), same.length / nonzero.length);
    isNear(pairs.slope(weights), slopeOf(a, b));
  }));
});

Deno.test("where all pairs that were drawn have one value, nothing is correlated, whatever the rounding of their mean", () => {
  const pairs = new PairedChanges(
    Float64Array.of(-2, 0, -2, -2, -2),
    Float64Array.of(0, 0, 1, 0, 1),
  );
  const weights = Float64Array.of(3, 0, 2, 3, 3);
  strictEqual(pairs.pearson(weights), NaN);
  strictEqual(pairs.slope(weights), NaN);
  ok(pairs.pearson() !== 0);
});

function isNear(found: number, wanted: number): void {
  ok(
    Number.isNaN(wanted) ? Number.isNaN(found) : Math.abs(found - wanted) < 1e-9,
    `${found} for ${wanted}`,
  );
}

function slopeOf(x: Float64Array, y: Float64Array): number {
  const [meanX, meanY] = [x, y].map((all) => all.reduce((a, b) => a + b, 0) / all.length);
  let [xx, xy] = [0, 0];
  for (const [i, value] of x.entries()) {
    xx += (value - meanX!) ** 2;
    xy += (value - meanX!) * (y[i]! - meanY!);
  }
  return x.every((value) => value === x[0]) ? NaN : xy / xx;
}

/** Measured changes of some genes, and predictions that follow them to a degree. */
function planted(genes: number, noise: number) {
  const stream = new RandomStream(deriveKey(7, "planted"));
  const measured = Float64Array.from({ length: genes }, () => stream.normal());
  const predicted = measured.map((change) => change / 2 + noise * stream.normal());
  return { measured, predicted };
}

Deno.test("a real agreement is far beyond its null, and its interval holds it", () => {
  const { measured, predicted } = planted(400, 0.5);
  const { pearson, spearman, sameSign, slope, exchanged } = measureChangeAgreement(
    predicted,
    measured,
    { samples: 200 },
  );
  for (const figure of [pearson, spearman, sameSign, slope]) {
    ok(figure.low! < figure.value! && figure.value! < figure.high!);
  }
  ok(pearson.low! > 0.5 && pearson.high! < 0.8, `r from ${pearson.low} to ${pearson.high}`);
  ok(Math.abs(slope.value! - 1) < 0.2, `slope ${slope.value}`);
  for (const name of ["pearson", "spearman", "sameSign"] as const) {
    strictEqual(exchanged[name].p, 1 / 201);
    ok(exchanged[name].high! < { pearson, spearman, sameSign }[name].low!);
  }
  ok(Math.abs(exchanged.pearson.mean!) < 0.02 && Math.abs(exchanged.sameSign.mean! - 0.5) < 0.03);
});

Deno.test("predictions that say nothing are not beyond their null: p-values are uniform", () => {
  const values = Array.from({ length: 60 }, (_, seed) => {
    const stream = new RandomStream(deriveKey(seed, "nothing"));
    const column = () => Float64Array.from({ length: 40 }, () => stream.normal());
    const { exchanged } = measureChangeAgreement(column(), column(), { samples: 99, seed });
    return exchanged.pearson.p!;
  });
  const below = values.filter((p) => p <= 0.5).length;
  ok(below > 18 && below < 42, `${below} of 60 at most 0.5`);
  ok(values.filter((p) => p <= 0.05).length < 10);
});

Deno.test("what all genes of a level share is in the null, if levels are given", () => {
  // Highly expressed genes go up in both columns; within a level there is nothing.
  const stream = new RandomStream(deriveKey(3, "levels"));
  const levels = Float64Array.from({ length: 1000 }, (_, gene) => gene);
  const column = () => levels.map((level) => 4 * level / 1000 + 0.3 * stream.normal());
  const [predicted, measured] = [column(), column()];
  const plain = measureChangeAgreement(predicted, measured, { samples: 100 });
  const banded = measureChangeAgreement(predicted, measured, { samples: 100, levels });
  const { pearson, exchanged } = plain;
  ok(
    pearson.value! > 0.9 && exchanged.pearson.high! < 0.3,
    `${pearson.value}, ${exchanged.pearson.high}`,
  );
  ok(banded.exchanged.pearson.low! > 0.85, `null from ${banded.exchanged.pearson.low}`);
});

Deno.test("units are drawn together, so repeats of a gene make no interval narrower", () => {
  const { measured, predicted } = planted(60, 0.5);
  const thrice = (values: Float64Array) => Float64Array.from([0, 1, 2].flatMap(() => [...values]));
  const units = Array.from({ length: 180 }, (_, i) => i % 60);
  const widthOf = (options: object) => {
    const { low, high } = measureChangeAgreement(thrice(predicted), thrice(measured), {
      samples: 300,
      ...options,
    }).pearson;
    return high! - low!;
  };
  const once = measureChangeAgreement(predicted, measured, { samples: 300 }).pearson;
  const width = once.high! - once.low!;
  ok(Math.abs(widthOf({ units }) / width - 1) < 0.25);
  ok(widthOf({}) < 0.75 * width);
});

Deno.test("the same seed gives the same figures, and genes without a change are left out", () => {
  const { measured, predicted } = planted(50, 1);
  const withGaps = Float64Array.from(measured, (value, gene) => gene % 5 === 0 ? NaN : value);
  const of = (seed: number) => measureChangeAgreement(predicted, withGaps, { samples: 50, seed });
  deepStrictEqual(of(1), of(1));
  ok(of(1).pearson.low !== of(2).pearson.low);
  strictEqual(of(1).genes, 40);
  const kept = [...measured.keys()].filter((gene) => gene % 5 !== 0);
  isNear(
    of(1).spearman.value!,
    spearman(kept.map((gene) => predicted[gene]!), kept.map((gene) => measured[gene]!)),
  );
});

Deno.test("figures that do not exist are null", () => {
  const none = { value: null, low: null, high: null };
  const empty = measureChangeAgreement([], []);
  deepStrictEqual([empty.genes, empty.pearson, empty.sameSign], [0, none, none]);
  const constant = measureChangeAgreement([1, 1, 1], [1, 2, 3], { samples: 5 });
  deepStrictEqual([constant.pearson, constant.spearman, constant.slope], [none, none, none]);
  deepStrictEqual(constant.exchanged.pearson, { mean: null, low: null, high: null, p: null });
  strictEqual(constant.sameSign.value, 1);
  const unchanged = measureChangeAgreement([1, 2, 3], [0, 0, 0], { samples: 5 });
  strictEqual(unchanged.sameSign.value, null);
});

Deno.test("impossible columns and options are refused", () => {
  throws(() => measureChangeAgreement([1], [1, 2]), /found 1 predicted and 2 measured/);
  throws(() => measureChangeAgreement([1, Infinity], [1, 2]), /that of gene 1 is Infinity/);
  for (const options of [{ samples: 0 }, { confidence: 1 }, { confidence: NaN }, { seed: -1 }]) {
    throws(() => measureChangeAgreement([1, 2], [1, 2], options), RangeError);
  }
});
