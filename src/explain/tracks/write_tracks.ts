/**
 * Attributions as tracks for genome browsers.
 *
 * @module
 */

import { withWatchedHooks } from "../../base/watched_hook.ts";
import type { Dataset } from "../../data/dataset.ts";
import { writeFileAtomic } from "../../files/file.ts";
import {
  formatIgvSession,
  type IgvSessionOptions,
  type SessionTrack,
} from "../../genome/tracks/igv_session.ts";
import { chooseChromosomes, planTracks } from "./_plan.ts";
import { type CellTypeSamples, collectValues, groupByCellType } from "./_values.ts";
import { placeSamples, TrackWriter } from "./_writer.ts";
import type { ReadTrackBlocks, WriteTracksOptions, WrittenTracks } from "./track_options.ts";

/** Values of cell types that are held together, 256 MB of them. */
const MOST_VALUES = 2 ** 26;

/**
 * Writes attributions as tracks for genome browsers: a file for each cell type and mark, and one for the DNA. The bins of
 * genes on the minus strand are turned back where they run from upstream to downstream, so that all tracks run along the
 * genome; windows are cut at the ends of chromosomes. Attributions of a summary's windows are divided among their bins,
 * and those of its other values, which belong to no place, are in no track. Of DNA, a base has the sum over its letters.
 *
 * @param readBlocks Returns the blocks of attributions from the first to the last, each time that it is called: at least
 * twice. One cell type is held at a time if need be, never all blocks.
 * @param data The samples that the blocks name, with the places of their genes; see `placeGenes`.
 * @param options Where and how to write.
 * @returns What was written.
 * @throws {RangeError} If a rule or format is unknown, an attribution is not finite, or there is no block.
 * @throws {ContractError} If it is not known where any of the genes lies, or on which strand where that matters; a TSS is
 * past the end of its chromosome; the lengths of chromosomes are not known that bigWig needs; or the attributions are of
 * none of the inputs, or of other shape than the record says.
 * @throws {WriteError} If a file cannot be written.
 * @throws The reason of `options.signal`, once it is aborted.
 *
 * @example The attributions of two genes
 * ```ts
 * import { Dataset, placeGenes } from "@waka/histone/data";
 * import { attribute, writeAttributionTracks, writeTrackSession } from "@waka/histone/explain";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fit } from "@waka/histone/training";
 * import { deepStrictEqual } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 1, genes: 2, newGenes: 0, bins: 20 });
 * let tss = 0;
 * const data = placeGenes(
 *   new Dataset(train),
 *   () => ({ chromosome: "chr1", tss: tss += 50_000, strand: "+" }),
 * );
 * const { model } = await fit("experiment1", data, { epochs: 1, engine: "wasm" });
 * const found = await attribute([model], data, { method: "input-x-gradient", engine: "wasm" });
 *
 * const directory = await Deno.makeTempDir();
 * const written = await writeAttributionTracks(() => [found], data, { directory });
 * deepStrictEqual(written.tracks.map(({ mark }) => mark), data.marks);
 * deepStrictEqual(written.notes, []);
 * await writeTrackSession(directory, written, { genome: "hg19" });
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function writeAttributionTracks(
  readBlocks: ReadTrackBlocks,
  data: Dataset,
  options: WriteTracksOptions,
): Promise<WrittenTracks> {
  return await withWatchedHooks(options, (watched) => writeTracks(readBlocks, data, watched));
}

async function writeTracks(
  readBlocks: ReadTrackBlocks,
  data: Dataset,
  options: WriteTracksOptions,
): Promise<WrittenTracks> {
  const plan = await planTracks(readBlocks, data, options);
  const writer = new TrackWriter(plan, data, options);
  for (const { input, shape } of plan.inputs) {
    const most = (options.mostValues ?? MOST_VALUES) / (shape.bins * shape.names.length);
    for (const groups of divideGroups(plan.groups, most)) {
      const values = await collectValues(readBlocks, groups, { input, shape, data });
      for (const [i, group] of groups.entries()) {
        await writer.write(group, { input, shape, values: values[i]! });
      }
    }
  }
  return writer.finish();
}

/**
 * Writes an IGV session that opens tracks together, `session.xml` beside them. The folder can be moved as a whole.
 *
 * @param directory The folder of the tracks.
 * @param written The tracks.
 * @param options The genome: an identifier that IGV knows, or the path of a file relative to the folder, by default (and for
 * `unknown`) the one that is open; and the locus that is shown first, by default the first gene's window.
 * @returns The name of the file.
 * @throws {RangeError} If there are no tracks, or the genome or the locus cannot be part of XML.
 * @throws {WriteError} If the file cannot be written.
 *
 * @example A session for a track that was written before
 * ```ts
 * import { writeTrackSession } from "@waka/histone/explain";
 * import { strictEqual } from "node:assert";
 *
 * const directory = await Deno.makeTempDir();
 * const track = { path: "E003.H3K4me3.bw", name: "E003 H3K4me3", colour: [0, 114, 178] } as const;
 * const written = { tracks: [track], locus: "chr20:49546001-49556000" };
 * strictEqual(await writeTrackSession(directory, written, { genome: "hg19" }), "session.xml");
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function writeTrackSession(
  directory: string,
  { tracks, locus }: { readonly tracks: readonly SessionTrack[]; readonly locus: string },
  options: Pick<IgvSessionOptions, "genome" | "locus">,
): Promise<string> {
  const name = "session.xml";
  // A record whose assembly is not known says so by this word.
  const genome = options.genome === "unknown" ? undefined : options.genome;
  const text = formatIgvSession(tracks, { genome, locus: options.locus ?? locus });
  await writeFileAtomic(`${directory}/${name}`, text);
  return name;
}

/**
 * Places the windows of samples as `writeAttributionTracks` does, so that what has no place is known before the samples are
 * explained.
 *
 * @param positions The samples.
 * @param data The data set that they are of.
 * @param options As the tracks are written.
 * @throws {ContractError} If the samples of a cell type have no place, or one cannot have the place that is known of it.
 */
export function checkTrackPlaces(
  positions: Iterable<number>,
  data: Dataset,
  options: Pick<WriteTracksOptions, "chromosomes" | "chromosomeAliases" | "format" | "record">,
): void {
  const { record = data.record, chromosomeAliases } = options;
  const chromosomes = chooseChromosomes(record, options);
  const { binSizeBp, orientation, tss } = record;
  const genes = data.geneIndices();
  const known = new Set<string>();
  for (const group of groupByCellType(data, [...positions])) {
    // Most cell types have the same genes, which have the same places.
    const key = group.positions.map((position) => genes[position]).join();
    if (known.has(key)) continue;
    known.add(key);
    placeSamples(group, data, {
      bins: data.bins,
      binSizeBp,
      orientation,
      tss,
      chromosomes,
      chromosomeAliases,
    });
  }
}

/** Divides cell types into those whose samples are held together: at most `most` samples, or one cell type. */
function divideGroups(groups: readonly CellTypeSamples[], most: number): CellTypeSamples[][] {
  const divided: CellTypeSamples[][] = [];
  let room = 0;
  for (const group of groups) {
    room -= group.positions.length;
    const last = divided.at(-1);
    if (last !== undefined && room >= 0) last.push(group);
    else {
      divided.push([group]);
      room = most - group.positions.length;
    }
  }
  return divided;
}
