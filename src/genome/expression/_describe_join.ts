/** Describes how the rows of a table were joined with genes, and which rows were not. */

import { formatCount, formatCountOf } from "../../base/count.ts";
import { ContractError } from "../../errors.ts";
import { isPseudoautosomalCopy } from "../../gene_id.ts";
import type { Gene } from "../gene.ts";
import { showName } from "../wording.ts";
import { isTitleOfEntrez } from "./_formats.ts";
import { JOINT, NONE, SEVERAL } from "./_gene_index.ts";
import {
  areGenes,
  describeNames,
  isBareNumber,
  isDamagedSymbol,
  parseGeneNames,
} from "./_gene_names.ts";
import type { FindRowGenesOptions, RowGenes } from "./_row_genes.ts";
import type { ExpressionTable } from "./table.ts";

/** Throws an error about a table that has none of the genes. */
export function failNone(
  table: ExpressionTable,
  { genes, transcripts }: FindRowGenesOptions,
): never {
  const names = table.names[0].filter((name) => !isOfNoGene(name));
  const rows = describeNames(names);
  const ids = describeNames(genes.map(({ id }) => id));
  const [gene] = genes;
  const row = showName(names[0] ?? "");
  const advice = table.rows === "transcripts" && transcripts === undefined
    ? "They are transcripts: use an annotation that has them, which names their genes"
    : areGenes(table.cellTypes)
    ? "Its columns are genes: transpose the table, so that the rows are genes"
    : genes.some(({ entrezId }) => entrezId !== undefined) && mayBeUntitledEntrez(table)
    ? "Numbers that may count rows are Entrez numbers only under a title such as GeneID"
    : differInCapitals(names, genes)
    ? "The names differ in capitals alone, as those of two species do (Tp53 of mouse, TP53 of man). If both are of one " +
      "species, write them as the annotation has them"
    : adviseOn({ rows, ids }, genes);
  throw new ContractError(
    `Cannot take expression from ${table.file}: it has none of the genes, or almost none: its rows are ` +
      `${rows} such as "${row}", the genes are ${ids} such as "${showName(gene?.id ?? "")}" ` +
      `(line ${gene?.line} of the genes). ${advice}`,
  );
}

/** Whether most rows are genes of the annotation but for capitals. */
function differInCapitals(names: readonly string[], genes: readonly Gene[]): boolean {
  const known = new Set(genes.map(({ id }) => withoutCase(id)));
  return names.filter((name) => known.has(withoutCase(name))).length * 2 > names.length;
}

function withoutCase(name: string): string {
  return name.toLowerCase();
}

function mayBeUntitledEntrez({ names, nameTitles }: ExpressionTable): boolean {
  return names.some((column, i) =>
    column.every(isBareNumber) && !isTitleOfEntrez(nameTitles[i] ?? "")
  );
}

/** The kinds of names of the rows and of the genes, as `describeNames` describes them. */
interface NameKinds {
  readonly rows: string;
  readonly ids: string;
}

function adviseOn({ rows, ids }: NameKinds, genes: readonly Gene[]): string {
  if (rows.startsWith("bare numbers")) {
    return genes.some(({ entrezId }) => entrezId !== undefined)
      ? "The annotation's Entrez numbers do not match either"
      : "Entrez numbers need an annotation that has them, such as RefSeq's GFF3, or a column of ids in the table";
  }
  if (rows.startsWith("symbols") && rows !== ids) {
    return genes.some(({ symbol }) => symbol !== undefined)
      ? "The annotation's symbols do not match either: are both of one species?"
      : "Symbols need an annotation that has them, such as a GTF with gene_name";
  }
  return rows === ids || [rows, ids].every((kind) => /^(?:\w+ )?Ensembl ids/.test(kind))
    ? "Are both of one species and from one source?"
    : "Table and annotation need names of one kind";
}

/** Whether a row is not a gene but usual in such tables: reads that were not counted, spike-ins, copies on Y. */
function isOfNoGene(name: string): boolean {
  return name === "" || isPseudoautosomalCopy(name) ||
    /^(?:__\w+$|N_(?:unmapped|multimapping|noFeature|ambiguous)$|ERCC-\d+$|SIRV\d+|gSpikein_)/.test(
      name,
    );
}

/** What the rows were joined with. */
export interface NamingContext {
  readonly table: ExpressionTable;
  readonly genes: readonly Gene[];
  /** What says which genes transcripts are of. */
  readonly transcriptSource: string;
}

/** Says by which kind of name the rows were found, unless it is the first column of ids. */
export function describeNaming(
  { names, naming, genes: rowGenes }: RowGenes,
  { table, genes, transcriptSource }: NamingContext,
): string[] {
  const { file } = table;
  const row = rowGenes.findIndex((gene) => gene >= 0);
  const name = names[row] ?? "";
  if (naming === "id") {
    if (names === table.names[0]) return [];
    return [`${file}: genes are found by other names than the first, such as "${showName(name)}"`];
  }
  const kind = { symbol: "symbol", entrez: "Entrez number", transcript: "transcript" }[naming];
  const what = naming === "transcript"
    ? `transcripts are added up to genes, according to ${transcriptSource}`
    : `genes are found by their ${kind}s, through the annotation`;
  if (naming === "transcript") return [`${file}: ${what}, such as "${showName(name)}"`];
  // Some of the found genes may lack a symbol: these are found by their ids among the symbols.
  const found = Array.from(rowGenes, (gene) => genes[gene]?.[GENE_NAMES[naming]]);
  const example = found.find((name) => name !== undefined) ?? name;
  return [`${file}: ${what}, such as "${showName(example)}"`];
}

/** The fields of a gene that hold the names by which rows are found. */
const GENE_NAMES = { symbol: "symbol", entrez: "entrezId" } as const;

/** Describes the rows without a gene. */
export function describeLostRows({ names, naming, genes }: RowGenes, file: string): string[] {
  const lost = names.filter((name, row) =>
    genes[row] === NONE && !isOfNoGene(parseGeneNames(name).id)
  );
  const damaged = naming === "symbol" ? lost.filter(isDamagedSymbol) : [];
  const several = new Set(names.filter((_, row) => genes[row] === SEVERAL));
  const joint = names.filter((_, row) => genes[row] === JOINT);
  const kind = naming === "transcript" ? "transcripts" : "rows";
  const messages: string[] = [];
  const [[lostName], [damagedName], [severalName]] = [lost, damaged, [...several]];
  if (lostName !== undefined) {
    messages.push(
      `${file}: ${formatCount(lost.length)} of ${
        formatCount(names.length)
      } ${kind} belong to no gene of the annotation, such as ` +
        `"${showName(lostName)}"`,
    );
  }
  if (joint.length > 0) messages.push(`${file}: ${describeJointRows(joint)}`);
  if (damagedName !== undefined) {
    const count = formatCountOf(damaged.length, "name");
    messages.push(
      `${file}: ${count} changed by a spreadsheet, such as "${
        showName(damagedName)
      }", which makes dates ` +
        "of MARCH1 and SEPT2: their genes get no expression. Use the table from before it was opened there",
    );
  }
  if (severalName !== undefined) {
    const count = formatCountOf(several.size, "name");
    messages.push(
      `${file}: ${count} of several genes each, such as "${
        showName(severalName)
      }": these genes get no ` +
        "expression",
    );
  }
  return messages;
}

/** Says of rows that each names several genes that they are left out. */
function describeJointRows(names: readonly string[]): string {
  const isOne = names.length === 1;
  return `${formatCountOf(names.length, "row")} ${
    isOne ? "names several genes" : "name several genes each"
  }, ` +
    `such as "${showName(names[0] ?? "")}": ${
      isOne ? "it is" : "they are"
    } left out, since such a value is ` +
    "no gene's own";
}
