/** Predicts samples before and after edits, block by block. */

import { DisposableList } from "../../base/disposable_list.ts";
import { meanOf } from "../../base/mean.ts";
import { sequenceLetters } from "../../base/sequences.ts";
import type { Dataset } from "../../data/dataset.ts";
import { modelInputs, readsSequence } from "../../model/inputs.ts";
import type { TrainedModel } from "../../model/trained_model.ts";
import { reconcileRecords } from "../../record.ts";
import { countKnownGenes } from "../../training/gene_effects.ts";
import { awaitHook } from "../../training/hooks.ts";
import { openNetwork } from "../../training/open_network.ts";
import { openPredictor } from "../../training/predictor.ts";
import type { Predictor } from "../../training/predictor_types.ts";
import { PredictionsBefore } from "./_predictions_before.ts";
import { Donors } from "./_donors.ts";
import { type EditedData, editedData } from "./_edited_data.ts";
import { type EditedSample, StepMaker } from "./_make_steps.ts";
import { describeLeftOut, planEdit } from "./_plan_edit.ts";
import type { PlannedEdit } from "./_planned_edit.ts";
import { SampleValues } from "./_sample_values.ts";
import { EditScope } from "./_scope.ts";
import { Typicality } from "./_typicality.ts";
import { UnlikeEdits } from "./_unlike_edits.ts";
import { effectInterval } from "./effect_interval.ts";
import type { EditEffect, PredictEditsOptions } from "./edit_effect.ts";

/** Edited samples of a block: few enough for memory, enough for the engine. */
const BLOCK_SAMPLES = 2048;

/** The edited samples of one edit and one sample, one for each draw. */
interface Unit {
  readonly planned: PlannedEdit;
  readonly position: number;
  readonly samples: readonly EditedSample[];
}

/** Edits that were planned, and what their effects are computed with. */
export class EditRun {
  /** Number of samples that are edited, counted once for each edit. */
  readonly samples: number;
  /** Number of edited samples that are predicted, at most: one for each draw. */
  readonly predictions: number;
  /** A sentence for each reason why samples are left out. */
  readonly leftOut: readonly string[];
  readonly #models: readonly TrainedModel[];
  readonly #options: PredictEditsOptions;
  readonly #planned: readonly PlannedEdit[];
  readonly #scope: EditScope;
  readonly #values: SampleValues;
  readonly #before: PredictionsBefore;
  readonly #maker: StepMaker;
  readonly #typicality: Typicality;
  readonly #unlike: UnlikeEdits;
  #expression: ArrayLike<number> | undefined;
  #predictors: readonly Predictor[] = [];

  /** Plans the edits. */
  constructor(models: readonly TrainedModel[], data: Dataset, options: PredictEditsOptions) {
    const { edits, draws = 20, seed = 0 } = options;
    this.#models = models;
    this.#options = options;
    this.#scope = new EditScope(data, { ...inputsOf(models), dropped: options.dropMarks });
    this.#planned = edits.map((edit) => planEdit(edit, this.#scope));
    this.samples = this.#planned.reduce((sum, { samples }) => sum + samples, 0);
    this.predictions = this.#planned.reduce(
      (sum, { samples, isDrawn }) => sum + samples * (isDrawn ? draws : 1),
      0,
    );
    this.leftOut = describeLeftOut(this.#planned);
    this.#values = new SampleValues(data, acceptedAssembly(models, data, options));
    this.#before = new PredictionsBefore(this.#values, models.length);
    const donors = new Donors(this.#scope, this.#values, {
      draws,
      seed,
      expression: () => this.#expression!,
    });
    this.#maker = new StepMaker(this.#scope, this.#values, donors);
    this.#typicality = new Typicality(this.#scope, donors);
    this.#unlike = new UnlikeEdits({
      typical: models[0]!.typicalSignal,
      scope: this.#scope,
      values: this.#values,
      maker: this.#maker,
      toData: (samples) => this.#dataOf(samples, false)[0]!.data,
    });
  }

  /** Predicts all edits, in their order. */
  async *predict(): AsyncGenerator<readonly EditEffect[], void, undefined> {
    await using stack = new DisposableList();
    this.#predictors = await this.#open(stack);
    await this.#findExpression();
    let done = 0;
    for (const units of this.#blocks()) {
      const effects = await this.#effectsOf(units);
      done += units.reduce((sum, { samples }) => sum + samples.length, 0);
      this.#options.onProgress?.({ done, total: this.predictions, unit: "samples" });
      this.#options.signal?.throwIfAborted();
      yield effects;
    }
  }

  async #open(stack: DisposableList): Promise<Predictor[]> {
    const { engine, threads, path = "grouped", onStart, onNote } = this.#options;
    const { acceptAssembly, unlabelled, dropMarks } = this.#options;
    const options = { engine, threads, path, acceptAssembly, unlabelled, dropMarks };
    // What is said of the data is said of them as they are, not of blocks of edited samples.
    const network = await openNetwork(this.#models[0]!, this.#scope.data, { ...options, onNote });
    const report = { ...network.report };
    await network[Symbol.asyncDispose]();
    await awaitHook(() => onStart?.(report), this.#options.signal);
    const opened: Predictor[] = [];
    for (const model of this.#models) {
      opened.push(stack.use(await openPredictor(model, options)));
    }
    return opened;
  }

  /** Finds by what genes of like expression are told: by their labels, or else by what is predicted for them. */
  async #findExpression(): Promise<void> {
    const needing = this.#planned.filter(({ steps }) =>
      steps.some((step) => step.kind === "draw" && step.from === "expression")
    );
    if (needing.length === 0) return;
    const { data, index } = this.#scope;
    if (data.hasLabels) {
      this.#expression = data.labels();
      return;
    }
    const positions = needing.flatMap(({ listPositions }) => [...listPositions()]);
    const cellTypes = new Set(positions.map((position) => this.#scope.cellTypeAt(position)));
    for (const cellType of cellTypes) {
      const all = index.ofCellType(cellType);
      for (let start = 0; start < all.length; start += BLOCK_SAMPLES) {
        await this.#predictBefore(all.subarray(start, start + BLOCK_SAMPLES));
      }
    }
    this.#expression = this.#before.means();
  }

  *#blocks(): Generator<readonly Unit[], void, undefined> {
    let units: Unit[] = [];
    let samples = 0;
    for (const planned of this.#planned) {
      const changesDna = planned.steps.some(({ kind }) => kind === "letters");
      for (const position of planned.listPositions()) {
        const sequence = changesDna ? this.#lettersOf(position) : undefined;
        const unit = { planned, position, samples: this.#maker.edit(planned, position, sequence) };
        units.push(unit);
        samples += unit.samples.length;
        if (samples < BLOCK_SAMPLES) continue;
        yield units;
        units = [];
        samples = 0;
      }
    }
    if (units.length > 0) yield units;
  }

  #lettersOf(position: number): string {
    const { sequences } = this.#scope.data.columns;
    return sequenceLetters(sequences!, sequences!.entryOf[this.#scope.geneAt(position)]!);
  }

  async #effectsOf(units: readonly Unit[]): Promise<EditEffect[]> {
    await this.#predictBefore(units.map(({ position }) => position));
    const after = await this.#predictSamples(units.flatMap(({ samples }) => samples));
    const effects: EditEffect[] = [];
    let first = 0;
    for (const unit of units) {
      effects.push(this.#effectOf(unit, { after, first }));
      first += unit.samples.length;
    }
    return effects;
  }

  #effectOf(
    { planned, position, samples }: Unit,
    { after, first }: { readonly after: readonly Float32Array[]; readonly first: number },
  ): EditEffect {
    const [models, draws] = [this.#models.length, samples.length];
    const own = Float64Array.from(
      { length: models },
      (_, model) => this.#before.of(model, position),
    );
    const effects = Float64Array.from(
      { length: models * draws },
      (_, i) => after[Math.floor(i / draws)]![first + i % draws]! - own[Math.floor(i / draws)]!,
    );
    const { confidence } = this.#options;
    const { mean, ...interval } = effectInterval({ effects, models, draws }, { confidence });
    const before = meanOf(own);
    const typicality = this.#typicalityOf(planned, position, samples);
    return {
      edit: planned.edit,
      position,
      before,
      after: before + mean,
      effect: mean,
      models,
      draws,
      ...interval,
      typicality,
      unlike: this.#unlike.describe(planned, position, typicality),
    };
  }

  #typicalityOf(
    { steps }: PlannedEdit,
    position: number,
    samples: readonly EditedSample[],
  ): number | undefined {
    if (steps.every(({ kind }) => kind === "letters")) return undefined;
    const all = samples.map(({ values }) => this.#typicality.of(position, values));
    const known = all.filter((value) => value !== undefined);
    return known.length === 0 ? undefined : meanOf(known);
  }

  /** Predicts those of some samples that were not predicted before. */
  async #predictBefore(positions: Iterable<number>): Promise<void> {
    const samples = this.#before.missing(positions);
    if (samples.length === 0) return;
    const predicted = await this.#predictSamples(samples);
    for (const [place, { position }] of samples.entries()) {
      this.#before.keep(position, predicted.map((values) => values[place]!));
    }
  }

  /** What each model predicts, `[model][sample]`. */
  async #predictSamples(samples: readonly EditedSample[]): Promise<Float32Array[]> {
    const { signal } = this.#options;
    const predicted = this.#predictors.map(() => new Float32Array(samples.length));
    for (const { data, places } of this.#dataOf(samples)) {
      for (const [model, predictor] of this.#predictors.entries()) {
        signal?.throwIfAborted();
        const values = await predictor.predict(data, { signal });
        for (const [i, place] of places.entries()) predicted[model]![place] = values[i]!;
      }
    }
    return predicted;
  }

  #dataOf(samples: readonly EditedSample[], needsSequences = true): EditedData[] {
    const [{ spec, record }] = this.#models as readonly [TrainedModel];
    return editedData(samples, {
      scope: this.#scope,
      values: this.#values,
      needsSequences: needsSequences && readsSequence(spec),
      keepsGenes: record.sequence?.control !== undefined,
    });
  }
}

/** What models read, of which all members of an ensemble read the same. */
function inputsOf([model]: readonly TrainedModel[]) {
  const { spec, record } = model!;
  return {
    marks: modelInputs(spec).some(({ name }) => name !== "sequence"),
    sequence: readsSequence(spec) && record.sequence?.control === undefined,
  };
}

/**
 * The models' assembly, where data of another build are accepted and share genes with them: a block of edited samples may
 * have only genes that are new to the models, which is no reason to refuse it.
 */
function acceptedAssembly(
  [model]: readonly TrainedModel[],
  data: Dataset,
  { acceptAssembly = false }: PredictEditsOptions,
): string | undefined {
  const { record, geneEffects, panel } = model!;
  if (!acceptAssembly || record.assembly === data.record.assembly) return undefined;
  const known = geneEffects ?? panel;
  if (known !== undefined && countKnownGenes(known, data).known === 0) return undefined;
  const { sequence: _, ...wanted } = record;
  const { sequence: __, ...found } = data.storedRecord;
  reconcileRecords(wanted, found, { acceptAssembly });
  return record.assembly;
}
