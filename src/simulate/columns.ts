import type { PackedColumns } from "../io/columns.ts";
import { PackedBuilder } from "../io/packing.ts";
import { countLogarithms } from "../io/signal_values.ts";
import type { DataRecord } from "../record.ts";
import { recordOf } from "./simulated_record.ts";
import type { SimulationPart } from "./layout.ts";
import { MARK_COUNT } from "./genes.ts";
import { checkFeatures, type SimulatedFeatures, type SimulationOptions } from "./options.ts";
import { packSimulated } from "./sequence/pack.ts";
import { simulate, type Simulation } from "./simulation.ts";

/** Both parts of a simulation in memory. */
export interface SimulatedColumns {
  /** The content of `train.npz`. */
  readonly train: PackedColumns;
  /** The content of `eval.npz`, and the labels that the file leaves out. */
  readonly eval: PackedColumns;
}

/** Options of {@linkcode simulateColumns}. */
export interface SimulateColumnsOptions extends SimulationOptions {
  /**
   * What the columns hold: plain `counts`; or `log1p`, exactly what files of `writeSimulation` hold, with labels of train
   * that are rounded to float32.
   *
   * @default {"counts"}
   */
  readonly features?: SimulatedFeatures | undefined;
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
 * deepStrictEqual(train.record.transform, "none");
 * ```
 */
export function simulateColumns(
  { features = "counts", ...options }: SimulateColumnsOptions = {},
): SimulatedColumns {
  checkFeatures(features);
  const simulation = simulate(options);
  const counts = {
    train: collectColumns(simulation, "train"),
    eval: collectColumns(simulation, "eval"),
  };
  if (features === "counts") return counts;
  const { train } = counts;
  return {
    train: takeLogarithms({ ...train, labels: train.labels?.map(Math.fround) }),
    eval: takeLogarithms(counts.eval),
  };
}

/** Columns of ln(1 + count), as they are read from a file. */
function takeLogarithms(columns: PackedColumns): PackedColumns {
  const { signal } = columns;
  const record: DataRecord = { ...columns.record, transform: "log1p" };
  if (signal instanceof Uint8Array || signal instanceof Uint16Array) {
    const largest = 2 ** (8 * signal.BYTES_PER_ELEMENT) - 1;
    return { ...columns, record, signalValues: countLogarithms(largest) };
  }
  return { ...columns, record, signal: Float32Array.from(signal, Math.log1p) };
}

function collectColumns(simulation: Simulation, part: SimulationPart): PackedColumns {
  const { bins, expressionTransform: expression, sequences } = simulation.options;
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
    record: recordOf("counts", { expression, sequences }),
    ...(sequences && {
      sequences: packSimulated(simulation.sequences(part), 2 * sequences.halfWidthBp).sequences,
    }),
  };
}
