import {
  countSequences,
  packedBytes,
  type PackedSequences,
  type SequenceRuns,
  visitRuns,
} from "./sequences.ts";

/** A range of bases. */
export interface BaseRange {
  /** The first of them, from 0. */
  readonly start: number;
  /** How many. */
  readonly bases: number;
}

/**
 * Cuts a range of bases out of sequences.
 *
 * @param sequences The sequences.
 * @param range Which bases of each.
 * @returns Sequences of these bases, packed again, with the same entries.
 * @throws {RangeError} If the sequences do not have all of these bases.
 */
export function cutSequences(sequences: PackedSequences, range: BaseRange): PackedSequences {
  const { start, bases } = range;
  const isWithin = Number.isInteger(start) && Number.isInteger(bases) && start >= 0 && bases >= 1 &&
    start + bases <= sequences.bases;
  if (!isWithin) {
    throw new RangeError(
      `Cannot cut sequences of ${sequences.bases} bases: found a range of ${bases} bases from base ${start}, expected ` +
        "one within them",
    );
  }
  return {
    bases,
    packed: cutBytes(sequences, range),
    unknown: cutRuns(sequences.unknown, range),
    softMasked: cutRuns(sequences.softMasked, range),
  };
}

function cutBytes(
  sequences: PackedSequences,
  { start, bases }: BaseRange,
): Uint8Array<ArrayBuffer> {
  const { packed } = sequences;
  const entries = countSequences(sequences);
  const [from, to] = [packedBytes(sequences.bases), packedBytes(bases)];
  const cut = new Uint8Array(entries * to);
  const shift = 2 * (start & 3);
  const lastBits = (1 << 2 * ((bases - 1 & 3) + 1)) - 1;
  for (let entry = 0; entry < entries; entry++) {
    const end = (entry + 1) * from;
    let source = entry * from + (start >> 2);
    for (let i = entry * to; i < (entry + 1) * to; i++, source++) {
      // The bases of a byte may lie across two, and none lies past the last byte of an entry.
      const next = source + 1 < end ? packed[source + 1]! : 0;
      cut[i] = (packed[source]! | next << 8) >> shift;
    }
    cut[(entry + 1) * to - 1]! &= lastBits;
  }
  return cut;
}

function cutRuns(runs: SequenceRuns, { start, bases }: BaseRange): SequenceRuns {
  const [starts, lengths, offsets]: [number[], number[], number[]] = [[], [], [0]];
  for (let entry = 0; entry < runs.offsets.length - 1; entry++) {
    visitRuns(runs, entry, (first, end) => {
      const [from, to] = [Math.max(first - start, 0), Math.min(end - start, bases)];
      if (from >= to) return;
      starts.push(from);
      lengths.push(to - from);
    });
    offsets.push(starts.length);
  }
  return {
    offsets: Uint32Array.from(offsets),
    starts: Uint32Array.from(starts),
    lengths: Uint32Array.from(lengths),
  };
}
