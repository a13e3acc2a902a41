/** Reads the labels of `prepare`, if the flags or the sheet name files of expression. */

import type { LabelledGenes } from "../genome/expression/labels.ts";
import type { Gene } from "../genome/gene.ts";
import type { SampleSheet } from "../genome/sample_sheet.ts";
import type { ExpressionFlags, ExpressionListeners } from "./_expression_flags.ts";

/** Genes, and their expression where it is given. */
export interface MaybeLabelledGenes {
  readonly genes: readonly Gene[];
  readonly labels?: LabelledGenes["labels"];
}

/** Returns the genes with their expression, or all genes if no expression is given. */
export async function takeExpression(
  genes: readonly Gene[],
  sheet: SampleSheet,
  flags: ExpressionFlags,
  listeners: ExpressionListeners,
): Promise<MaybeLabelledGenes> {
  const { expression, expressionSamples } = flags;
  if ((expression ?? expressionSamples ?? sheet.expression) === undefined) {
    warnOfUselessFlags(flags, listeners.warn);
    return { genes };
  }
  // Most data that are prepared for prediction have no expression: what reads it is loaded only here.
  const { readExpression } = await import("./_read_expression.ts");
  return await readExpression(genes, sheet, flags, listeners);
}

function warnOfUselessFlags(
  { expressionTransform, expressionValue }: ExpressionFlags,
  warn: (text: string) => void,
): void {
  const useless = [
    ...expressionTransform === "none" ? [] : ["--expression-transform"],
    ...expressionValue === undefined ? [] : ["--expression-value"],
  ];
  for (const flag of useless) warn(`${flag} has no effect without expression`);
}
