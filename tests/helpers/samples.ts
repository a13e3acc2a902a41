import { Dataset } from "../../src/data/dataset.ts";
import { ensemblGeneId } from "../../src/gene_id.ts";
import type { PackedColumns } from "../../src/io/columns.ts";
import { DEEPCHROME_RECORD } from "../../src/record.ts";

/**
 * A full table of cell types and genes in cell-major order, with one bin of two marks: row r has signal
 * `[2r, 2r + 1]` and label r.
 */
export function tableColumns(cellTypes: number, genes: number): PackedColumns {
  const count = cellTypes * genes;
  return {
    signal: Uint16Array.from({ length: 2 * count }, (_, i) => i),
    labels: Float64Array.from({ length: count }, (_, row) => row),
    cellTypes: Array.from({ length: cellTypes }, (_, i) => `E${String(i + 1).padStart(3, "0")}`),
    cellTypeIndex: Uint32Array.from({ length: count }, (_, row) => Math.floor(row / genes)),
    genes: Array.from({ length: genes }, (_, i) => ensemblGeneId(i + 1)),
    geneIndex: Uint32Array.from({ length: count }, (_, row) => row % genes),
    bins: 1,
    record: { ...DEEPCHROME_RECORD, marks: ["H3K4me3", "H3K9me3"] },
  };
}

/** {@linkcode tableColumns} as a data set. */
export function tableDataset(cellTypes: number, genes: number): Dataset {
  return new Dataset(tableColumns(cellTypes, genes));
}
