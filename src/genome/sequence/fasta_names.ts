import type { ByteSource } from "../../files/byte_source.ts";
import type { Contig } from "../chromosomes.ts";
import { readFastaIndex } from "./_fasta_index.ts";

/**
 * Reads the names and lengths of sequences from the index of a FASTA file, whatever that file is.
 *
 * @param index The `.fai` file.
 * @throws {FormatError} With the line, if it is damaged.
 */
export async function readFastaNames(index: ByteSource): Promise<Required<Contig>[]> {
  const entries = await readFastaIndex(index, { name: "its FASTA file", size: Infinity });
  return entries.map(({ name, length }) => ({ name, length }));
}
