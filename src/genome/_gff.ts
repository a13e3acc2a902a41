/** Gene lines of GTF and GFF3: nine tab-separated columns, coordinates 1-based and closed. */

import type { Line } from "../io/_lines.ts";
import { makeGene, parsePosition } from "./_make_gene.ts";
import { failLine, lineText } from "./_text_lines.ts";
import type { Gene } from "./gene.ts";

const TAB = 9;
const COLUMNS = 9;
const [G, E, N] = [103, 101, 110];

/** In what GTF and GFF3 differ, as far as genes are concerned. */
interface GffDialect {
  /** Types of the features that are genes. */
  readonly geneTypes: ReadonlySet<string>;
  /** The id that the attributes give, or `undefined`. */
  readonly geneId: (attributes: string) => string | undefined;
  /** How the attribute is called that holds it, for messages. */
  readonly idName: string;
}

/** GTF, as GENCODE and Ensembl write it. */
export const GTF: GffDialect = {
  geneTypes: new Set(["gene"]),
  geneId: (attributes) => {
    const match = /(?:^|;)\s*gene_id\s+(?:"([^"]*)"|([^\s;"]+))/.exec(attributes);
    return match?.[1] ?? match?.[2];
  },
  idName: "gene_id",
};

/**
 * GFF3. Ensembl has three types of genes where GENCODE has one; `ID` is unique by the format's own
 * rule.
 */
export const GFF3: GffDialect = {
  geneTypes: new Set(["gene", "ncRNA_gene", "pseudogene"]),
  geneId: (attributes) => {
    const match = /(?:^|;)\s*ID=([^;]*)/.exec(attributes) ??
      /(?:^|;)\s*gene_id=([^;]*)/.exec(attributes);
    return match?.[1].trim().replace(/^gene:/, "");
  },
  idName: "ID or gene_id",
};

/**
 * Reads a line of GTF or GFF3; `undefined` for features that are no gene, which are not looked at
 * further.
 */
export function parseGffLine(dialect: GffDialect, line: Line, file: string): Gene | undefined {
  if (!mayBeGene(line, file)) return undefined;
  const columns = lineText(line).split("\t");
  if (!dialect.geneTypes.has(columns[2])) return undefined;
  if (columns.length < COLUMNS) {
    failLine(
      file,
      line,
      `Cannot read gene: ${columns.length} columns, expected ${COLUMNS} separated by tabs`,
    );
  }
  const attributes = columns[8];
  const id = dialect.geneId(attributes);
  if (id === undefined || id === "") {
    const found = `the attributes are "${attributes.slice(0, 80)}"`;
    failLine(file, line, `Cannot read gene: ${found}, expected ${dialect.idName}`);
  }
  const start = parsePosition(columns[3], "start", { line, file, least: 1 }) - 1;
  const end = parsePosition(columns[4], "end", { line, file, least: 1 });
  return makeGene({ id, chromosome: columns[0], start, end, strand: columns[6] }, line, file);
}

/**
 * Whether the third column ends in "gene": told from the bytes, since few lines of an annotation
 * are genes.
 */
function mayBeGene(line: Line, file: string): boolean {
  const { bytes } = line;
  const end = columnEnd(line, columnEnd(line, columnEnd(line, line.start) + 1) + 1);
  if (end > line.end) {
    failLine(
      file,
      line,
      `Cannot read line: it is "${lineText(line).slice(0, 80)}", ` +
        `expected ${COLUMNS} columns separated by tabs`,
    );
  }
  return bytes[end - 1] === E && bytes[end - 2] === N && bytes[end - 3] === E &&
    bytes[end - 4] === G;
}

/**
 * Where the column that starts at `start` ends; beyond the line's end if the line ended before it.
 */
function columnEnd({ bytes, end }: Line, start: number): number {
  if (start > end) return start;
  let at = start;
  while (at < end && bytes[at] !== TAB) at++;
  return at;
}
