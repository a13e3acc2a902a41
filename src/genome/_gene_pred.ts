/** Reads the genes of UCSC's tables of transcripts: genePred and refFlat, with or without a first column `bin`. */

import { failLine, type Line, lineText } from "../text/lines.ts";
import type { GeneList } from "./_gene_list.ts";
import { MadeGenes } from "./_made_genes.ts";
import { parsePosition } from "./_make_gene.ts";
import { unquoteCell } from "./text_lines.ts";
import { isTrackLine } from "./track_lines.ts";
import { transcriptKey } from "./transcript_id.ts";
import type { TranscriptStarts } from "./_transcript_starts.ts";

/** Number of genePred's columns, the last two of which are the starts and the ends of the exons. */
const COLUMNS = 10;
const [SCORE, NAME_2] = [10, 11];

/** What {@linkcode GenePredGenes} reads, and where its results go. */
export interface GenePredGenesOptions {
  readonly file: string;
  readonly list: GeneList;
  /** Where transcripts go whose own starts are wanted. */
  readonly starts?: TranscriptStarts | undefined;
  /** The gene of each transcript, by its `transcriptKey`, for files that do not name genes. */
  readonly transcriptGenes?: ReadonlyMap<string, string> | undefined;
}

/** Reads lines of transcripts and makes genes from them. */
export class GenePredGenes {
  readonly #options: GenePredGenesOptions;
  readonly #made: MadeGenes;

  constructor(options: GenePredGenesOptions) {
    this.#options = options;
    this.#made = new MadeGenes(options.starts === undefined);
  }

  readLine(line: Line): void {
    const { file, starts, transcriptGenes } = this.#options;
    const text = lineText(line);
    if (isTrackLine(line) || text.trim() === "") return;
    const found = splitGenePred(text);
    if (found === undefined) {
      failLine(
        file,
        line,
        `Cannot read gene: line is "${
          text.slice(0, 80)
        }", expected name, chromosome, strand, start, end and the ` +
          "other columns of genePred or refFlat, separated by tabs",
      );
    }
    const { transcript, chromosome, strand } = found;
    const start = parsePosition(found.start, "txStart", { line, file, least: 0 });
    const end = parsePosition(found.end, "txEnd", { line, file, least: 0 });
    const named = found.gene === transcript
      ? transcriptGenes?.get(transcriptKey(transcript))
      : undefined;
    const gene = named ?? found.gene;
    const place = { transcript, chromosome, strand, start, end, line: line.number, isWhole: true };
    this.#made.add({ gene, ...place });
    starts?.add(gene, place);
  }

  /** Adds the genes to the list. */
  finish(): void {
    this.#made.addTo(this.#options.list);
  }
}

/** Whether a line has the titles of genePred, which UCSC writes after a `#` and other programs without it. */
export function isGenePredHeader(text: string): boolean {
  const cells = text.split("\t").map((column) => unquoteCell(column.trim()));
  return ["chrom", "strand", "txStart", "txEnd"].every((title) => cells.includes(title));
}

/** The columns of genePred that matter here. */
interface GenePredColumns {
  readonly gene: string;
  readonly transcript: string;
  readonly chromosome: string;
  readonly strand: string;
  readonly start: string;
  readonly end: string;
}

/** Splits a line of genePred or refFlat. Returns `undefined` if the line is neither. */
export function splitGenePred(text: string): GenePredColumns | undefined {
  const all = text.split("\t").map((column) => unquoteCell(column.trim()));
  const found = readColumns(all);
  if (found !== undefined) return found;
  const [first = "", ...columns] = all;
  const shifted = readColumns(columns);
  if (shifted === undefined) return undefined;
  // The first column is the gene of refFlat, or the number of a bin before the columns of genePred.
  const isBin = columns.length > COLUMNS && /^\d+$/.test(first);
  return isBin ? shifted : { ...shifted, gene: first };
}

/** Reads columns that start with the transcript's name; `undefined` if they are not genePred's. */
function readColumns(columns: readonly string[]): GenePredColumns | undefined {
  const [transcript = "", chromosome = "", strand = "", start = "", end = ""] = columns;
  const isGenePred = columns.length >= COLUMNS && /^[-+.]$/.test(strand) &&
    columns.slice(3, 8).every((text) => /^\d+$/.test(text)) &&
    columns.slice(8, 10).every((text) => /^(?:\d+,)*\d*$/.test(text));
  if (!isGenePred) return undefined;
  return { gene: findGene(columns) || transcript, transcript, chromosome, strand, start, end };
}

/**
 * The gene in the column `name2`, if the file has it. It follows a score, which is an integer; in `knownGene.txt` a
 * protein and the id of an alignment take these two places.
 */
function findGene(columns: readonly string[]): string | undefined {
  return /^-?\d+$/.test(columns[SCORE] ?? "") ? columns[NAME_2] : undefined;
}
