import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { simulateColumns } from "../../../src/simulate/columns.ts";
import { SIMULATED_EXPRESSIONS } from "../../../src/simulate/options.ts";
import { simulate } from "../../../src/simulate/simulation.ts";

const SMALL = { cellTypes: 2, genes: 20, newCellTypes: 1, newGenes: 4, bins: 10 };

Deno.test("DNA leaves counts as they are, and labels too where it has no effect", () => {
  const plain = simulateColumns(SMALL).train;
  const silent = simulateColumns({ ...SMALL, sequences: { halfWidthBp: 300, effect: 0 } }).train;
  const telling = simulateColumns({ ...SMALL, sequences: { halfWidthBp: 300, effect: 0.2 } }).train;
  for (const { signal, genes } of [silent, telling]) {
    deepStrictEqual(signal, plain.signal);
    deepStrictEqual(genes, plain.genes);
  }
  deepStrictEqual(silent.labels, plain.labels);
  notDeepStrictEqual(telling.labels, plain.labels);
  strictEqual(plain.sequences, undefined);
  strictEqual("sequence" in plain.record, false);
  strictEqual("sequences" in simulate(SMALL).truth(), false);
  strictEqual("sequences" in simulate(SMALL).options, false);
});

Deno.test("a gene's DNA does not depend on the size of the simulation, and differs from others'", () => {
  const sequences = { halfWidthBp: 300 };
  const few = simulateColumns({ ...SMALL, genes: 5, sequences }).train;
  const many = simulateColumns({ ...SMALL, cellTypes: 1, sequences }).train;
  const bytes = 5 * 150;
  deepStrictEqual(few.sequences!.packed, many.sequences!.packed.subarray(0, bytes));
  const rows = Array.from(
    { length: 20 },
    (_, gene) => String(many.sequences!.packed.subarray(gene * 150, (gene + 1) * 150)),
  );
  strictEqual(new Set(rows).size, 20);
});

Deno.test("who reads the motifs has an error between those of the other oracles", () => {
  for (const expressionTransform of SIMULATED_EXPRESSIONS) {
    const size = { ...SMALL, genes: 1500, bins: 1, expressionTransform };
    const { bestReachable } = simulate({ ...size, sequences: { halfWidthBp: 300, effect: 0.2 } })
      .truth();
    const { fromMarks, fromMarksAndSequence, fromMarksAndGene } = bestReachable.train;
    ok(fromMarksAndSequence!.mse < fromMarks.mse, expressionTransform);
    ok(fromMarksAndGene.mse < fromMarksAndSequence!.mse, expressionTransform);
    const silent = simulate({ ...size, sequences: { halfWidthBp: 300, effect: 0 } }).truth();
    const train = silent.bestReachable.train;
    deepStrictEqual(train.fromMarksAndSequence, train.fromMarks);
  }
});

Deno.test("the oracle of marks and motifs predicts the mean of the labels of genes with the same sites", () => {
  const simulation = simulate({
    ...SMALL,
    genes: 6000,
    bins: 1,
    expressionTransform: "log2p1",
    sequences: { halfWidthBp: 300, effect: 0.22 },
  });
  const bySites = new Map<string, { sum: number; squares: number; count: number }>();
  const { sites } = simulation.truth().sequences!;
  for (const { gene, label, fromMarksAndSequence } of simulation.rows("train")) {
    const key = (sites[gene] ?? []).map(([motif]) => motif).filter((name) => name !== "decoy")
      .join();
    const error = label - fromMarksAndSequence!;
    const { sum, squares, count } = bySites.get(key) ?? { sum: 0, squares: 0, count: 0 };
    bySites.set(key, { sum: sum + error, squares: squares + error ** 2, count: count + 1 });
  }
  let tested = 0;
  for (const [key, { sum, squares, count }] of bySites) {
    if (count < 100) continue;
    tested++;
    // The two samples of a gene share what nothing shows, so that there are about half as many draws.
    const error = Math.sqrt(2 * squares) / count;
    ok(Math.abs(sum / count) < 4.5 * error, `${key}: ${sum / count} ± ${error}`);
  }
  ok(tested > 20, `${tested}`);
});

Deno.test("options of DNA are checked", () => {
  for (const halfWidthBp of [299, 1e6, 300.5, NaN]) {
    throws(() => simulate({ sequences: { halfWidthBp } }), /sequences.halfWidthBp is/);
  }
  for (const effect of [-0.1, 0.3, NaN]) {
    throws(() => simulate({ sequences: { effect } }), /sequences.effect is/);
  }
  deepStrictEqual(simulate({ sequences: {} }).options.sequences, {
    halfWidthBp: 5000,
    effect: 0.15,
  });
});
