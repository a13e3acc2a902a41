/** What AnnData say of samples besides their signal. */

import { freeArray } from "../../base/free.ts";
import { showValue } from "../../base/show_value.ts";
import type { GeneDetails } from "../../gene_id.ts";
import type { DataRecord } from "../../record.ts";
import type { SampleColumns } from "../columns.ts";
import { readAll, readNumberColumn, readTextColumn, type TextColumn } from "./_frame_reader.ts";
import { type Names, readNumbersPerName, readTextsPerName } from "./_name_columns.ts";
import { readRecord } from "./_record_reader.ts";
import type { ZarrReader } from "./reader.ts";
import type { ZarrPath } from "./store.ts";

/** Samples without their signal, and without what only the signal shows. */
export type SampleFacts = Omit<SampleColumns, "signal" | "signalValues" | "markMask">;

/**
 * Reads what is said of the samples.
 *
 * @param reader The hierarchy.
 * @param given What the numbers are, if the hierarchy is not asked.
 * @throws {FormatError} If a file is damaged or missing, or what is said about a sample contradicts another.
 */
export async function readSampleFacts(
  reader: ZarrReader,
  given: DataRecord | undefined,
): Promise<SampleFacts> {
  await checkRoot(reader);
  const { marks, bins } = await readFeatures(reader);
  const record = { ...given ?? await readRecord(reader), marks };
  const cellTypes = renumber(await needTexts(reader, "/obs/cell_type"));
  const genes = renumber(await needTexts(reader, "/obs/gene_id"));
  const samples = cellTypes.index.length;
  checkRows(reader, "/obs/gene_id", { found: genes.index.length, samples });
  refuseRepeated(reader, cellTypes, genes);
  const labels = await readNumberColumn(reader, "/obs/label");
  if (labels !== undefined) checkRows(reader, "/obs/label", { found: labels.length, samples });
  const geneDetails = await readDetails(reader, genes);
  const cellTypeGroups = await readGroups(reader, cellTypes);
  return {
    labels,
    cellTypes: cellTypes.names,
    cellTypeIndex: cellTypes.index,
    genes: genes.names,
    geneIndex: genes.index,
    ...(geneDetails && { geneDetails }),
    ...(cellTypeGroups && { cellTypeGroups }),
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

/** More pairs of cell types and genes than fit into so many bytes of bits are not looked through. */
const MOST_PAIR_BYTES = 2 ** 28;

/** Refuses a gene that a cell type has twice, as every other reader does: its sample would count twice. */
function refuseRepeated(reader: ZarrReader, cellTypes: Names, genes: Names): void {
  const bytes = Math.ceil(cellTypes.names.length * genes.names.length / 8);
  if (bytes > MOST_PAIR_BYTES) return;
  const seen = new Uint8Array(bytes);
  for (let row = 0; row < genes.index.length; row++) {
    const gene = genes.index[row]!;
    const cellType = cellTypes.index[row]!;
    const pair = cellType * genes.names.length + gene;
    const bit = 1 << (pair % 8);
    const place = Math.floor(pair / 8);
    if ((seen[place]! & bit) !== 0) {
      const found = `gene ${genes.names[gene]} appears twice in cell type ${
        cellTypes.names[cellType]
      }`;
      throw reader.fail("/obs/gene_id", `row ${row}: ${found}`);
    }
    seen[place]! |= bit;
  }
}

/** Reads a column of texts that every sample must have. */
async function needTexts(reader: ZarrReader, path: ZarrPath): Promise<TextColumn> {
  const column = await readTextColumn(reader, path);
  if (column === undefined) throw reader.fail(path, "the column is missing");
  const row = column.codes.indexOf(-1);
  if (row >= 0) throw reader.fail(path, `row ${row} has no value, expected one in each row`);
  return column;
}

function renumber({ categories, codes }: TextColumn): Names {
  const places = new Int32Array(categories.length).fill(-1);
  const names: string[] = [];
  const index = new Uint32Array(codes.length);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    if (places[code]! < 0) places[code] = names.push(categories[code]!) - 1;
    index[row] = places[code]!;
  }
  // Of millions of samples they take as much as the index.
  freeArray(codes);
  return { names, index };
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

/** What is known about each gene, which all its samples must say alike. */
async function readDetails(
  reader: ZarrReader,
  genes: Names,
): Promise<readonly GeneDetails[] | undefined> {
  const text = (name: string) => readTextsPerName(reader, `/obs/${name}`, genes);
  const symbols = await text("symbol");
  const chromosomes = await text("chrom");
  const strands = await text("strand");
  const owners = await text("gene");
  const starts = await readNumbersPerName(reader, "/obs/tss", genes);
  const details = genes.names.map((_, i): GeneDetails => {
    const [symbol, chromosome, strand, gene] = [symbols, chromosomes, strands, owners].map((
      column,
    ) => column?.[i]);
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

async function readGroups(
  reader: ZarrReader,
  cellTypes: Names,
): Promise<readonly string[] | undefined> {
  const found = await readTextsPerName(reader, "/obs/group", cellTypes);
  const groups = found?.map((group, i) => group ?? cellTypes.names[i]!);
  return groups?.some((group, i) => group !== cellTypes.names[i]) ? groups : undefined;
}
