/** The tracks that `explain` writes, where it is known where genes lie. */

import { ContractError } from "../errors.ts";
import { checkTrackPlaces } from "../explain/tracks/write_tracks.ts";
import {
  TRACK_INPUTS,
  type TrackFileFormat,
  writeAttributionTracks,
  writeTrackSession,
} from "../explain/mod.ts";
import type { Contig } from "../genome/chromosomes.ts";
import {
  assemblyChromosomes,
  readChromosomeSizes,
} from "../genome/tracks/read_chromosome_sizes.ts";
import { modelInputs } from "../model/inputs.ts";
import type { DataRecord } from "../record.ts";
import type { ExplanationDirectory } from "./_explanation_directory.ts";
import { wholeOf } from "./_explanation_null.ts";
import { type ExplanationWork, interruption, readBlocks } from "./_explanation_work.ts";
import { countBlocks } from "./_explanation_work.ts";
import { ProgressLine } from "./_progress.ts";
import { checkInputFile } from "./_input_file.ts";

/** How tracks are written. */
export interface TrackPlan {
  readonly format: TrackFileFormat;
  /** Lengths of chromosomes; those of the assembly if absent. */
  readonly chromosomes: readonly Required<Contig>[] | undefined;
}

/**
 * Decides whether tracks can be written.
 *
 * @returns The plan; a sentence without a full stop on what is missing, or nothing if none were asked for.
 * @throws {ContractError} If tracks were asked for that cannot be written.
 * @throws {FormatError} If the file of lengths is damaged.
 */
export async function planTracks(work: ExplanationWork): Promise<TrackPlan | string | undefined> {
  const { tracks: asked, chromosomeSizes } = work.flags;
  if (chromosomeSizes !== undefined && asked === "none") {
    throw new ContractError("Cannot use --chromosome-sizes: no tracks are written (--tracks none)");
  }
  if (asked === "none") return undefined;
  const format = asked ?? "bigwig";
  const missing = findMissing(work, format);
  if (missing !== undefined) {
    if (asked === undefined && chromosomeSizes === undefined) return missing;
    throw new ContractError(`Cannot write tracks: ${missing}`);
  }
  const plan = { format, chromosomes: await readLengths(chromosomeSizes) };
  const { data, chosen } = work;
  // A gene that has no place would be found out after all the work.
  checkTrackPlaces(chosen.rows, data, { ...plan, record: recordOfTracks(work) });
  return plan;
}

async function readLengths(path: string | undefined): Promise<TrackPlan["chromosomes"]> {
  if (path === undefined) return undefined;
  await checkInputFile("--chromosome-sizes", path);
  return await readChromosomeSizes(path);
}

/** The record of what the models read, with what says where the windows of the data lie: these may be of another build. */
function recordOfTracks({ models: [model], data }: ExplanationWork): DataRecord {
  const { tss: _, ...record } = model!.record;
  const { assembly, tss } = data.record;
  return {
    ...record,
    ...(assembly !== "unknown" && { assembly }),
    ...(tss !== undefined && { tss }),
  };
}

/** What is missing to write tracks, as a sentence without a full stop. */
function findMissing(
  work: ExplanationWork,
  format: TrackFileFormat,
): string | undefined {
  const { flags, models, data, chosen: { genes } } = work;
  const inputs = modelInputs(models[0]!.spec);
  if (!inputs.some(({ name }) => TRACK_INPUTS.some((input) => input === name))) {
    return `${models[0]!.spec.name} reads nothing that lies on the genome`;
  }
  if (flags.method === "occlusion" && flags.occlude === "mark") {
    return "whole marks are occluded, which lie at no place";
  }
  const { geneDetails } = data.columns;
  const isPlaced = (gene: number) =>
    geneDetails?.[gene]?.chromosome !== undefined && geneDetails[gene]?.tss !== undefined;
  if (!genes.some(isPlaced)) {
    return "the data do not know where these genes lie; --gene-file names an annotation that does";
  }
  const { assembly } = recordOfTracks(work);
  const hasLengths = flags.chromosomeSizes !== undefined ||
    assemblyChromosomes(assembly).length > 0;
  if (format === "bigwig" && !hasLengths) {
    return `the lengths of the chromosomes of assembly ${assembly} are not known; --chromosome-sizes names a file of ` +
      "them, and --tracks bedgraph needs none";
  }
  return undefined;
}

/**
 * Writes the tracks and a session that opens them.
 *
 * @returns Names of the files, relative to the output's directory, and sentences about overlaps and what was cut.
 */
export async function writeTracks(
  work: ExplanationWork,
  directory: ExplanationDirectory,
  { plan, signal }: { readonly plan: TrackPlan; readonly signal: AbortSignal },
): Promise<{ readonly files: readonly string[]; readonly notes: readonly string[] }> {
  const { flags, data } = work;
  const folder = `${flags.out}/tracks`;
  const record = recordOfTracks(work);
  const progress = new ProgressLine("files");
  async function* blocks() {
    for await (const block of readBlocks(work, directory, signal)) yield wholeOf(block, work);
  }
  try {
    const written = await writeAttributionTracks(blocks, data, {
      directory: folder,
      record,
      format: plan.format,
      chromosomes: plan.chromosomes,
      withSignal: true,
      signal,
      onProgress: ({ done, total }) => progress.update({ done, total, label: "writing tracks" }),
    });
    progress.clear();
    const session = await writeTrackSession(folder, written, { genome: record.assembly });
    const files = [...written.tracks.map(({ path }) => path), session];
    return { files: files.map((name) => `tracks/${name}`), notes: written.notes };
  } catch (error) {
    progress.clear();
    if (!signal.aborted) throw error;
    const count = countBlocks(work);
    throw interruption(count, count);
  }
}
