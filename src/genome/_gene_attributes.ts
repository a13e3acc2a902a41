/** Reads facts about a gene from the attributes of GTF and GFF3. */

import type { Attributes } from "./_attributes.ts";
import { stripGenePrefix } from "./id_prefixes.ts";
import type { GeneFacts } from "./_make_gene.ts";

/**
 * Reads a gene's name, number, type and other ids from the gene's own line, as Ensembl, GENCODE, NCBI, VEuPathDB, TAIR,
 * WormBase and MGI write them.
 *
 * @param kindType The type that the kind of the feature implies. Attributes with the gene's type take precedence.
 */
export function readGeneFacts(attributes: Attributes, kindType?: string): GeneFacts {
  const { entrezId, symbol, type, ...others } = readGeneFactsOfTranscript(attributes);
  return {
    symbol: symbol ?? nameOf(attributes),
    entrezId: entrezId ?? ENTREZ.exec(attributes.first("ID") ?? "")?.[1],
    type: type ?? attributes.first("biotype") ?? kindType ??
      attributes.first("ebi_biotype", "locus_type"),
    ...others,
  };
}

/** Finds the name of a gene. If `Name` repeats the id, as in TAIR and WormBase, another attribute holds the symbol. */
function nameOf(attributes: Attributes): string | undefined {
  const name = attributes.first("Name");
  if (name !== undefined && name !== stripGenePrefix(attributes.first("ID") ?? "")) return name;
  // TAIR numbers its loci, and a number is not a symbol.
  const locus = /^\d+$/.test(attributes.first("locus") ?? "") ? [] : ["locus"];
  return attributes.first("symbol", ...locus, "Name");
}

/** Reads the same facts from the line of a transcript, whose `Name` and `biotype` are the transcript's. */
export function readGeneFactsOfTranscript(attributes: Attributes): GeneFacts {
  const references = [...attributes.all("Dbxref"), ...attributes.all("db_xref")];
  return {
    symbol: attributes.first("gene_name", "gene", "gene_symbol"),
    entrezId: references.map((text) => ENTREZ.exec(text)?.[1]).find((id) => id !== undefined),
    type: attributes.first("gene_type", "gene_biotype"),
    aliases: references.flatMap((text) => OTHER_ID.exec(text)?.[1] ?? []),
    // Since release 44 of GENCODE nothing but this tag tells copies on Y, which have ids of their own.
    isPseudoautosomal: attributes.all("tag").includes("PAR"),
  };
}

const ENTREZ = /^(?:GeneID|EntrezGene|NCBI_?Gene):(\d+)$/i;

/** A gene's id in another database. None of these databases gives the same id to two genes. */
const OTHER_ID =
  /^(?:Ensembl(?=:ENS[A-Z]*G\d)|FlyBase(?=:FBgn)|WormBase(?=:WBGene)|MGI(?=:MGI:)|TAIR|Araport|SGD(?=:S\d)|ZFIN(?=:ZDB-GENE)):(.+)$/i;

/** The attributes that name a gene in GFF3 where its `ID` does not. */
const NAMES = ["gene_id", "locus_tag", "gene", "Name"] as const;

/** Finds the id of a gene; `undefined` if its attributes do not have it. */
export function findGeneId(attributes: Attributes, format: "gtf" | "gff3"): string | undefined {
  // AUGUSTUS writes only the id in the lines of genes.
  if (attributes.word !== undefined) return attributes.word;
  if (format === "gtf") return stripPrefix(attributes.first("gene_id"));
  if (isSerialNumber(attributes)) return attributes.first(...NAMES, "ID");
  return findSourceId(attributes) ?? stripPrefix(attributes.first("ID")) ??
    attributes.first(...NAMES);
}

function stripPrefix(id: string | undefined): string | undefined {
  return id === undefined ? undefined : stripGenePrefix(id);
}

/** Finds the original id if the `ID` only distinguishes the gene from its products (Prokka) or strains (MGI). */
function findSourceId(attributes: Attributes): string | undefined {
  const id = attributes.first("ID");
  const tag = attributes.first("locus_tag");
  if (tag !== undefined && id === `${tag}_gene`) return tag;
  const mgi = attributes.first("gene_id");
  return mgi !== undefined && id === mgi.replace("MGI:", "MGI_C57BL6J_") ? mgi : undefined;
}

/** Whether the `ID` merely counts the file's genes, as in NCBI's files up to 2018: `ID=gene0;Name=ENPP1`. */
export function isSerialNumber(attributes: Attributes): boolean {
  return /^gene\d+$/.test(attributes.first("ID") ?? "") && attributes.first("gbkey") === "Gene" &&
    attributes.first(...NAMES) !== undefined;
}

/** Whether Liftoff found the gene a second time, at a place where the reference does not have it. */
export function isExtraCopy(attributes: Attributes): boolean {
  return Number(attributes.first("extra_copy_number") ?? 0) >= 1;
}
