/**
 * Reads samples from AnnData.
 *
 * @module
 */

import { showValue } from "../../base/show_value.ts";
import type { GeneDetails } from "../../gene_id.ts";
import type { DataRecord } from "../../record.ts";
import type { PackedColumns } from "../columns.ts";
import { PackedBuilder } from "../packing.ts";
import { storeValues } from "../signal_values.ts";
import { readAll, readNumberColumn, readTextColumn, type TextColumn } from "./_frame_reader.ts";
import { readRecord } from "./_record_reader.ts";
import { SignalBands } from "./_signal_bands.ts";
import { endedBy } from "./_ended_store.ts";
import { ZarrReader, type ZarrReadStore } from "./reader.ts";
import type { ZarrPath } from "./store.ts";
import type { AbortOptions, OnProgress } from "../../progress.ts";

/** Options of {@linkcode readAnndata}. */
export interface ReadAnndataOptions extends AbortOptions {
  /**
   * What the numbers are.
   *
   * @default {The record in `uns["histone"]`}
   */
  readonly record?: DataRecord | undefined;
  /**
   * Name of the data, for messages.
   *
   * @default {"AnnData"}
   */
  readonly name?: string | undefined;
  /** Called from time to time with the number of samples that are read. */
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Reads samples as `writeAnndata` writes them, also after Python's anndata has written them again, in Zarr v2 or v3: with
 * fewer or other samples, fewer marks, or further columns.
 *
 * `X` must be dense. A mark whose signal is NaN in all samples of a cell type was not measured in it. Columns `symbol
 * chrom tss strand gene group label` of `obs` may be missing.
 *
 * @param store The files, such as a `Map` or a store of zarrita.
 * @param options What the numbers are.
 * @returns The samples.
 * @throws {TypeError} If the store has no `get`.
 * @throws {FormatError} If a file is damaged or missing, the features are not all marks in all bins, or what is said about
 * a sample contradicts another.
 *
 * @example What was written is read back
 * ```ts
 * import { readAnndata, writeAnndata } from "@waka/histone/io";
 * import { COMPETITION_RECORD } from "@waka/histone/record";
 * import { deepStrictEqual } from "node:assert";
 *
 * const store = new Map<string, Uint8Array>();
 * const block = { cellType: "E003", genes: ["ENSG00000115459"], signal: [3, 0], labels: [1.5] };
 * await writeAnndata(store, [block], { record: { ...COMPETITION_RECORD, marks: ["H3K4me3"] } });
 * const { signal, labels, bins } = await readAnndata(store);
 * deepStrictEqual([[...signal], [...labels!], bins], [[3, 0], [1.5], 2]);
 * ```
 */
export async function readAnndata(
  store: ZarrReadStore,
  options: ReadAnndataOptions = {},
): Promise<PackedColumns> {
  options.signal?.throwIfAborted();
  if (typeof (store as Partial<ZarrReadStore>).get !== "function") {
    throw new TypeError(
      "Cannot read AnnData: found something that has no get, expected a store such as a Map; readDataset takes a path",
    );
  }
  return await readColumns(store, options).catch((error) => {
    // The reader of Zarr takes whatever its files throw for a fault of theirs.
    options.signal?.throwIfAborted();
    throw error;
  });
}

async function readColumns(
  store: ZarrReadStore,
  options: ReadAnndataOptions,
): Promise<PackedColumns> {
  const { record: given, name = "AnnData", onProgress } = options;
  const reader = new ZarrReader(endedBy(store, options.signal), name);
  await checkRoot(reader);
  const { marks, bins } = await readFeatures(reader);
  const record = { ...given ?? await readRecord(reader), marks };
  const cellTypes = await needTexts(reader, "/obs/cell_type");
  const genes = await needTexts(reader, "/obs/gene_id");
  const samples = cellTypes.codes.length;
  checkRows(reader, "/obs/gene_id", { found: genes.codes.length, samples });
  const used = { cellTypes: renumber(cellTypes), genes: renumber(genes) };
  const labels = await readNumberColumn(reader, "/obs/label");
  if (labels !== undefined) checkRows(reader, "/obs/label", { found: labels.length, samples });
  const { signal, markMask } = await readSignal(reader, {
    cellTypes: used.cellTypes,
    marks: marks.length,
    bins,
    onProgress,
  });
  const geneDetails = await readDetails(reader, used.genes);
  const cellTypeGroups = await readGroups(reader, used.cellTypes);
  return {
    ...storeValues(signal, record.transform),
    labels,
    cellTypes: used.cellTypes.names,
    cellTypeIndex: used.cellTypes.index,
    genes: used.genes.names,
    geneIndex: used.genes.index,
    ...(geneDetails && { geneDetails }),
    ...(cellTypeGroups && { cellTypeGroups }),
    ...(markMask && { markMask }),
    bins,
    record,
  };
}

async function checkRoot(reader: ZarrReader): Promise<void> {
  const root = await reader.node("");
  const found = root?.attributes["encoding-type"];
  if (root?.kind === "group" && found === "anndata") return;
  throw reader.fail("", `encoding-type is ${showValue(found)}, expected "anndata"`);
}

function checkRows(
  reader: ZarrReader,
  path: ZarrPath,
  { found, samples }: { readonly found: number; readonly samples: number },
): void {
  if (found === samples) return;
  throw reader.fail(path, `it has ${found} rows, expected ${samples} as cell_type has`);
}

/** Reads a column of texts that every sample must have. */
async function needTexts(reader: ZarrReader, path: ZarrPath): Promise<TextColumn> {
  const column = await readTextColumn(reader, path);
  if (column === undefined) throw reader.fail(path, "the column is missing");
  const row = column.codes.indexOf(-1);
  if (row >= 0) throw reader.fail(path, `row ${row} has no value, expected one in each row`);
  return column;
}

/** Names in order of their first samples. */
interface Names {
  readonly names: readonly string[];
  /** The place of each sample's name, `[sample]`. */
  readonly index: Uint32Array<ArrayBuffer>;
  /** The first sample of each name. */
  readonly firstRows: readonly number[];
}

function renumber({ categories, codes }: TextColumn): Names {
  const places = new Int32Array(categories.length).fill(-1);
  const firstRows: number[] = [];
  const index = new Uint32Array(codes.length);
  for (const [row, code] of codes.entries()) {
    if (places[code]! < 0) places[code] = firstRows.push(row) - 1;
    index[row] = places[code]!;
  }
  return { names: firstRows.map((row) => categories[codes[row]!]!), index, firstRows };
}

/** The marks and the number of bins; features must be all marks in the first bin, then in the second, and so on. */
async function readFeatures(
  reader: ZarrReader,
): Promise<{ readonly marks: readonly string[]; readonly bins: number }> {
  const { categories, codes } = await needTexts(reader, "/var/mark");
  const places = await readNumberColumn(reader, "/var/bin");
  const marks = [...new Set(codes)].map((code) => categories[code]!);
  const bins = codes.length / marks.length;
  const isGrid = places?.length === codes.length && Number.isInteger(bins) && bins > 0 &&
    codes.every((code, i) =>
      categories[code] === marks[i % marks.length] && places[i] === Math.floor(i / marks.length)
    );
  const all = await reader.node("/uns/histone/bins") &&
    Number((await readAll(reader, "/uns/histone/bins"))[0]);
  if (isGrid && (all === undefined || all === bins)) return { marks, bins };
  throw reader.fail(
    "/var",
    "features are not all bins of each mark, expected bin after bin, in the order of the marks",
  );
}

async function readSignal(
  reader: ZarrReader,
  { cellTypes, marks, bins, onProgress }: {
    readonly cellTypes: Names;
    readonly marks: number;
    readonly bins: number;
    readonly onProgress: ReadAnndataOptions["onProgress"];
  },
): Promise<Pick<PackedColumns, "signal" | "markMask">> {
  const node = await reader.node("/X");
  if (node?.kind === "group") {
    throw reader.fail(
      "/X",
      `its encoding-type is ${
        showValue(node.attributes["encoding-type"])
      }, expected a dense array: ` +
        "adata.X = adata.X.toarray() makes that of it in Python",
    );
  }
  const array = await reader.array("/X");
  const samples = cellTypes.index.length;
  if (String(array.shape) !== String([samples, bins * marks]) || array.type === "string") {
    throw reader.fail(
      "/X",
      `its shape is ${array.shape}, expected ${samples},${bins * marks} numbers`,
    );
  }
  const signal = new PackedBuilder(samples * bins * marks);
  const bands = new SignalBands({
    cellTypes: cellTypes.index,
    count: cellTypes.names.length,
    marks,
  });
  let done = 0;
  for await (const band of reader.rows("/X", array)) {
    const fault = bands.take(band as Exclude<typeof band, string[]>, bins);
    if (typeof fault === "string") throw reader.fail("/X", fault);
    signal.append(fault);
    done += fault.length / (bins * marks);
    onProgress?.({ done, total: samples, unit: "samples" });
  }
  return { signal: signal.finish(), markMask: bands.markMask() };
}

/** What is known about each gene, which all its samples must say alike. */
async function readDetails(
  reader: ZarrReader,
  genes: Names,
): Promise<readonly GeneDetails[] | undefined> {
  const text = async (name: string) => {
    const column = await readTextColumn(reader, `/obs/${name}`);
    if (column === undefined) return [];
    const codes = perName(reader, `/obs/${name}`, { names: genes, values: column.codes });
    return codes.map((code) => column.categories[code]);
  };
  const [symbols, chromosomes, strands, owners] = [
    await text("symbol"),
    await text("chrom"),
    await text("strand"),
    await text("gene"),
  ];
  const positions = await readNumberColumn(reader, "/obs/tss");
  const starts = positions && perName(reader, "/obs/tss", { names: genes, values: positions });
  const details = genes.names.map((_, i): GeneDetails => {
    const [symbol, chromosome, strand, gene] = [symbols, chromosomes, strands, owners].map((
      column,
    ) => column[i]);
    const tss = starts?.[i];
    if (strand !== undefined && strand !== "+" && strand !== "-") {
      throw reader.fail("/obs/strand", `a strand is ${showValue(strand)}, expected + or -`);
    }
    return {
      ...(symbol !== undefined && { symbol }),
      ...(chromosome !== undefined && { chromosome }),
      ...(tss !== undefined && Number.isSafeInteger(tss) && { tss }),
      ...(strand !== undefined && { strand }),
      ...(gene !== undefined && { gene }),
    };
  });
  return details.some((fields) => Object.keys(fields).length > 0) ? details : undefined;
}

/** The value of each name's samples, which must be the same in all of them. */
function perName(
  reader: ZarrReader,
  path: ZarrPath,
  { names: { names, index, firstRows }, values }: {
    readonly names: Names;
    readonly values: ArrayLike<number>;
  },
): number[] {
  checkRows(reader, path, { found: values.length, samples: index.length });
  for (const [row, name] of index.entries()) {
    if (Object.is(values[row], values[firstRows[name]!])) continue;
    throw reader.fail(
      path,
      `samples of ${names[name]} differ in it, expected the same in all of them`,
    );
  }
  return firstRows.map((row) => values[row]!);
}

async function readGroups(
  reader: ZarrReader,
  cellTypes: Names,
): Promise<readonly string[] | undefined> {
  const column = await readTextColumn(reader, "/obs/group");
  if (column === undefined) return undefined;
  const codes = perName(reader, "/obs/group", { names: cellTypes, values: column.codes });
  const groups = codes.map((code, i) => column.categories[code] ?? cellTypes.names[i]!);
  return groups.some((group, i) => group !== cellTypes.names[i]) ? groups : undefined;
}
