/** Records of CRAM files that samtools does not write, made by hand. */

import { deepStrictEqual, strictEqual } from "node:assert";
import { SliceBlocks } from "../../../src/genome/signal/_cram_codecs.ts";
import type { CramEncoding } from "../../../src/genome/signal/_cram_encodings.ts";
import {
  type CramRecords,
  decodeRecords,
  FEATURE_PLACES,
  WITHOUT_CIGAR,
} from "../../../src/genome/signal/_cram_records.ts";
import { type CramScheme, planSeries } from "../../../src/genome/signal/_cram_scheme.ts";

const PLACE = { file: "old.cram", byteOffset: 0 };
const KEYS = ["BF", "CF", "AP", "RL", "FN", "FC", "FP", "DL", "IN", "SC"];
const NEEDED = KEYS.filter((key) => key !== FEATURE_PLACES);
/** The flag of a record whose bases are not given. */
const NO_BASES = 8;

interface MadeRecord {
  readonly bases: number;
  /** Letter, distance from the feature before, and length. */
  readonly features: readonly (readonly [letter: string, distance: number, length: number])[];
}

/** Decodes records at base 10 of which each series has a block of its own. */
function decode(records: readonly MadeRecord[], series: readonly string[]): CramRecords {
  const features = records.flatMap(({ features }) => features);
  const lengthsOf = (wanted: string) =>
    features.filter(([letter]) => letter === wanted).map(([, , length]) => length);
  const clips = (letter: string) =>
    lengthsOf(letter).flatMap((length) =>
      Array.from({ length: length + 1 }, (_, i) => i < length ? 65 : 0)
    );
  const contents: Record<string, number[]> = {
    BF: records.map(() => 0),
    CF: records.map(() => NO_BASES),
    AP: records.map(() => 0),
    RL: records.map(({ bases }) => bases),
    FN: records.map(({ features }) => features.length),
    FC: features.map(([letter]) => letter.charCodeAt(0)),
    FP: features.map(([, distance]) => distance),
    DL: lengthsOf("D"),
    IN: clips("I"),
    SC: clips("S"),
  };
  const blocks = new SliceBlocks(PLACE);
  const encodings = new Map<string, CramEncoding>();
  for (const [id, key] of KEYS.entries()) {
    blocks.add(id, Uint8Array.from(contents[key]!));
    const isText = key === "IN" || key === "SC";
    encodings.set(key, isText ? { kind: "stop", stop: 0, id } : { kind: "external", id });
  }
  const scheme: CramScheme = { hasNames: false, hasDistances: true, encodings, tagSets: [[]] };
  const header = { contig: 0, start: 10, records: records.length, blocks: KEYS.length };
  const plan = planSeries(scheme, series);
  return decodeRecords({ header, scheme, plan, blocks, bytes: 1000 });
}

/** `7S20M1D23M10I30M10S`, as htsjdk wrote it for a secondary alignment without bases. */
const FEATURES = [["S", 1, 7], ["D", 27, 1], ["I", 23, 10], ["S", 40, 10]] as const;

Deno.test("a read without bases and without a length of its own ends where its last feature does", () => {
  const records = [{ bases: 0, features: FEATURES }, { bases: 100, features: FEATURES }];
  const decoded = decode(records, KEYS);
  deepStrictEqual([...decoded.lengths], [74, 74]);
  strictEqual(decoded.lacksPlaces, false);
});

Deno.test("where the places of features are needed and were not decoded, the records say so", () => {
  const known = { bases: 100, features: FEATURES };
  const unaligned = { bases: 0, features: [] };
  const decoded = decode([known, unaligned], NEEDED);
  deepStrictEqual([...decoded.lengths], [74, WITHOUT_CIGAR]);
  strictEqual(decoded.lacksPlaces, false);
  strictEqual(decode([known, { bases: 0, features: FEATURES }, known], NEEDED).lacksPlaces, true);
  // Without the length, nothing is said about places: only the flags are wanted.
  strictEqual(decode([{ bases: 0, features: FEATURES }], ["BF", "FN"]).lacksPlaces, false);
});
