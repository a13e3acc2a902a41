/** Small simulated data for the tests of the benchmark. */

import { Dataset } from "../../../src/data/dataset.ts";
import { writeFileAtomic } from "../../../src/files/file.ts";
import { writeCompetition } from "../../../src/io/competition_writer.ts";
import { simulateColumns } from "../../../src/simulate/mod.ts";
import { packedSignal } from "../../helpers/packed.ts";

/** Labelled samples of 20 bins in each of some cell types. */
export function smallData(cellTypes: number, genes: number): Dataset {
  const size = { cellTypes, genes, newCellTypes: 1, newGenes: 1, bins: 20 };
  return new Dataset(simulateColumns(size).train);
}

/** Writes the samples of {@linkcode smallData}, cell type by cell type, as an npz file of counts. */
export async function writeSmall(path: string, { columns, storedRecord }: Dataset): Promise<void> {
  const { cellTypes, genes, labels } = columns;
  const signal = packedSignal(columns);
  const size = signal.length / cellTypes.length;
  const blocks = cellTypes.map((cellType, place) => ({
    cellType,
    genes,
    signal: signal.slice(place * size, (place + 1) * size),
    labels: labels!.slice(place * genes.length, (place + 1) * genes.length),
  }));
  const options = { record: storedRecord };
  await writeFileAtomic(path, (sink) => writeCompetition(sink, blocks, options));
}
