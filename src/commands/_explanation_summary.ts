/** Attributions averaged over samples, by mark and bin, and by thirds of expression. */

import type { Dataset } from "../data/dataset.ts";
import type { ParquetCell, ParquetColumn } from "../io/parquet.ts";
import { writeRowTable } from "../io/row_table.ts";
import type { AttributionBlock } from "./_attribution_bytes.ts";
import type { Feature } from "./_attribution_features.ts";
import { viewOf } from "./_explanation_tables.ts";

/** Samples by their expression, measured where the data have labels, else predicted. */
export type ExpressionGroup = "all" | "low" | "middle" | "high";

/** Every {@linkcode ExpressionGroup}. */
export const EXPRESSION_GROUPS: readonly ExpressionGroup[] = ["all", "low", "middle", "high"];

/** Of fewer samples there are no thirds. */
const LEAST_SAMPLES = 30;

/** Sums of one value over the samples of a group. */
const STATISTICS = ["count", "sum", "squares", "absolute", "signal", "significant"] as const;
const WIDTH = STATISTICS.length;

/** What attributions are on average. */
export interface FeatureMean {
  /** Samples whose attribution was computed. */
  readonly samples: number;
  readonly mean: number;
  /** Standard deviation over the samples, n − 1 in the denominator; 0 of one sample. */
  readonly sd: number;
  /** Mean of the absolute values. */
  readonly meanAbsolute: number;
  /** Mean signal as the data have it; NaN for values that are no signal. */
  readonly meanSignal: number;
  /** Share of the samples whose q-value is at most 0.05; NaN without q-values. */
  readonly significantShare: number;
}

/** Options of {@linkcode AttributionSummary}. */
export interface SummaryOptions {
  readonly data: Dataset;
  readonly features: readonly Feature[];
  /** Expression of the samples by position, from which the thirds are made. */
  readonly expression: ReadonlyMap<number, number>;
  /** Whether the bins of a sample are taken from the last to the first, so that those of all genes run along transcription. */
  readonly isTurned: (position: number) => boolean;
}

/** Means over samples, which are added block by block. */
export class AttributionSummary {
  readonly #options: SummaryOptions;
  readonly #limits: readonly [low: number, middle: number] | undefined;
  /** `[group, feature, statistic]`; the groups are low, middle and high, or all samples together. */
  readonly #sums: Float64Array;
  readonly #placeOfMark: ReadonlyMap<string, number>;
  /** The genes of each group. */
  readonly #genes = [new Set<number>(), new Set<number>(), new Set<number>()] as const;
  readonly #geneOf: Uint32Array;
  #hasQValues = false;

  constructor(options: SummaryOptions) {
    this.#options = options;
    this.#limits = findLimits([...options.expression.values()]);
    this.#sums = new Float64Array(3 * options.features.length * WIDTH);
    this.#geneOf = options.data.geneIndices();
    this.#placeOfMark = new Map(options.data.marks.map((mark, place) => [mark, place]));
  }

  /** The groups that there are: thirds only where there are enough samples. */
  get groups(): readonly ExpressionGroup[] {
    return this.#limits === undefined ? ["all"] : EXPRESSION_GROUPS;
  }

  /** Whether there were q-values. */
  get hasQValues(): boolean {
    return this.#hasQValues;
  }

  /** Adds the samples of a block. */
  add(block: AttributionBlock): void {
    const { data, features, expression } = this.#options;
    const { parts } = viewOf(block);
    const sums = this.#sums;
    for (const [sample, position] of block.rows.entries()) {
      const group = this.#groupOf(expression.get(position)!);
      this.#genes[group]!.add(this.#geneOf[position]!);
      const signal = data.signalOf(position);
      const isTurned = this.#options.isTurned(position);
      for (const { values, qValues, size, first, shape } of parts) {
        for (let i = 0; i < size; i++) {
          const value = values[sample * size + i]!;
          if (Number.isNaN(value)) continue;
          const { input, mark, bin } = features[first + i]!;
          const target = first + (isTurned && input === "signal" ? mirror(i, shape) : i);
          const isOfBin = input === "signal" && bin !== undefined;
          const place = isOfBin ? this.#placeOfMark.get(mark!) : undefined;
          const at = (group * features.length + target) * WIDTH;
          sums[at]! += 1;
          sums[at + 1]! += value;
          sums[at + 2]! += value * value;
          sums[at + 3]! += Math.abs(value);
          sums[at + 4]! += place === undefined
            ? NaN
            : Number(signal[bin! * data.marks.length + place]);
          if (qValues !== undefined) {
            this.#hasQValues = true;
            sums[at + 5]! += Number(qValues[sample * size + i]! <= 0.05);
          }
        }
      }
    }
  }

  /** Number of genes that have samples in a group. */
  genesOf(group: ExpressionGroup): number {
    const groups = group === "all"
      ? this.#genes
      : [this.#genes[EXPRESSION_GROUPS.indexOf(group) - 1]!];
    return new Set(groups.flatMap((genes) => [...genes])).size;
  }

  /** The mean of a value over the samples of a group. */
  meanOf(group: ExpressionGroup, feature: number): FeatureMean {
    const { features } = this.#options;
    const groups = group === "all" ? [0, 1, 2] : [EXPRESSION_GROUPS.indexOf(group) - 1];
    const total = new Float64Array(WIDTH);
    for (const each of groups) {
      const at = (each * features.length + feature) * WIDTH;
      if (this.#sums[at] === 0) continue;
      for (let i = 0; i < WIDTH; i++) total[i]! += this.#sums[at + i]!;
    }
    const [samples = 0, sum = 0, squares = 0, absolute = 0, signal = 0, significant = 0] = total;
    const mean = sum / samples;
    const variance = samples > 1 ? Math.max(0, squares - samples * mean * mean) / (samples - 1) : 0;
    return {
      samples,
      mean,
      sd: Math.sqrt(variance),
      meanAbsolute: absolute / samples,
      meanSignal: signal / samples,
      significantShare: this.#hasQValues ? significant / samples : NaN,
    };
  }

  /** The number of a sample's group. */
  #groupOf(expression: number): number {
    if (this.#limits === undefined) return 0;
    const [low, middle] = this.#limits;
    return expression <= low ? 0 : expression <= middle ? 1 : 2;
  }
}

/** The place of the same mark in the bin that is as far from the other end. */
function mirror(place: number, [bins = 1, marks = 1]: readonly number[]): number {
  return (bins - 1 - Math.floor(place / marks)) * marks + place % marks;
}

/** The largest expression of the lower third and of the middle one. */
function findLimits(values: readonly number[]): readonly [number, number] | undefined {
  if (values.length < LEAST_SAMPLES) return undefined;
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]!;
  const [low, middle] = [at(1 / 3), at(2 / 3)];
  return low < middle && middle < sorted.at(-1)! ? [low, middle] : undefined;
}

/** Writes one row for each value and group of samples. */
export async function writeSummaryTable(
  sink: WritableStream<Uint8Array>,
  summary: AttributionSummary,
  features: readonly Feature[],
): Promise<void> {
  const columns: ParquetColumn[] = [
    { name: "expression", type: "text" },
    { name: "input", type: "text" },
    { name: "mark", type: "text", nullable: true },
    { name: "bin", type: "int64", nullable: true },
    { name: "offset_bp", type: "int64", nullable: true },
    { name: "name", type: "text", nullable: true },
    { name: "samples", type: "int64" },
    { name: "mean_attribution", type: "float32" },
    { name: "sd", type: "float32" },
    { name: "mean_absolute", type: "float32" },
    { name: "mean_signal", type: "float32", nullable: true },
    ...(summary.hasQValues
      ? [{ name: "share_q05", type: "float32", nullable: true } as const]
      : []),
  ];
  function* rowGroups() {
    for (const group of summary.groups) {
      const rows: ParquetCell[][] = columns.map(() => []);
      for (const [i, { input, mark, bin, offsetBp, name }] of features.entries()) {
        const found = summary.meanOf(group, i);
        if (found.samples === 0) continue;
        const cells: ParquetCell[] = [
          group,
          input,
          mark ?? null,
          bin ?? null,
          offsetBp ?? null,
          name ?? null,
          found.samples,
          found.mean,
          found.sd,
          found.meanAbsolute,
          Number.isNaN(found.meanSignal) ? null : found.meanSignal,
          found.significantShare,
        ];
        for (const [column, cell] of cells.slice(0, columns.length).entries()) {
          rows[column]!.push(cell);
        }
      }
      yield rows;
    }
  }
  await writeRowTable(sink, { columns, rowGroups: rowGroups() }, { format: "tsv" });
}
