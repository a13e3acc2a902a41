import { Dataset } from "../data/dataset.ts";
import type { CallOptions } from "../engine/engine.ts";
import type { EngineReport } from "../engine/select.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { blankSource } from "./_blank_source.ts";
import { type OpenedSession, openSession } from "./_open_session.ts";
import { predictPrepared, prepareSamples } from "./_predict_subsets.ts";
import type { PredictOptions } from "./predict_options.ts";
import { type Sample, samplesFor } from "./samples_for.ts";

/** Options of `openPredictor`: those of `predict` that do not belong to a single call. */
export type PredictorOptions = Omit<PredictOptions, "onStart" | "onProgress" | "signal">;

/** A model that is ready to predict. Dispose of it to give back its threads or GPU: use `await using`. */
export interface Predictor extends AsyncDisposable {
  /** Engine and device in words, the reason for the choice, and the arithmetic. */
  readonly report: EngineReport;
  /**
   * Predicts the expression of every sample, with the bits that a call of `predict` gives them. Calls may be made at any
   * time; they are answered one after the other, in the order in which their samples are ready.
   *
   * @param samples A data set, or genes in cell types with their plain counts, as `samplesFor` takes them.
   * @param options Progress, abort signal.
   * @returns One value per sample, `[sample]`; a probability for models with a sigmoid.
   * @throws {ContractError} If the samples do not fit the model; see `predict` and `samplesFor`.
   * @throws {TypeError} If a signal does not have as many values as the model takes.
   * @throws {DivergedError} If a prediction is NaN or infinite.
   * @throws {EngineUnavailableError} If the hardware fails.
   * @throws {SessionDisposedError} If the predictor was disposed of.
   * @throws The reason of `options.signal`, once it is aborted.
   */
  predict(
    samples: Dataset | readonly Sample[],
    options?: CallOptions,
  ): Promise<Float32Array<ArrayBuffer>>;
}

/**
 * Opens a model for many small predictions, such as those of a service: the engine is chosen, kernels are compiled and
 * weights copied once, and the answer to a sample then takes tens of microseconds. A change of the model afterwards does
 * not reach the predictor.
 *
 * Where there are few samples, they are computed on the caller's thread. Threads start with the first call that is worth
 * them, and stay until the predictor is disposed of.
 *
 * @param model The trained model.
 * @param options Engine, threads, and what is known besides the samples.
 * @returns The predictor.
 * @throws {RangeError} If no engine has that name, or a number of threads is out of range.
 * @throws {UnsupportedModelError} If the engine cannot run the model.
 * @throws {EngineUnavailableError} If the engine cannot run on this machine.
 *
 * @example A sample as it comes
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fit, openPredictor, predict } from "@waka/histone/training";
 * import { deepStrictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * const { model } = await fit("experiment1", data, { epochs: 1, engine: "wasm" });
 * await using predictor = await openPredictor(model, { engine: "wasm" });
 * const [gene, cellType, signal] = [data.geneOf(3), data.cellTypeOf(3), data.countsOf(3)];
 * const all = await predict(model, data, { engine: "wasm" });
 * deepStrictEqual([...await predictor.predict([{ gene, cellType, signal }])], [all[3]]);
 * ```
 */
export async function openPredictor(
  model: TrainedModel,
  options: PredictorOptions = {},
): Promise<Predictor> {
  const opened = await openSession(model, options);
  try {
    // Kernels are made when they are first needed: that is now, not with the first sample.
    await opened.session.predict(blankSource(model.spec), [Uint32Array.of(0)]);
    return new OpenPredictor(model, { opened, options });
  } catch (error) {
    await opened.session[Symbol.asyncDispose]();
    throw error;
  }
}

class OpenPredictor implements Predictor {
  readonly #model: TrainedModel;
  readonly #opened: OpenedSession;
  readonly #options: PredictorOptions;

  constructor(
    model: TrainedModel,
    { opened, options }: { readonly opened: OpenedSession; readonly options: PredictorOptions },
  ) {
    this.#model = { ...model };
    this.#opened = opened;
    this.#options = { ...options };
  }

  get report(): EngineReport {
    return this.#opened.report;
  }

  async predict(
    samples: Dataset | readonly Sample[],
    { onProgress, signal }: CallOptions = {},
  ): Promise<Float32Array<ArrayBuffer>> {
    const data = samples instanceof Dataset ? samples : samplesFor(this.#model, samples);
    const { dropMarks = [], ...options } = this.#options;
    const subsets = [dropMarks];
    const prepared = await prepareSamples(this.#model, data, { ...options, subsets });
    const { geneEffects } = options;
    const call = { subsets, geneEffects, onProgress, signal };
    const [predicted] = await predictPrepared(this.#opened.session, prepared, call);
    return predicted!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.session[Symbol.asyncDispose]();
  }
}
