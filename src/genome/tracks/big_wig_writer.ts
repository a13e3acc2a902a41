/**
 * Writes bigWig files.
 *
 * @module
 */

import { MemorySink, type PatchableSink } from "../../files/patchable_sink.ts";
import { writeFileAtomic } from "../../files/file.ts";
import type { Contig } from "../chromosomes.ts";
import { BigWigEncoder } from "./_big_wig_encoder.ts";
import type { TrackBlock, TrackSummary } from "./track_block.ts";

/** Options of {@linkcode writeBigWig} and {@linkcode encodeBigWig}. */
export interface WriteBigWigOptions {
  /**
   * The chromosomes with their lengths in base pairs, in the order in which their values come. Those without values are
   * named in the file too.
   */
  readonly chromosomes: readonly Required<Contig>[];
  /**
   * Whether to deflate the values.
   *
   * @default {true}
   */
  readonly compress?: boolean | undefined;
}

/**
 * Writes a bigWig file, which genome browsers and programs such as deepTools read. Values are written as float32, in the
 * shortest of the format's three forms, with summaries at up to ten lower resolutions. The same intervals give the same
 * bytes, however they are divided into blocks. The file appears whole or not at all, and is never held in memory.
 *
 * @param path Path of the file; its directory is created.
 * @param blocks The values: each chromosome's together, in the order of `chromosomes`, by ascending start, without
 * overlaps. An array may be reused once the next block is asked for.
 * @param options The chromosomes.
 * @returns What the file holds.
 * @throws {TypeError} If the arrays of a block differ in length.
 * @throws {RangeError} If there is no interval, one does not follow the interval before it, is outside its chromosome or
 * has a value that is not finite, or a chromosome is unknown or unusable.
 * @throws {WriteError} If the file cannot be written.
 * @see Kent et al. 2010, Bioinformatics 26:2204, the format.
 *
 * @example Two bins, read back
 * ```ts
 * import { geneWindows, openSignalFile, writeBigWig } from "@waka/histone/genome";
 * import { deepStrictEqual } from "node:assert";
 *
 * const directory = await Deno.makeTempDir();
 * const path = `${directory}/scores.bw`;
 * const block = {
 *   chromosome: "chr1",
 *   starts: Uint32Array.of(900, 1000),
 *   ends: Uint32Array.of(1000, 1100),
 *   values: Float32Array.of(0.5, 0.25),
 * };
 * await writeBigWig(path, [block], { chromosomes: [{ name: "chr1", length: 5000 }] });
 *
 * const { track, close } = await openSignalFile(path);
 * const gene = { id: "a", chromosome: "chr1", tss: 1000, strand: "+", line: 1 } as const;
 * const windows = geneWindows([gene], { binSizeBp: 100, halfWidthBp: 100 });
 * deepStrictEqual([...(await track.count(windows, { rule: "mean" })).values], [0.5, 0.25]);
 * close();
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function writeBigWig(
  path: string,
  blocks: Iterable<TrackBlock> | AsyncIterable<TrackBlock>,
  options: WriteBigWigOptions,
): Promise<TrackSummary> {
  let summary: TrackSummary | undefined;
  await writeFileAtomic(path, async (stream, writeAt) => {
    const writer = stream.getWriter();
    const write = (bytes: Uint8Array) => writer.write(bytes);
    summary = await encode({ write, writeAt }, blocks, options);
  });
  return summary!;
}

/**
 * Makes a bigWig file in memory, as {@linkcode writeBigWig} writes it.
 *
 * @param blocks The values, as `writeBigWig` takes them.
 * @param options The chromosomes.
 * @returns The file's bytes.
 * @throws {TypeError} If the arrays of a block differ in length.
 * @throws {RangeError} If there is no interval, one does not follow the interval before it, is outside its chromosome or
 * has a value that is not finite, or a chromosome is unknown or unusable.
 *
 * @example A value for ten bases
 * ```ts
 * import { encodeBigWig, openSignal } from "@waka/histone/genome";
 * import { bytesSource } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const block = {
 *   chromosome: "chr1",
 *   starts: Uint32Array.of(90),
 *   ends: Uint32Array.of(100),
 *   values: Float32Array.of(-2),
 * };
 * const chromosomes = [{ name: "chr1", length: 1000 }];
 * const track = await openSignal(bytesSource(await encodeBigWig([block], { chromosomes }), "a.bw"));
 * deepStrictEqual(track.contigs, chromosomes);
 * ```
 */
export async function encodeBigWig(
  blocks: Iterable<TrackBlock> | AsyncIterable<TrackBlock>,
  options: WriteBigWigOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  return (await encodeWithSummary(blocks, options)).bytes;
}

/** A bigWig file in memory, and what it holds. */
export interface EncodedBigWig {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly summary: TrackSummary;
}

/** Makes a bigWig file in memory as {@linkcode encodeBigWig} does, and says what it holds. */
export async function encodeWithSummary(
  blocks: Iterable<TrackBlock> | AsyncIterable<TrackBlock>,
  options: WriteBigWigOptions,
): Promise<EncodedBigWig> {
  const sink = new MemorySink();
  const summary = await encode(sink, blocks, options);
  return { bytes: sink.bytes(), summary };
}

async function encode(
  sink: PatchableSink,
  blocks: Iterable<TrackBlock> | AsyncIterable<TrackBlock>,
  { chromosomes, compress = true }: WriteBigWigOptions,
): Promise<TrackSummary> {
  const encoder = new BigWigEncoder(sink, { chromosomes, compress });
  await encoder.begin();
  for await (const block of blocks) await encoder.add(block);
  return await encoder.finish();
}
