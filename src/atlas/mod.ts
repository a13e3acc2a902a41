/**
 * Where public data lie, and what can be made of them: Roadmap Epigenomics' files, and the report's data set, the
 * competition's, rebuilt from them.
 *
 * Start with {@linkcode rebuildCompetition}, which writes the competition's files, or with {@linkcode competitionGenes}
 * and {@linkcode competitionLayout} for what they hold. {@linkcode roadmapPath} finds single files.
 *
 * @module
 */

export type { ByteSource } from "../files/byte_source.ts";
export type { FetchLike, HttpSourceOptions } from "../files/http_source.ts";
export type { Gene } from "../genome/gene.ts";
export type { DataRecord } from "../record.ts";
export type { Annotation, AnnotationTss, ReadGenesOptions } from "../genome/gene_format.ts";
export {
  BUNDLED_GENES,
  type BundledGenes,
  bundledGenes,
  type BundledGenesSource,
  bundledGenesSource,
  isBundledGenes,
} from "./bundled_genes.ts";
export {
  EVAL_CELL_TYPES,
  NEW_CELL_TYPE_AFTER,
  TRAIN_CELL_TYPES,
} from "./competition_cell_types.ts";
export { competitionGenes, type ListedGene } from "./competition_genes.ts";
export {
  competitionLabel,
  type CompetitionLabels,
  readCompetitionLabels,
  REFERENCE_SAMPLE,
} from "./competition_labels.ts";
export {
  type CompetitionLayout,
  competitionLayout,
  type CompetitionMember,
} from "./competition_layout.ts";
export {
  COMPETITION_BIN_SIZE_BP,
  COMPETITION_BINS,
  COMPETITION_RULE,
  countAlignments,
  type CountAlignmentsOptions,
  type ReadCounts,
} from "./count_alignments.ts";
export { humanGeneChromosome, humanGeneStrand } from "./gene_chromosomes.ts";
export { readRoadmapGenes, type ReadRoadmapGenesOptions } from "./gene_info.ts";
export { hasStartedWriting, rebuildCompetition } from "./rebuild.ts";
export {
  MISSING_RULES,
  type MissingRule,
  type RebuildOptions,
  type RebuildPlan,
  type RebuildProgress,
  REBUILT_FILES,
  type RebuiltCompetition,
} from "./rebuild_options.ts";
export { makeRebuiltRecord } from "./rebuilt_record.ts";
export { localRoadmap, type RoadmapFile, type RoadmapFiles } from "./roadmap_files.ts";
export {
  ROADMAP_HOST,
  ROADMAP_MARKS,
  ROADMAP_URL,
  roadmapPath,
  type RoadmapTable,
} from "./roadmap_tree.ts";
export { webRoadmap, type WebRoadmapOptions } from "./web_roadmap.ts";
