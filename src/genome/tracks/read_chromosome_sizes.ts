/**
 * Lengths of chromosomes.
 *
 * @module
 */

import { formatCountOf } from "../../base/count.ts";
import { showValue } from "../../base/show_value.ts";
import { FormatError } from "../../errors.ts";
import { lineText, withSource } from "../../text/lines.ts";
import { adviseDigits } from "../../text/numbers.ts";
import { knownChromosomes } from "../chromosome_sizes.ts";
import { assemblyName } from "../assembly.ts";
import type { Contig } from "../chromosomes.ts";
import { unquoteCell, visitTextLines } from "../text_lines.ts";
import type { BinarySource } from "../../files/open_source.ts";
import type { AbortOptions } from "../../progress.ts";

const LARGEST_LENGTH = 2 ** 32 - 1;
const MOST_CHROMOSOMES = 2 ** 22;

/**
 * Lists the chromosomes of a human or mouse assembly.
 *
 * @param assembly Any name of the assembly, such as `hg19` or `GRCh38`.
 * @returns The chromosomes by UCSC's names, with their lengths in base pairs: 1 to 22 or 19, X, Y and M, without scaffolds.
 * None for an assembly that is not known.
 *
 * @example The first chromosome
 * ```ts
 * import { assemblyChromosomes } from "@waka/histone/genome";
 * import { deepStrictEqual } from "node:assert";
 *
 * deepStrictEqual(assemblyChromosomes("GRCh38")[0], { name: "chr1", length: 248_956_422 });
 * deepStrictEqual(assemblyChromosomes("unknown"), []);
 * ```
 */
export function assemblyChromosomes(assembly: string): Required<Contig>[] {
  return knownChromosomes(assemblyName(assembly));
}

/**
 * Reads the lengths of chromosomes: a `chrom.sizes` file of UCSC's or the index of a genome (`.fai`), gzip or not. Each
 * line has a name and a length in base pairs, between tabs or blanks; what follows is not read. Lines that begin with `#`
 * are skipped.
 *
 * @param input Path of the file, or a source of its bytes.
 * @param options How to give the reading up.
 * @returns The chromosomes in the file's order.
 * @throws {FormatError} If a line has no name or no length, a chromosome is listed twice, or the file has no lines.
 *
 * @example
 * ```ts
 * import { readChromosomeSizes } from "@waka/histone/genome";
 * import { bytesSource } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const text = new TextEncoder().encode("chr1\t248956422\nchrM\t16569\n");
 * deepStrictEqual(await readChromosomeSizes(bytesSource(text, "hg38.chrom.sizes")), [
 *   { name: "chr1", length: 248_956_422 },
 *   { name: "chrM", length: 16_569 },
 * ]);
 * ```
 */
export async function readChromosomeSizes(
  input: BinarySource,
  options: AbortOptions = {},
): Promise<Required<Contig>[]> {
  return await withSource(input, async (source) => {
    const { name: file } = source;
    const lengths = new Map<string, number>();
    await visitTextLines(source, (line) => {
      const text = lineText(line).trim();
      if (text === "" || text.startsWith("#")) return;
      const [name = "", digits = ""] = text.split(/\s+/).map(unquoteCell);
      const length = /^\d{1,10}$/.test(digits) ? Number(digits) : 0;
      if (length < 1 || length > LARGEST_LENGTH) {
        throw new FormatError(
          `Cannot read lengths of chromosomes: ${showValue(name)} has the length ${
            showValue(digits)
          }, expected ` +
            `an integer from 1 to ${LARGEST_LENGTH}${adviseDigits(digits)}`,
          { file, line: line.number },
        );
      }
      // Quotes around nothing, since blanks part names.
      if (name === "") {
        throw new FormatError(
          "Cannot read lengths of chromosomes: found a name without letters, expected one such as chr1",
          { file, line: line.number },
        );
      }
      if (lengths.has(name)) {
        throw new FormatError(
          `Cannot read lengths of chromosomes: ${showValue(name)} is listed twice`,
          { file, line: line.number },
        );
      }
      if (lengths.size === MOST_CHROMOSOMES) {
        throw new FormatError(
          `Cannot read lengths of chromosomes: expected at most ${
            formatCountOf(MOST_CHROMOSOMES, "chromosome")
          }`,
          { file },
        );
      }
      lengths.set(name, length);
    });
    if (lengths.size === 0) {
      throw new FormatError(
        "Cannot read lengths of chromosomes: found none, expected lines with a name and a length",
        { file },
      );
    }
    return Array.from(lengths, ([name, length]) => ({ name, length }));
  }, options);
}
