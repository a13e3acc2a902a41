/**
 * Encodes bigWig files, version 4 (Kent et al. 2010, Bioinformatics 26:2204, supplement), in one pass:
 *
 *     header, headers of the zoom levels, summary of all values, tree of names,
 *     number of sections, sections, their index,
 *     and for each zoom level: number of records, sections, their index.
 *
 * The sections are written as they come. What the header says of them is known at the end, when it is written over
 * zeros. In memory are the places of the sections, 40 bytes for each 1,024 intervals, and the deflated zoom levels.
 */

import { type Bytes, concatenateAll } from "../../base/bytes.ts";
import type { PatchableSink } from "../../files/patchable_sink.ts";
import type { Contig } from "../chromosomes.ts";
import { packIndex, packNames, SectionIndex } from "./_big_wig_trees.ts";
import { BlockChecker } from "./_check_blocks.ts";
import { deflate } from "./_deflate.ts";
import { packFields } from "./_little_endian.ts";
import { type RawSection, SectionCutter } from "./_section_cutter.ts";
import type { TrackBlock, TrackSummary } from "./track_block.ts";
import { MOST_LEVELS, type ZoomLevel, ZoomLevels } from "./_zoom_levels.ts";

const MAGIC = 0x888ffc26;
const VERSION = 4;
const HEADER_BYTES = 64;
const ZOOM_HEADER_BYTES = 24;
const SUMMARY_BYTES = 40;
const SUMMARY_OFFSET = HEADER_BYTES + MOST_LEVELS * ZOOM_HEADER_BYTES;
const NAMES_OFFSET = SUMMARY_OFFSET + SUMMARY_BYTES;
/** The most items of a section of values, and of one of records. */
const MOST_ITEMS = 1024;
/** Long blocks are encoded in parts, so that what waits to be written stays small. */
const PART_INTERVALS = 2 ** 15;
/** Bytes are written in pieces of about this length. */
const PIECE_BYTES = 2 ** 18;

/** How a file is encoded. */
export interface EncoderOptions {
  /** The chromosomes in the order of the values. */
  readonly chromosomes: readonly Required<Contig>[];
  /** Whether sections are deflated. */
  readonly compress: boolean;
}

/** What is known of a zoom level: its sections, deflated, and where they will be, counted from the first. */
interface KeptLevel {
  readonly index: SectionIndex;
  readonly sections: Bytes[];
  length: number;
}

/** Encodes one file. */
export class BigWigEncoder {
  readonly #sink: PatchableSink;
  readonly #options: EncoderOptions;
  readonly #checker: BlockChecker;
  readonly #cutter = new SectionCutter();
  readonly #zooms: ZoomLevels;
  readonly #kept = new Map<ZoomLevel, KeptLevel>();
  readonly #index = new SectionIndex(MOST_ITEMS);
  #sectionsOffset = 0;
  #length = 0;
  #largestSection = 0;
  #pieces: Bytes[] = [];
  #pieceBytes = 0;

  /** @throws {RangeError} If a chromosome cannot be one of a track. */
  constructor(sink: PatchableSink, options: EncoderOptions) {
    this.#sink = sink;
    this.#options = options;
    this.#checker = new BlockChecker("bigWig", options.chromosomes);
    this.#zooms = new ZoomLevels(options.chromosomes.reduce((a, b) => Math.max(a, b.length), 0));
  }

  /** Writes what precedes the values. */
  async begin(): Promise<void> {
    await this.#put(new Uint8Array(NAMES_OFFSET));
    await this.#put(packNames(this.#options.chromosomes, NAMES_OFFSET));
    this.#sectionsOffset = this.#length;
    await this.#put(new Uint8Array(8));
  }

  /** Takes a block that follows those before. */
  async add(block: TrackBlock): Promise<void> {
    const chromosome = this.#checker.check(block);
    for (let from = 0; from < block.starts.length; from += PART_INTERVALS) {
      const part = {
        starts: block.starts.subarray(from, from + PART_INTERVALS),
        ends: block.ends.subarray(from, from + PART_INTERVALS),
        values: block.values.subarray(from, from + PART_INTERVALS),
      };
      this.#cutter.add(chromosome, part);
      this.#zooms.add(chromosome, part);
      if (this.#cutter.ready.length > 0) await this.#writeSections();
      const { levels } = this.#zooms;
      if (levels.some(({ ready }) => ready.length > 0)) await this.#keepLevels(levels);
    }
  }

  /**
   * Writes what follows the values, and then the header.
   *
   * @throws {RangeError} If there were no values.
   */
  async finish(): Promise<TrackSummary> {
    const summary = this.#checker.finish();
    this.#cutter.finish();
    await this.#writeSections();
    const indexOffset = this.#length;
    await this.#put(packIndex(this.#index, indexOffset));
    const levels = this.#zooms.finish();
    await this.#keepLevels(levels);
    const zoomHeaders = await this.#writeLevels(levels);
    // As in files of UCSC's programs, by which readers see that a file is whole.
    await this.#put(packFields([[4, MAGIC]]));
    await this.#flush();
    await this.#sink.writeAt(0, this.#packHeader(levels.length, indexOffset));
    await this.#sink.writeAt(HEADER_BYTES, zoomHeaders);
    await this.#sink.writeAt(SUMMARY_OFFSET, packSummary(summary));
    await this.#sink.writeAt(this.#sectionsOffset, packFields([[8, this.#index.length]]));
    return summary;
  }

  #packHeader(levels: number, indexOffset: number): Bytes {
    return packFields([
      [4, MAGIC],
      [2, VERSION],
      [2, levels],
      [8, NAMES_OFFSET],
      [8, this.#sectionsOffset],
      [8, indexOffset],
      // Fields and a description, which only bigBed files have.
      [2, 0],
      [2, 0],
      [8, 0],
      [8, SUMMARY_OFFSET],
      [4, this.#options.compress ? this.#largestSection : 0],
      [8, 0],
    ]);
  }

  async #writeSections(): Promise<void> {
    for (const section of this.#cutter.ready.splice(0)) {
      const bytes = await this.#compress(section);
      this.#index.add(section, { offset: this.#length, length: bytes.length });
      await this.#put(bytes);
    }
  }

  /** Keeps the new sections of the levels, and forgets those of levels that were dropped. */
  async #keepLevels(levels: readonly ZoomLevel[]): Promise<void> {
    for (const level of this.#kept.keys()) {
      if (!levels.includes(level)) this.#kept.delete(level);
    }
    for (const level of levels) {
      const kept = this.#kept.get(level) ??
        { index: new SectionIndex(MOST_ITEMS / 2), sections: [], length: 0 };
      this.#kept.set(level, kept);
      for (const section of level.ready.splice(0)) {
        const bytes = await this.#compress(section);
        kept.index.add(section, { offset: kept.length, length: bytes.length });
        kept.sections.push(bytes);
        kept.length += bytes.length;
      }
    }
  }

  /** Writes the levels, and returns the packed headers of all of them. */
  async #writeLevels(levels: readonly ZoomLevel[]): Promise<Bytes> {
    const headers = new Uint8Array(MOST_LEVELS * ZOOM_HEADER_BYTES);
    for (const [i, level] of levels.entries()) {
      const { index, sections } = this.#kept.get(level)!;
      const offset = this.#length;
      await this.#put(packFields([[4, level.records]]));
      const first = this.#length;
      for (const bytes of sections) await this.#put(bytes);
      for (let section = 0; section < index.length; section++) index.offsets[section]! += first;
      const indexOffset = this.#length;
      await this.#put(packIndex(index, indexOffset));
      const header = packFields([[4, level.windowBp], [4, 0], [8, offset], [8, indexOffset]]);
      headers.set(header, i * ZOOM_HEADER_BYTES);
    }
    return headers;
  }

  async #compress({ bytes, effort }: RawSection): Promise<Bytes> {
    this.#largestSection = Math.max(this.#largestSection, bytes.length);
    return this.#options.compress ? await deflate(bytes, effort) : bytes;
  }

  async #put(bytes: Bytes): Promise<void> {
    this.#length += bytes.length;
    this.#pieces.push(bytes);
    this.#pieceBytes += bytes.length;
    if (this.#pieceBytes >= PIECE_BYTES) await this.#flush();
  }

  async #flush(): Promise<void> {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#pieceBytes = 0;
    await this.#sink.write(concatenateAll(pieces));
  }
}

function packSummary({ coveredBp, least, most, sum, sumOfSquares }: TrackSummary): Bytes {
  return packFields([
    [8, coveredBp],
    ["float64", least],
    ["float64", most],
    ["float64", sum],
    ["float64", sumOfSquares],
  ]);
}
