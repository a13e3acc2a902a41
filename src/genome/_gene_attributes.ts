/** What the attributes of GTF and GFF3 tell of a gene. */

import type { Attributes } from "./_attributes.ts";
import { stripGenePrefix } from "./id_prefixes.ts";
import type { GeneRow } from "./_make_gene.ts";

type GeneDetails = Pick<GeneRow, "symbol" | "entrezId" | "type" | "aliases">;

/**
 * A gene's name, number, type and other ids, as Ensembl, GENCODE, NCBI, VEuPathDB, TAIR, WormBase and MGI call them in
 * its own line.
 *
 * @param kindType The type that the kind of the feature tells, which counts after those that are attributes of genes.
 */
export function describeGene(attributes: Attributes, kindType?: string): GeneDetails {
  const { entrezId, symbol, type, aliases } = describeGeneOf(attributes);
  return {
    symbol: symbol ?? nameOf(attributes),
    entrezId: entrezId ?? ENTREZ.exec(attributes.first("ID") ?? "")?.[1],
    type: type ?? attributes.first("biotype") ?? kindType ??
      attributes.first("ebi_biotype", "locus_type"),
    aliases,
  };
}

/** The name of a gene. Where `Name` repeats the id, as TAIR and WormBase have it, another attribute holds the symbol. */
function nameOf(attributes: Attributes): string | undefined {
  const name = attributes.first("Name");
  if (name !== undefined && name !== stripGenePrefix(attributes.first("ID") ?? "")) return name;
  // TAIR numbers its loci; a number is no symbol.
  const locus = /^\d+$/.test(attributes.first("locus") ?? "") ? [] : ["locus"];
  return attributes.first("symbol", ...locus, "Name");
}

/** The same in the line of a transcript, which may have a name and a type of its own. */
export function describeGeneOf(attributes: Attributes): GeneDetails {
  const references = [...attributes.all("Dbxref"), ...attributes.all("db_xref")];
  return {
    symbol: attributes.first("gene_name", "gene", "gene_symbol"),
    entrezId: references.map((text) => ENTREZ.exec(text)?.[1]).find((id) => id !== undefined),
    type: attributes.first("gene_type", "gene_biotype"),
    aliases: references.flatMap((text) => OTHER_ID.exec(text)?.[1] ?? []),
  };
}

const ENTREZ = /^(?:GeneID|EntrezGene|NCBI_?Gene):(\d+)$/i;

/** A gene's id in another database, none of which gives the same id to two genes. */
const OTHER_ID =
  /^(?:Ensembl(?=:ENS[A-Z]*G\d)|FlyBase(?=:FBgn)|WormBase(?=:WBGene)|MGI(?=:MGI:)|TAIR|Araport|SGD(?=:S\d)|ZFIN(?=:ZDB-GENE)):(.+)$/i;

/** What names a gene in GFF3 where its `ID` does not. */
const NAMES = ["gene_id", "locus_tag", "gene", "Name"] as const;

/** The id of a gene; `undefined` if its attributes tell none. */
export function findGeneId(attributes: Attributes, format: "gtf" | "gff3"): string | undefined {
  // AUGUSTUS writes nothing but the id in the lines of genes.
  if (attributes.word !== undefined) return attributes.word;
  if (format === "gtf") return stripPrefix(attributes.first("gene_id"));
  if (isSerialNumber(attributes)) return attributes.first(...NAMES, "ID");
  return madeOf(attributes) ?? stripPrefix(attributes.first("ID")) ?? attributes.first(...NAMES);
}

function stripPrefix(id: string | undefined): string | undefined {
  return id === undefined ? undefined : stripGenePrefix(id);
}

/** What an `ID` is made of that only distinguishes the gene from its products (Prokka) or strains (MGI). */
function madeOf(attributes: Attributes): string | undefined {
  const id = attributes.first("ID");
  const tag = attributes.first("locus_tag");
  if (tag !== undefined && id === `${tag}_gene`) return tag;
  const mgi = attributes.first("gene_id");
  return mgi !== undefined && id === mgi.replace("MGI:", "MGI_C57BL6J_") ? mgi : undefined;
}

/** Whether the `ID` only counts the file's genes, as in NCBI's files up to 2018: `ID=gene0;Name=ENPP1`. */
export function isSerialNumber(attributes: Attributes): boolean {
  return /^gene\d+$/.test(attributes.first("ID") ?? "") && attributes.first("gbkey") === "Gene" &&
    attributes.first(...NAMES) !== undefined;
}

/** Whether Liftoff found the gene a second time, at a place where the reference has none. */
export function isExtraCopy(attributes: Attributes): boolean {
  return Number(attributes.first("extra_copy_number") ?? 0) >= 1;
}
