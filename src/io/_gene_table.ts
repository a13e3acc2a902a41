/**
 * The table of genes in an npz file, which says what gene each number of the competition's layout stands for.
 *
 * The member `__genes__.npy` holds it as the bytes of a UTF-8 text, `[byte]`: lines of tab-separated cells under a
 * header. Cells are empty where a value is not known. The column `gene` is there only if samples are of transcripts or
 * windows that have identifiers of their own; programs that do not know it skip it.
 */

import { FormatError } from "../errors.ts";
import { type GeneDetails, geneKey, isGeneCell, MAX_CELL_CHARACTERS } from "../gene_id.ts";
import { LINE_FEED } from "../text/characters.ts";
import type { NpzReader } from "./npz_types.ts";

/** Name of the member. Names that start with two underscores never name a cell type. */
export const GENE_TABLE_MEMBER = "__genes__";

const COLUMNS = ["number", "gene_id", "symbol", "chrom", "tss", "strand"] as const;
/** The gene of which `gene_id` is a transcript or a window. */
const GENE_COLUMN = "gene";
/** Room for a million genes with long names. */
const MAX_BYTES = 2 ** 27;
const MAX_GENES = 2 ** 21;

/** A gene of the table. */
export interface TableGene {
  /** Its number in the members of the cell types. */
  readonly number: number;
  /** Its whole identifier. */
  readonly id: string;
  /** What else is known about it. */
  readonly details: GeneDetails;
}

/**
 * Makes the text of a table.
 *
 * @throws {RangeError} If a cell holds a control character or is longer than 1,000 characters.
 */
export function encodeGeneTable(genes: readonly TableGene[]): Uint8Array<ArrayBuffer> {
  const hasGenes = genes.some(({ details }) => details.gene !== undefined);
  const lines = genes.map(({ number, id, details }) => {
    const { symbol = "", chromosome = "", tss = "", strand = "", gene = "" } = details;
    const cells = [number, id, symbol, chromosome, tss, strand, ...(hasGenes ? [gene] : [])];
    return cells.map(checkCell).join("\t");
  });
  const header = [...COLUMNS, ...(hasGenes ? [GENE_COLUMN] : [])].join("\t");
  return new TextEncoder().encode([header, ...lines, ""].join("\n"));
}

function checkCell(cell: string | number): string | number {
  if (isGeneCell(String(cell))) return cell;
  throw new RangeError(
    `Cannot write genes: ${
      JSON.stringify(String(cell).slice(0, 80))
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
  const member = npz.members.find(({ name }) => name === GENE_TABLE_MEMBER);
  if (member === undefined) return undefined;
  const { dtype, shape } = await npz.header(GENE_TABLE_MEMBER);
  if (dtype !== "uint8" || shape.length !== 1 || member.size > MAX_BYTES) {
    throw new FormatError(
      `Cannot read npz member "${GENE_TABLE_MEMBER}": it is ${dtype} [${shape.join(", ")}], ` +
        `expected the bytes of a text, uint8 [bytes], at most ${MAX_BYTES} of them`,
      { file: npz.name },
    );
  }
  const { data } = await npz.read(GENE_TABLE_MEMBER);
  return parseGeneTable(data as Uint8Array<ArrayBuffer>, npz.name);
}

function parseGeneTable(bytes: Uint8Array, file: string): ReadonlyMap<number, TableGene> {
  let lineCount = 0;
  for (const byte of bytes) if (byte === LINE_FEED) lineCount++;
  if (lineCount > MAX_GENES) {
    throw tableError(`it has ${lineCount} lines, expected at most ${MAX_GENES}`, file);
  }
  const [header = "", ...lines] = decode(bytes, file).split("\n");
  if (!`${header}\t`.startsWith(`${COLUMNS.join("\t")}\t`)) {
    throw tableError(`its header is "${header.slice(0, 80)}", expected ${COLUMNS.join(" ")}`, file);
  }
  if (lines.at(-1) === "") lines.pop();
  const geneColumn = header.split("\t").indexOf(GENE_COLUMN);
  const genes = new Map<number, TableGene>();
  const keys = new Set<string>();
  for (const [index, line] of lines.entries()) {
    const gene = parseGene(line, geneColumn);
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

function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw tableError("it is not UTF-8 text", file, { cause });
  }
}

/** The gene of a line; `undefined` if the line is not that of a gene. */
function parseGene(line: string, geneColumn: number): TableGene | undefined {
  const cells = line.split("\t");
  const [number = "", id = "", symbol = "", chromosome = "", tss = "", strand = ""] = cells;
  const gene = cells[geneColumn] ?? "";
  const isNumber = (text: string) => /^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text));
  const isSound = cells.length >= COLUMNS.length && isNumber(number) && id !== "" &&
    cells.every(isGeneCell) && (tss === "" || isNumber(tss)) &&
    ["", "+", "-"].includes(strand);
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

function tableError(found: string, file: string, options: ErrorOptions = {}): FormatError {
  return new FormatError(`Cannot read npz member "${GENE_TABLE_MEMBER}": ${found}`, {
    file,
    ...options,
  });
}
