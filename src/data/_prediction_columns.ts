/** The columns of a table of predictions, from which every format is written. */

import type { ParquetColumn } from "../io/parquet.ts";
import type { Dataset } from "./dataset.ts";

/** A column of the table. */
export interface PredictionColumn extends ParquetColumn {
  /** The value of a sample; `undefined` if it is not known. */
  readonly valueAt: (position: number) => string | number | undefined;
}

/**
 * What was new about a sample to a model: its gene, its cell type, both or neither; and whether the marks of a new gene in
 * the trained cell types are in the model's panel.
 */
export type PredictionRegime =
  | "newGene"
  | "newGeneInPanel"
  | "newCellType"
  | "bothNew"
  | "bothNewInPanel"
  | "seen";

/** What tables say of a regime. */
const REGIME_WORDS: Readonly<Record<PredictionRegime, string>> = {
  newGene: "new gene",
  newGeneInPanel: "new gene, in panel",
  newCellType: "new cell type",
  bothNew: "both new",
  bothNewInPanel: "both new, gene in panel",
  seen: "both trained",
};

/** The numbers of a table, `[position]` each. */
export interface PredictionValues {
  /** One number for each sample, `[position]`. */
  readonly predictions: ArrayLike<number>;
  /** How far the members of an ensemble differ, `[position]`; adds a column `spread`. */
  readonly spread?: ArrayLike<number> | undefined;
  /** The lower ends of intervals, `[position]`; adds a column `low`. */
  readonly low?: ArrayLike<number> | undefined;
  /** The upper ends of intervals, `[position]`; adds a column `high`. */
  readonly high?: ArrayLike<number> | undefined;
  /** What was new to the model, `[position]`; adds a column `regime`. */
  readonly regimes?: readonly PredictionRegime[] | undefined;
  /**
   * In what a sample's cell type is unlike the training cell types, `[position]`, empty where it is not; adds a column
   * `unlike`.
   */
  readonly unlike?: readonly string[] | undefined;
  /**
   * What was measured, `[position]`, such as `data.labels()`, and NaN where that is not known; adds the columns
   * `measured` and `residual`, which is measured − predicted: positive where a gene is expressed more than was predicted.
   */
  readonly measured?: ArrayLike<number> | undefined;
}

/** A column of numbers of a table. */
export interface NumberColumn {
  readonly name: "prediction" | "spread" | "low" | "high" | "measured" | "residual";
  readonly type: "float32" | "float64";
  /** Whether values may be unknown, which are NaN. */
  readonly nullable: boolean;
  /** `[position]` */
  readonly values: ArrayLike<number>;
}

/**
 * The columns of numbers that a table has, in their order.
 *
 * @throws {TypeError} If their lengths differ from the number of samples.
 * @throws {RangeError} If a number is NaN, or is not finite as it is written; the message has its gene and cell type.
 */
export function numberColumns(
  data: Dataset,
  { predictions, spread, low, high, regimes, unlike, measured }: PredictionValues,
): NumberColumn[] {
  const given = { predictions, spread, low, high, regimes, unlike, measured };
  for (const [name, values] of Object.entries(given)) {
    if (values === undefined || values.length === data.length) continue;
    const what = name === "predictions" ? "" : ` of "${name}"`;
    throw new TypeError(
      `Cannot write predictions: ${values.length}${what} for ${data.length} samples, expected one for each`,
    );
  }
  const known = { type: "float32", nullable: false } as const;
  const columns: NumberColumn[] = [{ name: "prediction", ...known, values: predictions }];
  if (spread !== undefined) columns.push({ name: "spread", ...known, values: spread });
  if (low !== undefined) columns.push({ name: "low", ...known, values: low });
  if (high !== undefined) columns.push({ name: "high", ...known, values: high });
  if (measured !== undefined) {
    const type = everyIsFloat32(measured) ? "float32" : "float64";
    columns.push({ name: "measured", type, nullable: true, values: measured });
    const values = residualsOf(measured, predictions);
    columns.push({ name: "residual", type: "float32", nullable: true, values });
  }
  for (const column of columns) checkNumbers(data, column);
  return columns;
}

/** All columns of a table: what is known about each sample's gene, the numbers, and what a model says in words. */
export function predictionColumns(
  data: Dataset,
  numbers: readonly NumberColumn[],
  { regimes, unlike }: Pick<PredictionValues, "regimes" | "unlike"> = {},
): PredictionColumn[] {
  const details = (position: number) => data.geneDetailsOf(position);
  const known = { type: "text", nullable: false } as const;
  const detail = { type: "text", nullable: true } as const;
  return [
    { name: "cell_type", ...known, valueAt: (position) => data.cellTypeOf(position) },
    { name: "gene_id", ...known, valueAt: (position) => data.geneOf(position) },
    { name: "symbol", ...detail, valueAt: (position) => details(position)?.symbol },
    { name: "chrom", ...detail, valueAt: (position) => details(position)?.chromosome },
    {
      name: "tss",
      type: "int64",
      nullable: true,
      valueAt: (position) => details(position)?.tss,
    },
    { name: "strand", ...detail, valueAt: (position) => details(position)?.strand },
    ...(data.columns.geneDetails?.some(({ gene }) => gene !== undefined)
      ? [{
        name: "gene",
        ...detail,
        valueAt: (position: number) => details(position)?.gene,
      }]
      : []),
    ...numbers.map(({ name, type, nullable, values }) => ({
      name,
      type,
      nullable,
      valueAt: (position: number) => {
        // Text has no negative zero, so no format has.
        const value = values[position]! + 0;
        return Number.isNaN(value) ? undefined : value;
      },
    })),
    ...(regimes === undefined ? [] : [{
      name: "regime",
      ...known,
      valueAt: (position: number) => REGIME_WORDS[regimes[position]!],
    }]),
    ...(unlike === undefined ? [] : [{
      name: "unlike",
      ...detail,
      valueAt: (position: number) => unlike[position] || undefined,
    }]),
  ];
}

/** Whether float32 holds all values, as it does where they were read from a file of float32. */
function everyIsFloat32(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) {
    if (!Object.is(Math.fround(values[i]!), values[i])) return false;
  }
  return true;
}

function residualsOf(measured: ArrayLike<number>, predictions: ArrayLike<number>): Float32Array {
  return Float32Array.from(
    { length: predictions.length },
    (_, i) => measured[i]! - Math.fround(predictions[i]!),
  );
}

const QUANTITIES: Readonly<Record<NumberColumn["name"], string>> = {
  prediction: "prediction",
  spread: "spread",
  low: "lower end of the interval",
  high: "upper end of the interval",
  measured: "measured value",
  residual: "residual",
};

function checkNumbers(data: Dataset, { name, type, nullable, values }: NumberColumn): void {
  for (let position = 0; position < values.length; position++) {
    const value = values[position]!;
    if (nullable && Number.isNaN(value)) continue;
    if (Number.isFinite(type === "float32" ? Math.fround(value) : value)) continue;
    throw new RangeError(
      `Cannot write predictions: ${QUANTITIES[name]} of ${data.geneOf(position)} in ${
        data.cellTypeOf(position)
      } is ${value}, expected a finite ${type === "float32" ? "float32" : "number"}`,
    );
  }
}
