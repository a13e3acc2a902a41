/** Options and results of writing tracks. */

import type { ChromosomeAliases } from "../../genome/chromosome_aliases.ts";
import type { Contig } from "../../genome/chromosomes.ts";
import type { SessionTrack } from "../../genome/tracks/igv_session.ts";
import type { OverlapRule } from "../../genome/tracks/sweep_windows.ts";
import type { TrackSummary } from "../../genome/tracks/track_block.ts";
import type { DataRecord } from "../../record.ts";
import type { AttributionMethod, Attributions } from "../types.ts";
import type { OnProgress } from "../../progress.ts";

/** What a track needs of a block of attributions. */
export type AttributionTrackBlock = Pick<Attributions, "method" | "rows" | "inputs">;

/** Reads blocks from the first to the last, each time that it is called. */
export type ReadTrackBlocks = () =>
  | Iterable<AttributionTrackBlock>
  | AsyncIterable<AttributionTrackBlock>;

/** The inputs whose values lie on the genome: the marks' bins, the windows of a summary of them, and the bases of DNA. */
export type TrackInput = "signal" | "summary" | "sequence";

/**
 * Every {@linkcode TrackInput}.
 *
 * @example Whether the values of an input lie on the genome
 * ```ts
 * import { TRACK_INPUTS } from "@waka/histone/explain";
 * import { ok } from "node:assert";
 *
 * ok(!TRACK_INPUTS.some((input: string) => input === "context"));
 * ```
 */
export const TRACK_INPUTS: readonly TrackInput[] = ["signal", "summary", "sequence"];

/** The formats of tracks: bigWig, or bedGraph as text or in the gzip blocks of `bgzip`. */
export type TrackFileFormat = "bigwig" | "bedgraph" | "bedgraph.gz";

/**
 * Every {@linkcode TrackFileFormat}.
 *
 * @example Whether a text names a format
 * ```ts
 * import { TRACK_FILE_FORMATS } from "@waka/histone/explain";
 * import { ok } from "node:assert";
 *
 * ok(TRACK_FILE_FORMATS.some((format) => format === "bigwig"));
 * ```
 */
export const TRACK_FILE_FORMATS: readonly TrackFileFormat[] = ["bigwig", "bedgraph", "bedgraph.gz"];

/** Takes the files of tracks in place of a folder, such as where there is no disk. */
export interface TrackFolder {
  /**
   * Takes a file.
   *
   * @param name The file's name.
   * @param write Writes its content, and closes the sink; what it rejects with is passed on.
   */
  write(
    name: string,
    write: (sink: WritableStream<Uint8Array>) => Promise<void>,
  ): Promise<void>;
}

/** Options of {@linkcode writeAttributionTracks}. */
export interface WriteTracksOptions {
  /** The folder that files are written into; created. What writes files elsewhere may stand in its place. */
  readonly directory: string | TrackFolder;
  /**
   * The record of the models, which says in what direction bins run, how wide they are and which marks there are.
   *
   * @default {that of the data}
   */
  readonly record?: DataRecord | undefined;
  /**
   * The inputs whose attributions are written.
   *
   * @default {all of them that the attributions have}
   */
  readonly inputs?: readonly TrackInput[] | undefined;
  /**
   * The format of the files.
   *
   * @default {"bigwig"}
   */
  readonly format?: TrackFileFormat | undefined;
  /**
   * The chromosomes with their lengths in base pairs, which bigWig needs. Genes on others are left out.
   *
   * @default {those of the record's assembly, if it is known}
   */
  readonly chromosomes?: readonly Required<Contig>[] | undefined;
  /** Further names of the chromosomes. */
  readonly chromosomeAliases?: ChromosomeAliases | undefined;
  /**
   * What a track has where the windows of genes overlap, since a base has one value: the `mean` over the genes, or
   * the value of the gene with the `nearest` TSS. For the attributions of one gene alone, give blocks of its samples.
   *
   * @default {"mean"}
   */
  readonly overlaps?: OverlapRule | undefined;
  /**
   * Whether the signal of the marks, as the data hold it, is written beside the attributions.
   *
   * @default {false}
   */
  readonly withSignal?: boolean | undefined;
  /**
   * Values of cell types that are held in memory together; with more, blocks are read repeatedly.
   *
   * @default {67108864}
   */
  readonly mostValues?: number | undefined;
  /** Gives the writing up, between two files: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each file with the number of files that are written. */
  readonly onProgress?: OnProgress | undefined;
}

/** A track that was written. */
export interface WrittenTrack extends SessionTrack {
  /** The cell type. */
  readonly cellType: string;
  /** The mark, or `DNA`. */
  readonly mark: string;
  /** What the values are: attributions, by their method, or the signal. */
  readonly quantity: AttributionMethod | "signal";
  /** What the file holds. */
  readonly summary: TrackSummary;
}

/** All tracks that were written. */
export interface WrittenTracks {
  /** The tracks, by cell type. */
  readonly tracks: readonly WrittenTrack[];
  /** Sentences without a full stop about windows that overlap, are cut, or are left out. */
  readonly notes: readonly string[];
  /** The window of the first gene, as genome browsers write it, such as `chr20:49546001-49556000`. */
  readonly locus: string;
}
