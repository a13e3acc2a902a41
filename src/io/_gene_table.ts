/**
 * The table of genes in an npz file, which says what gene each number of the competition's layout stands for.
 *
 * The member `__genes__.npy` holds it as the bytes of a UTF-8 text, `[byte]`: lines of tab-separated cells under a
 * header. Cells are empty where a value is not known. A column `gene` follows if the samples are not of genes but of
 * parts of them, such as transcripts.
 */

import { concatenateAll } from "../base/bytes.ts";
import type { FormatError } from "../errors.ts";
import { type GeneDetails, geneKey, isGeneCell, MAX_CELL_CHARACTERS } from "../gene_id.ts";
import { encodeLines, memberError, readTextMember } from "./_text_member.ts";
import type { NpzReader } from "./npz_types.ts";

/** Name of the member. Names that start with two underscores never name a cell type. */
export const GENE_TABLE_MEMBER = "__genes__";

const COLUMNS = ["number", "gene_id", "symbol", "chrom", "tss", "strand"] as const;
/** A further column, of data that have several samples of a gene in one cell type, such as one for each transcript. */
const GENE_COLUMN = "gene";
/** Room for a million genes with long names. */
const MEMBER = { name: GENE_TABLE_MEMBER, maxBytes: 2 ** 27, maxLines: 2 ** 21 };

/** A gene of the table. */
export interface TableGene {
  /** Its number in the members of the cell types. */
  readonly number: number;
  /** Its whole identifier. */
  readonly id: string;
  /** What else is known about it. */
  readonly details: GeneDetails;
}

/** The genes of a table, which are made when they are asked for. */
export interface TableGenes {
  readonly length: number;
  at(place: number): TableGene;
}

/** Lines that are encoded together: those of a quarter of a million genes would take memory. */
const LINES_TOGETHER = 4096;

/**
 * Makes the text of a table.
 *
 * @throws {RangeError} If a cell holds a control character or is longer than 1,000 characters.
 */
export function encodeGeneTable(genes: TableGenes): Uint8Array<ArrayBuffer> {
  let hasGenes = false;
  for (let place = 0; place < genes.length; place++) {
    hasGenes ||= genes.at(place).details.gene !== undefined;
  }
  const pieces = [encodeLines([hasGenes ? [...COLUMNS, GENE_COLUMN] : COLUMNS])];
  for (let start = 0; start < genes.length; start += LINES_TOGETHER) {
    const count = Math.min(LINES_TOGETHER, genes.length - start);
    const lines = Array.from({ length: count }, (_, i) => cellsOf(genes.at(start + i), hasGenes));
    pieces.push(encodeLines(lines));
  }
  return concatenateAll(pieces);
}

function cellsOf({ number, id, details }: TableGene, hasGenes: boolean): (string | number)[] {
  const { symbol = "", chromosome = "", tss = "", strand = "", gene = "" } = details;
  const cells = [number, id, symbol, chromosome, tss, strand];
  return (hasGenes ? [...cells, gene] : cells).map(checkCell);
}

function checkCell(cell: string | number): string | number {
  if (typeof cell === "number" || isGeneCell(cell)) return cell;
  throw new RangeError(
    `Cannot write genes: ${
      JSON.stringify(cell.slice(0, 80))
    } cannot be a cell of their table, expected at ` +
      `most ${MAX_CELL_CHARACTERS} characters and no control character`,
  );
}

/**
 * Reads the table of an npz file.
 *
 * @returns The genes by their numbers; `undefined` if the file has no table.
 * @throws {FormatError} If it is damaged, or a number or a gene appears twice.
 */
export async function readGeneTable(
  npz: NpzReader,
): Promise<ReadonlyMap<number, TableGene> | undefined> {
  const lines = await readTextMember(npz, MEMBER);
  return lines && parseGeneTable(lines, npz.name);
}

function parseGeneTable(
  [header = "", ...lines]: readonly string[],
  file: string,
): ReadonlyMap<number, TableGene> {
  if (!`${header}\t`.startsWith(`${COLUMNS.join("\t")}\t`)) {
    throw tableError(`its header is "${header.slice(0, 80)}", expected ${COLUMNS.join(" ")}`, file);
  }
  const hasGenes = header.split("\t")[COLUMNS.length] === GENE_COLUMN;
  const genes = new Map<number, TableGene>();
  const keys = new Set<string>();
  for (const [index, line] of lines.entries()) {
    const gene = parseGene(line, hasGenes);
    const row = `row ${index + 1} of the genes`;
    if (gene === undefined) {
      throw tableError(
        `${row} is "${line.slice(0, 80)}", expected a number and an identifier`,
        file,
      );
    }
    if (genes.has(gene.number)) throw tableError(`${row} has number ${gene.number} again`, file);
    if (keys.has(geneKey(gene.id))) throw tableError(`${row} has gene "${gene.id}" again`, file);
    genes.set(gene.number, gene);
    keys.add(geneKey(gene.id));
  }
  return genes;
}

/** The gene of a line; `undefined` if the line is not that of a gene. */
function parseGene(line: string, hasGenes: boolean): TableGene | undefined {
  const cells = line.split("\t");
  const [number = "", id = "", symbol = "", chromosome = "", tss = "", strand = ""] = cells;
  const isNumber = (text: string) => /^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text));
  const isSound = cells.length >= COLUMNS.length && isNumber(number) && id !== "" &&
    cells.every(isGeneCell) && (tss === "" || isNumber(tss)) &&
    ["", "+", "-"].includes(strand);
  const gene = hasGenes ? cells[COLUMNS.length] ?? "" : "";
  if (!isSound) return undefined;
  const details = {
    ...(symbol !== "" && { symbol }),
    ...(chromosome !== "" && { chromosome }),
    ...(tss !== "" && { tss: Number(tss) }),
    ...(strand !== "" && { strand: strand as "+" | "-" }),
    ...(gene !== "" && { gene }),
  };
  return { number: Number(number), id, details };
}

function tableError(found: string, file: string): FormatError {
  return memberError(found, { name: GENE_TABLE_MEMBER, file });
}
