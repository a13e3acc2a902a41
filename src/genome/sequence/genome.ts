/**
 * Genomes whose letters can be read anywhere.
 *
 * @module
 */

/** One sequence of a genome. */
export interface Chromosome {
  /** The file's name for it. */
  readonly name: string;
  /** Length in base pairs. */
  readonly length: number;
  /**
   * Reads letters in ASCII, as the file has them: soft-masked ones are in lower case.
   *
   * @param start First base, 0-based.
   * @param end The base after the last, at most `length`.
   * @throws {FormatError} If the file is damaged there.
   */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Says which bases will be read, by ascending start, so that a file on a server is asked for several ranges at a time.
   *
   * @param ranges First bases, and the bases after the last.
   */
  willRead(ranges: readonly (readonly [start: number, end: number])[]): void;
}

/** A file with a genome. */
export interface Genome {
  /** Name of the file, for messages. */
  readonly name: string;
  /** Length of the file in bytes. */
  readonly size: number;
  /** Names of its sequences, in the order of the file. */
  readonly names: readonly string[];
  /**
   * Opens a sequence. What is kept of it is freed with the result.
   *
   * @param name One of `names`.
   * @throws {FormatError} If the file is damaged, or its index is of another file.
   * @throws {RangeError} If the file has no sequence of that name.
   */
  chromosome(name: string): Promise<Chromosome>;
  /** Closes the file and its indexes. */
  close(): void;
}

/** Throws the error for a sequence that a genome lacks. */
export function failName(
  name: string,
  { name: file, names }: Pick<Genome, "name" | "names">,
): never {
  throw new RangeError(
    `Cannot find sequence "${name}": ${file} has ${names.length}, such as ${
      names.slice(0, 3).join(", ")
    }`,
  );
}

/** Throws unless bases lie within a sequence. */
export function checkBases(
  { name, length }: Pick<Chromosome, "name" | "length">,
  start: number,
  end: number,
): void {
  if (Number.isInteger(start) && start >= 0 && start <= end && end <= length) return;
  throw new RangeError(`Cannot read bases ${start} to ${end} of ${name}: it has ${length}`);
}
