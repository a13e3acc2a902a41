/**
 * Reads files into typed arrays and writes them back: npy and npz, the competition's files, DeepChrome's CSV files,
 * AnnData in Zarr, Parquet, submissions; and opens files on servers. Nothing here loads tf.js; with a
 * `ByteSource` instead of a path everything runs in a browser.
 *
 * @example
 * ```ts
 * import { bytesSource, readPredictions, writeSubmission } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
 * const bytes = new Response(readable).bytes();
 * await writeSubmission(writable, { ids: ["E065_3", "E065_5"], predictions: [0.5, -1] });
 * const { values } = await readPredictions(bytesSource(await bytes));
 * deepStrictEqual([...values], [0.5, -1]);
 * ```
 *
 * @module
 */

export type { PackedArray, PackedType } from "../base/arrays.ts";
export {
  packSequences,
  type PackSequencesOptions,
  UNKNOWN_BASES,
  type UnknownBases,
} from "../base/sequence_packer.ts";
export {
  countSequences,
  type GeneSequences,
  NO_SEQUENCE,
  type PackedSequences,
  sequenceLetters,
  type SequenceRuns,
  UNKNOWN_BASE,
  unpackSequence,
} from "../base/sequences.ts";
export {
  blobSource,
  type ByteRange,
  type ByteSource,
  bytesSource,
  type FileIdentity,
} from "../files/byte_source.ts";
export type { PackedColumns, SampleColumns } from "./columns.ts";
export { inMemory, isStored, type StoredSignal } from "./stored_signal.ts";
export { readCompetition, type ReadCompetitionOptions } from "./competition.ts";
export {
  type BlockSource,
  type CompetitionBlock,
  type SequencesByGene,
  type StreamedBlock,
  writeCompetition,
  type WriteCompetitionOptions,
} from "./competition_writer.ts";
export {
  type DeepchromeCsvOptions,
  type DeepchromeFolderOptions,
  type DeepchromeSplit,
  readDeepchromeCsv,
  readDeepchromeFolder,
} from "./deepchrome_csv.ts";
export { openFile, writeFileAtomic, type WriteFileOptions } from "../files/file.ts";
export { type BinarySource, openSource, type OpenSourceOptions } from "../files/open_source.ts";
export { HttpFiles, type OpenHttpFileOptions } from "../files/http_files.ts";
export {
  type FetchLike,
  type HttpSource,
  type HttpSourceOptions,
  type HttpTraffic,
  openHttpSource,
} from "../files/http_source.ts";
export type { WriteAt } from "../files/patchable_sink.ts";
export { decodeNpyData, formatNpyHeader, parseNpyHeader, readNpy } from "./npy.ts";
export type { NdArray, NpyData, NpyDtype, NpyHeader, NpyPlace } from "./npy_types.ts";
export { openNpz } from "./npz.ts";
export type { NpzMember, NpzReader } from "./npz_types.ts";
export {
  type NpzMemberData,
  type NpzValues,
  writeNpz,
  type WriteNpzOptions,
} from "./npz_writer.ts";
export { PackedBuilder } from "./packing.ts";
export {
  countLogarithms,
  recoverCounts,
  type RecoveredCounts,
  type SignalValues,
} from "./signal_values.ts";
export {
  type ParquetCell,
  type ParquetColumn,
  type ParquetRows,
  type ParquetTable,
  type ParquetType,
  writeParquet,
} from "./parquet.ts";
export type { RowFormat } from "./row_table.ts";
export {
  alignPredictions,
  type PredictionFile,
  type PredictionFileOptions,
  readPredictions,
  type Submission,
  submissionId,
  writeSubmission,
} from "./submission.ts";
export type { AnndataValue } from "./zarr/anndata.ts";
export { readAnndata, type ReadAnndataOptions } from "./zarr/anndata_reader.ts";
export { writeAnndata, type WriteAnndataOptions } from "./zarr/anndata_writer.ts";
export type { ZarrCodec } from "./zarr/codec.ts";
export type { ZarrRange, ZarrReadStore } from "./zarr/read_store.ts";
export { openStoredColumns, type StoredColumns } from "./zarr/stored_columns.ts";
export type { ZarrStore } from "./zarr/store.ts";
