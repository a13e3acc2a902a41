/** The flags of `prepare` about genes: where their windows are, and how they are expressed. */

import { type Command, InvalidArgumentError } from "commander";
import { type AnnotationTss, VALUE_KINDS } from "../genome/mod.ts";
import { EXPRESSION_TRANSFORMS, type Orientation, ORIENTATIONS, TSS_RULES } from "../record.ts";
import { type ExpressionFlags, parseExpressionScale } from "./_expression.ts";
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
  return command
    .option(
      "--genes <file>",
      "GTF, GFF3, BED, genePred, refFlat, or a table gene_id chrom tss strand",
    )
    .option(
      "--tss <rule>",
      `centre windows on the 5' end of each ${
        ANNOTATION_TSS.join(", or of each ")
      } (default: gene); ` +
        "canonical is by the tags MANE_Select, Ensembl_canonical and RefSeq Select",
      choice(ANNOTATION_TSS),
    )
    .option(
      "--windows <file>",
      "windows in BED instead, named after genes: intervals of twice the half-width, or else their middles ± this; " +
        "with --genes, only those of its genes",
    )
    .option(
      "--transcript-genes <file>",
      "genes of transcripts that do not name them: a table transcript gene, GTF or GFF3",
    )
    .option(
      "--chromosome-aliases <file>",
      "names of chromosomes that differ between the files: UCSC's chromAlias.txt, NCBI's assembly_report.txt, or a " +
        "table with a row for each chromosome",
    )
    .option(
      "--gene-type <names>",
      "use only genes of these types, such as protein_coding; separate them by commas or repeat the flag",
      (text: string, others: readonly string[] = []) => [...others, ...list(text)],
    )
    .option(
      "--expression <file>",
      "table of genes × cell types; data without expression are for prediction",
    )
    .option(
      "--expression-samples <file>",
      "which columns belong to each cell type: tab-separated, sample cell_type (default: by name)",
    )
    .option(
      "--expression-value <kind>",
      `if a file has several, which to read: ${VALUE_KINDS.join(", ")} (default: the first)`,
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
    )
    .option(
      "--orientation <name>",
      `order of the bins of minus-strand genes: ${ORIENTATIONS.join(", ")} (flipped)`,
      choice(ORIENTATIONS),
      "genomic",
    )
    .option("--bin-size <bp>", "width of a bin", integer(1), 100)
    .option("--half-width <bp>", "half the window: TSS ± this", integer(1), 5000)
    .option("--assembly <name>", "such as hg38 (default: that of files or annotation)");
}
