import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { explainChanges } from "../../../src/explain/differences/explained_changes.ts";
import { writeExplainedSets } from "../../../src/explain/differences/difference_table.ts";
import { pearson } from "../../../src/metrics/pearson.ts";
import { spearman } from "../../../src/metrics/spearman.ts";
import { deriveKey, RandomStream } from "../../../src/random.ts";

const GENES = 300;
const stream = new RandomStream(deriveKey(11, "explained"));
const MEASURED = Float64Array.from({ length: GENES }, () => stream.normal());
/** The first hundred genes are explained, the second not at all, the third in the wrong direction. */
const PREDICTED = MEASURED.map((change, gene) =>
  0.3 * (gene < 100 ? change : gene < 200 ? 0 : -change) + 0.1 * stream.normal()
);
const placesFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, i) => first + i);
const SETS = [
  { name: "EXPLAINED", places: placesFrom(0, 40) },
  { name: "NOTHING", places: placesFrom(100, 40) },
  { name: "REVERSED", places: placesFrom(200, 40) },
  { name: "SMALL", places: placesFrom(0, 9), listed: 30 },
  { name: "EMPTY", places: [] },
];

Deno.test("sets of which the changes are explained are found, and no others", () => {
  const { sets } = explainChanges(PREDICTED, MEASURED, { sets: SETS, samples: 200 });
  const [explained, nothing, reversed, small, empty] = sets;
  ok(explained!.q! < 1e-6 && explained!.explained.low! > 0.6);
  ok(nothing!.p! > 0.01 && nothing!.explained.low! < 0.05);
  ok(reversed!.p! > 0.99 && reversed!.pearson.high! < -0.6);
  deepStrictEqual(reversed!.explained, { value: 0, low: 0, high: 0 });
  deepStrictEqual([small!.genes, small!.listed, small!.p, small!.q], [9, 30, null, null]);
  // Of so few genes no interval is drawn.
  deepStrictEqual([small!.pearson.low, small!.explained.high], [null, null]);
  deepStrictEqual([empty!.genes, empty!.meanMeasured, empty!.pearson.value], [0, null, null]);
  // Three sets are tested.
  strictEqual(explained!.q, 3 * explained!.p!);
  strictEqual(explained!.spearman, spearman(PREDICTED.slice(0, 40), MEASURED.slice(0, 40)));
});

Deno.test("what is explained is the square of Pearson's correlation, of significant genes too", () => {
  const [predicted, measured] = [PREDICTED.slice(0, 150), MEASURED.slice(0, 150)];
  const qValues = measured.map((_, gene) => gene % 3 === 0 ? 0.01 : gene % 3 === 1 ? 0.2 : NaN);
  const { all, significant } = explainChanges(predicted, measured, { qValues, samples: 50 });
  const r = pearson(predicted, measured);
  ok(r > 0.5 && Math.abs(all.pearson.value! - r) < 1e-12);
  ok(Math.abs(all.explained.value! - r * r) < 1e-12);
  strictEqual(significant!.genes, 50);
  const loose = explainChanges(predicted, measured, { qValues, significance: 0.5, samples: 50 });
  strictEqual(loose.significant!.genes, 100);
  strictEqual(explainChanges(predicted, measured, { samples: 5 }).significant, undefined);
});

Deno.test("genes without a fold change are left out of sets, and repeated ones count once", () => {
  const gaps = MEASURED.map((change, gene) => gene < 20 ? NaN : change);
  const places = [...placesFrom(0, 40), 39, 38];
  const { all, sets: [set] } = explainChanges(PREDICTED, gaps, {
    sets: [{ name: "A", places }],
    samples: 5,
  });
  deepStrictEqual([all.genes, set!.genes], [280, 20]);
});

Deno.test("transcripts of one gene are not a set of many genes", () => {
  const units = placesFrom(0, GENES).map((gene) => gene < 40 ? gene % 4 : gene);
  const { sets: [set] } = explainChanges(PREDICTED, MEASURED, {
    units,
    sets: [SETS[0]!],
    samples: 5,
  });
  deepStrictEqual([set!.genes, set!.p], [40, null]);
});

Deno.test("p-values of sets without an effect are uniform", () => {
  const draws = new RandomStream(deriveKey(2, "null"));
  const column = () => Float64Array.from({ length: 4000 }, () => draws.normal());
  const sets = Array.from({ length: 200 }, (_, i) => ({
    name: `S${i}`,
    places: placesFrom(20 * i, 20),
  }));
  const { sets: tested } = explainChanges(column(), column(), { sets, samples: 1 });
  const below = (limit: number) => tested.filter(({ p }) => p! < limit).length;
  ok(below(0.5) > 80 && below(0.5) < 120, `${below(0.5)} of 200 below 0.5`);
  ok(below(0.05) < 22, `${below(0.05)} of 200 below 0.05`);
  ok(tested.filter(({ q }) => q! < 0.05).length === 0);
});

Deno.test("few genes in perfect order have no smaller p-value than chance gives them", () => {
  const values = [1, 2, 3, 4];
  const sets = [{ name: "A", places: [0, 1, 2, 3] }];
  const { sets: [set] } = explainChanges(values, values, { sets, leastGenes: 4, samples: 5 });
  strictEqual(set!.p, 1 / 24);
});

Deno.test("the table of sets begins with those of the least q-value", async () => {
  const { sets } = explainChanges(PREDICTED, MEASURED, { sets: SETS.toReversed(), samples: 5 });
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const text = new Response(readable).text();
  await writeExplainedSets(writable, sets);
  const [header = "", ...lines] = (await text).split("\n");
  deepStrictEqual(header.split("\t").slice(0, 3), ["gene_set", "listed", "genes"]);
  deepStrictEqual(lines.map((line) => line.split("\t")[0]), [
    "EXPLAINED",
    "NOTHING",
    "REVERSED",
    "SMALL",
    "EMPTY",
    "",
  ]);
});

Deno.test("impossible options are refused, and tests of sets stop when they are told to", () => {
  for (
    const options of [{ significance: 0 }, { significance: 2 }, { leastGenes: 3 }, { samples: 0 }]
  ) {
    throws(() => explainChanges(PREDICTED, MEASURED, options), RangeError);
  }
  throws(() => explainChanges([1], [1, 2]), TypeError);
  const signal = AbortSignal.abort(new Error("enough"));
  throws(() => explainChanges(PREDICTED, MEASURED, { sets: SETS, signal }), /enough/);
});

Deno.test("values of genes are refused unless there is one for each", () => {
  const cases = [
    [{ qValues: [0.01] }, /qValues has 1 values, expected one for each of the 300 genes/],
    [{ qValues: 0.01 }, /qValues is 0.01, expected one for each/],
    [{ units: "3" }, /units is "3", expected one for each/],
    [{ significance: "0.05" }, /significance is "0.05", expected a number/],
    [{ confidence: "0.9" }, /confidence is "0.9", expected a number/],
  ] as const;
  for (const [options, message] of cases) {
    throws(() => explainChanges(PREDICTED, MEASURED, options as never), message);
  }
  const none = { qValues: null, units: null, samples: 20 } as never;
  deepStrictEqual(explainChanges(PREDICTED, MEASURED, none).significant, undefined);
});
