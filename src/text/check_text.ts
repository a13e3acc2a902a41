import { FormatError } from "../errors.ts";

/** Binary files nearly always have a NUL among these first bytes of a file. */
export const LOOKED_AT_BYTES = 1024;

const SAVE_AS_TEXT = 'in Excel, save it as "Text (Tab delimited)"';

/** Files that users take for text: their first bytes as Latin-1, what they are, and what to do about them. */
const LOOKALIKES: readonly (readonly [start: string, what: string, advice: string])[] = [
  ["\xff\xfe", "UTF-16", `: ${SAVE_AS_TEXT}`],
  ["\xfe\xff", "UTF-16", `: ${SAVE_AS_TEXT}`],
  ["PK\x03\x04", "a zip file, as .xlsx are", `: ${SAVE_AS_TEXT}`],
  ["\x1f\x8b", "compressed by gzip", ": unpack it with gunzip"],
  ["\xd0\xcf\x11\xe0", "an Excel file (.xls)", `: ${SAVE_AS_TEXT}`],
  ["\x89HDF", "an HDF5 file", ": most programs that write such files can write a table too"],
  ["RDX3", "an R data file", ": write it out with write.table"],
  ["X\n\0\0", "an R object (.rds)", ": write it out with write.table"],
  ["BAM\x01", "a BAM file", ""],
  ["CRAM", "a CRAM file", ""],
];

/**
 * Throws if the first bytes of a file that is to be read as text show that it is something else. A message that quotes
 * its first "line" would not help the user.
 *
 * @param head The first bytes, inflated.
 * @param file Name of the file.
 * @throws {FormatError} If the file is not text; the message says what it is.
 */
export function checkIsText(head: Uint8Array, file: string): void {
  const start = String.fromCharCode(...head.subarray(0, 4));
  const known = LOOKALIKES.find(([magic]) => start.startsWith(magic));
  if (known === undefined && !head.subarray(0, LOOKED_AT_BYTES).includes(0)) return;
  const [, what, advice] = known ?? ["", "a binary file", ""];
  throw new FormatError(`Cannot read text: it is ${what}, expected UTF-8 text${advice}`, { file });
}
