/** The data record of a competition file: its own, or what stands for one. */

import type { PackedArray } from "../base/arrays.ts";
import { LARGEST_TRANSFORMED } from "../base/limits.ts";
import { parseJson } from "../base/parse_json.ts";
import { FormatError } from "../errors.ts";
import { COMPETITION_RECORD, type DataRecord, DEEPCHROME_RECORD, parseRecord } from "../record.ts";
import { doubtLogarithms } from "./_doubtful_logarithms.ts";
import type { CollectedSignal } from "./_signal_collector.ts";
import { areLogarithms } from "./logarithms.ts";
import type { NpzReader } from "./npz_types.ts";

/**
 * The record of a file without one, from what its values are: counts or, as in the competition's files, logarithms.
 *
 * @param signal The file's signal.
 * @param options Name of the file, and what receives a line that says what its values were taken for, and one if they can
 * hardly be that.
 * @returns The record.
 */
export function recordWithout(
  { signal, signalValues, areIntegers }: CollectedSignal,
  { file, onNote, onWarning }: {
    readonly file: string;
    readonly onNote?: ((message: string) => void) | undefined;
    readonly onWarning?: ((message: string) => void) | undefined;
  },
): DataRecord {
  const note = (taken: string) =>
    onNote?.(`No data record: its values are taken ${taken} (--record names another)`);
  if (areIntegers) {
    note("for counts");
    return DEEPCHROME_RECORD;
  }
  if (signalValues !== undefined || !signal.some((value) => value > LARGEST_TRANSFORMED)) {
    note("for ln(1 + count)");
    const doubt = signalValues === undefined ? doubtLogarithms(signal) : undefined;
    if (doubt !== undefined) {
      onWarning?.(
        `${file}: its values are taken for ln(1 + count), ${doubt}. A model of other data would read them wrongly: name ` +
          "what they are by --record FILE",
      );
    }
    return COMPETITION_RECORD;
  }
  note("as they are, since some are too large for logarithms");
  return DEEPCHROME_RECORD;
}

/**
 * Throws if a record contradicts the values that it describes, so that a transform would be applied twice or not at all.
 *
 * @param signal The file's signal.
 * @param record Its record, or the one that was given.
 * @param file Name of the file.
 * @throws {FormatError} With what contradicts it.
 */
export function checkTransform(
  { signal, signalValues, areIntegers }: CollectedSignal,
  { transform }: DataRecord,
  file: string,
): void {
  if (signalValues !== undefined) return;
  const fail = (found: string): never => {
    throw new FormatError(`Cannot read competition file: its record says that ${found}`, { file });
  };
  if (transform === "none") {
    if (areIntegers || !areLogarithms(signal)) return;
    fail(
      'no transform was applied (transform "none"), but every value is ln(1 + count) of an integer. ' +
        'Give a record with transform "log1p"',
    );
  }
  const large = areIntegers ? undefined : signal.find((value) => value > LARGEST_TRANSFORMED);
  if (large === undefined && !(areIntegers && signal.some((value) => value > 0))) return;
  fail(
    `${transform} was applied, but ${
      areIntegers
        ? "all values are integers, as only counts are"
        : `${large} is more than that makes of any count`
    }. If these are plain counts, give a record with transform "none"`,
  );
}

/** Warns of the fields in which a record that was given contradicts the file's own. */
export function warnOfOtherRecord(
  npz: NpzReader,
  given: DataRecord,
  onWarning: ((message: string) => void) | undefined,
): void {
  const own = onWarning === undefined ? undefined : recordOf(npz);
  if (own === undefined) return;
  const fields = Object.keys(own) as (keyof DataRecord)[];
  const others = fields.filter((field) =>
    String(own[field]) !== String(given[field] ?? own[field])
  );
  if (others.length === 0) return;
  const list = others.map((field) => `${field} ${own[field]} (now ${given[field]})`);
  onWarning?.(`${npz.name} has its own record, which is not used: ${list.join(", ")}`);
}

/**
 * Throws for a file without a record but with a table of genes: this package wrote it, so the competition's record is
 * wrong.
 */
export function refuseLostRecord({ name: file }: NpzReader): never {
  throw new FormatError(
    "Cannot read competition file: it has a table of genes, but its data record is gone, as happens when " +
      "numpy.savez saves a file again. Name the record (--record FILE)",
    { file },
  );
}

/** Throws if the last mark of a file without a record looks like the label of a file with fewer marks. */
export function refuseLabelAsMark(
  signal: PackedArray,
  { bins, marks, file }: {
    readonly bins: number;
    readonly marks: readonly string[];
    readonly file: string;
  },
): void {
  const last = marks.length - 1;
  const perSample = bins * marks.length;
  let isZero = true;
  for (let i = last; i < signal.length; i += marks.length) {
    if (signal[i] !== 0) isZero = false;
    // A label is the same in all bins of a gene.
    if (signal[i] !== signal[i - i % perSample + last]) return;
  }
  if (isZero || bins < 2) return;
  throw new FormatError(
    `Cannot read competition file: its last column is the same in all bins of every gene, as a label is, not ` +
      `${marks[last]}. Name its marks in a data record (--record FILE)`,
    { file },
  );
}

/** The record that `writeCompetition` leaves in the zip comment; other comments have no meaning here. */
export function recordOf(npz: NpzReader): DataRecord | undefined {
  let comment: unknown;
  try {
    comment = JSON.parse(npz.comment);
  } catch {
    return undefined;
  }
  if (typeof comment !== "object" || comment === null || !("histone" in comment)) return undefined;
  try {
    parseJson(npz.comment);
  } catch (cause) {
    const found = (cause as Error).message;
    throw new FormatError(`Cannot read data record: ${found}`, { file: npz.name, cause });
  }
  return parseRecord(comment.histone, npz.name);
}
