/** The rows of a table and the genes of an annotation brought together. */

import { formatCountOf } from "../../_count.ts";
import { ContractError } from "../../errors.ts";
import { isPseudoautosomalCopy } from "../../gene_id.ts";
import type { Gene } from "../gene.ts";
import { showName } from "../_wording.ts";
import { transcriptKey } from "../transcript_id.ts";
import { type GeneIndex, type Naming, NAMINGS, NONE, SEVERAL } from "./_gene_index.ts";
import {
  areRowNumbers,
  describeNames,
  ensemblPrefix,
  type GeneNames,
  isDamagedSymbol,
  parseGeneNames,
} from "./_gene_names.ts";
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
  if (byName !== undefined) return byName;
  if (table.rows === "genes" || transcripts === undefined) return failNone(table, options);
  const byTranscript = findByTranscript(table, index, await transcripts());
  return byTranscript.found > 0 ? byTranscript : failNone(table, options);
}

function findByNames(
  table: ExpressionTable,
  { genes, index }: FindRowGenesOptions,
): RowGenes | undefined {
  const columns = table.names.map((names) => ({ names, parsed: names.map(parseGeneNames) }));
  const usable = columns.filter(({ names }) => !areRowNumbers(names));
  const find = (naming: Naming, among: readonly NameColumn[]) =>
    findMost(among.map((column) => findByName(column, naming, index)));
  const byId = find("id", usable.length === 0 ? columns : usable);
  const own = usable.filter(({ names }) => names === byId.names);
  const others = NAMINGS.slice(1).flatMap((naming) => [find(naming, own), find(naming, usable)])
    .filter((found) => isLikely(found, table, index));
  // A column of symbols has ids where a gene has no symbol; a column of ids has no symbols.
  const isOfSymbols = others.some(({ names, found }) => names === byId.names && found > byId.found);
  const other = findMost(others);
  if (!isOfSymbols && byId.found > 0 && byId.found * HARDLY_ANY >= other.found) {
    // Ids of Ensembl are of one species; other names may be those of other genes elsewhere, or of transcripts.
    const isSure = table.rows === "genes" && ensemblPrefix(genes.map(({ id }) => id)) !== undefined;
    return isSure || isLikely(byId, table, index) ? byId : undefined;
  }
  return other.found > 0 && !isOfOtherSpecies(table, genes) ? other : undefined;
}

/** If symbols find more than this times the genes that ids do, hardly any id fits. */
const HARDLY_ANY = 10;

const NOTHING: RowGenes = { genes: new Int32Array(), names: [], naming: "id", found: 0 };

function findMost(found: readonly RowGenes[]): RowGenes {
  return found.reduce((most, other) => other.found > most.found ? other : most, NOTHING);
}

function isLikely({ found, naming }: RowGenes, table: ExpressionTable, index: GeneIndex): boolean {
  const names = naming === "transcript" ? 0 : index.size(naming);
  return found > 0 && found >= LEAST_SHARE * Math.min(table.lines.length, names);
}

interface NameColumn {
  readonly names: readonly string[];
  readonly parsed: readonly GeneNames[];
}

function findByName({ names, parsed }: NameColumn, naming: Naming, index: GeneIndex): RowGenes {
  const genes = Int32Array.from(parsed, (row) => {
    const name = row[naming];
    return name === undefined || name === "" ? NONE : index.find(naming, name);
  });
  return { genes, names, naming, found: countGenes(genes) };
}

function findByTranscript(
  { names: [names] }: ExpressionTable,
  index: GeneIndex,
  transcripts: ReadonlyMap<string, string>,
): RowGenes {
  const genes = Int32Array.from(names, (name) => {
    const { transcript, id } = parseGeneNames(name);
    const gene = transcripts.get(transcriptKey(transcript ?? id));
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
    : adviseOn(rows, genes);
  throw new ContractError(
    `Cannot take expression from ${table.file}: it has none of the genes, or hardly any: its rows are ` +
      `${rows} such as "${row}", the genes are ${ids} such as "${gene}" (line ${line} of the genes). ` +
      advice,
  );
}

function adviseOn(rows: string, genes: readonly Gene[]): string {
  if (rows.startsWith("bare numbers")) {
    return genes.some(({ entrezId }) => entrezId !== undefined)
      ? "The annotation's Entrez numbers do not fit either"
      : "Entrez numbers need an annotation that tells them, such as RefSeq's GFF3, or a column of ids in the table";
  }
  if (rows.startsWith("symbols") && !genes.some(({ symbol }) => symbol !== undefined)) {
    return "Symbols need an annotation that tells them, such as a GTF with gene_name";
  }
  return "Are both of one species, and by one kind of name?";
}

/** Rows that are no genes and that every table of their kind has: what was not counted, spike-ins, copies on Y. */
export function isNobodys(name: string): boolean {
  return name === "" || isPseudoautosomalCopy(name) ||
    /^(?:__\w+$|N_(?:unmapped|multimapping|noFeature|ambiguous)$|ERCC-\d+$|SIRV\d+|gSpikein_)/.test(
      name,
    );
}

/** What is to be said of how rows were found. */
export function describeNaming(
  { names, naming, genes }: RowGenes,
  table: ExpressionTable,
): string[] {
  const { file } = table;
  const row = genes.findIndex((gene) => gene >= 0);
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
  return [`${file}: ${what}, such as "${showName(names[row])}"`];
}

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
