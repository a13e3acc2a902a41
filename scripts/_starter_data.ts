/** The data that the starter model is trained on: peaks of ENCODE's and Roadmap's cell types. */

import { Dataset } from "../src/data/dataset.ts";
import { readDataset } from "../src/data/read_dataset.ts";
import { ContractError } from "../src/errors.ts";
import { inMemory } from "../src/io/stored_signal.ts";
import { type DataRecord, DEEPCHROME_RECORD } from "../src/record.ts";

/** What the numbers of the files are, which they do not say. */
export const PEAKS_RECORD: DataRecord = {
  ...DEEPCHROME_RECORD,
  countingRule: "enrichment",
  expressionTransform: "log2p1",
  source: "peak calls of ENCODE and Roadmap Epigenomics; expression of Roadmap Epigenomics",
};

/**
 * Marks that are taken for not measured: H3K4me1 of E119 comes from a short list of peaks and says nearly nothing; H3K27me3
 * of E118 rises with expression, where it falls in all others, and is most likely another mark's file; the others have no
 * H3K4me1.
 */
const NOT_MEASURED: Readonly<Record<string, readonly string[]>> = {
  E114: ["H3K4me1"],
  E118: ["H3K4me1", "H3K27me3"],
  E119: ["H3K4me1"],
  E120: ["H3K4me1"],
  E128: ["H3K4me1"],
};

/**
 * Reads files of peaks in the competition's layout as one data set.
 *
 * @param paths The files; a cell type is in one of them.
 * @param onProgress Called with the path of each file before it is read.
 * @throws {ContractError} If a cell type is in two files, or they have other marks or bins.
 */
export async function readStarterData(
  paths: readonly string[],
  onProgress?: (path: string) => void,
): Promise<Dataset> {
  const parts: Dataset[] = [];
  for (const path of paths) {
    onProgress?.(path);
    parts.push(await readDataset(path, { record: PEAKS_RECORD }));
  }
  return maskMarks(joinParts(parts));
}

/** The samples of several data sets, one after another, as one. */
function joinParts(parts: readonly Dataset[]): Dataset {
  const [{ bins, marks }] = parts as [Dataset];
  const cellTypes = parts.flatMap(({ columns }) => columns.cellTypes);
  if (
    new Set(cellTypes).size < cellTypes.length ||
    parts.some((part) => part.bins !== bins || String(part.marks) !== String(marks))
  ) {
    throw new ContractError(
      `Cannot join the files: they have the cell types ${
        cellTypes.join(", ")
      }, expected each once, with equal marks and bins`,
    );
  }
  const genes = [...new Set(parts.flatMap(({ columns }) => columns.genes))];
  const placeOfGene = new Map(genes.map((gene, place) => [gene, place]));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const columns = {
    signal: new Float32Array(length * bins * marks.length),
    labels: new Float64Array(length),
    cellTypeIndex: new Uint32Array(length),
    geneIndex: new Uint32Array(length),
  };
  let [row, firstCellType] = [0, 0];
  for (const part of parts) {
    const own = part.columns;
    columns.signal.set(inMemory(own.signal, "join files"), row * bins * marks.length);
    columns.labels.set(part.labels(), row);
    columns.cellTypeIndex.set(own.cellTypeIndex.map((place) => firstCellType + place), row);
    columns.geneIndex.set(own.geneIndex.map((place) => placeOfGene.get(own.genes[place]!)!), row);
    row += part.length;
    firstCellType += own.cellTypes.length;
  }
  return new Dataset({ ...columns, cellTypes, genes, bins, record: PEAKS_RECORD });
}

/** The data with the marks that say nothing taken for not measured, in which their signal is 0. */
export function maskMarks({ columns }: Dataset): Dataset {
  const { record: { marks }, cellTypes, cellTypeIndex, bins } = columns;
  const size = marks.length;
  const markMask = Uint8Array.from(
    cellTypes.flatMap((name) => marks.map((mark) => NOT_MEASURED[name]?.includes(mark) ? 0 : 1)),
  );
  const masked = inMemory(columns.signal, "mask marks").slice();
  for (let row = 0; row < cellTypeIndex.length; row++) {
    for (let mark = 0; mark < size; mark++) {
      if (markMask[cellTypeIndex[row]! * size + mark] === 1) continue;
      for (let bin = 0; bin < bins; bin++) masked[(row * bins + bin) * size + mark] = 0;
    }
  }
  return new Dataset({ ...columns, signal: masked, markMask });
}
