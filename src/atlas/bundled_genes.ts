/**
 * The human genes that come with the package, so that data can be prepared without an annotation.
 *
 * @module
 */

import { fromBase64 } from "../base/platform.ts";
import { type ByteSource, bytesSource } from "../files/byte_source.ts";
import { ensemblGeneId } from "../gene_id.ts";
import { readAnnotation } from "../genome/genes.ts";
import type { Annotation, ReadGenesOptions } from "../genome/gene_format.ts";
import { decodeGeneTable } from "./gene_table.ts";

/** The assemblies whose genes come with the package. */
export const BUNDLED_GENES = ["hg19", "hg38"] as const;

/** An assembly whose genes come with the package. */
export type BundledGenes = (typeof BUNDLED_GENES)[number];

/** What the genes of an assembly are, and where they come from. */
export interface BundledGenesSource {
  /** In a sentence without a full stop. */
  readonly about: string;
  /** Where the table was taken from. */
  readonly source: string;
  /** How many genes there are. */
  readonly genes: number;
}

const SOURCES: Readonly<Record<BundledGenes, BundledGenesSource>> = {
  hg19: {
    about: "the protein-coding genes of Roadmap Epigenomics' table of expression, Ensembl 65",
    source:
      "57epigenomes.RPKM.pc and Ensembl_v65.Gencode_v10.ENSG.gene_info, Roadmap Epigenomics; windows of " +
      "DEIB-GECO/ShallowChrome 3dc2604 (MIT)",
    genes: 19_795,
  },
  hg38: {
    about: "protein-coding genes with the outer bounds of RefSeq's curated transcripts",
    source: "broadinstitute/ABC-Enhancer-Gene-Prediction 36e212e (MIT), from RefSeq",
    genes: 18_907,
  },
};

/**
 * Says what the bundled genes of an assembly are, and where they come from.
 *
 * @param assembly The assembly.
 * @returns Their number, what they are and their source.
 *
 * @example How many genes there are
 * ```ts
 * import { bundledGenesSource } from "@waka/histone/atlas";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(bundledGenesSource("hg38").genes, 18_907);
 * ```
 */
export function bundledGenesSource(assembly: BundledGenes): BundledGenesSource {
  return SOURCES[assembly];
}

/**
 * Whether a name is that of an assembly whose genes come with the package.
 *
 * @param name Any text, such as the value of a flag; a file of such a name is `./hg19`.
 * @returns Whether {@linkcode bundledGenes} takes it.
 *
 * @example A name and a path
 * ```ts
 * import { isBundledGenes } from "@waka/histone/atlas";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(isBundledGenes("hg19"), true);
 * strictEqual(isBundledGenes("./hg19"), false);
 * ```
 */
export function isBundledGenes(name: string): name is BundledGenes {
  return (BUNDLED_GENES as readonly string[]).includes(name);
}

/**
 * Gives the protein-coding human genes that come with the package, as `readAnnotation` gives those of a file.
 *
 * Those of hg19 are the 19,795 genes of Roadmap Epigenomics' table, the competition's among them. Those of hg38 are 18,907
 * genes with RefSeq's bounds, so a TSS can differ from GENCODE's. {@linkcode bundledGenesSource} has the sources.
 *
 * @param assembly The assembly; positions are 0-based.
 * @param options The types of genes to take, and what to do with warnings. The table has neither transcripts nor their
 * tags, so windows can be centred on genes only.
 * @returns The genes by ascending Ensembl id, with chromosomes such as `chr8`, and their assembly. They load when they
 * are asked for.
 * @throws {ContractError} If no gene is of a wanted type.
 * @throws {FormatError} If windows are to be centred on transcripts.
 *
 * @example A gene on the minus strand
 * ```ts
 * import { bundledGenes } from "@waka/histone/atlas";
 * import { deepStrictEqual, strictEqual } from "node:assert";
 *
 * const { genes, assembly } = await bundledGenes("hg38");
 * strictEqual(assembly, "hg38");
 * const { chromosome, tss, strand, symbol } = genes[0]!;
 * deepStrictEqual([chromosome, tss, strand, symbol], ["chrX", 100_637_104, "-", "TSPAN6"]);
 * ```
 */
export async function bundledGenes(
  assembly: BundledGenes,
  options: Omit<ReadGenesOptions, "format"> = {},
): Promise<Annotation> {
  const { genes } = await readAnnotation(await openTable(assembly), {
    ...options,
    format: "table",
  });
  return { genes, assembly };
}

/** The table as a file that the reader of annotations takes, so that one reader decides what every option means. */
async function openTable(assembly: BundledGenes): Promise<ByteSource> {
  const genes = await decodeGeneTable(fromBase64(await loadTable(assembly)));
  const rows = genes.map(({ number, chromosome, tss, strand, symbol }) =>
    [ensemblGeneId(number), chromosome, tss, strand, symbol, "protein_coding"].join("\t")
  );
  const text = ["gene_id\tchrom\ttss\tstrand\tsymbol\ttype", ...rows, ""].join("\n");
  return bytesSource(new TextEncoder().encode(text), `the bundled genes of ${assembly}`);
}

async function loadTable(assembly: BundledGenes): Promise<string> {
  switch (assembly) {
    case "hg19":
      return (await import("./_genes_hg19.ts")).GENES_HG19;
    case "hg38":
      return (await import("./_genes_hg38.ts")).GENES_HG38;
  }
}
