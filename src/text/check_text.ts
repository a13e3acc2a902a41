import { FormatError } from "../errors.ts";

/** Binary files nearly always have a NUL among these first bytes of a file. */
export const LOOKED_AT_BYTES = 1024;

const SAVE_AS_TEXT = 'in Excel, save it as "Text (Tab delimited)"';

const WRITE_TABLE = ": write it out as a table, with tabs between columns";

/** The longest of the starts below. */
const LONGEST_START = 43;

/**
 * Files that users take for text: their first bytes as Latin-1, what they are, and what to do about them. A start that a
 * name may have, such as that of the gene `CRAMP1`, has bytes more.
 */
const LOOKALIKES: readonly (readonly [start: string, what: string, advice: string])[] = [
  ["\xff\xfe", "UTF-16", `: ${SAVE_AS_TEXT}`],
  ["\xfe\xff", "UTF-16", `: ${SAVE_AS_TEXT}`],
  ["PK\x03\x04", "a zip file, as .xlsx are", `: ${SAVE_AS_TEXT}`],
  ["\x1f\x8b", "compressed by gzip", ": unpack it with gunzip"],
  ["\x28\xb5\x2f\xfd", "compressed by zstd", ": unpack it with zstd -d"],
  ["\xfd7zXZ", "compressed by xz", ": unpack it with xz -d"],
  ...startsOfBzip2().map((start) =>
    [start, "compressed by bzip2", ": unpack it with bzip2 -d"] as const
  ),
  ["\x04\x22\x4d\x18", "compressed by lz4", ": unpack it with lz4 -d"],
  ["7z\xbc\xaf", "an archive of 7-Zip", ": unpack it"],
  ["\xd0\xcf\x11\xe0", "an Excel file (.xls)", `: ${SAVE_AS_TEXT}`],
  ["\x89HDF", "an HDF5 file", ": most programs that write such files can write a table too"],
  ["RDX3", "an R data file", ": write it out with write.table"],
  ["X\n\0\0", "an R object (.rds)", ": write it out with write.table"],
  ["PAR1\x15", "a Parquet file", WRITE_TABLE],
  ["ARROW1\0\0", "an Arrow (Feather) file", WRITE_TABLE],
  ["FEA1\0", "a Feather file", WRITE_TABLE],
  ["\x93NUMPY", "an array of numpy (.npy)", WRITE_TABLE],
  ["SQLite format 3", "a database of SQLite", WRITE_TABLE],
  ["%PDF", "a PDF file", ""],
  ["{\\rtf", "a text with formatting (RTF)", ": save it as plain text"],
  [
    "version https://git-lfs.github.com/spec/v1\n",
    "a pointer of Git LFS, which stands for the file",
    ": get the file itself with git lfs pull",
  ],
  ["BAM\x01", "a BAM file", ""],
  ["CRAM\x02", "a CRAM file", ""],
  ["CRAM\x03", "a CRAM file", ""],
];

/**
 * How files of bzip2 start: a digit says how large its blocks are, and then comes a block or, in an empty file, the end. Their
 * first three letters may start a name.
 */
export function startsOfBzip2(): string[] {
  const next = ["1AY&SY", "\x17\x72\x45\x38\x50\x90"];
  return [..."123456789"].flatMap((size) => next.map((bytes) => `BZh${size}${bytes}`));
}

/**
 * Says what a file is whose first bytes show it.
 *
 * @param head The first bytes.
 * @returns What it is and what to do about it, such as `compressed by xz: unpack it with xz -d`; `undefined` of others.
 */
export function describeBytes(head: Uint8Array): string | undefined {
  const known = findKnown(head);
  return known && `${known[1]}${known[2]}`;
}

function findKnown(head: Uint8Array): (typeof LOOKALIKES)[number] | undefined {
  const start = String.fromCharCode(...head.subarray(0, LONGEST_START));
  return LOOKALIKES.find(([magic]) => start.startsWith(magic));
}

/**
 * Throws if the first bytes of a file that is to be read as text show that it is something else. A message that quotes
 * its first "line" would not help the user.
 *
 * @param head The first bytes, inflated.
 * @param file Name of the file.
 * @throws {FormatError} If the file is not text; the message says what it is.
 */
export function checkIsText(head: Uint8Array, file: string): void {
  const known = findKnown(head);
  if (known === undefined && !head.subarray(0, LOOKED_AT_BYTES).includes(0)) return;
  const [, what, advice] = known ?? ["", "a binary file", ""];
  throw new FormatError(`Cannot read text: it is ${what}, expected UTF-8 text${advice}`, { file });
}
