import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { simulate } from "../../src/simulate/simulation.ts";

Deno.test("the real layout has the competition's cell types in its order", () => {
  const simulation = simulate({ genes: 2, newGenes: 1 });
  const train = simulation.cellTypes("train");
  strictEqual(train.length, 50);
  strictEqual(new Set(train).size, 50);
  deepStrictEqual(train.slice(0, 4), ["E065", "E004", "E066", "E005"]);
  strictEqual(train[49], "E050");
  const evaluation = simulation.cellTypes("eval");
  strictEqual(evaluation.length, 56);
  const followed = ["E071", "E087", "E096", "E084", "E112", "E113"].map((name) => {
    const place = evaluation.indexOf(name);
    return evaluation[place - 1];
  });
  deepStrictEqual(followed, ["E024", "E105", "E106", "E117", "E006", "E054"]);
  deepStrictEqual(evaluation.filter((name) => train.includes(name)), train);
});

Deno.test("the real size has 800,000 training rows and the competition's 177,032 eval rows by regime", () => {
  const simulation = simulate();
  const regimes: Record<string, number> = {};
  for (const { regime } of simulation.rows("eval")) {
    regimes[regime!] = (regimes[regime!] ?? 0) + 1;
  }
  deepStrictEqual(regimes, {
    newGeneSeenCellType: 72_350,
    seenGeneNewCellType: 96_000,
    newGeneNewCellType: 8_682,
  });
  let rows = 0;
  for (const _ of simulation.labels("train")) rows++;
  strictEqual(rows, 800_000);
});

Deno.test("gene ids are distinct, like those of Ensembl, and new genes are not in train", () => {
  const [train] = simulate({ cellTypes: 1, genes: 16_000, newGenes: 0, bins: 1 }).blocks("train");
  const [fresh] = simulate({ cellTypes: 1, genes: 1, newGenes: 1447, bins: 1 }).blocks("eval");
  const ids = [...train!.genes, ...fresh!.genes];
  strictEqual(new Set(ids).size, 17_447);
  ok(ids.every((id) => /^ENSG0{5}\d{6}$/.test(id)));
});

Deno.test("eval has the new genes of seen cell types and all genes of new ones", () => {
  const simulation = simulate({ cellTypes: 3, genes: 4, newCellTypes: 2, newGenes: 3, bins: 2 });
  const [{ genes: trainGenes } = { genes: [] }] = simulation.blocks("train");
  const blocks = [...simulation.blocks("eval")];
  deepStrictEqual(blocks.map(({ cellType }) => cellType), ["E065", "E004", "E066", "E071", "E087"]);
  const newGenes = blocks[0]!.genes;
  strictEqual(newGenes.length, 3);
  for (const { cellType, genes, signal, labels } of blocks) {
    const isNew = cellType === "E071" || cellType === "E087";
    deepStrictEqual(genes, isNew ? [...trainGenes, ...newGenes] : newGenes);
    strictEqual(signal.length, genes.length * 2 * 5);
    strictEqual(labels.length, genes.length);
  }
});

Deno.test("cell types beyond the competition's have new names", () => {
  const simulation = simulate({ cellTypes: 52, newCellTypes: 8, genes: 1, newGenes: 1, bins: 1 });
  deepStrictEqual(simulation.cellTypes("train").slice(49), ["E050", "S051", "S052"]);
  deepStrictEqual(simulation.cellTypes("eval").slice(-4), ["S051", "S052", "N007", "N008"]);
});

Deno.test("without new genes eval has the new cell types only", () => {
  const simulation = simulate({ cellTypes: 20, newCellTypes: 2, genes: 3, newGenes: 0, bins: 1 });
  deepStrictEqual(simulation.cellTypes("eval"), ["E071", "E087"]);
});

Deno.test("options out of range are refused by name", () => {
  throws(
    () => simulate({ genes: 0 }),
    /RangeError: Cannot simulate: genes is 0, expected an integer/,
  );
  throws(() => simulate({ genes: 200_000 }), /RangeError: .*genes is 200000/);
  throws(() => simulate({ cellTypes: 1.5 }), /RangeError: .*cellTypes is 1.5/);
  throws(() => simulate({ cellTypes: 1e9 }), /RangeError: .*cellTypes is 1000000000, .* 65536/);
  throws(() => simulate({ newCellTypes: 1e9 }), /RangeError: .*newCellTypes is 1000000000/);
  throws(() => simulate({ bins: 1e9 }), /RangeError: .*bins is 1000000000/);
  throws(
    () => simulate({ cellTypes: 60_000, genes: 100_000 }),
    /RangeError: .* bins in all, expected at most 4294967296/,
  );
  throws(() => simulate({ bins: 0 }), /RangeError: .*bins is 0/);
  throws(() => simulate({ seed: -1 }), /RangeError: .*seed is -1/);
  throws(
    () => simulate({ labelVariance: 3 } as object),
    /TypeError: .*"labelVariance" is not an option/,
  );
  throws(
    () => simulate({ expressionTransform: "tpm" as "log2p1" }),
    /RangeError: .*expressionTransform is "tpm", expected one of signed-log-difference, log2p1/,
  );
  throws(() => simulate({ enrichmentSpread: 2 }), /RangeError: .*enrichmentSpread is 2/);
  throws(() => simulate({ dispersion: NaN }), /RangeError: .*dispersion is NaN/);
  throws(() => simulate({ depth: Infinity }), /RangeError: .*depth is Infinity/);
  throws(() => simulate({ visibleShare: 1.1 }), /RangeError: .*visibleShare is 1.1/);
  throws(
    () => simulate({ visibleShare: 0.6, hiddenShare: 0.5 }),
    /RangeError: .*visibleShare \+ hiddenShare is 1.1, expected at most 1/,
  );
  throws(
    () => simulate({ newGenes: 0, newCellTypes: 0 }),
    /RangeError: .*at least one row in eval/,
  );
  throws(() => simulate({ gene: 3 } as object), /TypeError: .*"gene" is not an option/);
});
