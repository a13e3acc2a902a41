/** What the attributes of GTF and GFF3 tell of a gene. */

import type { Attributes } from "./_attributes.ts";
import { stripGenePrefix } from "./_id_prefixes.ts";
import type { GeneRow } from "./_make_gene.ts";

/**
 * A gene's name, number and type, as Ensembl, GENCODE, NCBI, VEuPathDB and TAIR call them in its own line.
 *
 * @param kindType The type that the kind of the feature tells, which counts after those that are attributes of genes.
 */
export function describeGene(
  attributes: Attributes,
  kindType?: string,
): Pick<GeneRow, "symbol" | "entrezId" | "type"> {
  const { entrezId, symbol, type } = describeGeneOf(attributes);
  return {
    symbol: symbol ?? attributes.first("Name", "symbol"),
    entrezId: entrezId ?? ENTREZ.exec(attributes.first("ID") ?? "")?.[1],
    type: type ?? attributes.first("biotype") ?? kindType ??
      attributes.first("ebi_biotype", "locus_type"),
  };
}

/** The same in the line of a transcript, which may have a name and a type of its own. */
export function describeGeneOf(
  attributes: Attributes,
): Pick<GeneRow, "symbol" | "entrezId" | "type"> {
  const references = [...attributes.all("Dbxref"), ...attributes.all("db_xref")];
  return {
    symbol: attributes.first("gene_name", "gene", "gene_symbol"),
    entrezId: references.map((text) => ENTREZ.exec(text)?.[1]).find((id) => id !== undefined),
    type: attributes.first("gene_type", "gene_biotype"),
  };
}

const ENTREZ = /^(?:GeneID|EntrezGene|NCBI_?Gene):(\d+)$/i;

/** What names a gene in GFF3 where its `ID` does not. */
const NAMES = ["gene_id", "locus_tag", "gene", "Name"] as const;

/** The id of a gene; `undefined` if its attributes tell none. */
export function findGeneId(attributes: Attributes, format: "gtf" | "gff3"): string | undefined {
  // AUGUSTUS writes nothing but the id in the lines of genes.
  if (attributes.word !== undefined) return attributes.word;
  if (format === "gtf") return attributes.first("gene_id");
  const id = isSerialNumber(attributes) ? undefined : attributes.first("ID");
  return id === undefined ? attributes.first(...NAMES, "ID") : stripGenePrefix(id);
}

/** Whether the `ID` only counts the file's genes, as in NCBI's files up to 2018: `ID=gene0;Name=ENPP1`. */
export function isSerialNumber(attributes: Attributes): boolean {
  return /^gene\d+$/.test(attributes.first("ID") ?? "") && attributes.first("gbkey") === "Gene" &&
    attributes.first(...NAMES) !== undefined;
}
