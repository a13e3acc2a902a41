/** The samples of runs that train side by side, as an engine takes them. */

import type { Dataset } from "../data/dataset.ts";
import { geneOrder } from "../data/gene_order.ts";
import { gridOrder } from "../data/grid_order.ts";
import type { SampleSource } from "../engine/sample_source.ts";
import { stackSources } from "../engine/stacked_source.ts";
import { modelInputs } from "../model/inputs.ts";
import type { ModelSpec } from "../model/spec.ts";
import type { LabelScale } from "../model/trained_model.ts";
import type { ReferencePanel } from "../panel/panel.ts";
import { deriveKey, RandomStream, shuffledIndices } from "../random.ts";
import type { DataRecord } from "../record.ts";
import type { RunSettings } from "./_run_settings.ts";
import { labelScaleOf } from "./_label_scale.ts";
import type { RunPanels } from "./_run_panels.ts";
import { sampleSource } from "./_sample_source.ts";
import { chunksForWindows } from "./_window_chunks.ts";
import { windowOrder } from "./_window_order.ts";
import type { FitRun } from "./fit_types.ts";
import { PanelSource } from "./panel_source.ts";
import { type PanelDropout, PanelVariants } from "./panel_variants.ts";

/** Samples to predict: a source, and each run's rows of it. */
export interface RunRows {
  readonly source: SampleSource;
  /** `[run][position]`. */
  readonly rows: readonly Uint32Array[];
}

/** Samples to train on. */
export interface GroupSamples extends RunRows {
  /** Each run's validation samples; absent without. */
  readonly validation?: RunRows | undefined;
  /** The scale of each run's labels in the source. */
  readonly labelScales: readonly (LabelScale | undefined)[];
  /** The panel of each run, if the model reads one. */
  readonly panels: readonly (ReferencePanel | undefined)[];
  /** The rows of an epoch in the order of training: a function of the run's seed and the epoch. */
  readonly orderOf: (run: number, epoch: number) => Uint32Array;
}

/** Some runs, and what they are trained with. */
export interface RunsToSample {
  readonly model: ModelSpec;
  readonly record: DataRecord;
  readonly runs: readonly FitRun[];
  readonly settings: readonly RunSettings[];
  /** For a model that reads a panel. */
  readonly panels: RunPanels | undefined;
  /** How much each sample of the columns counts in training; absent if all count the same. */
  readonly weights: Float64Array | undefined;
  /** Whether samples may be of another genome build than a panel. */
  readonly acceptAssembly: boolean | undefined;
}

/** Makes the samples of some runs. */
export async function makeGroupSamples(group: RunsToSample): Promise<GroupSamples> {
  const { panels } = group;
  if (panels !== undefined) return await samplePanels(group, panels);
  const { model, record, runs, settings, weights } = group;
  const validation = validationOf(runs);
  return {
    source: sampleSource(runs[0]!.data, record, { model, weights }),
    rows: runs.map(({ data }) => data.rows),
    validation: validation.length === 0 ? undefined : {
      source: sampleSource(validation[0]!, record, { model }),
      rows: validation.map(({ rows }) => rows),
    },
    labelScales: runs.map(() => undefined),
    panels: runs.map(() => undefined),
    orderOf: (run, epoch) => orderSamples(runs[run]!.data, settings[run]!, epoch),
  };
}

function validationOf(runs: readonly FitRun[]): Dataset[] {
  return runs.flatMap(({ validation }) => validation ?? []);
}

async function samplePanels(
  { model, runs, settings, weights, acceptAssembly }: RunsToSample,
  known: RunPanels,
): Promise<GroupSamples> {
  const panels: ReferencePanel[] = [];
  for (const { data } of runs) panels.push(await known.panelOf(data));
  const { turnedInPanel } = await import("../panel/turned_genes.ts");
  const labelScales = panels.map((panel) => labelScaleOf(model, panel));
  const inputs = modelInputs(model);
  const { columns } = runs[0]!.data;
  const dropout = panelDropout(settings[0]!);
  const variants = new PanelVariants(
    columns.record.marks.length,
    // Folds are stacked: their rows are numbered together.
    columns.geneIndex.length * new Set(panels).size,
    dropout,
  );
  const training = stackPanels(
    panels,
    (panel, run) =>
      new PanelSource(columns, panel, {
        inputs,
        turned: turnedInPanel(panel, columns),
        variants,
        labelScale: labelScales[run],
        weights,
        acceptAssembly,
      }),
  );
  const { source, firstOf } = training;
  const validation = validationOf(runs);
  return {
    ...rowsIn(training, runs.map(({ data }) => data)),
    validation: validation.length === 0 ? undefined : rowsIn(
      stackPanels(
        panels,
        (panel) => {
          const { columns: others } = validation[0]!;
          const turned = turnedInPanel(panel, others);
          return new PanelSource(others, panel, { inputs, turned, acceptAssembly });
        },
      ),
      validation,
    ),
    labelScales,
    panels,
    orderOf: (run, epoch) =>
      panelOrder(runs[run]!.data, {
        ...settings[run]!,
        epoch,
        variants,
        first: firstOf[run]!,
        samples: source.samples,
      }),
  };
}

/** What is hidden in training; `undefined` if nothing is. */
function panelDropout(
  { labelDropout, geneDropout, referenceDropout, markDropout }: RunSettings,
): PanelDropout | undefined {
  const dropout = {
    labels: labelDropout ?? 0,
    genes: geneDropout ?? 0,
    references: referenceDropout ?? 0,
    marks: markDropout ?? 0,
  };
  return Object.values(dropout).some((share) => share > 0) ? dropout : undefined;
}

/** Sources one after another, one for each distinct panel. */
interface StackedPanels {
  readonly source: SampleSource;
  /** For each run, the number of the first sample of its source. */
  readonly firstOf: readonly number[];
}

function stackPanels(
  panels: readonly ReferencePanel[],
  make: (panel: ReferencePanel, run: number) => SampleSource,
): StackedPanels {
  const distinct = [...new Set(panels)];
  const sources = distinct.map((panel) => make(panel, panels.indexOf(panel)));
  const { source, firsts } = stackSources(sources);
  return { source, firstOf: panels.map((panel) => firsts[distinct.indexOf(panel)]!) };
}

function rowsIn({ source, firstOf }: StackedPanels, sets: readonly Dataset[]): RunRows {
  return { source, rows: sets.map(({ rows }, run) => rows.map((row) => firstOf[run]! + row)) };
}

/** The order in which an epoch visits samples: a function of the settings and the epoch alone. */
function orderSamples(
  data: Dataset,
  { seed, batchBy, window }: Pick<RunSettings, "seed" | "batchBy" | "window">,
  epoch: number,
): Uint32Array {
  if (window !== undefined) {
    return windowOrder(data.rows, chunksForWindows(data.columns), { seed, epoch, window });
  }
  if (batchBy !== "gene") return epochOrder(data.rows, seed, epoch);
  return geneOrder(data, new RandomStream(deriveKey(seed, "order", epoch)));
}

/**
 * The order in which an epoch visits samples at random: a function of the seed and the epoch alone.
 *
 * @param rows The samples.
 * @param seed The run's seed.
 * @param epoch Number of the epoch, from 0.
 * @returns The same rows, shuffled.
 */
export function epochOrder(rows: Uint32Array, seed: number, epoch: number): Uint32Array {
  const stream = new RandomStream(deriveKey(seed, "order", epoch));
  return shuffledIndices(rows.length, stream).map((position) => rows[position]!);
}

/**
 * The same for a model that reads a panel: in blocks of genes × cell types, whose samples share references, and with the
 * variant of each.
 */
function panelOrder(
  data: Dataset,
  { seed, epoch, batchSize, variants, first, samples }: {
    readonly seed: number;
    readonly epoch: number;
    readonly batchSize: number;
    readonly variants: PanelVariants;
    readonly first: number;
    readonly samples: number;
  },
): Uint32Array {
  const cellTypes = Math.min(batchSize, new Set(data.cellTypeIndices()).size);
  const genes = Math.floor(batchSize / cellTypes);
  const stream = new RandomStream(deriveKey(seed, "order", epoch));
  const order = gridOrder(data, { genes, cellTypes, stream });
  const draw = variants.drawer(seed, epoch);
  const { geneIndex } = data.columns;
  for (let i = 0; i < order.length; i++) {
    const row = order[i]!;
    order[i] = draw({ row, gene: geneIndex[row]! }) * samples + first + row;
  }
  return order;
}
