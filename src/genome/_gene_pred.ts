/** Genes of UCSC's tables of transcripts: genePred and refFlat, with or without a first column `bin`. */

import { failLine, type Line, lineText } from "../text/lines.ts";
import { isTrackLine } from "./_bed_genes.ts";
import type { GeneList } from "./_gene_list.ts";
import { MadeGenes } from "./_made_genes.ts";
import { parsePosition } from "./_make_gene.ts";

/** Columns of genePred, which ends with the starts and the ends of the exons. */
const COLUMNS = 10;
const [SCORE, NAME_2] = [10, 11];

/** Reads lines of transcripts, of which it makes genes. */
export class GenePredGenes {
  readonly #file: string;
  readonly #list: GeneList;
  readonly #made = new MadeGenes();

  constructor(options: { readonly file: string; readonly list: GeneList }) {
    this.#file = options.file;
    this.#list = options.list;
  }

  readLine(line: Line): void {
    const text = lineText(line);
    if (isTrackLine(text) || text.trim() === "") return;
    const found = splitGenePred(text);
    if (found === undefined) {
      failLine(
        this.#file,
        line,
        `Cannot read gene: line is "${
          text.slice(0, 80)
        }", expected name, chromosome, strand, start, end and the ` +
          "other columns of genePred or refFlat, separated by tabs",
      );
    }
    const { gene, columns: [transcript, chromosome, strand, startText, endText] } = found;
    const start = parsePosition(startText, "txStart", { line, file: this.#file, least: 0 });
    const end = parsePosition(endText, "txEnd", { line, file: this.#file, least: 0 });
    this.#made.add({ gene, transcript, chromosome, strand, start, end, line: line.number });
  }

  /** Adds the genes to the list. */
  finish(): void {
    this.#made.addTo(this.#list);
  }
}

/** The columns of genePred in a line, and the name of the gene; `undefined` if it is no such line. */
export function splitGenePred(
  text: string,
): { readonly gene: string; readonly columns: readonly string[] } | undefined {
  const all = text.split("\t").map((column) => column.trim());
  if (isGenePred(all)) return { gene: geneOf(all), columns: all };
  const [first, ...columns] = all;
  if (!isGenePred(columns)) return undefined;
  // The first column is the gene of refFlat, or the number of a bin before the columns of genePred.
  const isBin = columns.length > COLUMNS && /^\d+$/.test(first);
  return { gene: isBin ? geneOf(columns) : first, columns };
}

/**
 * The gene, by the column `name2` where there is one: after a score, which is an integer. In `knownGene.txt` a protein
 * and the id of an alignment stand there.
 */
function geneOf(columns: readonly string[]): string {
  const hasGene = /^-?\d+$/.test(columns[SCORE] ?? "");
  return (hasGene && columns[NAME_2]) || columns[0];
}

function isGenePred(columns: readonly string[]): boolean {
  const [, , strand, ...numbers] = columns;
  return columns.length >= COLUMNS && /^[-+.]$/.test(strand) &&
    numbers.slice(0, 5).every((text) => /^\d+$/.test(text)) &&
    [columns[8], columns[9]].every((text) => /^(?:\d+,)*\d*$/.test(text));
}
