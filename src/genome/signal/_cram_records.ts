/** The hot loop of counting the reads of CRAM files: decodes the records of a slice (CRAM 3.1, section 10). */

import { failCram } from "./_cram_bytes.ts";
import type { ReadNumber, SkipArray, SliceBlocks } from "./_cram_codecs.ts";
import { type CramPlan, type CramScheme, hasTags } from "./_cram_scheme.ts";
import type { SliceHeader } from "./_cram_slice_header.ts";
import { UNMAPPED } from "./sam_flags.ts";

/** The records of a slice, as far as they were decoded: `[record]` each. */
export interface CramRecords {
  readonly count: number;
  /** Flags of SAM; of reads whose mate is in the slice, without what they say about the mate. */
  readonly flags: Uint16Array;
  /** Number of the sequence. */
  readonly contigs: Int32Array;
  /** First base, counted from 0. */
  readonly starts: Int32Array;
  /** Number of bases of the reference from the first to the last base; -1 for a mapped read without CIGAR. */
  readonly lengths: Int32Array;
  readonly qualities: Uint8Array;
  /** Template length if it is given; see `mates`. */
  readonly templates: Int32Array;
  /** Number of the mate's sequence if it is given. */
  readonly mateContigs: Int32Array;
  /** The mate's number among the records, if it follows in this slice; otherwise -1. */
  readonly mates: Int32Array;
  /** Whether a length is only known from the places of a read's features, {@linkcode FEATURE_PLACES}, which were not decoded. */
  lacksPlaces: boolean;
}

/** The series of the places of features in their reads. */
export const FEATURE_PLACES = "FP";

/** Bits of a record's own flags. */
const HAS_QUALITIES = 0x1;
const MATE_IS_ELSEWHERE = 0x2;
const MATE_FOLLOWS = 0x4;
const HAS_NO_BASES = 0x8;
/** Bits of the flags about a mate. */
const MATE_ON_REVERSE = 0x1;
const MATE_HAS_NO_PLACE = 0x2;

/** The length of a read whose place is known, but not how it is aligned. */
export const WITHOUT_CIGAR = -1;
/** Records and features of a slice for each of its bytes; programs reach some hundred with reads that are all alike. */
const MOST_STEPS_PER_BYTE = 2048;
const SEVERAL_CONTIGS = -2;

/** What is decoded of a slice, and from where. */
export interface SliceContent {
  readonly header: SliceHeader;
  readonly scheme: CramScheme;
  readonly plan: CramPlan;
  readonly blocks: SliceBlocks;
  /** Size of the slice, which bounds the work. */
  readonly bytes: number;
}

/** Decodes the records of a slice. Series that the plan does not have are left out, and their values are 0. */
export function decodeRecords(content: SliceContent): CramRecords {
  return new RecordDecoder(content).decode();
}

const NOTHING = (): number => 0;

/** Decoders of the data series, by their names in the specification. Those that are not needed return 0. */
class RecordDecoder {
  readonly #content: SliceContent;
  readonly #isPlanned: (key: string) => boolean;
  readonly #tags = new Map<string, SkipArray>();
  readonly #features: ReadonlyMap<number, () => number>;
  #stepsLeft: number;
  /** Number of bases of the read that was decoded last, up to the end of its last feature. */
  #lastFeatureEnd = 0;

  constructor(content: SliceContent) {
    this.#content = content;
    const { series } = content.plan;
    this.#isPlanned = (key) => series.has(key);
    this.#features = this.#makeFeatures();
    this.#stepsLeft = content.bytes * MOST_STEPS_PER_BYTE;
    if (content.header.records > this.#stepsLeft) this.#failSteps();
  }

  decode(): CramRecords {
    const { header, scheme, plan } = this.#content;
    const { records: count, contig } = header;
    const records = makeRecords(count);
    const { flags, contigs, starts, lengths, qualities } = records;
    const int = (key: string) => this.#integers(key);
    const [BF, CF, RI, RL] = [int("BF"), int("CF"), int("RI"), int("RL")];
    const [AP, RG, TL, FN] = [int("AP"), int("RG"), int("TL"), int("FN")];
    const [FC, FP, MQ] = [this.#bytes("FC"), int("FP"), int("MQ")];
    const RN = this.#arrays("RN");
    const readMate = this.#makeMates(records, RN);
    const [skipBases, skipQualities] = [this.#skipBytes("BA"), this.#skipBytes("QS")];
    const isTagged = hasTags(plan);
    const lacksPlaces = this.#isPlanned("RL") && !this.#isPlanned(FEATURE_PLACES);
    let place = header.start;
    for (let i = 0; i < count; i++) {
      const flag = BF();
      const own = CF();
      flags[i] = flag;
      contigs[i] = contig === SEVERAL_CONTIGS ? RI() : contig;
      const bases = RL();
      place = scheme.hasDistances ? place + AP() : AP();
      starts[i] = place - 1;
      RG();
      if (scheme.hasNames) RN();
      readMate(i, own);
      const tags = TL();
      if (isTagged) this.#skipTags(tags);
      if ((flag & UNMAPPED) === 0) {
        const features = FN();
        const longer = this.#readFeatures(features, FC, FP);
        if (bases > 0) lengths[i] = bases + longer;
        else if (features === 0) lengths[i] = WITHOUT_CIGAR;
        else {
          // Old programs give a read without bases no length: it ends where its last feature does.
          lengths[i] = this.#lastFeatureEnd + longer;
          records.lacksPlaces = lacksPlaces;
        }
        qualities[i] = MQ();
      } else if ((own & HAS_NO_BASES) === 0) skipBases(bases);
      if ((own & HAS_QUALITIES) !== 0) skipQualities(bases);
    }
    return records;
  }

  /** Makes the function that reads what a record says about its mate. */
  #makeMates(
    { flags, templates, mateContigs, mates }: CramRecords,
    RN: SkipArray,
  ): (record: number, own: number) => void {
    const { scheme } = this.#content;
    const [MF, NS, NP] = [this.#integers("MF"), this.#integers("NS"), this.#integers("NP")];
    const [TS, NF] = [this.#integers("TS"), this.#integers("NF")];
    const knowsMates = this.#isPlanned("NF");
    return (i, own) => {
      mates[i] = -1;
      if ((own & MATE_IS_ELSEWHERE) !== 0) {
        const mate = MF();
        if (!scheme.hasNames) RN();
        mateContigs[i] = NS();
        NP();
        templates[i] = TS();
        if ((mate & MATE_ON_REVERSE) !== 0) flags[i]! |= 0x20;
        if ((mate & MATE_HAS_NO_PLACE) !== 0) flags[i]! |= 0x8;
      } else if ((own & MATE_FOLLOWS) !== 0) {
        const distance = NF();
        if (knowsMates) mates[i] = i + 1 + distance;
      }
    };
  }

  /** Reads the features of a read, and returns by how many bases of the reference it is longer than its own bases. */
  #readFeatures(count: number, FC: ReadNumber, FP: ReadNumber): number {
    this.#stepsLeft -= count;
    if (count < 0 || this.#stepsLeft < 0) this.#failSteps();
    let longer = 0;
    let place = 0;
    this.#lastFeatureEnd = 0;
    for (let i = 0; i < count; i++) {
      const code = FC();
      place += FP();
      const read = this.#features.get(code);
      if (read !== undefined) {
        const more = read();
        longer += more;
        // What is shorter on the reference stands in the read alone: it is an insertion or a clip.
        this.#lastFeatureEnd = Math.max(this.#lastFeatureEnd, place - 1 + Math.max(0, -more));
      } else if (this.#isPlanned("FC")) this.#fail(`there is no feature ${code} of a read`);
    }
    return longer;
  }

  /** The features of reads by their letters: each reads its data, and returns the bases that it adds to the reference. */
  #makeFeatures(): Map<number, () => number> {
    const int = (key: string) => this.#integers(key);
    const without = (skip: () => unknown) => () => {
      skip();
      return 0;
    };
    const [BA, QS] = [this.#bytes("BA"), this.#bytes("QS")];
    const [IN, SC] = [this.#arrays("IN"), this.#arrays("SC")];
    const features: Record<string, () => number> = {
      B: without(() => {
        BA();
        QS();
      }),
      X: without(this.#bytes("BS")),
      D: int("DL"),
      N: int("RS"),
      I: () => -IN(),
      S: () => -SC(),
      i: () => {
        BA();
        return -1;
      },
      b: without(this.#arrays("BB")),
      q: without(this.#arrays("QQ")),
      Q: without(QS),
      H: without(int("HC")),
      P: without(int("PD")),
    };
    return new Map(Object.entries(features).map(([letter, read]) => [letter.charCodeAt(0), read]));
  }

  #skipTags(set: number): void {
    const { scheme } = this.#content;
    const tags = scheme.tagSets[set] ?? this.#fail(`there is no set ${set} of tags`);
    for (const key of tags) {
      let skip = this.#tags.get(key);
      if (skip === undefined) this.#tags.set(key, skip = this.#arrays(key));
      skip();
    }
  }

  #integers(key: string): ReadNumber {
    return this.#decoder(key, (encoding) => this.#content.blocks.integers(encoding));
  }

  #bytes(key: string): ReadNumber {
    return this.#decoder(key, (encoding) => this.#content.blocks.bytes(encoding));
  }

  #arrays(key: string): SkipArray {
    return this.#decoder(key, (encoding) => this.#content.blocks.arrays(encoding));
  }

  #skipBytes(key: string): (count: number) => void {
    const { scheme, blocks } = this.#content;
    const encoding = scheme.encodings.get(key);
    if (!this.#isPlanned(key) || encoding === undefined) return NOTHING;
    return blocks.skipBytes(encoding);
  }

  #decoder(
    key: string,
    make: (encoding: NonNullable<ReturnType<CramScheme["encodings"]["get"]>>) => ReadNumber,
  ): ReadNumber {
    if (!this.#isPlanned(key)) return NOTHING;
    const encoding = this.#content.scheme.encodings.get(key);
    if (encoding !== undefined) return make(encoding);
    return () => this.#fail(`a container lacks the encoding of ${key}`);
  }

  #failSteps(): never {
    return this.#fail(`a slice of ${this.#content.bytes} bytes has too many records or features`);
  }

  #fail(found: string): never {
    return failCram(found, this.#content.blocks.place);
  }
}

function makeRecords(count: number): CramRecords {
  return {
    count,
    flags: new Uint16Array(count),
    contigs: new Int32Array(count),
    starts: new Int32Array(count),
    lengths: new Int32Array(count),
    qualities: new Uint8Array(count),
    templates: new Int32Array(count),
    mateContigs: new Int32Array(count),
    mates: new Int32Array(count),
    lacksPlaces: false,
  };
}
