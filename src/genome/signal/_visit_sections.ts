import { freeArray } from "../../base/free.ts";
import { FormatError } from "../../errors.ts";
import { type ByteSource, readInto } from "../../files/byte_source.ts";
import { inflatePortable } from "../inflate.ts";
import { borrowInflater, type Inflater } from "../inflate/inflater.ts";
import { groupSections, LARGEST_SECTION_BYTES, type SectionGroup } from "./_big_wig_sections.ts";
import type { SectionPlace } from "./_count_task.ts";
import { checkPart } from "./_tree_walk.ts";

/** Takes a section's bytes, which are valid until it returns, and its place. */
export type VisitSection = (bytes: Uint8Array, place: SectionPlace) => void;

/** The sections to visit, in the file's order. */
export interface SectionList {
  readonly places: readonly SectionPlace[];
  readonly isDeflated: boolean;
}

/**
 * Visits sections of a bigWig file in its order, each once, while the next ones are being read.
 *
 * @throws {FormatError} If the file is damaged.
 */
export async function visitSections(
  source: ByteSource,
  { places, isDeflated }: SectionList,
  visit: VisitSection,
): Promise<void> {
  using borrowed = borrowInflater();
  const reader = new GroupReader(source, borrowed.inflater);
  const groups = groupSections(places);
  let ahead = reader.read(groups[0], 0);
  try {
    for (const [i, { start, sections }] of groups.entries()) {
      const part = (await ahead)!;
      ahead = reader.read(groups[i + 1], i + 1);
      for (const place of sections) {
        const range = { from: place.offset - start, to: place.end - start };
        if (!isDeflated) visit(part.subarray(range.from, range.to), place);
        else if (reader.inflater === undefined) {
          visit(await inflateAlone(part.subarray(range.from, range.to), place, source), place);
        } else visit(inflateSection(reader.inflater, { ...range, group: i }, place, source), place);
      }
      reader.free(part);
    }
  } finally {
    // What is being read goes into the memory that the next one borrows.
    await ahead?.catch(() => undefined);
  }
}

/** Reads groups of sections, into the regions of an inflater by turns. */
class GroupReader {
  readonly inflater: Inflater | undefined;
  readonly #source: ByteSource;

  constructor(source: ByteSource, inflater: Inflater | undefined) {
    this.#source = source;
    this.inflater = inflater;
  }

  /** Starts to read a group. */
  read(group: SectionGroup | undefined, number: number): Promise<Uint8Array> | undefined {
    if (group === undefined) return undefined;
    const bytes = this.#read(group, number);
    // The caller may stop before it awaits what was read ahead.
    bytes.catch(() => undefined);
    return bytes;
  }

  async #read({ start, end }: SectionGroup, number: number): Promise<Uint8Array> {
    const length = end - start;
    checkPart(this.#source, start, length);
    if (this.inflater === undefined) return await this.#source.read(start, length);
    const target = this.inflater.inputs[regionOf(number)].subarray(0, length);
    await readInto(this.#source, start, target);
    return target;
  }

  /** Frees what was read, unless it is in an inflater. */
  free(part: Uint8Array): void {
    if (this.inflater === undefined && this.#source.readsAreCopies) freeArray(part);
  }
}

function regionOf(group: number): 0 | 1 {
  return group % 2 === 0 ? 0 : 1;
}

function inflateSection(
  inflater: Inflater,
  { from, to, group }: { readonly from: number; readonly to: number; readonly group: number },
  place: SectionPlace,
  source: ByteSource,
): Uint8Array {
  try {
    return inflater.inflateZlib({ input: regionOf(group), from, to }, LARGEST_SECTION_BYTES);
  } catch (cause) {
    return fail(source, place, cause);
  }
}

async function inflateAlone(
  bytes: Uint8Array,
  place: SectionPlace,
  source: ByteSource,
): Promise<Uint8Array> {
  try {
    return await inflatePortable(bytes as Uint8Array<ArrayBuffer>, LARGEST_SECTION_BYTES);
  } catch (cause) {
    return fail(source, place, cause);
  }
}

function fail({ name }: ByteSource, { offset }: SectionPlace, cause: unknown): never {
  const found = "a section cannot be inflated";
  throw new FormatError(`Cannot read bigWig: ${found}: it is damaged`, {
    file: name,
    byteOffset: offset,
    cause,
  });
}
