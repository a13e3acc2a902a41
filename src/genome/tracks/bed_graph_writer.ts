/**
 * Writes bedGraph files.
 *
 * @module
 */

import { openSink } from "../../base/open_sink.ts";
import type { Bytes } from "../../base/bytes.ts";
import { isPlainLine } from "../../base/printable.ts";
import { showValue } from "../../base/show_value.ts";
import { formatFloat32 } from "../../io/submission.ts";
import type { Contig } from "../chromosomes.ts";
import { BgzipWriter } from "./_bgzip_writer.ts";
import { BlockChecker } from "./_check_blocks.ts";
import type { TrackBlock, TrackSummary } from "./track_block.ts";
import { type Colour, formatColour } from "./track_style.ts";

/** The line that tells UCSC's browser and IGV how to show a bedGraph file. */
export interface TrackLine {
  /** The track's name. */
  readonly name: string;
  /**
   * A longer text.
   *
   * @default {"name"}
   */
  readonly description?: string | undefined;
  /**
   * Colour of positive values.
   *
   * @default {the browser's}
   */
  readonly colour?: Colour | undefined;
  /**
   * Colour of negative values.
   *
   * @default {"colour"}
   */
  readonly negativeColour?: Colour | undefined;
}

/** Options of {@linkcode writeBedGraph}. */
export interface WriteBedGraphOptions {
  /**
   * The chromosomes with their lengths in base pairs, in the order in which their values come.
   *
   * @default {those of the values, of any length}
   */
  readonly chromosomes?: readonly Required<Contig>[] | undefined;
  /**
   * Whether to write gzip data, in the blocks of `bgzip`, which `tabix` can index.
   *
   * @default {false}
   */
  readonly compress?: boolean | undefined;
  /**
   * The first line.
   *
   * @default {none}
   */
  readonly trackLine?: TrackLine | undefined;
}

/** Lines are encoded in pieces of about this length. */
const PIECE_CHARACTERS = 1 << 16;

/**
 * Writes a bedGraph file: a line for each interval with chromosome, start, end (0-based half-open) and value, between
 * tabs. A value has the fewest digits that give back the same float32.
 *
 * @param sink The stream to write to; closed at the end, aborted on an error.
 * @param blocks The values: each chromosome's together, by ascending start, without overlaps. An array may be reused once
 * the next block is asked for.
 * @param options The first line, and whether to compress.
 * @returns What the file holds.
 * @throws {TypeError} If the arrays of a block differ in length.
 * @throws {RangeError} If there is no interval, one does not follow the interval before it, is outside its chromosome or
 * has a value that is not finite, a chromosome is unknown or unusable, or the first line holds a colour or a text that it
 * cannot.
 *
 * @example Two bins under a track line
 * ```ts
 * import { writeBedGraph } from "@waka/histone/genome";
 * import { strictEqual } from "node:assert";
 *
 * const block = {
 *   chromosome: "chr1",
 *   starts: Uint32Array.of(900, 1000),
 *   ends: Uint32Array.of(1000, 1100),
 *   values: Float32Array.of(0.1, -2),
 * };
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const text = new Response(readable).text();
 * await writeBedGraph(writable, [block], { trackLine: { name: "scores", colour: [0, 114, 178] } });
 * strictEqual(
 *   await text,
 *   'track type=bedGraph name="scores" color=0,114,178\n' +
 *     "chr1\t900\t1000\t0.1\nchr1\t1000\t1100\t-2\n",
 * );
 * ```
 */
export async function writeBedGraph(
  sink: WritableStream<Uint8Array>,
  blocks: Iterable<TrackBlock> | AsyncIterable<TrackBlock>,
  options: WriteBedGraphOptions = {},
): Promise<TrackSummary> {
  const { chromosomes, compress = false, trackLine } = options;
  const writer = openSink(sink, "write bedGraph");
  try {
    const checker = new BlockChecker("bedGraph", chromosomes);
    const encoder = new TextEncoder();
    const bgzip = compress ? new BgzipWriter((bytes) => writer.write(bytes)) : undefined;
    const put = (text: string): Promise<void> => {
      const bytes: Bytes = encoder.encode(text);
      return bgzip === undefined ? writer.write(bytes) : bgzip.write(bytes);
    };
    if (trackLine !== undefined) await put(formatTrackLine(trackLine));
    for await (const block of blocks) {
      checker.check(block);
      for (const text of blockText(block)) await put(text);
    }
    const summary = checker.finish();
    await bgzip?.close();
    await writer.close();
    return summary;
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    throw error;
  }
}

function* blockText({ chromosome, starts, ends, values }: TrackBlock): Generator<string> {
  let text = "";
  for (let i = 0; i < starts.length; i++) {
    text += `${chromosome}\t${starts[i]}\t${ends[i]}\t${formatFloat32(values[i]!)}\n`;
    if (text.length < PIECE_CHARACTERS) continue;
    yield text;
    text = "";
  }
  yield text;
}

function formatTrackLine({ name, description, colour, negativeColour }: TrackLine): string {
  const words = ["track type=bedGraph", `name=${quote(name, "name")}`];
  if (description !== undefined) words.push(`description=${quote(description, "description")}`);
  if (colour !== undefined) words.push(`color=${formatColour(colour)}`);
  if (negativeColour !== undefined) words.push(`altColor=${formatColour(negativeColour)}`);
  return `${words.join(" ")}\n`;
}

/** Puts a text between quotes, of which the format knows two kinds and no way to write them within. */
function quote(text: string, what: string): string {
  const mark = text.includes('"') ? "'" : '"';
  if (isPlainLine(text) && !text.includes(mark)) return `${mark}${text}${mark}`;
  throw new RangeError(
    `Cannot write track line: its ${what} is ${
      showValue(text)
    }, expected one line with quotes of one kind at most`,
  );
}
