/** The compression header of a container (CRAM 3.1 specification, section 8.4), and what of it counting needs. */

import type { CramCursor } from "./_cram_bytes.ts";
import { type CramEncoding, readEncoding, usesCore, visitBlocks } from "./_cram_encodings.ts";

/** How the records of a container are encoded. */
export interface CramScheme {
  /** Whether records have their names, rather than only those whose mate is elsewhere. */
  readonly hasNames: boolean;
  /** Whether a place is given as the distance from the record before. */
  readonly hasDistances: boolean;
  /** The encodings of the data series by their two letters, and of tags by `tag` and a number. */
  readonly encodings: ReadonlyMap<string, CramEncoding>;
  /** The keys of the tags in each set of tags that a record may have. */
  readonly tagSets: readonly (readonly string[])[];
}

/** What has to be decoded. */
export interface CramPlan {
  /** Keys of the series, as in {@linkcode CramScheme}. */
  readonly series: ReadonlySet<string>;
  /** Ids of the external blocks. */
  readonly blocks: ReadonlySet<number>;
}

/** More than the data series and any tags that occur; the search for what is shared takes the square of their number. */
const MOST_ENCODINGS = 1024;

/** Reads a compression header. */
export function readScheme(cursor: CramCursor): CramScheme {
  const preserved = readPreservation(cursor);
  const encodings = new Map<string, CramEncoding>();
  visitMap(cursor, () => {
    const key = readKey(cursor);
    encodings.set(key, readEncoding(cursor));
  });
  visitMap(cursor, () => {
    const key = tagKey(cursor.itf8());
    encodings.set(key, readEncoding(cursor));
  });
  if (encodings.size > MOST_ENCODINGS) {
    cursor.fail(`a compression header has ${encodings.size} encodings`);
  }
  return { ...preserved, encodings };
}

/** Series that say how often, or whether, others stand in a record. All records have BF and CF. */
const COUNTED_BY: Readonly<Record<string, readonly string[]>> = {
  FC: ["FN"],
  ...Object.fromEntries(
    ["FP", "BS", "DL", "RS", "IN", "SC", "BB", "QQ", "HC", "PD"].map((key) => [key, ["FN", "FC"]]),
  ),
  ...Object.fromEntries(["BA", "QS"].map((key) => [key, ["RL", "FN", "FC"]])),
};
const COUNTED_BY_SETS = ["TL"];

/**
 * Finds what has to be decoded to get some series. Series that share a block with one of them have to be decoded too,
 * since a record does not say how long its part of a block is. All codes of bits share one block.
 */
export function planSeries({ encodings }: CramScheme, wanted: Iterable<string>): CramPlan {
  const series = new Set<string>(["BF", "CF", ...wanted]);
  const blocks = new Set<number>();
  let core = false;
  const known = () => series.size + blocks.size + Number(core);
  for (let before = -1; before < known();) {
    before = known();
    for (const [key, encoding] of encodings) {
      const isShared = core && usesCore(encoding) || readsFrom(encoding, blocks);
      if (!isShared && !series.has(key)) continue;
      series.add(key);
      const counts = key.startsWith(TAG) ? COUNTED_BY_SETS : COUNTED_BY[key] ?? [];
      for (const other of counts) series.add(other);
      core ||= usesCore(encoding);
      visitBlocks(encoding, (id) => blocks.add(id));
    }
  }
  return { series, blocks };
}

/** What the keys of tags start with. */
const TAG = "tag";

/** Whether a plan has tags to decode. */
export function hasTags({ series }: CramPlan): boolean {
  return [...series].some((key) => key.startsWith(TAG));
}

/** The key of a tag's encoding. */
function tagKey(id: number): string {
  return `${TAG}${id}`;
}

function readsFrom(encoding: CramEncoding, blocks: ReadonlySet<number>): boolean {
  let found = false;
  visitBlocks(encoding, (id) => found ||= blocks.has(id));
  return found;
}

function readPreservation(cursor: CramCursor): Omit<CramScheme, "encodings"> {
  let hasNames = true;
  let hasDistances = true;
  let tagSets: string[][] = [[]];
  visitMap(cursor, () => {
    const key = readKey(cursor);
    switch (key) {
      case "RN":
        hasNames = cursor.byte() !== 0;
        break;
      case "AP":
        hasDistances = cursor.byte() !== 0;
        break;
      case "MI":
      case "UI":
      case "PI":
      case "RR":
      case "QO":
        cursor.skip(1);
        break;
      case "SM":
        cursor.skip(5);
        break;
      case "TD":
        tagSets = readTagSets(cursor);
        break;
      default:
        cursor.fail(`there is no field ${JSON.stringify(key)} of a compression header`);
    }
  });
  return { hasNames, hasDistances, tagSets };
}

/** Reads sets of tags, each of which ends with a zero; a tag has two letters and a type. */
function readTagSets(cursor: CramCursor): string[][] {
  const bytes = cursor.take(cursor.count());
  const sets: string[][] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0, at);
    const tags: string[] = [];
    for (; at + 2 < (end < 0 ? bytes.length : end); at += 3) {
      tags.push(tagKey(bytes[at]! << 16 | bytes[at + 1]! << 8 | bytes[at + 2]!));
    }
    sets.push(tags);
    at = (end < 0 ? bytes.length : end) + 1;
  }
  return sets;
}

/** Visits the entries of a map, which starts with its size in bytes and the number of its entries. */
function visitMap(cursor: CramCursor, visit: () => void): void {
  const end = cursor.count() + cursor.at;
  const entries = cursor.count();
  for (let i = 0; i < entries; i++) visit();
  if (cursor.at > end) cursor.fail("a map of a compression header is longer than it says");
  cursor.at = end;
}

function readKey(cursor: CramCursor): string {
  return String.fromCharCode(cursor.byte(), cursor.byte());
}
