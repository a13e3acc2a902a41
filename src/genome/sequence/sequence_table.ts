import { LETTERS_WANTED, SequencePacker, type UnknownBases } from "../../base/sequence_packer.ts";
import type { PackedSequences } from "../../base/sequences.ts";
import { MAX_EXTENT } from "../../base/limits.ts";
import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { watchReads } from "../../files/watch_reads.ts";
import { geneKey, isGeneCell, readEnsemblDigits } from "../../gene_id.ts";
import { COMMA, QUOTE, SPACE, TAB } from "../../text/characters.ts";
import { type Line, withSource } from "../../text/lines.ts";
import { decodeText } from "../../text/numbers.ts";
import { unquoteCell, visitTextLines } from "../text_lines.ts";
import type { BinarySource } from "../../files/open_source.ts";
import type { AbortOptions, OnProgress } from "../../progress.ts";

/** The DNA of genes in a file. */
export interface SequenceTable {
  /** Identifiers of the genes, in the order of the file; a bare number stands for a human Ensembl id. */
  readonly genes: readonly string[];
  /** The same as the file spells them. */
  readonly names: readonly string[];
  /** The sequence of each, in the same order. */
  readonly sequences: PackedSequences;
}

/** Options of {@linkcode readSequences}. */
export interface ReadSequencesOptions extends AbortOptions {
  /**
   * What N and the other letters of IUPAC that stand for several bases become: bases that are not known, or A.
   *
   * @default {"none"}
   */
  readonly unknownAs?: UnknownBases | undefined;
  /** Called with oddities of the file that do not keep it from being read. */
  readonly onWarning?: ((warning: string) => void) | undefined;
  /** Called from time to time with the number of bytes read. */
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Reads a file such as `seq_data.csv`, plain or gzip: one line `gene_id,sequence` for each gene, with or without a
 * header, between commas or tabs. All sequences have the same length and consist of A, C, G, T and the other letters of
 * IUPAC, such as N; those in lower case are kept as soft-masked. The letters are taken as they are: nothing is reversed.
 *
 * @param input Path of the file, or a source of its bytes.
 * @param options What N becomes, and who is told of oddities.
 * @returns The genes in the order of the file, and their sequences, two bits a base.
 * @throws {FormatError} If a line does not have two columns, a sequence holds another letter or has another length than
 * the first, a gene appears twice, or the file is empty; the message has the line.
 *
 * @example
 * ```ts
 * import { readSequences } from "@waka/histone/genome";
 * import { bytesSource, sequenceLetters } from "@waka/histone/io";
 * import { deepStrictEqual, strictEqual } from "node:assert";
 *
 * const text = "000003,ACGT\n000005,nnac\n";
 * const { genes, sequences } = await readSequences(bytesSource(new TextEncoder().encode(text)));
 * deepStrictEqual(genes, ["ENSG00000000003", "ENSG00000000005"]);
 * strictEqual(sequenceLetters(sequences, 1), "nnac");
 * ```
 */
export function readSequences(
  input: BinarySource,
  options: ReadSequencesOptions = {},
): Promise<SequenceTable> {
  return withSource(input, async (source, options) => {
    const parser = new SequenceTableParser(source, options);
    const { onProgress, onWarning } = options;
    const watched = watchReads(
      source,
      (done) => onProgress?.({ done, total: source.size, unit: "bytes" }),
    );
    await visitTextLines(watched, (line) => parser.readLine(line), onWarning);
    return parser.finish();
  }, options);
}

const GREATER = ">".charCodeAt(0);
/** Names that a header may have for either column. */
const GENE_HEADERS =
  /^(gene|id|gene[ _.-]?(id|name)|ensembl([ _.-]?(gene[ _.-]?)?id)?|transcript([ _.-]?id)?)$/i;
const SEQUENCE_HEADERS =
  /^(seq|sequences?|dna|bases|letters|promoter)([ _.-]?(seq|sequences?|data))?$/i;

/** The two cells of a line. */
interface Cells {
  readonly gene: string;
  /** Where the letters start and end. */
  readonly start: number;
  readonly end: number;
}

class SequenceTableParser {
  readonly #source: ByteSource;
  readonly #options: ReadSequencesOptions;
  readonly #genes: string[] = [];
  readonly #names: string[] = [];
  /** The line of each gene, by its key. */
  readonly #lines = new Map<string, number>();
  #isFirst = true;
  #packer: SequencePacker | undefined;

  constructor(source: ByteSource, options: ReadSequencesOptions) {
    this.#source = source;
    this.#options = options;
  }

  readLine(line: Line): void {
    const cells = this.#split(line);
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    if (isFirst && isHeader(line, cells)) return;
    const { gene, start, end } = cells;
    const id = this.#checkGene(gene, line);
    const length = end - start;
    this.#checkLength(gene, length, line);
    this.#packer ??= new SequencePacker(length, {
      unknownAs: this.#options.unknownAs,
      entries: this.#expectedGenes(length),
    });
    const wrong = this.#packer.add(line.bytes.subarray(start, end));
    if (wrong >= 0) this.#refuseLetter(gene, { line, start, wrong });
    this.#genes.push(id);
    this.#names.push(gene);
  }

  finish(): SequenceTable {
    if (this.#packer === undefined) {
      throw new FormatError("Cannot read sequences: the file is empty, expected rows", {
        file: this.#source.name,
      });
    }
    return { genes: this.#genes, names: this.#names, sequences: this.#packer.finish() };
  }

  #split(line: Line): Cells {
    const { bytes } = line;
    const end = withoutSpaces(line);
    const between = findSeparator(line, end);
    if (between < 0 && bytes[line.start] === GREATER) {
      this.#fail(
        "Cannot read row: it is FASTA, expected a gene and its sequence in one line, between a comma or a tab; a genome is " +
          "named with --genome",
        line,
      );
    }
    if (between < 0) this.#fail("Cannot read row: 1 column, expected 2", line);
    const separator = bytes[between]!;
    const further = bytes.indexOf(separator, between + 1);
    if (further >= 0 && further < end) {
      this.#fail("Cannot read row: 3 or more columns, expected 2: a gene and its sequence", line);
    }
    const gene = unquoteCell(decodeText(bytes, line.start, between)).trim();
    const isQuoted = end - between > 2 && bytes[between + 1] === QUOTE && bytes[end - 1] === QUOTE;
    return isQuoted
      ? { gene, start: between + 2, end: end - 1 }
      : { gene, start: between + 1, end };
  }

  #checkGene(gene: string, line: Line): string {
    if (gene === "") this.#fail("Cannot read row: the gene id is empty", line);
    if (!isGeneCell(gene)) {
      this.#fail(
        `Cannot read row: ${
          JSON.stringify(gene.slice(0, 40))
        } cannot be a gene id, expected a short text ` +
          "without control characters",
        line,
      );
    }
    const id = readEnsemblDigits(gene);
    const key = geneKey(id);
    const earlier = this.#lines.get(key);
    if (earlier !== undefined) {
      this.#fail(
        `Cannot read row: gene "${gene}" appears twice, expected once: line ${earlier} has it`,
        line,
      );
    }
    this.#lines.set(key, line.number);
    return id;
  }

  #checkLength(gene: string, length: number, line: Line): void {
    const wanted = this.#packer?.bases;
    if (wanted === undefined ? length >= 1 && length <= MAX_EXTENT : length === wanted) return;
    this.#fail(
      `Cannot read sequence of "${gene}": ${length} letters, expected ${
        wanted === undefined ? `1 to ${MAX_EXTENT}` : `${wanted} as in the lines before`
      }`,
      line,
    );
  }

  #refuseLetter(
    gene: string,
    { line, start, wrong }: { readonly line: Line; readonly start: number; readonly wrong: number },
  ): never {
    const found = String.fromCharCode(line.bytes[start + wrong]!);
    this.#fail(
      `Cannot read sequence of "${gene}": letter ${wrong + 1} is ${
        JSON.stringify(found)
      }, expected ${LETTERS_WANTED}`,
      line,
    );
  }

  /** As many genes as a plain file can hold: a line also has an id, a comma and a line end. */
  #expectedGenes(length: number): number {
    return Math.max(1, Math.ceil(this.#source.size / (length + 3)));
  }

  #fail(message: string, line: Line): never {
    throw new FormatError(message, { file: this.#source.name, line: line.number });
  }
}

/** Where the first comma or tab of a line is; negative if there is neither. */
function findSeparator({ bytes, start }: Line, end: number): number {
  for (let at = start; at < end; at++) {
    if (bytes[at] === COMMA || bytes[at] === TAB) return at;
  }
  return -1;
}

/** The end of a line without the spaces and tabs that editors leave there. */
function withoutSpaces({ bytes, start, end }: Line): number {
  while (end > start && (bytes[end - 1] === SPACE || bytes[end - 1] === TAB)) end--;
  return end;
}

function isHeader({ bytes }: Line, { gene, start, end }: Cells): boolean {
  if (GENE_HEADERS.test(gene)) return true;
  return end - start < 40 && SEQUENCE_HEADERS.test(decodeText(bytes, start, end));
}
