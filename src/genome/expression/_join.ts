/** The rows of a table and the genes of an annotation brought together. */

import { formatCountOf } from "../../base/count.ts";
import { ContractError } from "../../errors.ts";
import { isEnsemblGeneId, isPseudoautosomalCopy } from "../../gene_id.ts";
import type { Gene } from "../gene.ts";
import { showName } from "../wording.ts";
import { transcriptKey } from "../transcript_id.ts";
import { type GeneIndex, type Naming, NAMINGS, NONE, SEVERAL } from "./_gene_index.ts";
import {
  areGenes,
  areRowNumbers,
  describeNames,
  ensemblPrefix,
  type GeneNames,
  isBareNumber,
  isDamagedSymbol,
  parseGeneNames,
} from "./_gene_names.ts";
import { isTitleOfEntrez, isTitleOfRowNames } from "./_formats.ts";
import type { ExpressionTable } from "./table.ts";

/** Which gene each row is of. */
export interface RowGenes {
  /** For each row the place of its gene; NONE or SEVERAL. */
  readonly genes: Int32Array;
  /** The names that the rows were found by. */
  readonly names: readonly string[];
  readonly naming: Naming | "transcript";
  /** Number of genes that were found. */
  readonly found: number;
}

/** What {@linkcode findRowGenes} needs. */
export interface FindRowGenesOptions {
  readonly genes: readonly Gene[];
  readonly index: GeneIndex;
  /** Gives the gene of each transcript, by its `transcriptKey`. */
  readonly transcripts?: () => Promise<ReadonlyMap<string, string>>;
}

/**
 * Of symbols at least this share must be known, of rows or of genes, whichever are fewer: between species a few are the
 * same by chance, such as F2 of human and mouse.
 */
const LEAST_SHARE = 0.05;

/** The same of numbers that no title explains: of those of a filtered table's rows a quarter are Entrez numbers by chance. */
const LEAST_SHARE_OF_NUMBERS = 0.5;

/**
 * Finds the genes of a table's rows, in all rows by the same kind of name: by id; else, if hardly any id fits, by
 * symbol or by Entrez number through the annotation; and transcripts by their genes.
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
  if (table.rows === "genes" || transcripts === undefined) {
    return byName ?? failNone(table, options);
  }
  // Beside transcripts a symbol stands in several rows, of which each is a part of its gene.
  const byTranscript = findByTranscript(table, index, await transcripts());
  if (byTranscript.found * 2 >= (byName?.found ?? 0) && byTranscript.found > 0) return byTranscript;
  return byName ?? failNone(table, options);
}

function findByNames(
  table: ExpressionTable,
  { genes, index }: FindRowGenesOptions,
): RowGenes | undefined {
  const columns = table.names.map((names, i) => {
    const title = table.nameTitles[i];
    const isTitled = isTitleOfEntrez(title);
    const mayBeEntrez = isTitled ||
      (table.names.length === 1 && !(isTitleOfRowNames(title) && mayCountRows(names)));
    return { names, isTitled, parsed: names.map((name) => parseName(name, mayBeEntrez)) };
  });
  // No Entrez number is 0.
  const usable = columns.filter(({ names, isTitled }) =>
    isTitled && !names.includes("0") || !areRowNumbers(names)
  );
  const find = (naming: Naming, among: readonly NameColumn[]) =>
    findMost(among.map((column) => findByName(column, naming, index)));
  const byId = find("id", usable.length === 0 ? columns : usable);
  const own = usable.filter(({ names }) => names === byId.names);
  const others = NAMINGS.slice(1).flatMap((naming) => [find(naming, own), find(naming, usable)])
    .filter((found) => isLikely(found, table, index));
  // A column of symbols has ids where a gene has no symbol; a column of ids has no symbols.
  const isOfSymbols = others.some(({ names, found }) => names === byId.names && found > byId.found);
  // Numbers may be of anything, symbols hardly.
  const most = findMost(others);
  const other = others.find(({ found }) => found * 2 >= most.found) ?? most;
  if (!isOfSymbols && byId.found > 0 && byId.found * HARDLY_ANY >= other.found) {
    // Ids of Ensembl are of one species; other names may be those of other genes elsewhere, or of transcripts.
    const isSure = table.rows === "genes" && ensemblPrefix(genes.map(({ id }) => id)) !== undefined;
    return isSure || isLikely(byId, table, index) ? byId : undefined;
  }
  return other.found > 0 && !isOfOtherSpecies(table, genes) ? other : undefined;
}

/** No table of expression had more rows than this before it was filtered. */
const MOST_ROWS = 200_000;

/**
 * Whether numbers without a title may be those that R and pandas give to rows, which stay with them when a table is
 * filtered or sorted: of small numbers nearly all are Entrez numbers too.
 */
function mayCountRows(names: readonly string[]): boolean {
  const numbers = names.filter(isBareNumber).map(Number);
  return numbers.includes(0) || numbers.every((number) => number <= MOST_ROWS);
}

/** If symbols find more than this times the genes that ids do, hardly any id fits. */
const HARDLY_ANY = 10;

/** What a cell says, in a column whose numbers are Entrez numbers or not. */
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
  const title = table.nameTitles[table.names.indexOf(names)];
  const areUntold = !isTitleOfEntrez(title) && names.every(isBareNumber);
  const share = areUntold ? LEAST_SHARE_OF_NUMBERS : LEAST_SHARE;
  return found > 0 && found >= share * Math.min(table.lines.length, size);
}

interface NameColumn {
  readonly names: readonly string[];
  readonly parsed: readonly GeneNames[];
}

function findByName({ names, parsed }: NameColumn, naming: Naming, index: GeneIndex): RowGenes {
  const genes = Int32Array.from(parsed, (row, i) => {
    // A name may look as if it were several and be that of a gene letter by letter.
    const whole = names[i] === "" || naming === "entrez" ? NONE : index.find(naming, names[i]);
    const name = row[naming];
    const found = whole !== NONE || name === undefined || name === ""
      ? whole
      : index.find(naming, name);
    // A column of symbols has the ids of genes that are called by nothing else.
    return found === NONE && naming === "symbol" && isEnsemblGeneId(names[i])
      ? index.find("id", names[i])
      : found;
  });
  if (naming === "symbol") findNumberedAgain(names, genes);
  return { genes, names, naming, found: countGenes(genes) };
}

/** R, Seurat and scanpy number a symbol that stands in several rows: `SYM`, `SYM.1`. All are rows of one gene. */
function findNumberedAgain(names: readonly string[], genes: Int32Array): void {
  const places = new Map(names.map((name, i) => [name, i]));
  for (const [i, name] of names.entries()) {
    const plain = genes[i] === NONE ? /^(.+)[.-]\d{1,3}$/.exec(name)?.[1] : undefined;
    const place = plain === undefined ? undefined : places.get(plain);
    if (place !== undefined) genes[i] = genes[place];
  }
}

function findByTranscript(
  { names: [names] }: ExpressionTable,
  index: GeneIndex,
  transcripts: ReadonlyMap<string, string>,
): RowGenes {
  const genes = Int32Array.from(names, (name) => {
    const { transcript, id } = parseGeneNames(name);
    const gene = transcripts.get(transcriptKey(name)) ??
      transcripts.get(transcriptKey(transcript ?? id));
    return gene === undefined ? NONE : index.find("id", gene);
  });
  return { genes, names, naming: "transcript", found: countGenes(genes) };
}

function countGenes(genes: Int32Array): number {
  return new Set(genes.filter((gene) => gene >= 0)).size;
}

/** Names of one species' ids and of another's say that a symbol that both have is no reason to join them. */
function isOfOtherSpecies({ names }: ExpressionTable, genes: readonly Gene[]): boolean {
  const own = ensemblPrefix(genes.map(({ id }) => id));
  const others = names.map(ensemblPrefix).filter((prefix) => prefix !== undefined);
  return own !== undefined && others.length > 0 && !others.includes(own);
}

function failNone(table: ExpressionTable, { genes, transcripts }: FindRowGenesOptions): never {
  const isNamed = (name: string) => name !== "" && !isNobodys(name);
  const names = table.names[0].filter(isNamed);
  const rows = describeNames(names);
  const ids = describeNames(genes.map(({ id }) => id));
  const [{ id, line }] = genes;
  const gene = showName(id);
  const row = showName(names[0] ?? "");
  const advice = table.rows === "transcripts" && transcripts === undefined
    ? "They are transcripts: an annotation that has them says which gene is theirs"
    : areGenes(table.cellTypes)
    ? "Its columns are genes: turn the table, for genes are rows"
    : genes.some(({ entrezId }) => entrezId !== undefined) && mayBeUntitledEntrez(table)
    ? "Numbers that may count rows are Entrez numbers only under a title such as GeneID"
    : adviseOn({ rows, ids }, genes);
  throw new ContractError(
    `Cannot take expression from ${table.file}: it has none of the genes, or hardly any: its rows are ` +
      `${rows} such as "${row}", the genes are ${ids} such as "${gene}" (line ${line} of the genes). ` +
      advice,
  );
}

function mayBeUntitledEntrez({ names, nameTitles }: ExpressionTable): boolean {
  return names.some((column, i) => column.every(isBareNumber) && !isTitleOfEntrez(nameTitles[i]));
}

interface Kinds {
  /** What the names of the rows are, and those of the genes. */
  readonly rows: string;
  readonly ids: string;
}

function adviseOn({ rows, ids }: Kinds, genes: readonly Gene[]): string {
  if (rows.startsWith("bare numbers")) {
    return genes.some(({ entrezId }) => entrezId !== undefined)
      ? "The annotation's Entrez numbers do not fit either"
      : "Entrez numbers need an annotation that tells them, such as RefSeq's GFF3, or a column of ids in the table";
  }
  if (rows.startsWith("symbols") && rows !== ids) {
    return genes.some(({ symbol }) => symbol !== undefined)
      ? "The annotation's symbols do not fit either: are both of one species?"
      : "Symbols need an annotation that tells them, such as a GTF with gene_name";
  }
  return rows === ids || [rows, ids].every((kind) => /^(?:\w+ )?Ensembl ids/.test(kind))
    ? "Are both of one species, and of one source?"
    : "Table and annotation need names of one kind";
}

/** Rows that are no genes and that every table of their kind has: what was not counted, spike-ins, copies on Y. */
function isNobodys(name: string): boolean {
  return name === "" || isPseudoautosomalCopy(name) ||
    /^(?:__\w+$|N_(?:unmapped|multimapping|noFeature|ambiguous)$|ERCC-\d+$|SIRV\d+|gSpikein_)/.test(
      name,
    );
}

/** What is to be said of how rows were found. */
export function describeNaming(
  { names, naming, genes: rowGenes }: RowGenes,
  { table, genes }: { readonly table: ExpressionTable; readonly genes: readonly Gene[] },
): string[] {
  const { file } = table;
  const row = rowGenes.findIndex((gene) => gene >= 0);
  if (naming === "id") {
    if (names === table.names[0]) return [];
    return [
      `${file}: genes are found by other names than the first, such as "${showName(names[row])}"`,
    ];
  }
  const kind = { symbol: "symbol", entrez: "Entrez number", transcript: "transcript" }[naming];
  const what = naming === "transcript"
    ? "transcripts are added up to genes, as the annotation has them"
    : `genes are found by their ${kind}s, through the annotation`;
  if (naming === "transcript") return [`${file}: ${what}, such as "${showName(names[row])}"`];
  // Genes without a symbol are found by their ids among the symbols.
  const isExample = (gene: number) => gene >= 0 && genes[gene][GENE_NAMES[naming]] !== undefined;
  const example = Math.max(row, rowGenes.findIndex(isExample));
  const name = genes[rowGenes[example]][GENE_NAMES[naming]] ?? names[example];
  return [`${file}: ${what}, such as "${showName(name)}"`];
}

/** Where a gene has the names that rows are found by. */
const GENE_NAMES = { symbol: "symbol", entrez: "entrezId" } as const;

/** What is to be said of rows that no gene was found for. */
export function describeLostRows({ names, naming, genes }: RowGenes, file: string): string[] {
  const rows = [...names.keys()];
  const isLost = (row: number) => genes[row] === NONE && !isNobodys(parseGeneNames(names[row]).id);
  const lost = rows.filter(isLost).map((row) => names[row]);
  const damaged = naming === "symbol" ? lost.filter(isDamagedSymbol) : [];
  const several = new Set(rows.filter((row) => genes[row] === SEVERAL).map((row) => names[row]));
  const kind = naming === "transcript" ? "transcripts" : "rows";
  const messages: string[] = [];
  if (lost.length > 0) {
    const example = showName(lost[0]);
    messages.push(
      `${file}: ${lost.length} of ${names.length} ${kind} are of no gene of the annotation, such as "${example}"`,
    );
  }
  if (damaged.length > 0) {
    const count = formatCountOf(damaged.length, "name");
    messages.push(
      `${file}: ${count} changed by a spreadsheet, such as "${
        showName(damaged[0])
      }", which makes dates ` +
        "of MARCH1 and SEPT2: their genes get no expression. Take the table from before it was opened there",
    );
  }
  if (several.size > 0) {
    const count = formatCountOf(several.size, "name");
    const [example] = several;
    messages.push(
      `${file}: ${count} of several genes each, such as "${
        showName(example)
      }": these genes get no expression`,
    );
  }
  return messages;
}
