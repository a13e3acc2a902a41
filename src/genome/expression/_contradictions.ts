/** Says where names in the rows of a table contradict each other, as after one column was sorted by itself. */

import { formatCount } from "../../base/count.ts";
import type { Gene } from "../gene.ts";
import { showName } from "../wording.ts";
import { isTitleOfEntrez } from "./_formats.ts";
import type { GeneIndex } from "./_gene_index.ts";
import { parseGeneNames } from "./_gene_names.ts";
import type { RowGenes } from "./_row_genes.ts";
import type { ExpressionTable } from "./table.ts";

/** Fewer rows prove nothing. */
const CERTAIN_ROWS = 10;
/** Symbols are renamed, and pass from one gene to another, but hardly one in a hundred does. */
const CERTAIN_SHARE = 0.1;

/** The other kinds of names by which a gene can be known, and its own name of that kind. */
const KINDS = [
  { naming: "symbol", words: "symbols", nameOf: ({ symbol }: Gene) => symbol },
  { naming: "entrez", words: "Entrez numbers", nameOf: ({ entrezId }: Gene) => entrezId },
] as const;

/** What rows are compared with. */
interface Known {
  readonly table: ExpressionTable;
  readonly genes: readonly Gene[];
  readonly index: GeneIndex;
}

/** Warns if many rows have the id of one gene of the annotation beside the symbol or the number of another. */
export function describeContradictions(found: RowGenes, known: Known): string[] {
  const { table } = known;
  return KINDS.flatMap((kind) =>
    table.names.flatMap((cells, i) => {
      if (kind.naming === found.naming || cells === found.names) return [];
      if (kind.naming === "entrez" && !isTitleOfEntrez(table.nameTitles[i] ?? "")) return [];
      return describeColumn(cells, found, { known, kind }) ?? [];
    })
  );
}

function describeColumn(
  cells: readonly string[],
  { genes: rowGenes, names, naming }: RowGenes,
  { known: { table, genes, index }, kind }: {
    readonly known: Known;
    readonly kind: (typeof KINDS)[number];
  },
): string | undefined {
  let compared = 0;
  const differing: number[] = [];
  for (const [row, cell] of cells.entries()) {
    const own = genes[rowGenes[row]!];
    const other = genes[index.find(kind.naming, parseGeneNames(cell)[kind.naming] ?? "")];
    if (own === undefined || other === undefined || kind.nameOf(own) === undefined) continue;
    compared++;
    // A gene and its copies on patches share a symbol.
    if (own !== other && kind.nameOf(own) !== kind.nameOf(other)) differing.push(row);
  }
  const [first] = differing;
  const isCertain = differing.length >= Math.max(CERTAIN_ROWS, CERTAIN_SHARE * compared);
  if (first === undefined || !isCertain) return undefined;
  const ids = { id: "ids", symbol: "symbols", entrez: "Entrez numbers", transcript: "transcripts" };
  return `${table.file}: in ${formatCount(differing.length)} of ${formatCount(compared)} rows ${
    ids[naming]
  } and ${kind.words} are of different ` +
    `genes by the annotation, such as "${showName(names[first] ?? "")}" beside ` +
    `"${
      showName(cells[first] ?? "")
    }", as after one column was sorted by itself: genes are found by their ` +
    `${ids[naming]}. Check that the values are of these`;
}
