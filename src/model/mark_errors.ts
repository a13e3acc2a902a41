/** What a model's errors are where marks are missing, measured on samples that were held out. */

import {
  type Field,
  integer,
  numberWithin,
  optional,
  type OptionalField,
  text,
} from "../base/field.ts";
import { arrayOf, object } from "../base/fields.ts";

/** A number for each regime of a calibration; one of which nothing was held out is absent. */
export interface ByRegime {
  /** Genes that were not trained on, in trained cell types. */
  readonly newGene?: number;
  /** The same where the genes' marks in the trained cell types are in the model's panel. */
  readonly newGeneInPanel?: number;
  /** Trained genes in cell types that were not trained on. */
  readonly newCellType?: number;
  /** Genes and cell types that were not trained on. */
  readonly bothNew?: number;
  /** The same where the genes' marks in the trained cell types are in the model's panel. */
  readonly bothNewInPanel?: number;
}

/** The errors of samples of which some marks were hidden. Plain data. */
export interface SubsetErrors {
  /** The marks that were hidden, from the samples and from their references. */
  readonly missing: readonly string[];
  /** Mean squared error by regime, in the unit of the labels squared. */
  readonly mse: ByRegime;
}

/** The errors of the same samples with several subsets of their marks. Plain data. */
export interface MarkErrors {
  /** All marks of the model. */
  readonly marks: readonly string[];
  /** Number of samples by regime. */
  readonly samples: ByRegime;
  /** The subsets; nothing is missing in the first. */
  readonly subsets: readonly SubsetErrors[];
}

const NAMES = arrayOf(text, { items: "names", distinct: true });

function byRegime(number: Field<number>): Field<ByRegime> {
  const one: OptionalField<number> = optional(number);
  return object({
    newGene: one,
    newGeneInPanel: one,
    newCellType: one,
    bothNew: one,
    bothNewInPanel: one,
  }, { others: "leave out" });
}

/** {@linkcode MarkErrors} in JSON. */
export const MARK_ERRORS: Field<MarkErrors> = object({
  marks: NAMES,
  samples: byRegime(integer(1)),
  subsets: arrayOf(
    object({ missing: NAMES, mse: byRegime(numberWithin({ least: 0 })) }, { others: "leave out" }),
    { least: 1, items: "subsets" },
  ),
}, { others: "leave out" });

/**
 * Finds what contradicts itself in errors by subset.
 *
 * @returns The fault, which begins with the field; `undefined` if nothing does.
 */
export function faultOfMarkErrors(
  { marks, samples, subsets }: MarkErrors,
): string | undefined {
  if (subsets[0]!.missing.length > 0) {
    return `subsets[0].missing has ${subsets[0]!.missing.length} marks, expected none in the first`;
  }
  const regimes = String(Object.keys(samples).sort());
  const seen = new Set<string>();
  for (const [place, { missing, mse }] of subsets.entries()) {
    const unknown = missing.find((mark) => !marks.includes(mark));
    if (unknown !== undefined) {
      return `subsets[${place}].missing has "${unknown}", expected marks among ${marks.join(", ")}`;
    }
    if (missing.length === marks.length) return `subsets[${place}].missing has every mark`;
    const found = String(Object.keys(mse).sort());
    if (found !== regimes) {
      return `subsets[${place}].mse is of ${found}, expected ${regimes}, as samples`;
    }
    const key = subsetKey(missing);
    if (seen.has(key)) return `subsets[${place}].missing is there twice`;
    seen.add(key);
  }
  return undefined;
}

/** A key that subsets of the same marks share, whatever their order. */
export function subsetKey(missing: readonly string[]): string {
  return JSON.stringify(missing.toSorted());
}
