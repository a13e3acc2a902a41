/**
 * Reads sets of genes.
 *
 * @module
 */

import { FormatError } from "../../errors.ts";
import { isPlainLine } from "../../base/printable.ts";
import { failLine, type Line, lineText, withSource } from "../../text/lines.ts";
import { visitTextLines } from "../text_lines.ts";
import { showName } from "../wording.ts";
import type { BinarySource } from "../../files/open_source.ts";
import type { AbortOptions } from "../../progress.ts";

/** A set of genes. */
export interface GeneSet {
  /** Its name, such as `HALLMARK_HYPOXIA`. */
  readonly name: string;
  /** What the file says of it: an address at MSigDB, or a text; may be empty. */
  readonly description: string;
  /** Names of its genes, each once: symbols, ids or Entrez numbers, as the file has them. */
  readonly genes: readonly string[];
}

/** Options of {@linkcode readGeneSets}. */
export interface ReadGeneSetsOptions extends AbortOptions {
  /** Called with a warning about what is odd about the file but does not prevent reading it: mixed line ends. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** More than all sets of MSigDB; each takes memory. */
const MOST_SETS = 1_000_000;
const CANNOT = "Cannot read gene sets:";
/** What libraries of Enrichr write after each gene: how well it belongs to the set. */
const WEIGHT = /(?<=.),\s*-?\d+(?:\.\d*)?(?:e[-+]?\d+)?$/i;

/**
 * Reads a GMT file, gzip or not, as MSigDB has them: a line for each set with its name, a description and its genes,
 * between tabs. A gene that a line names twice counts once. Weights after all genes of a line, as in `TP53,1.0` of Enrichr, are
 * left out.
 *
 * @param input Path of the file, or a source of its bytes.
 * @param options Where to report warnings.
 * @returns The sets in the order of the file.
 * @throws {FormatError} With the line, if it lacks a name or genes, its name has control characters, or an earlier set has its name; also if the file has
 * no sets.
 * @see Subramanian et al. 2005, "Gene set enrichment analysis", PNAS 102:15545, whose program reads this format.
 *
 * @example A set of two genes
 * ```ts
 * import { readGeneSets } from "@waka/histone/genome";
 * import { bytesSource } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const text = "HALLMARK_HYPOXIA\tan address\tDPM1\tFGR\tDPM1\n";
 * deepStrictEqual(await readGeneSets(bytesSource(new TextEncoder().encode(text))), [
 *   { name: "HALLMARK_HYPOXIA", description: "an address", genes: ["DPM1", "FGR"] },
 * ]);
 * ```
 */
export function readGeneSets(
  input: BinarySource,
  options: ReadGeneSetsOptions = {},
): Promise<GeneSet[]> {
  return withSource(input, async (source, { onWarning }) => {
    const sets = new Map<string, GeneSet>();
    await visitTextLines(source, (line) => {
      const set = parseSet(line, source.name);
      if (sets.has(set.name)) {
        failLine(
          source.name,
          line,
          `${CANNOT} ${showName(set.name)} is there already, expected one line for each set`,
        );
      }
      if (sets.size === MOST_SETS) {
        failLine(source.name, line, `${CANNOT} there are more sets than ${MOST_SETS}`);
      }
      sets.set(set.name, set);
    }, onWarning);
    if (sets.size === 0) {
      throw new FormatError(`${CANNOT} the file is empty, expected a set on each line`, {
        file: source.name,
      });
    }
    return [...sets.values()];
  }, options);
}

function parseSet(line: Line, file: string): GeneSet {
  const [name = "", description = "", ...cells] = lineText(line).split("\t").map((cell) =>
    cell.trim()
  );
  const names = cells.filter((cell) => cell !== "");
  const hasWeights = names.length > 0 && names.every((name) => WEIGHT.test(name));
  const genes = [...new Set(hasWeights ? names.map((name) => name.replace(WEIGHT, "")) : names)];
  if (!isPlainLine(name)) {
    failLine(file, line, `${CANNOT} the name ${showName(name)} has control characters`);
  }
  if (name !== "" && genes.length > 0) return { name, description, genes };
  const found = name === ""
    ? "the set has no name"
    : `${showName(name)} has no genes after its name and description`;
  return failLine(
    file,
    line,
    `${CANNOT} ${found}, expected a name, a description and genes, between tabs, as in MSigDB's .gmt files`,
  );
}
