/** The flags of `prepare` about genes: where their windows are, and how they are expressed. */

import { type Command, InvalidArgumentError } from "commander";
import { VALUE_KINDS } from "../genome/mod.ts";
import { EXPRESSION_TRANSFORMS, type Orientation, ORIENTATIONS } from "../record.ts";
import { type ExpressionFlags, parseExpressionScale } from "./_expression.ts";
import { choice, integer, list } from "./flags.ts";

/** Where the genes' windows are, and how the genes are expressed. */
export interface GeneFlags extends Omit<ExpressionFlags, "samples"> {
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
    .requiredOption(
      "--genes <file>",
      "GTF, GFF3, BED, genePred, refFlat, or a table gene_id chrom tss strand",
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
      parseScale,
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
