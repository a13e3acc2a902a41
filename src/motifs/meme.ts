/**
 * Motifs in the MEME suite's minimal format, version 4 (Bailey et al. 2015, Nucleic Acids Research 43:W39).
 *
 * @module
 */

import { FormatError } from "../errors.ts";
import { parseDecimalText } from "../text/numbers.ts";
import { withSource } from "../text/lines.ts";
import { type Motif, UNIFORM_BACKGROUND } from "./motif.ts";
import type { BinarySource } from "../files/open_source.ts";
import type { AbortOptions } from "../progress.ts";

/** Options of {@linkcode formatMeme}. */
export interface FormatMemeOptions {
  /**
   * Probabilities of A, C, G and T in the sequences that the motifs were found in, `[letter]`.
   *
   * @default {[0.25, 0.25, 0.25, 0.25]}
   */
  readonly background?: readonly number[] | undefined;
}

/**
 * Writes motifs as MEME, TOMTOM and FIMO read them.
 *
 * @param motifs The motifs; their names become one word each.
 * @param options The background.
 * @returns The text of the file.
 * @throws {RangeError} If a motif has no positions.
 *
 * @example Written and read again
 * ```ts
 * import { formatMeme, parseMeme } from "@waka/histone/motifs";
 * import { deepStrictEqual } from "node:assert";
 *
 * const motifs = [{ name: "filter1", matrix: [[0.5, 0, 0.5, 0], [0, 1, 0, 0]], sites: 12 }];
 * deepStrictEqual(parseMeme(formatMeme(motifs)), motifs);
 * ```
 */
export function formatMeme(
  motifs: readonly Motif[],
  { background = UNIFORM_BACKGROUND }: FormatMemeOptions = {},
): string {
  const [a, c, g, t] = background.map(formatShare);
  const head = [
    "MEME version 4",
    "",
    "ALPHABET= ACGT",
    "",
    "strands: +",
    "",
    "Background letter frequencies",
    `A ${a} C ${c} G ${g} T ${t}`,
    "",
  ];
  return [...head, ...motifs.flatMap(formatMotif)].join("\n");
}

function formatMotif({ name, matrix, sites }: Motif): string[] {
  if (matrix.length === 0) {
    throw new RangeError(`Cannot write motif "${name}": it has 0 positions, expected 1 or more`);
  }
  const counted = sites === undefined ? "" : ` nsites= ${sites}`;
  return [
    `MOTIF ${name.replaceAll(/\s+/g, "_")}`,
    `letter-probability matrix: alength= 4 w= ${matrix.length}${counted} E= 0`,
    ...matrix.map((column) => ` ${column.map(formatShare).join("  ")}`),
    "",
  ];
}

function formatShare(share: number): string {
  return share.toFixed(6);
}

/** How far the probabilities of a position may be from 1 in all: files round them. */
const SUM_TOLERANCE = 0.02;
/** No motif is nearly as long. */
const MOST_POSITIONS = 10_000;

/**
 * Reads motifs of DNA in MEME's format, of version 4 or later, from its text.
 *
 * @param text The text of the file.
 * @param options The file's name, for errors.
 * @returns The motifs in the order of the file. A motif's alternative name, which follows its name, is left out.
 * @throws {FormatError} If it is not such a file, a motif has no matrix, or a matrix is damaged; the message has the line.
 *
 * @example
 * ```ts
 * import { consensusOf, parseMeme } from "@waka/histone/motifs";
 * import { strictEqual } from "node:assert";
 *
 * const text = "MEME version 5\nALPHABET= ACGT\nMOTIF MA1 name\n" +
 *   "letter-probability matrix: alength= 4 w= 2 nsites= 20 E= 0\n0 0 1 0\n0.9 0.1 0 0\n";
 * strictEqual(consensusOf(parseMeme(text)[0]!), "GA");
 * ```
 */
export function parseMeme(
  text: string,
  { file }: { readonly file?: string | undefined } = {},
): Motif[] {
  return new MemeParser(text, file).parse();
}

/**
 * Reads a file of motifs in MEME's format.
 *
 * @param input Path of the file, or a source of its bytes.
 * @param options How to give the reading up.
 * @returns The motifs.
 * @throws {FormatError} As {@linkcode parseMeme} does.
 *
 * @example
 * ```ts
 * import { bytesSource } from "@waka/histone/io";
 * import { formatMeme, readMeme } from "@waka/histone/motifs";
 * import { strictEqual } from "node:assert";
 *
 * const text = formatMeme([{ name: "a", matrix: [[1, 0, 0, 0]] }]);
 * const [motif] = await readMeme(bytesSource(new TextEncoder().encode(text)));
 * strictEqual(motif?.name, "a");
 * ```
 */
export function readMeme(input: BinarySource, options: AbortOptions = {}): Promise<Motif[]> {
  return withSource(input, async (source) => {
    const bytes = await source.read(0, Math.min(source.size, MOST_BYTES + 1));
    if (bytes.length > MOST_BYTES) {
      throw new FormatError(
        `Cannot read motifs: the file has ${source.size} bytes, expected at most ${MOST_BYTES}`,
        { file: source.name },
      );
    }
    return parseMeme(new TextDecoder().decode(bytes), { file: source.name });
  }, options);
}

/** The largest public collections have some 10 MB. */
const MOST_BYTES = 1 << 27;

class MemeParser {
  readonly #lines: readonly string[];
  readonly #file: string | undefined;
  #line = 0;

  constructor(text: string, file: string | undefined) {
    this.#lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
    this.#file = file;
  }

  parse(): Motif[] {
    this.#readVersion();
    const motifs: Motif[] = [];
    let name: string | undefined;
    for (; this.#line < this.#lines.length; this.#line++) {
      const line = this.#lines[this.#line]!.trim();
      if (/^ALPHABET/i.test(line)) this.#checkAlphabet(line);
      else if (/^MOTIF\b/.test(line)) {
        if (name !== undefined) this.#fail(`motif "${name}" has no letter-probability matrix`);
        name = line.split(/\s+/)[1] ?? this.#fail("a motif has no name");
      } else if (/^letter-probability matrix:/.test(line)) {
        if (name === undefined) this.#fail("a matrix follows no motif");
        motifs.push(this.#readMatrix(name, line));
        name = undefined;
      }
    }
    if (name !== undefined) this.#fail(`motif "${name}" has no letter-probability matrix`);
    if (motifs.length === 0) this.#fail("it has no motif");
    return motifs;
  }

  #readVersion(): void {
    const first = this.#lines.findIndex((line) => line.trim() !== "" && !line.startsWith("#"));
    this.#line = Math.max(0, first);
    const line = this.#lines[first]?.trim() ?? "";
    const [, version] = line.match(/^MEME version (\d+)/) ?? [];
    if (version === undefined || Number(version) < 4) {
      this.#fail(`it begins with "${line.slice(0, 40)}", expected "MEME version 4" or later`);
    }
  }

  #checkAlphabet(line: string): void {
    const alphabet = line.replace(/^ALPHABET\s*=?\s*/i, "").replaceAll(/["']/g, "");
    if (/^(ACGT|DNA(-LIKE)?)\b/i.test(alphabet)) return;
    this.#fail(`its alphabet is "${alphabet.slice(0, 40)}", expected ACGT`);
  }

  #readMatrix(name: string, head: string): Motif {
    const valueOf = (key: string) => {
      const [, text] = head.match(new RegExp(`\\b${key}=\\s*(\\S+)`)) ?? [];
      return text === undefined ? undefined : parseDecimalText(text);
    };
    const [letters, width, sites] = [valueOf("alength"), valueOf("w"), valueOf("nsites")];
    if (letters !== undefined && letters !== 4) this.#fail(`alength is ${letters}, expected 4`);
    if (width !== undefined && !(Number.isInteger(width) && width > 0 && width <= MOST_POSITIONS)) {
      this.#fail(`w is ${width}, expected an integer from 1 to ${MOST_POSITIONS}`);
    }
    const matrix: number[][] = [];
    while (matrix.length < (width ?? MOST_POSITIONS)) {
      const line = this.#lines[this.#line + 1]?.trim() ?? "";
      if (width === undefined && (line === "" || !/^[\d.+-]/.test(line))) break;
      this.#line++;
      matrix.push(this.#readColumn(name, line));
    }
    if (matrix.length === 0) this.#fail(`the matrix of "${name}" has no rows`);
    const counted = sites !== undefined && Number.isFinite(sites) && sites >= 0;
    return counted ? { name, matrix, sites } : { name, matrix };
  }

  #readColumn(name: string, line: string): number[] {
    const shares = line.split(/\s+/).map(parseDecimalText);
    const sum = shares.reduce((total, share) => total + share, 0);
    const isSound = shares.length === 4 && shares.every((share) => share >= 0 && share <= 1) &&
      Math.abs(sum - 1) <= SUM_TOLERANCE;
    if (!isSound) {
      this.#fail(
        `a row of "${name}" is "${
          line.slice(0, 60)
        }", expected four probabilities that add up to 1`,
      );
    }
    return shares.map((share) => share / sum);
  }

  #fail(found: string): never {
    throw new FormatError(`Cannot read motifs: ${found}`, {
      file: this.#file,
      line: Math.min(this.#line, this.#lines.length - 1) + 1,
    });
  }
}
