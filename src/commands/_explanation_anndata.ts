/** Attributions as AnnData in Zarr. */

import type { Dataset } from "../data/dataset.ts";
import { ARRAY, recordValue } from "../io/zarr/anndata.ts";
import { ZarrArray } from "../io/zarr/array.ts";
import { Frame } from "../io/zarr/frame.ts";
import { GENE_COLUMNS, geneCells, hasGenes } from "../io/zarr/gene_columns.ts";
import { finishAnndata } from "../io/zarr/root.ts";
import { sampleName } from "../io/zarr/sample_names.ts";
import type { ZarrStore } from "../io/zarr/store.ts";
import type { AttributionBlock } from "./_attribution_bytes.ts";
import type { Feature } from "./_attribution_features.ts";
import { type OptionalColumns, type TableContent, viewOf } from "./_explanation_tables.ts";

/**
 * Writes attributions as AnnData: `X` is `[sample, value]`, NaN where it was not computed; `obs` has the samples, `var` the
 * values. Standard deviations and q-values are layers.
 */
export async function writeAttributionAnndata(
  store: ZarrStore,
  { data, blocks, features, marks, hasDeviations, hasQValues, about }:
    & TableContent
    & OptionalColumns,
): Promise<void> {
  const kept = [...features.keys()].filter((i) => {
    const { mark } = features[i]!;
    return mark === undefined || marks === undefined || marks.has(mark);
  });
  const layout = { type: "float32", rowShape: [kept.length], attributes: ARRAY } as const;
  const matrices = {
    values: new ZarrArray(store, "/X", layout),
    ...(hasDeviations && { standardDeviations: new ZarrArray(store, "/layers/spread", layout) }),
    ...(hasQValues && { qValues: new ZarrArray(store, "/layers/q", layout) }),
  };
  const samples = new SampleFrame(store, data);
  for await (const block of blocks) {
    for (const [part, matrix] of Object.entries(matrices)) {
      await matrix.append(pickRows(block, part as keyof typeof matrices, kept));
    }
    await samples.append(block);
  }
  for (const matrix of Object.values(matrices)) await matrix.finish();
  await samples.finish();
  await writeFeatureFrame(store, kept.map((i) => features[i]!));
  await finishAnndata(store, { histone: { ...about, record: recordValue(data.record) } });
}

/** Rows of a matrix: some of the values of each sample of a block, `[sample, value]`. */
function pickRows(
  block: AttributionBlock,
  name: "values" | "standardDeviations" | "qValues",
  kept: readonly number[],
): Float32Array<ArrayBuffer> {
  const picked = new Float32Array(block.rows.length * kept.length).fill(NaN);
  const { parts } = viewOf(block);
  for (const [column, feature] of kept.entries()) {
    const part = parts.findLast(({ first }) => first <= feature)!;
    const values = part[name];
    if (values === undefined) continue;
    for (let sample = 0; sample < block.rows.length; sample++) {
      picked[sample * kept.length + column] = values[sample * part.size + feature - part.first]!;
    }
  }
  return picked;
}

/** `obs`: one row for each sample. */
class SampleFrame {
  readonly #data: Dataset;
  readonly #frame: Frame;
  readonly #labels: Float64Array | undefined;

  constructor(store: ZarrStore, data: Dataset) {
    this.#data = data;
    this.#labels = data.hasLabels ? data.labels() : undefined;
    this.#frame = new Frame(store, "/obs", {
      index: "sample",
      columns: {
        cell_type: "category",
        gene_id: "category",
        ...GENE_COLUMNS,
        ...(hasGenes(data.columns.geneDetails?.values()) && { gene: "category" }),
        prediction: "number",
        baseline_prediction: "number",
        completeness_error: "number",
        ...(this.#labels && { label: "number" }),
      },
    });
  }

  async append(block: AttributionBlock): Promise<void> {
    const data = this.#data;
    const positions = Array.from(block.rows);
    const genes = positions.map((position) => data.geneOf(position));
    const cellTypes = positions.map((position) => data.cellTypeOf(position));
    const numbers = (values: ArrayLike<number> | undefined) =>
      positions.map((_, i) => values?.[i] ?? NaN);
    await this.#frame.append({
      sample: genes.map((gene, i) => sampleName(cellTypes[i]!, gene)),
      cell_type: cellTypes,
      gene_id: genes,
      ...geneCells(positions.map((position) => data.geneDetailsOf(position) ?? {})),
      prediction: numbers(block.predictions),
      baseline_prediction: numbers(block.baselinePredictions),
      completeness_error: numbers(block.completenessErrors),
      label: positions.map((position) => this.#labels?.[position] ?? NaN),
    });
  }

  finish(): Promise<void> {
    return this.#frame.finish();
  }
}

async function writeFeatureFrame(store: ZarrStore, features: readonly Feature[]): Promise<void> {
  const frame = new Frame(store, "/var", {
    index: "feature",
    columns: {
      input: "category",
      mark: "category",
      bin: "nullable integer",
      offset_bp: "nullable integer",
      name: "category",
    },
  });
  await frame.append({
    feature: features.map(({ input, mark, offsetBp, name }) =>
      [input, mark, offsetBp, name].filter((part) => part !== undefined).join(":")
    ),
    input: features.map(({ input }) => input),
    mark: features.map(({ mark }) => mark),
    bin: features.map(({ bin }) => bin),
    offset_bp: features.map(({ offsetBp }) => offsetBp),
    name: features.map(({ name }) => name),
  });
  await frame.finish();
}
