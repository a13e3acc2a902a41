import { deepStrictEqual, notDeepStrictEqual, strictEqual } from "node:assert";
import { simulateColumns } from "../../src/simulate/columns.ts";
import { simulate, type SimulatedBlock, type Simulation } from "../../src/simulate/simulation.ts";
import type { SimulationPart } from "../../src/simulate/layout.ts";

const SMALL = { cellTypes: 3, genes: 6, newCellTypes: 2, newGenes: 4, bins: 10 };

function generate(simulation: Simulation): SimulatedBlock[] {
  return [...simulation.blocks("train"), ...simulation.blocks("eval")];
}

/** Counts and label of each row, by cell type and gene. */
function samplesOf(simulation: Simulation, part: SimulationPart): Map<string, unknown> {
  const samples = new Map<string, unknown>();
  for (const { cellType, genes, signal, labels } of simulation.blocks(part)) {
    const width = signal.length / genes.length;
    genes.forEach((gene, row) => {
      const counts = signal.slice(row * width, (row + 1) * width);
      samples.set(`${cellType}_${gene}`, { counts, label: labels[row] });
    });
  }
  return samples;
}

Deno.test("the same options give the same numbers, another seed gives others", () => {
  deepStrictEqual(generate(simulate(SMALL)), generate(simulate(SMALL)));
  const other = generate(simulate({ ...SMALL, seed: 2 }));
  notDeepStrictEqual(generate(simulate(SMALL))[0]!.signal, other[0]!.signal);
  notDeepStrictEqual(generate(simulate(SMALL))[0]!.genes, other[0]!.genes);
});

Deno.test("one simulation gives the same numbers twice, whatever the order of requests", () => {
  const simulation = simulate(SMALL);
  const evaluation = [...simulation.blocks("eval")];
  simulation.truth();
  deepStrictEqual([...simulation.blocks("eval")], evaluation);
});

Deno.test("a smaller simulation is a part of a larger one", () => {
  const large = simulate({ ...SMALL, cellTypes: 5, genes: 9, newCellTypes: 3, newGenes: 7 });
  for (const part of ["train", "eval"] as const) {
    const everything = samplesOf(large, part);
    for (const [id, sample] of samplesOf(simulate(SMALL), part)) {
      deepStrictEqual(everything.get(id), sample, id);
    }
  }
});

Deno.test("the options of label shares do not affect the counts", () => {
  const [plain] = simulate(SMALL).blocks("train");
  const [noisy] = simulate({ ...SMALL, visibleShare: 0, hiddenShare: 0 }).blocks("train");
  deepStrictEqual(noisy!.signal, plain!.signal);
  notDeepStrictEqual(noisy!.labels, plain!.labels);
});

Deno.test("rows agree with blocks in order and label", () => {
  const simulation = simulate(SMALL);
  for (const part of ["train", "eval"] as const) {
    const fromBlocks = [...simulation.blocks(part)].flatMap(({ cellType, genes, labels }) =>
      genes.map((gene, row) => ({ cellType, gene, label: labels[row] }))
    );
    const fromRows = [...simulation.rows(part)].map(({ cellType, gene, label }) => ({
      cellType,
      gene,
      label,
    }));
    deepStrictEqual(fromRows, fromBlocks);
  }
});

Deno.test("columns hold the same as the blocks", () => {
  const simulation = simulate(SMALL);
  const columns = simulateColumns(SMALL);
  for (const part of ["train", "eval"] as const) {
    const { signal, labels, cellTypes, cellTypeIndex, genes, geneIndex, bins } = columns[part];
    const blocks = [...simulation.blocks(part)];
    strictEqual(bins, 10);
    deepStrictEqual([...signal], blocks.flatMap((block) => [...block.signal]));
    deepStrictEqual([...labels!], blocks.flatMap((block) => [...block.labels]));
    deepStrictEqual(
      Array.from(cellTypeIndex, (index, row) => `${cellTypes[index]}_${genes[geneIndex[row]!]}`),
      blocks.flatMap((block) => block.genes.map((gene) => `${block.cellType}_${gene}`)),
    );
    strictEqual(new Set(genes).size, genes.length);
  }
});
