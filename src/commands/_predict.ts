/** Code that the commands that predict share. */

import type { Command } from "commander";
import { formatCountOf } from "../base/count.ts";
import type { Dataset } from "../data/dataset.ts";
import type { EngineName, EngineReport } from "../engine/select.ts";
import { isEnsemblGeneId } from "../gene_id.ts";
import { modelInputs, readsSequence } from "../model/inputs.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { type EnsemblePrediction, predictEnsemble } from "../training/ensemble.ts";
import { countKnownGenes } from "../training/gene_effects.ts";
import type { PredictOptions, TakeOutputs } from "../training/predict_options.ts";
import type { UnlikeCellType } from "../validation/unlike.ts";
import type { CommandCall } from "./flags.ts";
import { declareModelData, type ModelDataFlags } from "./_model_data_flags.ts";
import { findUnlikeNotes, printUnlike } from "./_intervals.ts";
import { type CellTypesNextAssay, describeNextAssay, nextAssays } from "./_mark_prices.ts";
import { warnIfConstant } from "./_metrics.ts";
import { loadModels } from "../runs/models.ts";
import { openOutput, type OutputOf, type OverwriteFlag } from "./_outputs.ts";
import { ProgressLine } from "./_progress.ts";
import { loadData } from "./_data.ts";
import type { SequenceFlags } from "./_sequences.ts";
import {
  checkPanelFlag,
  declarePanel,
  loadUnlabelled,
  type PanelFlags,
  usesPanel,
} from "./_panel_flags.ts";

/** Flags of the commands that predict. */
export interface PredictionFlags extends SequenceFlags, ModelDataFlags {
  readonly model: string;
  readonly data: string;
  readonly out: string;
  readonly engine: EngineName;
  readonly threads?: number | undefined;
  readonly record?: string | undefined;
  readonly panel?: string | undefined;
}

/** Flags of the commands that write their predictions to a file. */
export type WritePredictionFlags = PredictionFlags & OverwriteFlag;

/** Declares the flags that name a model and the data to predict. */
export function declarePrediction(command: Command): Command {
  const named = declarePanel(command)
    .requiredOption(
      "--model <dir>",
      "directory of a run, or of a model; starter is the one that comes with this program",
    )
    .requiredOption(
      "--data <path>",
      "competition .npz, AnnData .zarr, DeepChrome .csv, or a folder; several with commas between them",
    );
  return declareModelData(named);
}

/** Predictions of one model or an ensemble, and the engine that computed them. */
export interface PredictionRun extends EnsemblePrediction {
  readonly engine: string;
  /** How it rounds and predicts, such as `wasm, fused multiply-add, grouped`. */
  readonly arithmetic: string;
  /** A sentence for each difference between model and data that was accepted. */
  readonly notes: readonly string[];
  /** Which mark to measure next, of the cell types that lack some. */
  readonly nextAssays: readonly CellTypesNextAssay[];
}

/** What a command writes: the predictions, the samples that they are of, and the models that made them. */
export interface WrittenPrediction extends PredictionRun {
  readonly data: Dataset;
  readonly models: readonly TrainedModel[];
  /** Samples whose marks were added to the models' panel. */
  readonly unlabelled: readonly Dataset[];
  /** Cell types that are unlike those that the models were trained on. */
  readonly unlike: readonly UnlikeCellType[];
}

/** How a command writes its predictions to something, such as a stream. */
interface WriteOptions<Target> {
  /** Opens the output, before anything is read. */
  readonly open: () => Promise<OutputOf<Target>>;
  /** Whether to print a line if the model knows no genes by name. */
  readonly saysKnownGenes?: boolean;
  /** Refuses unsuitable data before anything is predicted. */
  readonly check?:
    | ((data: Dataset, models: readonly TrainedModel[], unlabelled: readonly Dataset[]) => void)
    | undefined;
  /** Gives the outputs of the networks, one after the other, where other processes computed them. */
  readonly takeOutputs?: TakeOutputs | undefined;
  /** Writes the predictions. */
  readonly write: (target: Target, prediction: WrittenPrediction) => Promise<void>;
}

/** Which file a command may replace; see `openOutput`. */
interface FileOptions {
  readonly begins: string;
  readonly usual: string;
}

/** Predicts the data that the flags name and writes the predictions to the file that they name. */
export function predictIntoFile(
  flags: WritePredictionFlags,
  call: CommandCall,
  { begins, usual, ...options }:
    & FileOptions
    & Omit<WriteOptions<WritableStream<Uint8Array>>, "open">,
): Promise<void> {
  const { out, overwrite } = flags;
  return predictInto(flags, call, {
    ...options,
    open: () => openOutput(out, { begins, usual, overwrite }),
  });
}

/** What predictions are made of. */
export type LoadedPrediction = Pick<WrittenPrediction, "data" | "models" | "unlabelled">;

/** Reads the models and the data that the flags name. */
export async function loadPrediction(
  flags: Omit<PredictionFlags, "out">,
): Promise<LoadedPrediction> {
  const models = await loadModels(flags.model);
  const allowMissingMarks = checkPanelOf(models, flags);
  const data = await loadData(flags.data, flags, { allowMissingMarks });
  return { models, data, unlabelled: await loadUnlabelled(flags, { [flags.data]: data }) };
}

/** Predicts the data that the flags name, writes the predictions, and prints what was written. */
export async function predictInto<Target>(
  flags: Omit<PredictionFlags, "out">,
  { signal }: Pick<CommandCall, "signal">,
  { open, saysKnownGenes = false, check, write, takeOutputs }: WriteOptions<Target>,
): Promise<void> {
  await using output = await open();
  const { models, data, unlabelled } = await loadPrediction(flags);
  check?.(data, models, unlabelled);
  const { unlike, notes } = findUnlikeNotes({ models, data });
  const onAccepted = () => printUnlike({ notes });
  const how = { ...flags, signal, unlabelled, takeOutputs, onAccepted };
  const prediction = await predictWithProgress(models, data, how);
  if (saysKnownGenes && !models.some(knowsGenes)) {
    console.info(
      `The model knows no gene by name: it predicts from ${describeReads(models)} alone.`,
    );
  }
  warnIfConstant(prediction.mean, data);
  const written = {
    ...prediction,
    notes: [...prediction.notes, ...notes],
    unlike,
    data,
    models,
    unlabelled,
  };
  await output.write((target) => write(target, written));
  console.info(`${output.done}, ${formatCountOf(prediction.mean.length, "prediction")}`);
}

function knowsGenes({ geneEffects, panel }: TrainedModel): boolean {
  return geneEffects !== undefined || panel !== undefined;
}

/**
 * Throws if `--panel` is given for models that read none.
 *
 * @returns Whether they read one, and so take data that lack marks.
 */
export function checkPanelOf(models: readonly TrainedModel[], flags: PanelFlags): boolean {
  const [{ spec }] = models as readonly [TrainedModel];
  checkPanelFlag(flags, { name: spec.name, usesPanel: usesPanel(spec) });
  return usesPanel(spec);
}

/** Said of models whose predictions have no unit. */
const SCORES =
  "The model was trained to rank: its predictions are scores, whose order means something but whose unit " +
  "and zero do not, so that their squared errors mean nothing.";

/** How {@linkcode predictWithProgress} predicts, and what it prints. */
interface ProgressOptions extends
  Pick<
    PredictOptions,
    | "engine"
    | "threads"
    | "signal"
    | "geneEffects"
    | "acceptAssembly"
    | "unlabelled"
    | "dropMarks"
    | "takeOutputs"
  > {
  /**
   * Whether to print what is said of the prediction.
   *
   * @default {true}
   */
  readonly printsNotes?: boolean | undefined;
  /** Called once it is known that the data suit the models: what is said of data that are refused only hides why. */
  readonly onAccepted?: (() => void) | undefined;
}

/** Predicts with a progress line. */
export async function predictWithProgress(
  models: readonly TrainedModel[],
  data: Dataset,
  options: ProgressOptions,
): Promise<PredictionRun> {
  const { engine, threads, signal, geneEffects, acceptAssembly, unlabelled, dropMarks } = options;
  const { takeOutputs, onAccepted } = options;
  const notes = new Set<string>();
  const progress = new ProgressLine("samples");
  let report: EngineReport | undefined;
  const prediction = await predictEnsemble(models, data, {
    engine,
    threads,
    path: "grouped",
    signal,
    geneEffects,
    acceptAssembly,
    unlabelled,
    dropMarks,
    takeOutputs,
    onNote: (note) => notes.add(note),
    onStart: (started) => {
      report = started;
      onAccepted?.();
    },
    onProgress: ({ done, total }) => progress.update({ done, total, label: "predicting" }),
  });
  progress.clear();
  const next = nextAssays(models[0], data, { dropMarks, unlabelled });
  for (const assay of next) notes.add(describeNextAssay(assay));
  if (options.printsNotes ?? true) {
    for (const note of notes) console.info(`Note: ${note}.`);
    noteScores(models);
    reportKnownGenes(models, data);
  }
  const { engine: name, arithmetic } = report!;
  return { ...prediction, engine: name, arithmetic, notes: [...notes], nextAssays: next };
}

/** Says what predictions of models that were trained to rank mean; nothing of others. */
export function noteScores(models: readonly TrainedModel[]): void {
  if (models.some(({ spec }) => spec.loss === "rank")) console.info(SCORES);
}

/** Prints how many of the genes a model with gene effects was trained on: the others get no effect. */
function reportKnownGenes(models: readonly TrainedModel[], data: Dataset): void {
  const [model] = models.filter(knowsGenes);
  const effects = model?.geneEffects ?? model?.panel;
  if (effects === undefined) return;
  const { known, genes } = countKnownGenes(effects, data);
  console.info(
    `The model knew ${known.toLocaleString("en-US")} of ${formatCountOf(genes, "gene")}.`,
  );
  const [gene = "", trained = ""] = [data.columns.genes[0], effects.genes[0]];
  // Genes that were held out are new, and nothing is wrong with their names.
  if (known > 0 || areOfOneKind(gene, trained)) return;
  console.warn(
    `warning: none of the genes, such as ${
      data.describeGene(0)
    }, is one that the model was trained on, such as ${trained}: are the identifiers of one kind?`,
  );
}

/** Whether both are Ensembl's identifiers of genes of one species. */
function areOfOneKind(one: string, other: string): boolean {
  const kindOf = (id: string) =>
    isEnsemblGeneId(id) ? /^ENS[A-Z]*G(?=\d)/.exec(id)?.[0] : undefined;
  return kindOf(one) !== undefined && kindOf(one) === kindOf(other);
}

/** What models that know no gene predict from. */
function describeReads(models: readonly TrainedModel[]): string {
  const readsDna = models.some(({ spec }) => readsSequence(spec));
  const readsMarks = models.some(({ spec }) =>
    modelInputs(spec).some(({ name }) => name !== "sequence")
  );
  return readsDna && readsMarks ? "the marks and the DNA" : readsDna ? "the DNA" : "the marks";
}
