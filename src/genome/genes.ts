/**
 * Reads annotations: genes with their transcription start sites by strand, and their assembly.
 *
 * @module
 */

import { withSource } from "../text/lines.ts";
import { AnnotationReader } from "./_annotation_reader.ts";
import type { Gene } from "./gene.ts";
import type { Annotation, ReadGenesOptions } from "./gene_format.ts";
import { visitTextLines } from "./text_lines.ts";

export {
  type Annotation,
  type AnnotationTss,
  GENE_FORMATS,
  type GeneFormat,
  type ReadGenesOptions,
} from "./gene_format.ts";
import type { BinarySource } from "../files/open_source.ts";

/**
 * Reads an annotation: GTF, GFF3, BED, genePred, refFlat or a table, gzip or not.
 *
 * In GFF3 the genes are the features that are genes in the Sequence Ontology. A gene's id is its `ID`, without `gene:`
 * or `gene-` before it, and a gene on several lines reaches from its first base to its last. In GTF the genes are the
 * lines of genes, by their `gene_id`. Genes without such a line are made from their transcripts, and reach from the
 * first base of all these to the last. In BED each line is a gene, by its name. Comments, track lines and blank lines
 * are skipped.
 *
 * The TSS depends on the strand: it is the first base of a gene on the plus strand, and the last base of a gene on the
 * minus strand. It is 0-based in every format. Ids keep their versions. Two lines hold the same gene if their ids have
 * the same `geneKey`, which leaves versions out.
 *
 * Genes that are not usable are left out, with a warning: genes without a strand or an id, genes at several places,
 * trans-spliced genes, second copies by Liftoff, and the copies of pseudoautosomal genes on chromosome Y. If a gene is
 * on a chromosome and also on scaffolds or alternate loci, the one on the chromosome is taken; of X and Y, X is taken.
 *
 * @param input Path of the file, or a source of its bytes.
 * @param options The format, the types of genes to take, and what to do with warnings.
 * @returns The genes and their assembly.
 * @throws {FormatError} With the line, if a line is damaged; also if the file is empty, in an unknown format, or has no
 * usable gene.
 * @throws {ContractError} If no gene is of a wanted type; the message lists the types that there are.
 *
 * @example A gene on the minus strand in GTF
 * ```ts
 * import { readAnnotation } from "@waka/histone/genome";
 * import { bytesSource } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const text = "#!genome-build GRCh38.p14\n" +
 *   '1\tensembl\tgene\t1001\t2000\t.\t-\t.\tgene_id "ENSG00000000003"; gene_name "TSPAN6";\n';
 * const { genes, assembly } = await readAnnotation(bytesSource(new TextEncoder().encode(text)));
 * deepStrictEqual(genes, [
 *   { id: "ENSG00000000003", chromosome: "1", tss: 1999, strand: "-", line: 2, symbol: "TSPAN6" },
 * ]);
 * deepStrictEqual(assembly, "hg38");
 * ```
 */
export function readAnnotation(
  input: BinarySource,
  options: ReadGenesOptions = {},
): Promise<Annotation> {
  return withSource(input, async (source, options) => {
    const reader = new AnnotationReader(source.name, options);
    await visitTextLines(source, (line) => reader.readLine(line), options.onWarning);
    return reader.finish();
  }, options);
}

/**
 * Reads the genes of an annotation, as {@linkcode readAnnotation} does, without their assembly.
 *
 * @param input Path of the file, or a source of its bytes.
 * @param options The format, the types of genes to take, and what to do with warnings.
 * @returns The genes in the order of the file.
 * @throws {FormatError} As `readAnnotation` does.
 * @throws {ContractError} As `readAnnotation` does.
 *
 * @example A gene of GENCODE
 * ```ts
 * import { readGenes } from "@waka/histone/genome";
 * import { bytesSource } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const text = 'chr1\tHAVANA\tgene\t1001\t2000\t.\t-\t.\tgene_id "ENSG00000000003.15";\n';
 * const genes = await readGenes(bytesSource(new TextEncoder().encode(text)));
 * deepStrictEqual(genes, [
 *   { id: "ENSG00000000003.15", chromosome: "chr1", tss: 1999, strand: "-", line: 1 },
 * ]);
 * ```
 */
export async function readGenes(
  input: BinarySource,
  options: ReadGenesOptions = {},
): Promise<Gene[]> {
  return (await readAnnotation(input, options)).genes;
}
