/**
 * Indexes of FASTA files, as `samtools faidx` makes them: for each sequence its name, its length, where its first letter
 * is, and how many letters and bytes a line has.
 *
 * @see https://www.htslib.org/doc/faidx.html
 */

import { isPlainLine } from "../../base/printable.ts";
import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { type Line, lineText } from "../../text/lines.ts";
import { visitTextLines } from "../text_lines.ts";

/** Where the letters of a sequence are. */
export interface FastaEntry {
  readonly name: string;
  /** Number of letters. */
  readonly length: number;
  /** Where the first is, in bytes of the inflated file. */
  readonly offset: number;
  /** Letters of each line but the last. */
  readonly lineBases: number;
  /** Bytes of each line but the last, with the line end. */
  readonly lineBytes: number;
}

/** Where a letter of a sequence is, in bytes. */
export function placeOfBase({ offset, lineBases, lineBytes }: FastaEntry, base: number): number {
  return offset + Math.floor(base / lineBases) * lineBytes + base % lineBases;
}

/**
 * Reads an index.
 *
 * @param index The index.
 * @param fasta Name and inflated size of its FASTA file.
 * @throws {FormatError} With the line, if a row is damaged, a name appears twice, or the index is of another file.
 */
export async function readFastaIndex(
  index: ByteSource,
  fasta: Pick<ByteSource, "name" | "size">,
): Promise<FastaEntry[]> {
  const entries: FastaEntry[] = [];
  const names = new Set<string>();
  await visitTextLines(index, (line) => {
    const entry = parseEntry(line, index.name);
    const fail = (found: string) => failLine(index.name, line, found);
    if (names.has(entry.name)) fail(`it has "${entry.name}" twice, expected once`);
    names.add(entry.name);
    const end = entry.length === 0 ? entry.offset : placeOfBase(entry, entry.length - 1) + 1;
    if (end > fasta.size) {
      fail(
        `by it "${entry.name}" ends at byte ${end}, but ${fasta.name} has ${fasta.size}: the index is of another ` +
          "file, or the file was cut short",
      );
    }
    entries.push(entry);
  });
  if (entries.length > 0) return entries;
  throw new FormatError("Cannot read index: it is empty, expected a row for each sequence", {
    file: index.name,
  });
}

function parseEntry(line: Line, file: string): FastaEntry {
  const text = lineText(line);
  const [name = "", ...cells] = text.split("\t");
  const [length, offset, lineBases, lineBytes] = cells.map((cell) =>
    /^\d{1,15}$/.test(cell) ? Number(cell) : NaN
  ) as [number, number, number, number];
  const isSound = cells.length >= 4 && name !== "" && isPlainLine(name) && length >= 0 &&
    offset >= 0 && (length === 0 || lineBases >= 1) &&
    // A file of one line may lack the line end.
    lineBytes >= lineBases + (length > lineBases ? 1 : 0) && lineBytes <= lineBases + 2;
  if (!isSound) {
    failLine(
      file,
      line,
      `found ${
        JSON.stringify(text.slice(0, 80))
      }, expected name, length, offset, letters and bytes of a line, ` +
        "between tabs",
    );
  }
  return { name, length, offset, lineBases: Math.max(1, lineBases), lineBytes };
}

function failLine(file: string, { number }: Line, found: string): never {
  throw new FormatError(`Cannot read index: ${found}`, { file, line: number });
}
