/** What is timed: a model with weights and samples, in memory and as a folder for other programs. */

import type { PackedArray } from "../../src/base/arrays.ts";
import { type JoinedColumns, joinInputs } from "../../src/engine/joined_source.ts";
import { memorySource, type SignalColumns } from "../../src/engine/memory_source.ts";
import type { SampleSource } from "../../src/engine/sample_source.ts";
import { openFile } from "../../src/files/file.ts";
import { openNpz } from "../../src/io/npz.ts";
import { type NpzMemberData, writeNpz } from "../../src/io/npz_writer.ts";
import { initialWeights, type Weights } from "../../src/model/initial_weights.ts";
import { findPreset, presetSpec, type SequentialPresetName } from "../../src/model/presets.ts";
import { weightShapes } from "../../src/model/shapes.ts";
import type { BranchedSpec, InputName, ModelSpec, SequentialSpec } from "../../src/model/spec.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { type Transform, transformFunction } from "../../src/record.ts";
import { simulateColumns } from "../../src/simulate/columns.ts";
import { leaveOwnOut, makePanel, type PanelTables, sharedFloats } from "./panel_tables.ts";

/** A model and how it is trained. */
export interface Task<Spec extends ModelSpec = ModelSpec> {
  readonly spec: Spec;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly weights: Weights;
}

/** A task with the signal of samples. */
export interface SignalWorkload extends Task<SequentialSpec> {
  readonly data: SignalColumns & { readonly labels: Float64Array };
}

/** A task with samples that are compared with a panel. */
export interface PanelWorkload extends Task<BranchedSpec> {
  readonly panel: PanelTables;
}

/** A task with samples that have the DNA of their gene. */
export interface DnaWorkload extends Task<BranchedSpec> {
  readonly dna: DnaTables;
}

/** Every gene in every cell type: sample gene · cellTypes + cell type. */
export interface DnaTables {
  readonly cellTypes: number;
  /** Whether batches consist of all samples of some genes. */
  readonly byGene: boolean;
  readonly labels: Float64Array;
  /** `[sample, bin, mark]`, and what is applied to it. */
  readonly signal: Uint8Array;
  readonly transform: Transform;
  /** `[gene, base]`: codes of letters. */
  readonly codes: Uint8Array;
}

/** Anything that is timed. */
export type Workload = SignalWorkload | PanelWorkload | DnaWorkload;

/**
 * Name of a workload: a preset, `waka3` with the competition's 50 references, or with the 4 of the real data, or
 * `waka-dna` with its batches of random samples, or of genes.
 */
export type WorkloadName = SequentialPresetName | PanelWorkloadName | DnaWorkloadName;

/** Name of a {@linkcode DnaWorkload}. */
export type DnaWorkloadName = "waka-dna" | "waka-dna-by-gene";

/** Name of a {@linkcode PanelWorkload}. */
export type PanelWorkloadName = "waka3" | "waka3-four";

/** Cell types of a panel. */
const PANELS: Readonly<Record<PanelWorkloadName, number>> = { "waka3": 50, "waka3-four": 4 };

/** Cell types of a gene: with few, hardly any two of a hundred random samples have the same one. */
const DNA_CELL_TYPES: Readonly<Record<DnaWorkloadName, number>> = {
  "waka-dna": 10,
  "waka-dna-by-gene": 50,
};

/** 20,000 samples: 40 MB as float32, more than caches hold, as the real data are. */
const SIZE = { cellTypes: 2, genes: 10_000, newCellTypes: 0, newGenes: 1 };
const SAMPLES = SIZE.cellTypes * SIZE.genes;

/** Makes a workload on simulated samples, trained as its preset says. */
export function makeWorkload(name: WorkloadName): Workload {
  if (isDna(name)) return makeDnaWorkload(name);
  return isPanel(name) ? makePanelWorkload(name) : makeSignalWorkload(name);
}

/** Whether the samples of a workload have DNA. */
export function isDna(name: WorkloadName): name is DnaWorkloadName {
  return Object.hasOwn(DNA_CELL_TYPES, name);
}

function makeDnaWorkload(name: DnaWorkloadName): DnaWorkload {
  const cellTypes = DNA_CELL_TYPES[name];
  const genes = SAMPLES / cellTypes;
  const spec = presetSpec("waka-dna");
  const { batchSize, learningRate, weightDecay = 0, transform = "none" } =
    findPreset("waka-dna").training;
  const { train } = simulateColumns(SIZE);
  const stream = new RandomStream(deriveKey(0, "bench letters"));
  const bases = spec.inputs.find((input) => input.name === "sequence")!.bases;
  return {
    spec,
    batchSize,
    learningRate,
    weightDecay,
    weights: initialWeights(spec, 0),
    dna: {
      cellTypes,
      byGene: name === "waka-dna-by-gene",
      labels: train.labels!,
      signal: Uint8Array.from(train.signal),
      transform,
      codes: Uint8Array.from({ length: genes * bases }, () => stream.below(4)),
    },
  };
}

/** Whether the samples of a workload are compared with a panel. */
export function isPanel(name: WorkloadName): name is PanelWorkloadName {
  return Object.hasOwn(PANELS, name);
}

/** Makes the workload of a preset that reads a signal. */
export function makeSignalWorkload(preset: SequentialPresetName): SignalWorkload {
  const spec = presetSpec(preset);
  const { train } = simulateColumns(SIZE);
  const classes = spec.loss === "binaryCrossentropy";
  const labels = classes ? train.labels!.map((label) => label > 0 ? 1 : 0) : train.labels!;
  const { batchSize, learningRate, weightDecay = 0, transform = "none" } =
    findPreset(preset).training;
  const { signal, bins } = train;
  return {
    spec,
    batchSize,
    learningRate,
    weightDecay,
    weights: initialWeights(spec, 0),
    data: { signal, labels, bins, marks: spec.marks, transform },
  };
}

function makePanelWorkload(name: PanelWorkloadName): PanelWorkload {
  const cellTypes = PANELS[name];
  const spec = presetSpec("waka3", { references: cellTypes });
  const { batchSize, learningRate, weightDecay = 0 } = findPreset("waka3").training;
  return {
    spec,
    // Whole genes, as training composes its batches.
    batchSize: Math.floor(batchSize / cellTypes) * cellTypes,
    learningRate,
    weightDecay,
    weights: initialWeights(spec, 0),
    panel: makePanel(spec, { cellTypes, genes: SAMPLES / cellTypes }),
  };
}

/** The samples as an engine takes them. */
export function sourceOfWorkload(workload: Workload): SampleSource {
  if ("data" in workload) return memorySource(workload.data);
  if ("dna" in workload) return sourceOfDna(workload);
  return joinInputs(panelColumns(workload.panel, workload.spec));
}

/** The samples of a panel's workload as if their own marks were `factor` times as high, so that the panel has none of them. */
export function sourceOfNewMarks({ panel, spec }: PanelWorkload, factor: number): SampleSource {
  const columns = panelColumns(panel, spec);
  return joinInputs({
    ...columns,
    columns: columns.columns.map((column) => {
      if (column.input.name !== "summary") return column;
      const marks = column.table as Float32Array;
      return { ...column, table: sharedFloats(marks.length, (index) => marks[index]! * factor) };
    }),
  });
}

/** Columns of a panel are made once: their indices take longer than their marks. */
const knownColumns = new WeakMap<PanelTables, JoinedColumns>();

function panelColumns(panel: PanelTables, spec: BranchedSpec): JoinedColumns {
  const known = knownColumns.get(panel) ?? leaveOwnOut(panel, spec);
  knownColumns.set(panel, known);
  return known;
}

function sourceOfDna({ spec, dna }: DnaWorkload): SampleSource {
  const { labels, signal, codes, cellTypes, transform } = dna;
  const find = (name: InputName) => spec.inputs.find((input) => input.name === name)!;
  const geneOf = Uint32Array.from(labels, (_, sample) => Math.floor(sample / cellTypes));
  return joinInputs({
    samples: labels.length,
    labels,
    columns: [
      { input: find("signal"), table: signal, transform },
      { input: find("sequence"), table: codes, entryOf: geneOf },
    ],
  });
}

/** Samples of a workload that share their references, so that batches consist of whole groups of them. */
export function groupSizeOf(workload: Workload): number {
  if ("dna" in workload) return workload.dna.byGene ? workload.dna.cellTypes : 1;
  return "panel" in workload ? workload.panel.cellTypes : 1;
}

/** The model without its dropout, so that implementations with other random numbers can agree. */
export function withoutDropout<Spec extends ModelSpec>(spec: Spec): Spec {
  const model: ModelSpec = spec;
  const keep = <Layer extends { readonly type: string }>(layers: readonly Layer[]) =>
    layers.filter(({ type }) => type !== "dropout");
  const without = "layers" in model ? { ...model, layers: keep(model.layers) } : {
    ...model,
    branches: model.branches.map((branch) =>
      branch.layers === undefined ? branch : { ...branch, layers: keep(branch.layers) }
    ),
    head: { ...model.head, layers: keep(model.head.layers) },
  };
  return without as ModelSpec as Spec;
}

/**
 * Writes `task.json` and `arrays.npz` into a folder, for {@linkcode readWorkload} and for programs in other languages.
 * Weights keep Keras' layout. A signal is written twice: as it is kept, and as float32 after its transform.
 */
export async function writeWorkload(folder: string, workload: Workload): Promise<void> {
  const { weights, ...rest } = workload;
  const { spec, batchSize, learningRate, weightDecay } = rest;
  const task = {
    spec,
    batchSize,
    learningRate,
    weightDecay,
    ...kindOf(rest),
  };
  await Deno.writeTextFile(`${folder}/task.json`, JSON.stringify(task));
  const member = (name: string, shape: readonly number[], values: ArrayLike<number>) => (
    { name, dtype: "float32", shape, data: Float32Array.from(values) } as const
  );
  const samples = "data" in rest
    ? samplesOfSignal(rest.data)
    : "dna" in rest
    ? samplesOfDna(rest.dna)
    : samplesOfPanel(rest.panel);
  const file = await Deno.open(`${folder}/arrays.npz`, {
    write: true,
    create: true,
    truncate: true,
  });
  await writeNpz(file.writable, [
    ...weightShapes(spec).map(({ shape }, i) => member(`weight${i}`, shape, weights[i]!)),
    ...samples.map(({ name, shape, values }) => member(name, shape, values)),
    ...("data" in rest ? [packedMember(rest.data)] : []),
  ]);
}

/** What the task says of its samples. */
function kindOf(
  workload:
    | Omit<SignalWorkload, "weights">
    | Omit<PanelWorkload, "weights">
    | Omit<DnaWorkload, "weights">,
) {
  if ("dna" in workload) {
    const { cellTypes, byGene, transform } = workload.dna;
    return { cellTypes, transform, dna: byGene ? "by gene" : "random" };
  }
  if ("panel" in workload) return { cellTypes: workload.panel.cellTypes, transform: "none" };
  return { cellTypes: 0, transform: workload.data.transform };
}

/** The signal as it is kept, in the narrowest integers that its counts fit. */
function packedMember({ signal, labels, bins, marks }: SignalWorkload["data"]): NpzMemberData {
  const shape = [labels.length, bins, marks];
  if (signal instanceof Uint8Array) return { name: PACKED, dtype: "uint8", shape, data: signal };
  if (signal instanceof Uint16Array) return { name: PACKED, dtype: "uint16", shape, data: signal };
  return { name: PACKED, dtype: "float32", shape, data: Float32Array.from(signal) };
}

/** Name of the signal before its transform, among the arrays. */
const PACKED = "packed";

/** An array of the samples, as it is written. */
interface Table {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

function samplesOfSignal(data: SignalWorkload["data"]): Table[] {
  const { signal, labels, bins, marks } = data;
  const apply = transformFunction(data.transform);
  return [
    {
      name: "signal",
      shape: [labels.length, bins, marks],
      values: Float32Array.from(signal, apply),
    },
    { name: "labels", shape: [labels.length], values: labels },
  ];
}

/** Signals as they are kept: programs in other languages apply the transform once. */
function samplesOfDna({ labels, signal, codes, transform, cellTypes }: DnaTables): Table[] {
  const apply = transformFunction(transform);
  const genes = labels.length / cellTypes;
  return [
    {
      name: "signal",
      shape: [labels.length, signal.length / labels.length],
      values: Float32Array.from(signal, apply),
    },
    { name: "kept", shape: [signal.length], values: signal },
    { name: "codes", shape: [genes, codes.length / genes], values: codes },
    { name: "labels", shape: [labels.length], values: labels },
  ];
}

function samplesOfPanel({ labels, tables }: PanelTables): Table[] {
  return [
    ...tables.map(({ name, values, size }) => ({
      name,
      shape: [labels.length, size],
      values,
    })),
    { name: "labels", shape: [labels.length], values: labels },
  ];
}

/** Reads what {@linkcode writeWorkload} wrote. */
export async function readWorkload(folder: string): Promise<Workload> {
  const { cellTypes, transform, dna, ...task }: Omit<Task, "weights"> & {
    readonly cellTypes: number;
    readonly transform: Transform;
    readonly dna?: "by gene" | "random";
  } = JSON.parse(await Deno.readTextFile(`${folder}/task.json`));
  using arrays = await openNpz(await openFile(`${folder}/arrays.npz`));
  const read = async (name: string) => (await arrays.read(name)).data as Float32Array<ArrayBuffer>;
  const weights = [];
  for (const i of weightShapes(task.spec).keys()) weights.push(await read(`weight${i}`));
  const labels = Float64Array.from(await read("labels"));
  const { spec } = task;
  if (dna !== undefined && !("layers" in spec)) {
    const signal = Uint8Array.from(await read("kept"));
    const codes = Uint8Array.from(await read("codes"));
    const byGene = dna === "by gene";
    return {
      ...task,
      spec,
      weights,
      dna: { cellTypes, byGene, labels, signal, transform, codes },
    };
  }
  if (!("layers" in spec)) {
    const tables = [];
    for (const { name } of spec.inputs) {
      const values = await read(name);
      tables.push({ name, values, size: values.length / labels.length });
    }
    return { ...task, spec, weights, panel: { cellTypes, labels, tables } };
  }
  const { bins, marks } = spec;
  const signal = (await arrays.read(PACKED)).data as PackedArray;
  const data = { signal, labels, bins, marks, transform };
  return { ...task, spec, weights, data };
}
