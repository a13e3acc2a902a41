/** Finds genes of GFF3 that have only lines of coding sequence, like most genes of Prokka and Bakta. */

import { type Line, lineText } from "../text/lines.ts";
import { parseAttributes } from "./_attributes.ts";
import type { GeneList } from "./_gene_list.ts";
import { type Place, standsAt } from "./_gff_line.ts";
import { stripGenePrefix } from "./id_prefixes.ts";

const CDS = new TextEncoder().encode("CDS");
const PARENT = new TextEncoder().encode("Parent=");

/** Collects coding sequences that are not part of a gene or transcript. */
export class CodingGenes {
  /** The first line of each gene. */
  readonly #lines = new Map<string, number>();

  /** Reads a line. Returns whether it is a coding sequence. */
  readLine(line: Line, kind: Place): boolean {
    const { bytes, end, number } = line;
    if (kind.end - kind.start !== CDS.length || !standsAt(bytes, kind.start, CDS)) return false;
    for (let at = kind.end; at < end; at++) {
      if (bytes[at] === PARENT[0] && standsAt(bytes, at, PARENT)) return true;
    }
    const attributes = parseAttributes(lineText(line).split("\t")[8] ?? "");
    const gene = attributes.first("locus_tag", "geneID", "gene_id", "gene", "ID");
    if (gene === undefined) return true;
    const id = stripGenePrefix(gene);
    if (!this.#lines.has(id)) this.#lines.set(id, number);
    return true;
  }

  /** Reports the genes that are left out because the file has no other lines for them. */
  report(list: GeneList, isKnown: (gene: string) => boolean): void {
    for (const [gene, line] of this.#lines) {
      if (isKnown(gene) || list.has(gene)) continue;
      list.report.leaveOut(
        "with lines of coding sequence only, where others have lines of genes or transcripts",
        `"${gene}" (line ${line})`,
      );
    }
  }
}
