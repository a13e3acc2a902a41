/** The data of `deno task bench --past-memory`, and its table. */

import { deepStrictEqual, notDeepStrictEqual, strictEqual } from "node:assert";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { formatPastMemory } from "./past_memory.ts";
import { makeVaried } from "./past_memory_data.ts";

const SIZES = { cellTypes: 12, genes: 6 };
const made = makeVaried(SIZES);
const blocks = [...made.blocks()];
const size = 100 * made.record.marks.length;

/** The values of a gene's window, in ascending order: the same however it is turned. */
function sortedWindow(signal: ArrayLike<number>, gene: number): string {
  return Array.from({ length: size }, (_, i) => signal[gene * size + i]!).sort((a, b) => a - b)
    .join();
}

Deno.test("the first five cell types are simulated ones", () => {
  const { train } = simulateColumns({ cellTypes: 5, genes: 6, newCellTypes: 0, newGenes: 1 });
  const joined = blocks.slice(0, 5).flatMap(({ signal }) => Array.from(signal));
  deepStrictEqual(joined, Array.from(train.signal));
  deepStrictEqual(blocks.slice(0, 5).flatMap(({ labels }) => Array.from(labels!)), [
    ...train.labels!,
  ]);
});

Deno.test("further cell types have the windows and labels of these, turned and exchanged", () => {
  for (const [i, { signal, labels, genes }] of blocks.entries()) {
    const base = blocks[i % 5]!;
    strictEqual(genes.length, SIZES.genes);
    const pairs = (block: typeof base) =>
      Array.from(
        { length: genes.length },
        (_, gene) => `${block.labels![gene]} ${sortedWindow(block.signal, gene)}`,
      )
        .sort();
    deepStrictEqual(pairs({ ...base, signal, labels }), pairs(base));
    if (i >= 5) notDeepStrictEqual(signal, base.signal);
  }
  strictEqual(new Set(blocks.map(({ signal }) => Array.from(signal).join())).size, SIZES.cellTypes);
});

Deno.test("the table has a line for each data set, without what was not measured", () => {
  const cost = { seconds: 2, megabytes: 300, processorSeconds: 3 };
  const stored = { ...cost, samplesPerSecond: 9000, mse: 2 };
  const row = {
    rows: 80_000,
    megabytesOnDisk: 80,
    files: 12,
    opened: cost,
    predicted: cost,
    stored,
  };
  const inMemory = { ...stored, samplesPerSecond: 10_000 };
  const text = formatPastMemory([{ ...row, made: cost, inMemory, ratio: 0.9 }, {
    ...row,
    rows: 8e6,
  }]);
  const [, , first, second] = text.split("\n");
  const cells = (line: string | undefined) => line!.split("|").map((cell) => cell.trim());
  deepStrictEqual(cells(first).slice(5, 8), ["9,000/s", "10,000/s", "0.9×"]);
  deepStrictEqual(cells(second).slice(5, 8), ["9,000/s", "", ""]);
});
