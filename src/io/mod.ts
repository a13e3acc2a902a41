/**
 * Bytes in, typed arrays out, and back: npy and npz, the competition's files, DeepChrome's CSVs, sequences,
 * submissions. Nothing here loads tf.js; with a `ByteSource` instead of a path it runs in a browser.
 *
 * @module
 */

export type { PackedArray } from "../arrays.ts";
export { blobSource, type ByteSource, bytesSource } from "./byte_source.ts";
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
export { openFile, writeFileAtomic } from "./file.ts";
export {
  decodeNpyData,
  formatNpyHeader,
  type NdArray,
  type NpyData,
  type NpyDtype,
  type NpyHeader,
  type NpyPlace,
  parseNpyHeader,
  readNpy,
} from "./npy.ts";
export { type NpzMember, type NpzReader, openNpz } from "./npz.ts";
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
  readPredictions,
  type Submission,
  submissionId,
  writeSubmission,
} from "./submission.ts";
