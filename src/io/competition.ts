/**
 * Reads the competition's files, `train.npz` and `eval.npz`.
 *
 * @module
 */

import { withWatchedHooks } from "../base/watched_hook.ts";
import { FormatError } from "../errors.ts";
import { ensemblGeneId } from "../gene_id.ts";
import { COMPETITION_RECORD, type DataRecord, type SequenceRecord } from "../record.ts";
import type { RowBatch } from "./_competition_decoder.ts";
import { readLayouts } from "./_competition_layouts.ts";
import { checkInflatedSize } from "./_competition_limits.ts";
import {
  checkTransform,
  recordOf,
  recordWithout,
  refuseLabelAsMark,
  refuseLostRecord,
  warnOfOtherRecord,
} from "./_competition_record.ts";
import { type DecodeJob, decodeMembers } from "./_decode_members.ts";
import { readGeneTable, type TableGene } from "./_gene_table.ts";
import { checkMembers, readSampleMembers } from "./_sample_members.ts";
import {
  hasSequences,
  readSequenceMembers,
  refuseLostSequences,
  requireSequenceRecord,
  SEQUENCE_MEMBERS,
  sequencesOfGenes,
} from "./_sequence_members.ts";
import { takeMemory } from "./_memory.ts";
import { checkMixedTransforms } from "./_mixed_transform.ts";
import { ZipNpzReader } from "./_npz_reader.ts";
import { type CollectedSignal, MixedSignalError, SignalCollector } from "./_signal_collector.ts";
import { checkName, isReservedName } from "./names.ts";
import { type BinarySource, openSource } from "../files/open_source.ts";
import { readZipDirectory, type ZipDirectory } from "./_zip_directory.ts";
import type { ByteSource } from "../files/byte_source.ts";
import type { PackedColumns } from "./columns.ts";
import type { NpzReader } from "./npz_types.ts";
import type { AbortOptions, OnProgress } from "../progress.ts";

/** Options of {@linkcode readCompetition}. */
export interface ReadCompetitionOptions extends AbortOptions {
  /**
   * What the numbers are. The number of its marks is the number of columns that hold marks.
   *
   * @default {The record in the file's zip comment, or else that of the competition: DEEPCHROME_RECORD for integers,
   * COMPETITION_RECORD for other values}
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
  /** Called from time to time with the number of samples read. */
  readonly onProgress?: OnProgress | undefined;
  /** Called if the file lacks a record and the options do too, with what its values were taken for. */
  readonly onNote?: ((message: string) => void) | undefined;
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
 * measured in which cell types; `__sequence__` is the genes' DNA. Members whose names start with `__` are not cell
 * types.
 *
 * Any number of bins and marks and any integer or float dtype is read, stored or deflated. Members of a large file are
 * decoded on worker threads, straight into the packed signal, which takes 0.8 GB for the full training set, be it counts
 * or their logarithms.
 *
 * The competition's files hold ln(1 + count), as floats. If a file's record says `log1p` and all its values are
 * logarithms of integers up to 65,535, these integers are stored instead, exactly: see `SampleColumns.signalValues`. A
 * file without a record is taken for counts if its values are all integers, and for ln(1 + count) if they are not, unless
 * they are too large for that.
 *
 * @param source Path of the file, or a source of its bytes.
 * @param options What the numbers are, and how to read them.
 * @returns One sample for each row, cell type by cell type in the order of the file's directory.
 * @throws {FormatError} If the file is damaged or holds an impossible value, with file, cell type, row, bin and mark; or
 * if its record says that a transform was applied and the values say otherwise.
 * @throws {RangeError} If a cell type that was asked for is not in the file; the message lists those that are.
 *
 * @example
 * ```ts
 * import { bytesSource, readCompetition, writeCompetition } from "@waka/histone/io";
 * import { DEEPCHROME_RECORD } from "@waka/histone/record";
 * import { deepStrictEqual } from "node:assert";
 *
 * const record = { ...DEEPCHROME_RECORD, marks: ["H3K4me3"] };
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
  source: BinarySource,
  options: ReadCompetitionOptions = {},
): Promise<PackedColumns> {
  using file = await openSource(source, options);
  const directory = await readZipDirectory(file, ".npy");
  return await withWatchedHooks(options, (watched) => readColumns(file, directory, watched));
}

async function readColumns(
  source: ByteSource,
  directory: ZipDirectory,
  options: ReadCompetitionOptions,
): Promise<PackedColumns> {
  const { record: given, cellTypes: wanted, maxBytes, onNote, onWarning } = options;
  const npz = new ZipNpzReader(source, directory);
  const known = given ?? recordOf(npz);
  if (given !== undefined) warnOfOtherRecord(npz, given, onWarning);
  const expected = known ?? COMPETITION_RECORD;
  const { marks, transform } = expected;
  const cellTypes = chooseCellTypes(npz, wanted);
  const table = await readGeneTable(npz);
  if (known === undefined && table !== undefined) refuseLostRecord(npz);
  if (given === undefined) refuseLostSequences(npz, known);
  const sequence = hasSequences(npz)
    ? requireSequenceRecord(npz, known?.sequence ?? recordOf(npz)?.sequence)
    : undefined;
  const mayBeLogarithms = transform === "log1p";
  const layouts = await readLayouts(npz, cellTypes, { marks, mayBeLogarithms });
  const all = cellTypeNames(npz);
  const members = await readSampleMembers(npz, { all, cellTypes, record: expected });
  checkInflatedSize(npz, [...cellTypes, ...SEQUENCE_MEMBERS], maxBytes);
  const dna = sequence && await readSequenceMembers(npz, sequence);
  const { threads, onProgress, signal: ended } = options;
  const job = { source, directory, layouts, threads, onProgress, signal: ended };
  const { areIntegers, geneIds, ...samples } = await readSamples(job);
  const { signal } = samples;
  const { bins, labelled } = layouts[0]!;
  if (known === undefined && !labelled) refuseLabelAsMark(signal, { bins, marks, file: npz.name });
  const collected = { ...samples, areIntegers };
  const isClear = known !== undefined || areIntegers || samples.signalValues !== undefined;
  if (!isClear) {
    checkMixedTransforms({ ...samples, cellTypes, marks }, { file: npz.name, onWarning });
  }
  if (known !== undefined) checkTransform(collected, known, npz.name);
  const named = indexGenes(geneIds, table, npz.name);
  const sequences = dna &&
    sequencesOfGenes(dna, { geneIds, geneIndex: named.geneIndex, genes: named.genes.length });
  const record = withSequence(
    known ?? recordWithout(collected, { file: npz.name, onNote, onWarning }),
    sequence,
  );
  const columns = {
    ...samples,
    cellTypes,
    bins,
    record,
    ...members,
    ...named,
    ...(sequences && { sequences }),
  };
  checkMembers(columns, npz.name);
  return columns;
}

/** A record that describes the sequences that a file has, or says nothing of them if it has none. */
function withSequence(record: DataRecord, sequence: SequenceRecord | undefined): DataRecord {
  if (record.sequence === sequence) return record;
  const { sequence: _, ...others } = record;
  return sequence === undefined ? others : { ...others, sequence };
}

/** The members to read, and how. */
type ReadJob =
  & Omit<DecodeJob, "take">
  & Pick<ReadCompetitionOptions, "onProgress">;

/** The content of the members, `[sample]`. */
interface ReadSamples extends CollectedSignal, Pick<PackedColumns, "labels" | "cellTypeIndex"> {
  /** Numbers of the genes. */
  readonly geneIds: Float64Array;
}

/** Reads the samples; where some values turn out not to be logarithms of counts, from the start as what they are. */
async function readSamples(job: ReadJob): Promise<ReadSamples> {
  try {
    return await decodeSamples(job);
  } catch (error) {
    if (!(error instanceof MixedSignalError)) throw error;
  }
  const layouts = job.layouts.map((layout) => ({ ...layout, recoversCounts: false }));
  return await decodeSamples({ ...job, layouts });
}

async function decodeSamples({ onProgress, ...job }: ReadJob): Promise<ReadSamples> {
  const { layouts, source: { name } } = job;
  const { bins, marks, labelled } = layouts[0]!;
  const perSample = bins * marks.length;
  let total = 0;
  const starts = layouts.map(({ rows }) => (total += rows) - rows);
  const signal = new SignalCollector(total * perSample, name);
  const [geneIds, labels, cellTypeIndex] = takeMemory(name, () => [
    new Float64Array(total),
    labelled ? new Float64Array(total) : undefined,
    new Uint32Array(total),
  ]);
  let done = 0;
  const take = (member: number, batch: RowBatch) => {
    const start = starts[member]! + batch.firstRow;
    signal.place(batch, start * perSample);
    geneIds.set(batch.geneIds, start);
    if (batch.labels !== undefined) labels?.set(batch.labels, start);
    onProgress?.({ done: done += batch.geneIds.length, total, unit: "samples" });
  };
  await decodeMembers({ ...job, take });
  for (const [cell, start] of starts.entries()) cellTypeIndex.fill(cell, start);
  return { ...signal.finish(), geneIds, labels, cellTypeIndex };
}

/** Distinct genes in order of first appearance, and each sample's place among them. */
function indexGenes(
  numbers: Float64Array,
  table: ReadonlyMap<number, TableGene> | undefined,
  file: string,
): Pick<PackedColumns, "genes" | "geneIndex" | "geneDetails"> {
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
    "Cannot read competition file: found no members, expected one for each cell type, as numpy.savez writes them",
    {
      file: npz.name,
    },
  );
}
