/** Reads the slices of a CRAM file: only the blocks that counting needs are inflated. */

import type { ByteSource } from "../../files/byte_source.ts";
import { CramCursor, failCram } from "./_cram_bytes.ts";
import { SliceBlocks } from "./_cram_codecs.ts";
import { type CramBlock, type CramContainer, CramFileReader } from "./_cram_container.ts";
import { CONTENT, inflateBlock } from "./_cram_inflate.ts";
import type { SlicePlace } from "./_cram_index.ts";
import { joinMates } from "./_cram_mates.ts";
import { type CramRecords, decodeRecords, FEATURE_PLACES } from "./_cram_records.ts";
import { type CramPlan, type CramScheme, planSeries, readScheme } from "./_cram_scheme.ts";
import { readSliceHeader, type SliceHeader } from "./_cram_slice_header.ts";

/** What has to be known of records. */
export interface CramNeeds {
  /** The data series, by their names in the specification. */
  readonly series: readonly string[];
  /** Whether mates in the same slice have to be joined. */
  readonly mates: boolean;
}

/** The flags alone, to count reads. */
export const FLAGS_ONLY: CramNeeds = { series: ["BF", "CF", "RI"], mates: false };

/** Slices up to this size are read in one piece; of larger ones only what is needed. */
const LONGEST_READ_BYTES = 1 << 22;
/** A container's header has some fifty bytes, and more with more slices. */
const USUAL_HEADER_BYTES = 256;
/** Inflated bytes of a slice that are always allowed, and for each of its bytes. */
const ALWAYS_ALLOWED_BYTES = 1 << 20;
const MOST_RATIO = 2048;

/** The container that was read last, whose slices usually follow each other. */
interface OpenContainer extends CramContainer {
  readonly place: number;
  readonly scheme: CramScheme;
  /** What has to be decoded, by what has to be known. */
  readonly plans: Map<CramNeeds, CramPlan>;
}

/** A slice, and what has to be known of its records. */
export interface SliceRequest {
  readonly place: SlicePlace;
  readonly needs: CramNeeds;
}

/** Number of slices that are read together, so that one is decoded while others are on their way. */
const SLICES_TOGETHER = 3;

/**
 * Reads slices, and yields their records in the order of the requests.
 *
 * @throws {FormatError} If a slice is damaged, or not where the index says.
 */
export async function* readSlices(
  source: ByteSource,
  requests: readonly SliceRequest[],
): AsyncGenerator<CramRecords> {
  // Each reader keeps what it read last, so that those of neighbouring slices do not disturb each other.
  const readers: CramSliceReader[] = [];
  for (let i = 0; i < SLICES_TOGETHER; i++) {
    readers.push(new CramSliceReader(await CramFileReader.open(source)));
  }
  const started: Promise<CramRecords>[] = [];
  for (let i = 0; i < requests.length; i++) {
    for (let next = i + started.length; next < i + SLICES_TOGETHER; next++) {
      const request = requests[next];
      if (request === undefined) break;
      const records = readers[next % SLICES_TOGETHER]!.read(request);
      // If an earlier slice is refused, nobody awaits this one.
      records.catch(() => undefined);
      started.push(records);
    }
    yield await started.shift()!;
  }
}

/** Reads slices one after another. */
class CramSliceReader {
  readonly #reader: CramFileReader;
  #container: OpenContainer | undefined;

  constructor(reader: CramFileReader) {
    this.#reader = reader;
  }

  async read({ place, needs }: SliceRequest): Promise<CramRecords> {
    const container = await this.#open(place);
    const { scheme } = container;
    const reader = this.#reader;
    const offset = container.start + place.start;
    if (!container.slices.includes(place.start)) {
      failCram("no slice starts here", reader.placeOf(offset));
    }
    const ahead = Math.min(place.bytes, LONGEST_READ_BYTES);
    const first = await reader.blockHeader(offset, container.end, ahead);
    const header = await this.#readHeader(first);
    const plan = container.plans.get(needs) ?? planSeries(scheme, needs.series);
    container.plans.set(needs, plan);
    const decode = async (plan: CramPlan) => {
      const { blocks, bytes } = await this.#readBlocks({ first, header, plan, end: container.end });
      return decodeRecords({ header, scheme, plan, blocks, bytes });
    };
    let records = await decode(plan);
    if (records.lacksPlaces) {
      records = await decode(planSeries(scheme, [...needs.series, FEATURE_PLACES]));
    }
    if (needs.mates) joinMates(records, reader.placeOf(offset));
    return records;
  }

  async #open(place: SlicePlace): Promise<OpenContainer> {
    if (this.#container?.place === place.container) return this.#container;
    const reader = this.#reader;
    const ahead = Math.min(USUAL_HEADER_BYTES + place.start + place.bytes, LONGEST_READ_BYTES);
    const container = await reader.container(place.container, ahead);
    const header = await reader.blockHeader(container.start, container.end);
    if (header.contentType !== CONTENT.compressionHeader) {
      failCram("a container lacks its compression header", reader.placeOf(container.start));
    }
    const bytes = await inflateBlock(reader, await reader.block(header));
    const scheme = readScheme(new CramCursor(bytes, reader.placeOf(container.start)));
    return this.#container = { ...container, place: place.container, scheme, plans: new Map() };
  }

  async #readHeader(block: CramBlock): Promise<SliceHeader> {
    const reader = this.#reader;
    const place = reader.placeOf(block.byteOffset);
    if (block.contentType !== CONTENT.slice) failCram("a slice lacks its header", place);
    const bytes = await inflateBlock(reader, await reader.block(block));
    return readSliceHeader(new CramCursor(bytes, place), reader.majorVersion);
  }

  /** Reads the blocks that follow a slice's header. */
  async #readBlocks({ first, header, plan, end }: {
    readonly first: CramBlock;
    readonly header: SliceHeader;
    readonly plan: CramPlan;
    readonly end: number;
  }): Promise<{ readonly blocks: SliceBlocks; readonly bytes: number }> {
    const reader = this.#reader;
    const place = reader.placeOf(first.byteOffset);
    const needed: CramBlock[] = [];
    let at = first.end;
    for (let i = 0; i < header.blocks; i++) {
      const block = await reader.blockHeader(at, end);
      const isNeeded = block.contentType === CONTENT.core ||
        block.contentType === CONTENT.external && plan.blocks.has(block.id);
      if (isNeeded) needed.push(block);
      at = block.end;
    }
    const bytes = at - first.byteOffset;
    const inflated = needed.reduce((sum, { rawBytes }) => sum + rawBytes, 0);
    if (inflated > ALWAYS_ALLOWED_BYTES + MOST_RATIO * bytes) {
      failCram(`a slice of ${bytes} bytes claims to inflate to ${inflated}`, place);
    }
    let core: Uint8Array | undefined;
    const external: [id: number, bytes: Uint8Array][] = [];
    for (const block of needed) {
      const content = await inflateBlock(reader, await reader.block(block));
      if (block.contentType === CONTENT.core) core = content;
      else external.push([block.id, content]);
    }
    const blocks = new SliceBlocks(place, core);
    for (const [id, content] of external) blocks.add(id, content);
    return { blocks, bytes };
  }
}
