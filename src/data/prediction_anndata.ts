import { groupBy } from "../base/group_by.ts";
import { type AnndataValue, ARRAY, recordValue } from "../io/zarr/anndata.ts";
import { ZarrArray } from "../io/zarr/array.ts";
import { Frame } from "../io/zarr/frame.ts";
import { GENE_COLUMNS, geneCells, hasGenes } from "../io/zarr/gene_columns.ts";
import { finishAnndata } from "../io/zarr/root.ts";
import type { ZarrPath, ZarrStore } from "../io/zarr/store.ts";
import {
  type NumberColumn,
  numberColumns,
  type PredictionRegime,
  type PredictionValues,
} from "./_prediction_columns.ts";
import type { Dataset } from "./dataset.ts";

/** The content of an AnnData that {@linkcode writePredictionAnndata} writes. */
export interface PredictionAnndata extends PredictionValues {
  /**
   * What `uns["histone"]` says, such as the name of the model.
   *
   * @default {Only `record`, the record of the data}
   */
  readonly about?: Readonly<Record<string, AnndataValue | undefined>> | undefined;
}

/** Cell types are laid out some at a time, of about this many values. */
const PIECE_VALUES = 2 ** 19;

/**
 * Writes predictions as AnnData in Zarr v3, which `anndata.read_zarr` of Python opens: `X` is the prediction as float32,
 * `[cell type, gene]`, NaN where the data lack a pair. `spread`, `low`, `high`, `measured` and `residual` (measured −
 * predicted) are layers, where they are given. With regimes, `obs` and `var` have a column `trained`: whether the cell type,
 * or gene, was trained on. `obs` has the cell types, `var` the genes with `symbol chrom tss strand` (`tss` is
 * 0-based), in the order of the data; transcripts have a column `gene`, and replicates `group`. `uns["histone"]` has the record of the data, unless `about` has another.
 *
 * @param store Where to write; a `Map` will do.
 * @param data The samples.
 * @param content The predictions.
 * @throws {TypeError} If predictions and samples differ in number.
 * @throws {RangeError} If there are no samples, a gene occurs twice in a cell type, or a number is NaN or infinite; the
 * message has its gene and cell type.
 *
 * @example Predictions for two cell types
 * ```ts
 * import { Dataset, writePredictionAnndata } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { deepStrictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 3, bins: 2 }).train);
 * const store = new Map<string, Uint8Array>();
 * await writePredictionAnndata(store, data, { predictions: [1, 2, 3, 4, 5, 6] });
 * const { shape } = JSON.parse(new TextDecoder().decode(store.get("/X/zarr.json")));
 * deepStrictEqual(shape, [2, 3]);
 * ```
 */
export async function writePredictionAnndata(
  store: ZarrStore,
  data: Dataset,
  { about = {}, ...values }: PredictionAnndata,
): Promise<void> {
  const [prediction, ...layers] = numberColumns(data, values);
  if (data.length === 0) {
    throw new RangeError("Cannot write predictions: there are no samples, expected some");
  }
  const grid = makeGrid(data);
  await writeMatrix(store, "/X", { data, grid, column: prediction! });
  for (const column of layers) {
    await writeMatrix(store, `/layers/${column.name}`, { data, grid, column });
  }
  const words = wordsOf(data, values);
  await writeCellTypes(store, data, { places: grid.cellTypes, words });
  await writeGenes(store, data, { places: grid.genes, words });
  await finishAnndata(store, { histone: { record: recordValue(data.record), ...about } });
}

/** Where each sample stands in the matrix. */
interface Grid {
  /** The cell types that have samples, in their order: places in the columns' `cellTypes`. */
  readonly cellTypes: readonly number[];
  /** The genes that have samples, in their order: places in the columns' `genes`. */
  readonly genes: readonly number[];
  /** The positions of the samples of each cell type, `[row]`. */
  readonly positions: readonly (readonly number[])[];
  /** The matrix column of each sample, `[position]`. */
  readonly columns: Uint32Array;
}

function makeGrid(data: Dataset): Grid {
  const [cellTypeIndices, geneIndices] = [data.cellTypeIndices(), data.geneIndices()];
  const genes = [...new Set(geneIndices)].sort((a, b) => a - b);
  const columnOf = new Map(genes.map((gene, column) => [gene, column]));
  const byCellType = groupBy(
    cellTypeIndices.keys(),
    (position) => cellTypeIndices[position]!,
  );
  const cellTypes = [...byCellType.keys()].sort((a, b) => a - b);
  return {
    cellTypes,
    genes,
    positions: cellTypes.map((cellType) => byCellType.get(cellType)!),
    columns: geneIndices.map((gene) => columnOf.get(gene)!),
  };
}

interface Matrix {
  readonly data: Dataset;
  readonly grid: Grid;
  readonly column: NumberColumn;
}

async function writeMatrix(store: ZarrStore, path: ZarrPath, matrix: Matrix): Promise<void> {
  const { grid: { genes, positions }, column: { type } } = matrix;
  const chunkRows = Math.max(1, Math.floor(PIECE_VALUES / genes.length));
  const array = new ZarrArray(store, path, {
    type,
    rowShape: [genes.length],
    chunkRows,
    attributes: ARRAY,
  });
  for (const row of positions) await array.append(rowOf(matrix, row));
  await array.finish();
}

/** The values of a cell type, `[gene]`. */
function rowOf(
  { data, grid: { genes, columns }, column: { type, values } }: Matrix,
  positions: readonly number[],
): Float32Array | Float64Array {
  const row = new (type === "float32" ? Float32Array : Float64Array)(genes.length).fill(NaN);
  for (const position of positions) {
    const column = columns[position]!;
    if (!Number.isNaN(row[column])) {
      throw new RangeError(
        `Cannot write predictions: gene ${data.geneOf(position)} occurs twice in ${
          data.cellTypeOf(position)
        }, expected once`,
      );
    }
    row[column] = values[position]!;
  }
  return row;
}

/** What is said in words of cell types, by number, and of genes; absent where nothing is said. */
interface Words {
  readonly isTrainedCellType?: ReadonlyMap<number, "yes" | "no">;
  readonly isTrainedGene?: ReadonlyMap<number, "yes" | "no">;
  readonly unlike?: ReadonlyMap<number, string | undefined>;
}

function wordsOf(
  data: Dataset,
  { regimes, unlike }: Pick<PredictionAnndata, "regimes" | "unlike">,
): Words {
  const [cellTypes, genes] = [data.cellTypeIndices(), data.geneIndices()];
  const answer = (indices: Uint32Array, yes: readonly PredictionRegime[]) =>
    new Map(
      regimes?.map((regime, row) => [indices[row]!, yes.includes(regime) ? "yes" : "no"] as const),
    );
  return {
    ...(regimes && {
      isTrainedCellType: answer(cellTypes, ["newGene", "newGeneInPanel", "seen"]),
      isTrainedGene: answer(genes, ["newCellType", "seen"]),
    }),
    ...(unlike &&
      { unlike: new Map(unlike.map((text, row) => [cellTypes[row]!, text || undefined])) }),
  };
}

/** Rows or columns of the matrix, and what is said of them. */
interface FrameContent {
  readonly places: readonly number[];
  readonly words: Words;
}

async function writeCellTypes(
  store: ZarrStore,
  { columns: { cellTypes, cellTypeGroups } }: Dataset,
  { places, words: { isTrainedCellType, unlike } }: FrameContent,
): Promise<void> {
  const frame = new Frame(store, "/obs", {
    index: "cell_type",
    columns: {
      ...(cellTypeGroups && { group: "category" }),
      ...(isTrainedCellType && { trained: "category" }),
      ...(unlike && { unlike: "category" }),
    },
  });
  await frame.append({
    cell_type: places.map((place) => cellTypes[place]!),
    group: places.map((place) => cellTypeGroups?.[place]),
    trained: places.map((place) => isTrainedCellType?.get(place)),
    unlike: places.map((place) => unlike?.get(place)),
  });
  await frame.finish();
}

async function writeGenes(
  store: ZarrStore,
  { columns: { genes, geneDetails } }: Dataset,
  { places, words: { isTrainedGene } }: FrameContent,
): Promise<void> {
  const details = places.map((place) => geneDetails?.[place] ?? {});
  const frame = new Frame(store, "/var", {
    index: "gene_id",
    columns: {
      ...GENE_COLUMNS,
      ...(hasGenes(details) && { gene: "category" }),
      ...(isTrainedGene && { trained: "category" }),
    },
  });
  await frame.append({
    gene_id: places.map((place) => genes[place]!),
    ...geneCells(details),
    trained: places.map((place) => isTrainedGene?.get(place)),
  });
  await frame.finish();
}
