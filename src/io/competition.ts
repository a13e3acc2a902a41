/**
 * Reads the competition's files, `train.npz` and `eval.npz`.
 *
 * @module
 */

import type { PackedArray } from "../base/arrays.ts";
import { FormatError } from "../errors.ts";
import { ensemblGeneId } from "../gene_id.ts";
import { COMPETITION_RECORD, type DataRecord, parseRecord } from "../record.ts";
import type { RowBatch } from "./_competition_decoder.ts";
import { readLayouts } from "./_competition_layouts.ts";
import { checkInflatedSize } from "./_competition_limits.ts";
import { decodeMembers } from "./_decode_members.ts";
import { readGeneTable, type TableGene } from "./_gene_table.ts";
import { readSampleMembers } from "./_sample_members.ts";
import { takeMemory } from "./_memory.ts";
import { ZipNpzReader } from "./_npz_reader.ts";
import { checkName, isReservedName } from "./names.ts";
import { openSource } from "../files/open_source.ts";
import { readZipDirectory, type ZipDirectory } from "./_zip_directory.ts";
import type { ByteSource } from "../files/byte_source.ts";
import type { SampleColumns } from "./columns.ts";
import type { NpzReader } from "./npz_types.ts";
import { PackedBuilder } from "./packing.ts";

/** Options of {@linkcode readCompetition}. */
export interface ReadCompetitionOptions {
  /**
   * What the numbers are. The number of its marks is the number of columns that hold marks.
   *
   * @default {The record in the file's zip comment, or else COMPETITION_RECORD}
   */
  readonly record?: DataRecord | undefined;
  /**
   * The cell types to read; their order remains that of the file.
   *
   * @default {All cell types of the file}
   */
  readonly cellTypes?: readonly string[] | undefined;
  /**
   * Number of threads that decode; the result does not depend on it.
   *
   * @default {The number of cores, at most 8; 1 for a small file, or where workers are not supported}
   */
  readonly threads?: number | undefined;
  /**
   * The most bytes that the file's arrays may have once they are inflated. Real signal deflates to a hundredth at best;
   * a file that claims more may be made to fill the memory.
   *
   * @default {256 times the number of their bytes in the file, and at least 1 GiB}
   */
  readonly maxBytes?: number | undefined;
  /** Called from time to time with the number of samples read and the number in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Called if the file has its own record and `record` contradicts it; the file is read with `record` then. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/**
 * Reads a file in the competition's format: one member for each cell type, `[gene, bin, column]`, whose columns are the
 * gene's number, the marks and, unless the file is unlabelled, expression. Number and expression are the same in every
 * bin of a gene.
 *
 * In the competition's own files a gene's number is that of its human Ensembl id: 115459 is `ENSG00000115459`. A file
 * that `writeCompetition` wrote with other genes, or with details of genes, has a table of them in the member
 * `__genes__`; replicates that were kept apart are grouped in `__groups__`, and `__mask__` says which marks were not
 * measured in which cell types. Members whose names start with `__` are not cell types.
 *
 * Any number of bins and marks and any integer or float dtype is read, stored or deflated. Members of a large file are
 * decoded on worker threads, straight into the packed signal, which takes 0.8 GB for the counts of the full training
 * set; while it is widened, say from 8 to 16 bits, the narrower array is in memory too.
 *
 * @param source Path of the file, or a source of its bytes.
 * @param options What the numbers are, and how to read them.
 * @returns One sample for each row, cell type by cell type in the order of the file's directory.
 * @throws {FormatError} If the file is damaged or holds an impossible value; the message names file, cell type, row,
 * bin and mark.
 * @throws {RangeError} If a cell type that was asked for is not in the file; the message lists those that are.
 *
 * @example
 * ```ts
 * import { bytesSource, readCompetition, writeCompetition } from "@waka/histone/io";
 * import { COMPETITION_RECORD } from "@waka/histone/record";
 * import { deepStrictEqual } from "node:assert";
 *
 * const record = { ...COMPETITION_RECORD, marks: ["H3K4me3"] };
 * const block = { cellType: "E003", genes: ["ENSG00000115459"], signal: [7, 8], labels: [0.5] };
 * const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
 * const [bytes] = await Promise.all([
 *   new Response(readable).bytes(),
 *   writeCompetition(writable, [block], { record }),
 * ]);
 * const { bins, genes, signal } = await readCompetition(bytesSource(bytes));
 * deepStrictEqual([bins, genes, [...signal]], [2, ["ENSG00000115459"], [7, 8]]);
 * ```
 */
export async function readCompetition(
  source: string | URL | ByteSource,
  options: ReadCompetitionOptions = {},
): Promise<SampleColumns> {
  const file = await openSource(source);
  try {
    const directory = await readZipDirectory(file, ".npy");
    return await readColumns(file, directory, options);
  } finally {
    file.close();
  }
}

async function readColumns(
  source: ByteSource,
  directory: ZipDirectory,
  { record: given, cellTypes: wanted, threads, maxBytes, onProgress, onWarning }:
    ReadCompetitionOptions,
): Promise<SampleColumns> {
  const npz = new ZipNpzReader(source, directory);
  const known = given ?? recordOf(npz);
  if (given !== undefined) warnOfOtherRecord(npz, given, onWarning);
  const record = known ?? COMPETITION_RECORD;
  const cellTypes = chooseCellTypes(npz, wanted);
  const table = await readGeneTable(npz);
  if (known === undefined && table !== undefined) refuseLostRecord(npz);
  const members = await readSampleMembers(npz, { all: cellTypeNames(npz), cellTypes, record });
  const layouts = await readLayouts(npz, cellTypes, record.marks);
  checkInflatedSize(npz, cellTypes, maxBytes);
  const { bins, labelled } = layouts[0]!;
  let total = 0;
  const starts = layouts.map(({ rows }) => (total += rows) - rows);
  const [signal, geneIds, labels] = takeMemory(npz.name, () => [
    new PackedBuilder(total * bins * record.marks.length),
    new Float64Array(total),
    labelled ? new Float64Array(total) : undefined,
  ]);
  let done = 0;
  const take = (member: number, batch: RowBatch) => {
    const start = starts[member]! + batch.firstRow;
    takeMemory(npz.name, () => signal.place(batch.signal, start * bins * record.marks.length));
    geneIds.set(batch.geneIds, start);
    if (batch.labels !== undefined) labels?.set(batch.labels, start);
    onProgress?.(done += batch.geneIds.length, total);
  };
  await decodeMembers({ source, directory, layouts, threads, take });
  const cellTypeIndex = new Uint32Array(total);
  for (const [cell, start] of starts.entries()) cellTypeIndex.fill(cell, start);
  const packed = signal.finish();
  if (known === undefined && !labelled) refuseLabelAsMark(packed, { bins, record, file: npz.name });
  return {
    signal: packed,
    labels,
    cellTypes,
    cellTypeIndex,
    bins,
    record,
    ...members,
    ...indexGenes(geneIds, table, npz.name),
  };
}

/** Warns of the fields in which a record that was given contradicts the file's own. */
function warnOfOtherRecord(
  npz: NpzReader,
  given: DataRecord,
  onWarning: ((message: string) => void) | undefined,
): void {
  const own = onWarning === undefined ? undefined : recordOf(npz);
  if (own === undefined) return;
  const fields = Object.keys(own) as (keyof DataRecord)[];
  const others = fields.filter((field) =>
    String(own[field]) !== String(given[field] ?? own[field])
  );
  if (others.length === 0) return;
  const list = others.map((field) => `${field} ${own[field]} (now ${given[field]})`);
  onWarning?.(`${npz.name} has its own record, which is not used: ${list.join(", ")}`);
}

/**
 * Throws for a file without a record but with a table of genes: this package wrote it, so the competition's record is
 * wrong.
 */
function refuseLostRecord({ name: file }: NpzReader): never {
  throw new FormatError(
    "Cannot read competition file: it has a table of genes, but its data record is gone, as happens when " +
      "numpy.savez saves a file again. Name the record (--record FILE)",
    { file },
  );
}

/** Throws if the last mark of a file without a record looks like the label of a file with fewer marks. */
function refuseLabelAsMark(
  signal: PackedArray,
  { bins, record: { marks }, file }: {
    readonly bins: number;
    readonly record: DataRecord;
    readonly file: string;
  },
): void {
  const last = marks.length - 1;
  const perSample = bins * marks.length;
  let isZero = true;
  for (let i = last; i < signal.length; i += marks.length) {
    if (signal[i] !== 0) isZero = false;
    // A label is the same in all bins of a gene.
    if (signal[i] !== signal[i - i % perSample + last]) return;
  }
  if (isZero || bins < 2) return;
  throw new FormatError(
    `Cannot read competition file: its last column is the same in all bins of every gene, as a label is, not ` +
      `${marks[last]}. Name its marks in a data record (--record FILE)`,
    { file },
  );
}

/** Distinct genes in order of first appearance, and each sample's place among them. */
function indexGenes(
  numbers: Float64Array,
  table: ReadonlyMap<number, TableGene> | undefined,
  file: string,
): Pick<SampleColumns, "genes" | "geneIndex" | "geneDetails"> {
  const places = new Map<number, number>();
  const geneIndex = new Uint32Array(numbers.length);
  for (const [sample, number] of numbers.entries()) {
    const place = places.get(number) ?? places.size;
    if (place === places.size) places.set(number, place);
    geneIndex[sample] = place;
  }
  if (table === undefined) return { genes: [...places.keys()].map(ensemblGeneId), geneIndex };
  const genes = Array.from(places.keys(), (number) => {
    const gene = table.get(number);
    if (gene !== undefined) return gene;
    throw new FormatError(
      `Cannot read competition file: gene ${number} is not in the file's table of genes`,
      { file },
    );
  });
  return {
    genes: genes.map(({ id }) => id),
    geneIndex,
    geneDetails: genes.map(({ details }) => details),
  };
}

/** The record that `writeCompetition` leaves in the zip comment; other comments have no meaning here. */
function recordOf(npz: NpzReader): DataRecord | undefined {
  let comment: unknown;
  try {
    comment = JSON.parse(npz.comment);
  } catch {
    return undefined;
  }
  if (typeof comment !== "object" || comment === null || !("histone" in comment)) return undefined;
  return parseRecord(comment.histone, npz.name);
}

function cellTypeNames({ members }: NpzReader): string[] {
  return members.map(({ name }) => name).filter((name) => !isReservedName(name));
}

function chooseCellTypes(npz: NpzReader, wanted: readonly string[] | undefined): string[] {
  const names = cellTypeNames(npz);
  for (const name of names) checkName(name, { what: "cell type", file: npz.name });
  const unknown = wanted?.filter((name) => !names.includes(name)) ?? [];
  if (unknown.length > 0) {
    throw new RangeError(
      `Cannot read cell types ${unknown.join(", ")}: ${npz.name} has ${names.join(", ")}`,
    );
  }
  const chosen = wanted === undefined ? names : names.filter((name) => wanted.includes(name));
  if (chosen.length > 0) return chosen;
  if (wanted !== undefined) {
    throw new RangeError("Cannot read cell types: found an empty list, expected at least one");
  }
  throw new FormatError(
    "Cannot read competition file: found no members, expected one for each cell type",
    {
      file: npz.name,
    },
  );
}
