/**
 * From sequencing data to a model's input: genes and windows, sample sheets, tables of expression, and reads or
 * signal counted into bins. Nothing here loads tf.js; with a `ByteSource` instead of a path it runs in a browser.
 *
 * Start with {@linkcode prepare}, which counts all files of a sample sheet, or with {@linkcode openSignalFile} and
 * {@linkcode geneWindows} for one file. {@linkcode examineSamples} looks for what may be wrong with a data set.
 *
 * @module
 */

export type { PackedArray } from "../base/arrays.ts";
export type { ByteSource } from "../files/byte_source.ts";
export type { SampleColumns } from "../io/columns.ts";
export type { CompetitionBlock, StreamedBlock } from "../io/competition_writer.ts";
export type {
  ControlRule,
  DataRecord,
  DepthNormalisation,
  ExpressionTransform,
  Orientation,
  ReplicateRule,
  Transform,
} from "../record.ts";
export { agreeOnAssembly, assemblyName, type FileAssembly, identifyAssembly } from "./assembly.ts";
export {
  type AliasGroup,
  ChromosomeAliases,
  readChromosomeAliases,
  type ReadChromosomeAliasesOptions,
} from "./chromosome_aliases.ts";
export { type BedWindows, readBedWindows, type ReadBedWindowsOptions } from "./bed_windows.ts";
export {
  checkAssembly,
  type CheckAssemblyOptions,
  chromosomeMatcher,
  type Contig,
} from "./chromosomes.ts";
export {
  diagnoseSamples,
  type Diagnosis,
  type ExamineOptions,
  examineSamples,
} from "./doctor/examine.ts";
export type { Finding } from "./doctor/finding.ts";
export type { SkippedCheck } from "./doctor/skipped_check.ts";
export {
  countApart,
  type CountApartOptions,
  type FileToCount,
  inspectApart,
  type InspectApartOptions,
} from "./count_apart.ts";
export type { ExpressionFiles } from "./sheet_expression.ts";
export { expressionFiles, type ExpressionInput } from "./expression/files.ts";
export {
  type FoldChangeTable,
  readFoldChanges,
  type ReadFoldChangesOptions,
} from "./expression/fold_changes.ts";
export type { NamedGene } from "./expression/gene_finder.ts";
export { type GeneSet, readGeneSets, type ReadGeneSetsOptions } from "./expression/gene_sets.ts";
export {
  type MatchedFoldChanges,
  type MatchedGeneSet,
  type MatchedGeneSets,
  matchFoldChanges,
  matchGeneSets,
} from "./expression/match_fold_changes.ts";
export {
  type LabelledGenes,
  matchExpression,
  type MatchExpressionOptions,
  type TranscriptGenes,
} from "./expression/labels.ts";
export {
  type ExpressionSample,
  readExpressionSamples,
  type ReadExpressionSamplesOptions,
} from "./expression/samples.ts";
export {
  type ExpressionTable,
  readExpressionTable,
  type ReadExpressionTableOptions,
} from "./expression/table.ts";
export { VALUE_KINDS, type ValueKind } from "./expression/value_kinds.ts";
export {
  ensemblGeneId,
  ensemblGeneNumber,
  formatGene,
  type GeneDetails,
  geneGroupKey,
  geneKey,
  geneNumber,
  isPseudoautosomalCopy,
} from "../gene_id.ts";
export type { Gene, Strand } from "./gene.ts";
export {
  type Annotation,
  type AnnotationTss,
  GENE_FORMATS,
  type GeneFormat,
  readAnnotation,
  readGenes,
  type ReadGenesOptions,
} from "./genes.ts";
export { findKeptNumbers, type KeepableNumbers, type KeptNumbers } from "./kept_numbers.ts";
export { openSignalFile, type OpenSignalFileOptions } from "./open_signal_file.ts";
export { type Preparation, prepare } from "./prepare.ts";
export type {
  ControlInput,
  CountedFileFacts,
  KeptCounts,
  OpenedSignal,
  PrepareOptions,
  SignalInput,
} from "./prepare_options.ts";
export {
  type ArrangeOptions,
  MISSING_MARK_RULES,
  type MissingMarkRule,
  readSampleSheet,
  type ReadSampleSheetOptions,
  type SampleSheet,
  type SampleSheetEntry,
  type SheetFile,
} from "./sample_sheet.ts";
export {
  type GeneSequencesOptions,
  type ReadGeneSequences,
  readGeneSequences,
} from "./sequence/gene_sequences.ts";
export type { Chromosome, Genome } from "./sequence/genome.ts";
export { openGenome, type OpenGenomeOptions } from "./sequence/open_genome.ts";
export {
  readSequences,
  type ReadSequencesOptions,
  type SequenceTable,
} from "./sequence/sequence_table.ts";
export {
  checkIndexAge,
  type FileTime,
  indexNames,
  openSignal,
  type OpenSignalOptions,
  signalFormat,
} from "./signal/open_signal.ts";
export {
  type CountingRule,
  type CountOptions,
  LONGEST_FRAGMENT_BP,
  type PairsSeen,
  PEAK_RULES,
  READ_RULES,
  type SignalCounts,
  type SignalFormat,
  type SignalTrack,
  type TextFormat,
  TRACK_RULES,
  USUAL_EXCLUDED_FLAGS,
} from "./signal/track.ts";
export { readBlacklist, type ReadBlacklistOptions } from "./signal/blacklist.ts";
export { FLAG_NAMES } from "./signal/sam_flags.ts";
export type { Blacklist, MergedIntervals } from "./signal/intervals.ts";
export { signalFiles, type SignalFilesOptions } from "./signal_files.ts";
export {
  type TrackLine,
  writeBedGraph,
  type WriteBedGraphOptions,
} from "./tracks/bed_graph_writer.ts";
export { encodeBigWig, writeBigWig, type WriteBigWigOptions } from "./tracks/big_wig_writer.ts";
export {
  formatIgvSession,
  type IgvSessionOptions,
  type SessionTrack,
} from "./tracks/igv_session.ts";
export {
  type ChromosomePlaces,
  type PlaceCounts,
  type PlacedWindows,
  placeWindows,
  type PlaceWindowsOptions,
  type SamplePlace,
} from "./tracks/place_windows.ts";
export { assemblyChromosomes, readChromosomeSizes } from "./tracks/read_chromosome_sizes.ts";
export {
  OVERLAP_RULES,
  type OverlapRule,
  sweepWindows,
  type WindowValues,
} from "./tracks/sweep_windows.ts";
export type { TrackBlock, TrackSummary } from "./tracks/track_block.ts";
export type { Colour } from "./tracks/track_style.ts";
export { transcriptKey } from "./transcript_id.ts";
export { readTranscriptGenes, type ReadTranscriptGenesOptions } from "./transcripts.ts";
export {
  type ChromosomeWindows,
  flipBins,
  type FlipBinsOptions,
  type GeneWindows,
  geneWindows,
  type GeneWindowsOptions,
} from "./windows.ts";
