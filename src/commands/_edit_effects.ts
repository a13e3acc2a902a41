/** The table of effects that `edit` writes, and the lines that it prints. */

import { formatCountOf } from "../base/count.ts";
import type { Dataset } from "../data/dataset.ts";
import { describeStep, type Edit, type EditEffect } from "../explain/mod.ts";
import type { ParquetCell, ParquetColumn, ParquetRows } from "../io/parquet.ts";

/** More edits than these are in the table only. */
const MOST_LINES = 20;
/** Rows of a row group of Parquet. */
const GROUP_ROWS = 65_536;

/** The name of the first column, which tells tables of effects from others. */
export const FIRST_COLUMN = "edit";

/** A column, and the cell of an effect. */
interface EffectColumn extends ParquetColumn {
  readonly cellOf: (effect: EditEffect) => string | number | undefined;
}

/** Makes the columns of a table of effects on samples of a data set. */
function effectColumns(data: Dataset): readonly EffectColumn[] {
  const details = ({ position }: EditEffect) => data.geneDetailsOf(position);
  const detail = { type: "text", nullable: true } as const;
  const float = { type: "float32", nullable: false } as const;
  const mayLack = { type: "float32", nullable: true } as const;
  const words = new Map<Edit, string>();
  const describe = (edit: Edit) => {
    const known = words.get(edit) ?? edit.steps.map(describeStep).join("; ");
    words.set(edit, known);
    return known;
  };
  const hasGenes = data.columns.geneDetails?.some(({ gene }) => gene !== undefined) ?? false;
  const labels = data.hasLabels ? data.labels() : undefined;
  return [
    { name: FIRST_COLUMN, type: "text", cellOf: ({ edit }) => edit.id },
    { name: "cell_type", type: "text", cellOf: ({ position }) => data.cellTypeOf(position) },
    { name: "gene_id", type: "text", cellOf: ({ position }) => data.geneOf(position) },
    { name: "symbol", ...detail, cellOf: (effect) => details(effect)?.symbol },
    { name: "chrom", ...detail, cellOf: (effect) => details(effect)?.chromosome },
    { name: "tss", type: "int64", nullable: true, cellOf: (effect) => details(effect)?.tss },
    { name: "strand", ...detail, cellOf: (effect) => details(effect)?.strand },
    ...(hasGenes
      ? [{ name: "gene", ...detail, cellOf: (effect: EditEffect) => details(effect)?.gene }]
      : []),
    { name: "change", type: "text", cellOf: ({ edit }) => describe(edit) },
    { name: "before", ...float, cellOf: ({ before }) => before },
    { name: "after", ...float, cellOf: ({ after }) => after },
    { name: "effect", ...float, cellOf: ({ effect }) => effect },
    { name: "low", ...mayLack, cellOf: ({ low }) => low },
    { name: "high", ...mayLack, cellOf: ({ high }) => high },
    { name: "models", type: "int64", cellOf: ({ models }) => models },
    { name: "draws", type: "int64", cellOf: ({ draws }) => draws },
    { name: "sd_models", ...mayLack, cellOf: ({ modelSd }) => modelSd },
    { name: "sd_draws", ...mayLack, cellOf: ({ drawSd }) => drawSd },
    ...(labels === undefined ? [] : [{
      name: "measured",
      type: "float64" as const,
      cellOf: ({ position }: EditEffect) => labels[position],
    }]),
    { name: "typicality", ...mayLack, cellOf: ({ typicality }) => typicality },
    { name: "unlike", ...detail, cellOf: ({ unlike }) => unlike || undefined },
  ];
}

/** A table of effects as they come. */
export interface EffectRows {
  readonly columns: readonly ParquetColumn[];
  readonly rowGroups: AsyncIterable<ParquetRows>;
}

/** Makes a table of blocks of effects; only a group of its rows is in memory. */
export function effectRows(
  data: Dataset,
  blocks: AsyncIterable<readonly EditEffect[]>,
): EffectRows {
  const columns = effectColumns(data);
  return { columns, rowGroups: groupRows(columns, blocks) };
}

async function* groupRows(
  columns: readonly EffectColumn[],
  blocks: AsyncIterable<readonly EditEffect[]>,
): AsyncGenerator<ParquetRows, void, undefined> {
  let group: ParquetCell[][] = columns.map(() => []);
  for await (const effects of blocks) {
    for (const effect of effects) {
      for (const [place, { cellOf }] of columns.entries()) {
        group[place]!.push(toCell(cellOf(effect)));
      }
    }
    if (group[0]!.length < GROUP_ROWS) continue;
    yield group;
    group = columns.map(() => []);
  }
  if (group[0]!.length > 0) yield group;
}

/** What is not known is an empty cell; text has no negative zero, so no format has. */
function toCell(value: string | number | undefined): ParquetCell {
  if (typeof value !== "number") return value ?? null;
  return Number.isNaN(value) ? null : value + 0;
}

/** Sums of the effects of each edit. */
export class EffectSummary {
  readonly #byId = new Map<string, {
    samples: number;
    effects: number;
    sizes: number;
    certain: number;
    unlike: number;
  }>();

  /** How many edited samples are unlike real ones for each reason. */
  readonly #reasons = new Map<string, number>();

  /** Passes effects on, and adds them up. */
  async *watch(
    blocks: AsyncIterable<readonly EditEffect[]>,
  ): AsyncGenerator<readonly EditEffect[], void, undefined> {
    for await (const effects of blocks) {
      for (const effect of effects) this.#add(effect);
      yield effects;
    }
  }

  /** A line for each edit, under a header. */
  lines(): string[] {
    const rows = Array.from(this.#byId, ([id, sums]) => {
      const { samples, effects, sizes, certain, unlike } = sums;
      return [
        id,
        samples.toLocaleString("en-US"),
        (effects / samples).toPrecision(3),
        (sizes / samples).toPrecision(3),
        certain.toLocaleString("en-US"),
        unlike.toLocaleString("en-US"),
      ];
    });
    const header = ["edit", "samples", "mean effect", "mean size", "interval without 0", "unlike"];
    const table = [header, ...rows.slice(0, MOST_LINES)];
    const widths = header.map((_, i) => Math.max(...table.map((row) => row[i]!.length)));
    const lines = table.map(([id, ...cells]) =>
      [id!.padEnd(widths[0]!), ...cells.map((cell, i) => cell.padStart(widths[i + 1]!))].join("  ")
    );
    const left = rows.length - MOST_LINES;
    return left > 0 ? [...lines, `and ${formatCountOf(left, "more edit")} in the table`] : lines;
  }

  /** Says why edited samples are unlike real ones, in words; `undefined` if all are like them. */
  describeUnlike(): string | undefined {
    const [most, ...others] = [...this.#reasons].sort(([, a], [, b]) => b - a);
    if (most === undefined) return undefined;
    const [reason, count] = most;
    const more = others.length === 0 ? "" : ", for example";
    return `Unlike real samples${more}: ${reason} (${
      formatCountOf(count, "effect")
    }). Predictions for such samples are worth less; the column unlike has the reason of each.`;
  }

  #add({ edit: { id }, effect, low, high, unlike }: EditEffect): void {
    const none = { samples: 0, effects: 0, sizes: 0, certain: 0, unlike: 0 };
    const sums = this.#byId.get(id) ?? none;
    this.#byId.set(id, sums);
    sums.samples++;
    sums.effects += effect;
    sums.sizes += Math.abs(effect);
    if (low > 0 || high < 0) sums.certain++;
    if (unlike === "") return;
    sums.unlike++;
    this.#reasons.set(unlike, (this.#reasons.get(unlike) ?? 0) + 1);
  }
}
