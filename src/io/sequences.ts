import { FormatError } from "../errors.ts";
import { geneKey, readEnsemblDigits } from "../gene_id.ts";
import { COMMA } from "../text/characters.ts";
import { type Line, visitLines, withSource } from "../text/lines.ts";
import { decodeText } from "../text/numbers.ts";
import type { ByteSource } from "../files/byte_source.ts";

/** DNA around the transcription start site of each gene. */
export interface GeneSequences {
  /** Identifiers of the genes, in the order of the file; a bare number stands for a human Ensembl id. */
  readonly genes: readonly string[];
  /** Codes of the letters, `[gene, position]` row-major: A, C, G, T and N are 0, 1, 2, 3 and 4. */
  readonly sequences: Uint8Array<ArrayBuffer>;
  /** Number of letters of each gene, in base pairs. */
  readonly length: number;
}

const NO_LETTER = 255;
const CODES = letterCodes();

/**
 * Reads a file such as `seq_data.csv`: no header, and one line `gene_id,sequence` for each gene. All sequences have the
 * same length and consist of the letters A, C, G, T and N, in upper or lower case.
 *
 * @param input Path of the file, or a source of its bytes.
 * @returns The genes in the order of the file.
 * @throws {FormatError} If a line does not have two columns, a sequence holds another letter or has another length than
 * the first, a gene appears twice, or the file is empty; the message has the line.
 *
 * @example
 * ```ts
 * import { bytesSource, readSequences } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const text = "000003,ACGT\n000005,nnac\n";
 * const { genes, sequences } = await readSequences(bytesSource(new TextEncoder().encode(text)));
 * deepStrictEqual(genes, ["ENSG00000000003", "ENSG00000000005"]);
 * deepStrictEqual([...sequences], [0, 1, 2, 3, 4, 4, 0, 1]);
 * ```
 */
export function readSequences(input: string | URL | ByteSource): Promise<GeneSequences> {
  return withSource(input, async (source) => {
    const parser = new SequenceParser(source);
    await visitLines(source, (line) => parser.readLine(line));
    return parser.finish();
  });
}

class SequenceParser {
  readonly #source: ByteSource;
  readonly #genes: string[] = [];
  readonly #keys = new Set<string>();
  #length = 0;
  #codes = new Uint8Array();

  constructor(source: ByteSource) {
    this.#source = source;
  }

  readLine(line: Line): void {
    const { bytes, start, end } = line;
    const comma = bytes.indexOf(COMMA, start);
    if (comma < 0 || comma >= end) this.#fail("Cannot read row: 1 column, expected 2", line);
    const gene = decodeText(bytes, start, comma);
    const id = readEnsemblDigits(gene);
    const length = end - comma - 1;
    if (gene === "") this.#fail("Cannot read row: the gene id is empty", line);
    if (this.#keys.has(geneKey(id))) {
      this.#fail(`Cannot read row: gene "${gene}" appears twice, expected once`, line);
    }
    if (this.#genes.length === 0) this.#allocate(length);
    if (length === 0 || length !== this.#length) {
      const wanted = this.#length || "at least 1";
      this.#fail(`Cannot read sequence of "${gene}": ${length} letters, expected ${wanted}`, line);
    }
    this.#encode(line, comma + 1, gene);
    this.#genes.push(id);
    this.#keys.add(geneKey(id));
  }

  finish(): GeneSequences {
    const genes = this.#genes;
    if (genes.length === 0) {
      throw new FormatError("Cannot read sequences: the file is empty, expected rows", {
        file: this.#source.name,
      });
    }
    const sequences = this.#codes.subarray(0, genes.length * this.#length);
    return { genes, sequences, length: this.#length };
  }

  /** Makes room for as many genes as the file can hold: a line also has an id, a comma and a line end. */
  #allocate(length: number): void {
    this.#length = length;
    this.#codes = new Uint8Array(Math.ceil(this.#source.size / (length + 3)) * length);
  }

  #encode(line: Line, start: number, gene: string): void {
    const offset = this.#genes.length * this.#length;
    for (let i = 0; i < this.#length; i++) {
      const code = CODES[line.bytes[start + i]!]!;
      if (code === NO_LETTER) {
        const letter = decodeText(line.bytes, start + i, start + i + 1);
        this.#fail(
          `Cannot read sequence of "${gene}": letter ${i + 1} is "${letter}", ` +
            `expected A, C, G, T or N`,
          line,
        );
      }
      this.#codes[offset + i] = code;
    }
  }

  #fail(message: string, line: Line): never {
    throw new FormatError(message, { file: this.#source.name, line: line.number });
  }
}

function letterCodes(): Uint8Array {
  const codes = new Uint8Array(256).fill(NO_LETTER);
  for (const [code, letter] of [..."ACGTN"].entries()) {
    codes[letter.charCodeAt(0)] = code;
    codes[letter.toLowerCase().charCodeAt(0)] = code;
  }
  return codes;
}
