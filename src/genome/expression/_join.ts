/** Joins the rows of a table with the genes of an annotation. */

import { geneKey, isEnsemblGeneId } from "../../gene_id.ts";
import type { Gene } from "../gene.ts";
import { transcriptKey } from "../transcript_id.ts";
import { NoTranscriptsError } from "../transcripts.ts";
import { failNone } from "./_describe_join.ts";
import { isTitleOfEntrez, isTitleOfRowNames } from "./_formats.ts";
import { type GeneIndex, JOINT, type Naming, NAMINGS, NONE } from "./_gene_index.ts";
import {
  areRowNumbers,
  ensemblPrefix,
  type GeneNames,
  isBareNumber,
  parseGeneNames,
} from "./_gene_names.ts";
import type { FindRowGenesOptions, RowGenes } from "./_row_genes.ts";
import type { ExpressionTable } from "./table.ts";

/**
 * At least this share of symbols must match, of the rows or of the genes, whichever are fewer: some symbols are the
 * same in two species by chance, such as F2 of human and mouse.
 */
const LEAST_SHARE = 0.05;

/**
 * The share for numbers without a title: a quarter of the row numbers of a filtered table are Entrez numbers by chance.
 */
const LEAST_SHARE_OF_NUMBERS = 0.5;

/**
 * Finds the genes of a table's rows, by the same kind of name in all rows: by id, or, if almost no id matches, by
 * symbol or by Entrez number through the annotation. Transcripts are found by their genes.
 *
 * @throws {ContractError} If the table has none of the genes.
 */
export async function findRowGenes(
  table: ExpressionTable,
  options: FindRowGenesOptions,
): Promise<RowGenes> {
  const { index, transcripts } = options;
  const byName = findByNames(table, options);
  if (byName?.naming === "id") return byName;
  if (transcripts === undefined) return byName ?? failNone(table, options);
  if (table.rows === "genes") {
    return byName ?? await findUntitledTranscripts(table, options) ?? failNone(table, options);
  }
  // In a table of transcripts a symbol is in several rows, each of which is a part of its gene.
  const byTranscript = findByTranscript(table, index, await transcripts());
  if (byTranscript.found * 2 >= (byName?.found ?? 0) && byTranscript.found > 0) return byTranscript;
  return byName ?? failNone(table, options);
}

/**
 * Finds the genes of rows that are transcripts of the annotation although nothing else shows it: outside of Ensembl a
 * transcript is often called after its gene, such as `AT1G01010.1`, and the column after anything.
 */
async function findUntitledTranscripts(
  table: ExpressionTable,
  { genes, index, transcripts }: FindRowGenesOptions,
): Promise<RowGenes | undefined> {
  // An annotation without transcripts is refused as one; here it only has nothing to say.
  const known = await transcripts?.().catch((error) => {
    if (error instanceof NoTranscriptsError) return undefined;
    throw error;
  });
  const found = known && findByTranscript(table, index, known);
  const least = LEAST_SHARE * Math.min(table.lines.length, genes.length);
  return found !== undefined && found.found > 0 && found.found >= least ? found : undefined;
}

function findByNames(
  table: ExpressionTable,
  { genes, index }: FindRowGenesOptions,
): RowGenes | undefined {
  const columns = table.names.map((names, i) => {
    const title = table.nameTitles[i] ?? "";
    const isTitled = isTitleOfEntrez(title);
    const mayBeEntrez = isTitled ||
      (table.names.length === 1 && !(isTitleOfRowNames(title) && mayCountRows(names)));
    return { names, isTitled, parsed: names.map((name) => parseName(name, mayBeEntrez)) };
  });
  // 0 is not an Entrez number.
  const usable = columns.filter(({ names, isTitled }) =>
    isTitled && !names.includes("0") || !areRowNumbers(names)
  );
  const find = (naming: Naming, among: readonly NameColumn[]) =>
    findMost(among.map((column) => findByName(column, naming, index)));
  const byId = find("id", usable.length === 0 ? columns : usable);
  const own = usable.filter(({ names }) => names === byId.names);
  const others = NAMINGS.slice(1).flatMap((naming) => [find(naming, own), find(naming, usable)])
    .filter((found) => isLikely(found, table, index));
  // A column of symbols has the ids of genes without a symbol; a column of ids has no symbols.
  const isOfSymbols = others.some(({ names, found }) => names === byId.names && found > byId.found);
  // Numbers are ambiguous and symbols are not, so symbols win unless they find less than half.
  const most = findMost(others);
  const other = others.find(({ found }) => found * 2 >= most.found) ?? most;
  if (!isOfSymbols && byId.found > 0 && byId.found * HARDLY_ANY >= other.found) {
    // Ids of Ensembl are of one species. Other names may stand for other genes elsewhere, or for transcripts.
    const isSure = table.rows === "genes" && ensemblPrefix(genes.map(({ id }) => id)) !== undefined;
    return isSure || isLikely(byId, table, index) ? byId : undefined;
  }
  return other.found > 0 && !isOfOtherSpecies(table, genes) ? other : undefined;
}

/** A table of expression does not have more rows than this, even before it is filtered. */
const MOST_ROWS = 200_000;

/**
 * Whether numbers without a title may be the row numbers of R and pandas, which stay with the rows when a table is
 * filtered or sorted. Nearly all small numbers are Entrez numbers too.
 */
function mayCountRows(names: readonly string[]): boolean {
  const numbers = names.filter(isBareNumber).map(Number);
  return numbers.includes(0) || numbers.every((number) => number <= MOST_ROWS);
}

/** If symbols find more than this many times the genes that ids find, almost no id matches. */
const HARDLY_ANY = 10;

/** Reads the names in a cell. Bare numbers are Entrez numbers only if `mayBeEntrez`. */
function parseName(name: string, mayBeEntrez: boolean): GeneNames {
  const parsed = parseGeneNames(name);
  return mayBeEntrez || !isBareNumber(name) ? parsed : { ...parsed, entrez: undefined };
}

const NOTHING: RowGenes = { genes: new Int32Array(), names: [], naming: "id", found: 0 };

function findMost(found: readonly RowGenes[]): RowGenes {
  return found.reduce((most, other) => other.found > most.found ? other : most, NOTHING);
}

function isLikely(
  { found, naming, names }: RowGenes,
  table: ExpressionTable,
  index: GeneIndex,
): boolean {
  const size = naming === "transcript" ? 0 : index.size(naming);
  const title = table.nameTitles[table.names.indexOf(names)] ?? "";
  const areUntitled = !isTitleOfEntrez(title) && names.every(isBareNumber);
  const share = areUntitled ? LEAST_SHARE_OF_NUMBERS : LEAST_SHARE;
  return found > 0 && found >= share * Math.min(table.lines.length, size);
}

interface NameColumn {
  readonly names: readonly string[];
  readonly parsed: readonly GeneNames[];
}

function findByName({ names, parsed }: NameColumn, naming: Naming, index: GeneIndex): RowGenes {
  const genes = Int32Array.from(parsed, (row, i) => {
    // A cell that looks like several names may as a whole be the name of a gene.
    const cell = names[i] ?? "";
    const whole = cell === "" || naming === "entrez" ? NONE : index.find(naming, cell);
    if (whole !== NONE) return whole;
    const name = row[naming];
    if (row.isOfSeveral) return JOINT;
    const found = name === undefined || name === "" ? NONE : index.find(naming, name);
    if (found !== NONE && row.parts?.some((part) => isOfOther(index.find(naming, part), found))) {
      return JOINT;
    }
    // A column of symbols has the ids of genes without a symbol.
    return found === NONE && naming === "symbol" && isEnsemblGeneId(cell)
      ? index.find("id", cell)
      : found;
  });
  if (naming === "symbol") findNumberedAgain(names, genes);
  return { genes, names, naming, found: countGenes(genes) };
}

function isOfOther(gene: number, found: number): boolean {
  return gene !== NONE && gene !== found;
}

/** Finds symbols with a number: R, Seurat and scanpy number a symbol in several rows, `SYM` and `SYM.1`. */
function findNumberedAgain(names: readonly string[], genes: Int32Array): void {
  const places = new Map(names.map((name, i) => [name, i]));
  for (const [i, name] of names.entries()) {
    const plain = genes[i] === NONE ? /^(.+)[.-]\d{1,3}$/.exec(name)?.[1] : undefined;
    const place = plain === undefined ? undefined : places.get(plain);
    if (place !== undefined) genes[i] = genes[place]!;
  }
}

function findByTranscript(
  { names: [names] }: ExpressionTable,
  index: GeneIndex,
  transcripts: ReadonlyMap<string, string>,
): RowGenes {
  const genes = Int32Array.from(names, (name) => {
    const whole = transcripts.get(transcriptKey(name));
    if (whole !== undefined) return index.find("id", whole);
    const { transcript, id, parts = [], isOfSeveral } = parseGeneNames(name);
    const genes = [transcript ?? id, ...parts].flatMap((part) =>
      transcripts.get(transcriptKey(part)) ?? []
    );
    if (isOfSeveral || new Set(genes.map(geneKey)).size > 1) return JOINT;
    const [gene] = genes;
    return gene === undefined ? NONE : index.find("id", gene);
  });
  return { genes, names, naming: "transcript", found: countGenes(genes) };
}

function countGenes(genes: Int32Array): number {
  return new Set(genes.filter((gene) => gene >= 0)).size;
}

/** Whether ids show that table and annotation are of two species, so that they must not be joined by symbols. */
function isOfOtherSpecies({ names }: ExpressionTable, genes: readonly Gene[]): boolean {
  const own = ensemblPrefix(genes.map(({ id }) => id));
  const others = names.map(ensemblPrefix).filter((prefix) => prefix !== undefined);
  return own !== undefined && others.length > 0 && !others.includes(own);
}
