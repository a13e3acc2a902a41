/** Transforms values of expression, and takes their differences from a reference sample. */

import { formatCountOf } from "../../base/count.ts";
import { ContractError } from "../../errors.ts";
import type { ExpressionTransform } from "../../record.ts";
import type { Gene } from "../gene.ts";
import { listSome } from "../wording.ts";

/** Number of columns that are listed if the reference is missing. */
const LISTED = 20;

/** The transform, and the reference that goes with it. */
interface ReferenceOptions {
  readonly cellTypes: readonly string[];
  readonly transform?: ExpressionTransform | undefined;
  readonly reference?: string | undefined;
}

/**
 * Throws unless there is a reference exactly where one is subtracted, and it is no cell type itself.
 *
 * @throws {ContractError} Saying which of these it is.
 */
export function checkReference(
  { cellTypes, transform = "none", reference }: ReferenceOptions,
): void {
  const isSubtracted = transform === "signed-log-difference";
  if (isSubtracted && reference === undefined) {
    throw new ContractError(
      "Cannot take signed-log-difference of expression: found no reference, expected the name of the column to subtract",
    );
  }
  if (!isSubtracted && reference !== undefined) {
    throw new ContractError(
      `Cannot subtract expression of "${reference}": found transform ${transform}, expected signed-log-difference`,
    );
  }
  if (reference === undefined || !cellTypes.includes(reference)) return;
  throw new ContractError(
    `Cannot subtract expression of "${reference}": it is a cell type of the data too, whose labels would all be 0. ` +
      "Leave it out of the sample sheet, or name another column",
  );
}

/**
 * Throws for a reference without values.
 *
 * @param reference Its name.
 * @param found The files that were looked at, whether one has the column, and the columns of no wanted cell type.
 * @throws {ContractError} Always.
 */
export function failReference(
  reference: string,
  { files, isThere, others }: {
    readonly files: string;
    readonly isThere: boolean;
    readonly others: readonly string[];
  },
): never {
  const like = others.find((name) => name.toLowerCase() === reference.toLowerCase());
  const candidates = others.length === 0
    ? "there are no columns besides those of the cell types"
    : `besides the cell types there are ${listSome(others, LISTED)}` +
      (like === undefined ? "" : ` ("${like}" is spelt differently)`);
  const found = isThere
    ? "all values of that column are missing"
    : `no column of that name; ${candidates}`;
  throw new ContractError(
    `Cannot subtract expression of "${reference}" from that of the cell types: found in ${files} ${found}`,
  );
}

/** Says how many genes are left out because the reference has no value of them. */
export function describeUnreferenced(
  known: readonly number[],
  { genes, file, reference, values }: {
    readonly genes: readonly Gene[];
    readonly file: string;
    readonly reference: string | undefined;
    /** The reference's values, `[gene]`. */
    readonly values: Float64Array | undefined;
  },
): string[] {
  const lacking = known.filter((gene) => Number.isNaN(values?.[gene]));
  const [example] = lacking;
  if (example === undefined) return [];
  return [
    `${file}: "${reference}", which is subtracted, has no value of ${
      formatCountOf(lacking.length, "gene")
    }, such as ` +
    `"${genes[example]!.id}": they are left out`,
  ];
}

const TRANSFORMS: Readonly<Record<ExpressionTransform, (value: number) => number>> = {
  none: (value) => value,
  log2p1: (value) => Math.log2(value + 1),
  asinh: Math.asinh,
  // Of the difference from the reference.
  "signed-log-difference": (difference) => Math.sign(difference) * Math.log1p(Math.abs(difference)),
};

/**
 * Makes labels of values.
 *
 * @param values Expression, `[gene]`; NaN where it is missing.
 * @param transform The transform.
 * @param reference The values to subtract first, `[gene]`.
 * @returns The labels, `[gene]`; NaN where a value is missing.
 */
export function transformValues(
  values: Float64Array,
  transform: ExpressionTransform,
  reference: Float64Array | undefined,
): Float64Array<ArrayBuffer> {
  const apply = TRANSFORMS[transform];
  return Float64Array.from(
    values,
    (value, gene) => apply(reference === undefined ? value : value - reference[gene]!),
  );
}
