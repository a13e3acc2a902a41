/** Data of any size whose values are like the competition's, a cell type at a time. */

import type { CompetitionBlock } from "../../src/io/competition_writer.ts";
import type { DataRecord } from "../../src/record.ts";
import { simulateColumns } from "../../src/simulate/columns.ts";

/** What data of many cell types look like. */
export interface VariedOptions {
  /** How many cell types there are. */
  readonly cellTypes: number;
  /** Genes of each. */
  readonly genes: number;
}

/** Data of many cell types. */
export interface VariedData {
  readonly record: DataRecord;
  /** The cell types, each made when it is asked for. */
  blocks(): Generator<CompetitionBlock>;
}

/** Cell types that are simulated; the others are variations of these. */
const SIMULATED = 5;

/**
 * Makes data of as many cell types as are wanted. Of the first five, signal and labels are simulated, which takes a second
 * for 4,000 genes and would take hours for all. Every further one has the windows of one of these turned by some bins, the
 * counts of some genes exchanged for those of others, so that it is another cell type with counts of the same sizes.
 *
 * @param options Sizes.
 * @returns The data, the same for the same sizes.
 */
export function makeVaried({ cellTypes, genes }: VariedOptions): VariedData {
  const { train } = simulateColumns({
    cellTypes: Math.min(SIMULATED, cellTypes),
    genes,
    newCellTypes: 0,
    newGenes: 1,
  });
  const { record, bins, signal, labels, genes: names } = train;
  const marks = record.marks.length;
  const size = bins * marks;
  const kept = names.length;
  function* blocks() {
    for (let cellType = 0; cellType < cellTypes; cellType++) {
      const [turns, base] = [Math.floor(cellType / SIMULATED), cellType % SIMULATED];
      const varied = new Uint16Array(kept * size);
      const expressed = new Float64Array(kept);
      for (let gene = 0; gene < kept; gene++) {
        const from = base * kept + (gene + (gene % 2) * 2 * turns) % kept;
        const row = signal.subarray(from * size, (from + 1) * size);
        const turned = turns % bins * marks;
        varied.set(row.subarray(turned), gene * size);
        varied.set(row.subarray(0, turned), (gene + 1) * size - turned);
        expressed[gene] = labels![from]!;
      }
      const name = `E${String(cellType + 1).padStart(4, "0")}`;
      // The genes are the same array for all, of which a writer keeps one.
      yield { cellType: name, genes: names, signal: varied, labels: expressed };
    }
  }
  return { record, blocks };
}
