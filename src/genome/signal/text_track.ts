/**
 * Reads of BED and tagAlign files, and the signal of bedGraph files; gzip or not, with or without an index.
 *
 * @module
 */

import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../io/byte_source.ts";
import { checkBgzipEnd, mayBeBgzf } from "../_gunzip.ts";
import { visitTextLines } from "../_text_lines.ts";
import type { GeneWindows } from "../windows.ts";
import { readBgzfIndex } from "./_bgzf_index.ts";
import { checkOptions } from "./_check_options.ts";
import { IndexedTextTrack } from "./_indexed_text.ts";
import { failEmpty, makeRows, RowCounter } from "./_row_counter.ts";
import type { CountOptions, SignalCounts, SignalTrack, TextFormat } from "./track.ts";

/** What {@linkcode openText} needs besides the file. */
export interface OpenTextOptions {
  /** What the file holds. */
  readonly format: TextFormat;
  /** The index that `tabix -p bed` made, `.tbi` or `.csi`, of a file that bgzip wrote. */
  readonly index?: ByteSource;
}

/**
 * Opens a BED, tagAlign or bedGraph file. With an index only the parts around the windows are read; without one
 * the whole file is, in one pass that does not need it to be sorted.
 *
 * @throws {FormatError} If the index is damaged, or there is one and the file is cut short or not from bgzip.
 */
export async function openText(
  source: ByteSource,
  options: OpenTextOptions,
): Promise<SignalTrack> {
  const { format, index } = options;
  if (index === undefined) return new TextTrack(source, format);
  await checkIsBgzf(source, index);
  await checkBgzipEnd(source);
  const bgzfIndex = await readBgzfIndex(index);
  const { names, sequences } = bgzfIndex;
  if (names?.length !== sequences) {
    throw new FormatError(
      `Cannot read index: it names ${
        names?.length ?? 0
      } of its ${sequences} sequences, expected an ` +
        'index that "tabix -p bed" made',
      { file: index.name },
    );
  }
  if (sequences === 0) failEmpty(source.name);
  return new IndexedTextTrack(source, format, bgzfIndex);
}

/** An index tells places in bgzip's blocks, which the files of gzip lack. */
async function checkIsBgzf(source: ByteSource, index: ByteSource): Promise<void> {
  if (mayBeBgzf(await source.read(0, Math.min(4, source.size)))) return;
  throw new FormatError(
    `Cannot use index: ${source.name} is not compressed in blocks, expected a file that bgzip wrote. ` +
      "Compress it again with bgzip, or remove the index: then it is read whole",
    { file: index.name },
  );
}

class TextTrack implements SignalTrack {
  readonly name: string;
  readonly format: TextFormat;
  readonly contigs = undefined;
  readonly #source: ByteSource;

  constructor(source: ByteSource, format: TextFormat) {
    this.name = source.name;
    this.format = format;
    this.#source = source;
  }

  async count(windows: GeneWindows, options: CountOptions): Promise<SignalCounts> {
    checkOptions(this, options);
    const sink = new RowCounter(windows, options, this.format);
    const rows = makeRows(this, sink, options);
    // Genes are not done one after the other, but the bar may show how much of the file is.
    const source = watchReads(this.#source, (end) => {
      options.onProgress?.(Math.floor(windows.genes * end / this.#source.size), windows.genes);
    });
    await visitTextLines(source, (line) => rows.read(line), options.onWarning);
    if (rows.rows === 0) failEmpty(this.name);
    const reads = this.format === "bed" ? rows.rows : undefined;
    return { values: sink.finish(), contigs: sink.contigs, reads };
  }
}

/** A source that tells up to where it was read. */
function watchReads(source: ByteSource, onRead: (end: number) => void): ByteSource {
  let furthest = 0;
  return {
    name: source.name,
    size: source.size,
    async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
      const bytes = await source.read(offset, length);
      // Further on is only a look at the file's end.
      if (offset <= furthest) onRead(furthest = Math.max(furthest, offset + length));
      return bytes;
    },
    close(): void {},
  };
}
