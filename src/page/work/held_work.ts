/** What the page's worker holds between calls: in memory while it is used, and in the store. */

import { ContractError } from "../../errors.ts";
import type { TrainedModel } from "../../model/mod.ts";
import type { DataSummary, ModelSummary, PredictionSummary } from "../protocol.ts";
import type { CallContext } from "./call.ts";
import type { WorkEnvironment } from "./environment.ts";
import { DATA_FILE, type HeldData, NEXT_DATA_FILE, readHeldData } from "./held_data.ts";
import { keepModel, readKeptModel } from "./kept_model.ts";
import { type KeptState, readState, writeState } from "./kept_state.ts";
import { type HeldPredictions, withIntervals } from "./predict_data.ts";
import { PredictionRows } from "./prediction_rows.ts";

/** Names of files in the store. */
export const CHECKPOINT_FILE = "training.checkpoint";
const PREDICTIONS_FILE = "predictions.bin";

/** Data, model and predictions. */
export class HeldWork {
  readonly #environment: WorkEnvironment;
  #state: KeptState | undefined;
  #data: HeldData | undefined;
  #model: TrainedModel | undefined;
  #predictions: HeldPredictions | undefined;
  #rows: PredictionRows | undefined;

  constructor(environment: WorkEnvironment) {
    this.#environment = environment;
  }

  /** The state, of which the rest is kept. */
  async state(): Promise<KeptState> {
    return this.#state ??= await readState(this.#environment.store);
  }

  /** Changes the state; what is `undefined` is forgotten. */
  async change(changes: { readonly [Name in keyof KeptState]: KeptState[Name] | undefined }) {
    const changed = Object.entries({ ...await this.state(), ...changes })
      .filter(([, value]) => value !== undefined);
    this.#state = Object.fromEntries(changed) as KeptState;
    await writeState(this.#environment.store, this.#state);
  }

  /** The samples. */
  async data(context: CallContext): Promise<HeldData> {
    return this.#data ??= await readHeldData(this.#environment.store, context);
  }

  /**
   * Takes samples that were written to the store as {@linkcode NEXT_DATA_FILE}, in place of those before. What was found out about these is forgotten,
   * but not the model, which may predict the new ones.
   */
  async takeData(
    held: HeldData,
    summary: DataSummary,
    chromosomes?: KeptState["chromosomes"],
  ): Promise<void> {
    const { store } = this.#environment;
    // What is said of samples goes before they do, so that a reload in between finds nothing untrue.
    await this.change({
      data: undefined,
      chromosomes: undefined,
      examination: undefined,
      predictions: undefined,
      training: undefined,
    });
    await store.remove(CHECKPOINT_FILE);
    await this.#forgetPredictions();
    await store.rename(NEXT_DATA_FILE, DATA_FILE);
    this.#data = held;
    await this.change({ data: summary, chromosomes });
  }

  /** Frees the samples before others are counted, which take memory too. */
  freeData(): void {
    this.#data = undefined;
    this.#rows = undefined;
  }

  /** The model. */
  async model(): Promise<TrainedModel> {
    this.#model ??= await readKeptModel(this.#environment.store);
    if (this.#model !== undefined) return this.#model;
    throw new ContractError(
      "Cannot use a model: it is missing, expected that one is trained or opened first",
    );
  }

  /** Takes a model in place of the one before, and of one whose training was interrupted. */
  async takeModel(
    model: TrainedModel,
    summary: ModelSummary,
    history?: KeptState["history"],
  ): Promise<void> {
    await keepModel(this.#environment.store, model);
    this.#model = model;
    await this.#forgetPredictions();
    // In one change, so that a reload finds the training either finished or still to be resumed.
    await this.change({ model: summary, history, predictions: undefined, training: undefined });
    await this.#environment.store.remove(CHECKPOINT_FILE);
  }

  /** Takes predictions in place of those before. */
  async takePredictions(held: HeldPredictions, summary: PredictionSummary): Promise<void> {
    const { predictions } = held;
    const bytes = new Uint8Array(predictions.slice().buffer);
    await this.#environment.store.write(PREDICTIONS_FILE, bytes);
    this.#predictions = held;
    this.#rows = undefined;
    await this.change({ predictions: summary });
  }

  /** The predictions. */
  async predictions(context: CallContext): Promise<HeldPredictions> {
    return this.#predictions ??= await this.#readPredictions(context);
  }

  /** The table of predictions. */
  async rows(context: CallContext): Promise<PredictionRows> {
    if (this.#rows !== undefined) return this.#rows;
    const { data } = await this.data(context);
    return this.#rows = new PredictionRows(data, await this.predictions(context));
  }

  async #readPredictions(context: CallContext): Promise<HeldPredictions> {
    const { predictions: summary } = await this.state();
    const file = await this.#environment.store.read(PREDICTIONS_FILE);
    if (summary === undefined || file === undefined) {
      throw new ContractError(
        "Cannot show predictions: they are missing, expected that the data are predicted first",
      );
    }
    const predictions = new Float32Array(await file.arrayBuffer());
    const { data } = await this.data(context);
    const { interval } = summary;
    return withIntervals(predictions, { model: await this.model(), data, interval });
  }

  async #forgetPredictions(): Promise<void> {
    this.#predictions = undefined;
    this.#rows = undefined;
    await this.#environment.store.remove(PREDICTIONS_FILE);
  }

  /** Forgets everything, in memory and in the store. */
  async clear(): Promise<void> {
    this.#state = {};
    this.#data = undefined;
    this.#model = undefined;
    this.#predictions = undefined;
    this.#rows = undefined;
    await this.#environment.store.clear();
  }

  /** The file of the samples. */
  async dataFile(): Promise<Blob | undefined> {
    return await this.#environment.store.read(DATA_FILE);
  }
}
