/**
 * Bytes in, typed arrays out, and back: npy and npz, the competition's files, DeepChrome's CSVs, sequences,
 * submissions. Nothing here loads tf.js; with a `ByteSource` instead of a path it runs in a browser.
 *
 * @module
 */

export type { PackedArray } from "../base/arrays.ts";
export { blobSource, type ByteSource, bytesSource } from "../files/byte_source.ts";
export type { SampleColumns } from "./columns.ts";
export { readCompetition, type ReadCompetitionOptions } from "./competition.ts";
export {
  type CompetitionBlock,
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
export { openFile, writeFileAtomic } from "../files/file.ts";
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
export { type GeneSequences, readSequences } from "./sequences.ts";
export {
  alignPredictions,
  type PredictionFile,
  type PredictionFileOptions,
  readPredictions,
  type Submission,
  submissionId,
  writeSubmission,
} from "./submission.ts";
