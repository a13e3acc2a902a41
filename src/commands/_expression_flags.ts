/** What the flags of `prepare` about expression say. */

import type { ValueKind } from "../genome/expression/value_kinds.ts";
import { EXPRESSION_TRANSFORMS, type ExpressionTransform } from "../record.ts";

/** The flags about expression. */
export interface ExpressionFlags {
  readonly samples: string;
  /** The annotation, which may say what genes transcripts are of. */
  readonly genes?: string | undefined;
  /** A file that says what genes transcripts are of, where the annotation does not. */
  readonly transcriptGenes?: string | undefined;
  readonly expression?: string | undefined;
  readonly expressionSamples?: string | undefined;
  /** A transform or, for a difference, `signed-log-difference:` and the name of the column that is subtracted. */
  readonly expressionTransform: string;
  readonly expressionValue?: ValueKind | undefined;
}

/** Listeners for messages about the expression: notes about the choices that were made, and warnings. */
export interface ExpressionListeners {
  readonly note: (text: string) => void;
  readonly warn: (text: string) => void;
}

/** A transform of expression, and the sample that it subtracts, if it does. */
export interface ExpressionScale {
  readonly transform: ExpressionTransform;
  readonly reference?: string | undefined;
}

/** Splits the value of `--expression-transform`; `undefined` for any other text. */
export function parseExpressionScale(text: string): ExpressionScale | undefined {
  const colon = text.indexOf(":");
  const name = colon < 0 ? text : text.slice(0, colon);
  const transform = EXPRESSION_TRANSFORMS.find((known) => known === name);
  if (transform === undefined) return undefined;
  const reference = colon < 0 ? undefined : text.slice(colon + 1);
  const wantsReference = transform === "signed-log-difference";
  if (wantsReference !== (reference !== undefined) || reference === "") return undefined;
  return reference === undefined ? { transform } : { transform, reference };
}

/** The scale of flags whose value was parsed. */
export function expressionScale(
  { expressionTransform }: Pick<ExpressionFlags, "expressionTransform">,
): ExpressionScale {
  return parseExpressionScale(expressionTransform)!;
}
