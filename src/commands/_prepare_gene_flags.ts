/** The flags of `prepare` about genes: where their windows are, and how they are expressed. */

import { type Command, InvalidArgumentError } from "commander";
import { VALUE_KINDS } from "../genome/expression/value_kinds.ts";
import type { AnnotationTss } from "../genome/genes.ts";
import { EXPRESSION_TRANSFORMS, type Orientation, ORIENTATIONS, TSS_RULES } from "../record.ts";
import { type ExpressionFlags, parseExpressionScale } from "./_expression_flags.ts";
import { choice, integer, list, suggestWords } from "./flags.ts";

/** What windows around genes can be centred on. */
const ANNOTATION_TSS = TSS_RULES.filter((rule): rule is AnnotationTss => rule !== "bed");

/** Where the genes' windows are, and how the genes are expressed. */
export interface GeneFlags extends Omit<ExpressionFlags, "samples"> {
  /** Windows in BED, in the place of windows around genes. */
  readonly windows?: string;
  /** What windows around genes are centred on; the genes themselves if it is missing. */
  readonly tss?: AnnotationTss;
  /** Table of names of chromosomes. */
  readonly chromosomeAliases?: string;
  readonly geneType?: readonly string[];
  readonly orientation: Orientation;
  readonly binSize: number;
  readonly halfWidth: number;
  readonly assembly?: string;
}

const SCALES = EXPRESSION_TRANSFORMS.map((name) =>
  name === "signed-log-difference" ? `${name}:COLUMN` : name
);

/** Parses a transform of expression, and leaves it as it is. */
function parseScale(text: string): string {
  if (parseExpressionScale(text) !== undefined) return text;
  throw new InvalidArgumentError(`Expected one of ${SCALES.join(", ")}.`);
}

/** Declares the flags about genes. */
export function declareGeneFlags(command: Command): Command {
  return declareExpressionFlags(declareWindowFlags(command));
}

function declareWindowFlags(command: Command): Command {
  return command
    .optionsGroup("Genes and windows:")
    .option(
      "--genes <file>",
      "annotation: GTF, GFF3, BED, genePred, refFlat, BioMart, or a table gene_id chrom tss strand; " +
        "hg19 and hg38 are built in (protein-coding genes)",
    )
    .option(
      "--tss <rule>",
      `what windows are centred on, by its 5' end: ${
        ANNOTATION_TSS.join(", ")
      } (default: gene); canonical is the ` +
        "transcript with a tag MANE_Select, Ensembl_canonical or RefSeq Select",
      choice(ANNOTATION_TSS),
    )
    .option(
      "--windows <file>",
      "BED file of windows in place of those around genes: as they are if all are two half-widths long, else their " +
        "middles ± the half-width; with --genes, only those of its genes",
    )
    .option(
      "--transcript-genes <file>",
      "which gene each transcript is of, where --genes does not say: a table transcript gene, GTF or GFF3",
    )
    .option(
      "--chromosome-aliases <file>",
      "names of chromosomes that differ between files: UCSC's chromAlias.txt, NCBI's assembly_report.txt, or a table " +
        "with a row for each chromosome",
    )
    .option(
      "--gene-type <names>",
      "use only genes of these types, such as protein_coding; separate them by commas or repeat the flag",
      (text: string, others: readonly string[] = []) => [...others, ...list(text)],
    )
    .option(
      "--orientation <name>",
      `order of the bins of minus-strand genes: ${ORIENTATIONS.join(", ")} (flipped)`,
      choice(ORIENTATIONS),
      "genomic",
    )
    .option("--bin-size <bp>", "width of a bin", integer(1), 100)
    .option("--half-width <bp>", "half the window: TSS ± this", integer(1), 5000)
    .option(
      "--assembly <name>",
      "build of the genome, such as hg38 (default: as the files or the annotation say)",
    );
}

function declareExpressionFlags(command: Command): Command {
  return command
    .optionsGroup("Expression:")
    .option(
      "--expression <file>",
      "table of genes × cell types, the labels; without it the data are for prediction",
    )
    .option(
      "--expression-samples <file>",
      "which columns belong to each cell type: tab-separated, sample cell_type (default: by name)",
    )
    .option(
      "--expression-value <kind>",
      `which values to read where a file has several: ${
        VALUE_KINDS.join(", ")
      } (default: the first)`,
      choice(VALUE_KINDS),
    )
    .option(
      "--expression-transform <name>",
      `transform of the expression: ${
        SCALES.join(", ")
      }; the last is sign(d) · ln(1 + |d|) of the difference d from ` +
        "another column of the table, as the competition's labels are",
      suggestWords(parseScale, EXPRESSION_TRANSFORMS),
      "none",
    );
}
