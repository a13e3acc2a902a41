import type { SampleColumns } from "../io/columns.ts";
import { PackedBuilder } from "../io/packing.ts";
import { COMPETITION_RECORD } from "../record.ts";
import type { SimulationPart } from "./layout.ts";
import { MARK_COUNT } from "./genes.ts";
import type { SimulationOptions } from "./options.ts";
import { simulate, type Simulation } from "./simulation.ts";

/** Both parts of a simulation in memory. */
export interface SimulatedColumns {
  /** The content of `train.npz`. */
  readonly train: SampleColumns;
  /** The content of `eval.npz`, and the labels that the file leaves out. */
  readonly eval: SampleColumns;
}

/**
 * Simulates into memory instead of files, for tests, examples and first steps. Use {@linkcode writeSimulation} for data
 * of the competition's size.
 *
 * @param options Sizes, seed and parameters.
 * @returns The columns of train and of eval.
 * @throws {TypeError} If an option has an unknown name.
 * @throws {RangeError} If an option is out of range; the message names it.
 *
 * @example
 * ```ts
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { deepStrictEqual } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 2, genes: 3, newCellTypes: 1, newGenes: 1 });
 * deepStrictEqual(train.cellTypes, ["E065", "E004"]);
 * deepStrictEqual([...train.cellTypeIndex], [0, 0, 0, 1, 1, 1]);
 * ```
 */
export function simulateColumns(options: SimulationOptions = {}): SimulatedColumns {
  const simulation = simulate(options);
  return { train: collectColumns(simulation, "train"), eval: collectColumns(simulation, "eval") };
}

function collectColumns(simulation: Simulation, part: SimulationPart): SampleColumns {
  const { bins } = simulation.options;
  const blocks = [...simulation.blocks(part)];
  const samples = blocks.reduce((sum, { labels }) => sum + labels.length, 0);
  const signal = new PackedBuilder(samples * bins * MARK_COUNT);
  const labels = new Float64Array(samples);
  const cellTypeIndex = new Uint32Array(samples);
  const geneIndex = new Uint32Array(samples);
  const places = new Map<string, number>();
  let row = 0;
  for (const [position, block] of blocks.entries()) {
    signal.append(Float64Array.from(block.signal));
    labels.set(block.labels, row);
    for (const gene of block.genes) {
      if (!places.has(gene)) places.set(gene, places.size);
      cellTypeIndex[row] = position;
      geneIndex[row++] = places.get(gene)!;
    }
  }
  return {
    signal: signal.finish(),
    labels,
    cellTypes: blocks.map(({ cellType }) => cellType),
    cellTypeIndex,
    genes: [...places.keys()],
    geneIndex,
    bins,
    record: COMPETITION_RECORD,
  };
}
