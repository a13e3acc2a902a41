import { checkInteger } from "../base/check_integer.ts";
import { showValue } from "../base/show_value.ts";
import { Dataset } from "../data/dataset.ts";
import type { CallOptions, PredictionPath } from "../engine/engine.ts";
import type { EngineReport } from "../engine/select.ts";
import { checkTrainedModel } from "../model/check_trained.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { plainOptions } from "./_plain_options.ts";
import { orderByGene, sharesByGene } from "./_predict_rows.ts";
import { finishPredictions, prepareSamples } from "./_predict_subsets.ts";
import {
  PredictionQueue,
  type PredictionQueueOptions,
  type PredictorCounters,
} from "./_prediction_queue.ts";
import { PredictorCall } from "./_predictor_call.ts";
import { type PredictorHealth, PredictorSessions } from "./_predictor_sessions.ts";
import { withWatchedHooks } from "../base/watched_hook.ts";
import { meanOf, spreadOfMembers } from "./ensemble.ts";
import { predictIntervals } from "./intervals.ts";
import type {
  PredictDetailsOptions,
  PredictionDetails,
  Predictor,
  PredictorOptions,
} from "./predictor_types.ts";
import { type Sample, samplesFor } from "./samples_for.ts";

/** From so many samples a call on, groups take less time. */
const FEWEST_GROUPED = 4;

/**
 * Opens a model, or an ensemble, for many small predictions, such as those of a service: the engine is chosen, kernels
 * are compiled and weights copied once, and the answer to a sample then takes tens of microseconds. A change of the
 * model afterwards does not reach the predictor.
 *
 * Where there are few samples, they are computed on the caller's thread. Threads start with the first call that is worth
 * them, and stay until the predictor is disposed of. If one of them fails, the calls that it computed fail, and the engine
 * is started again for the others.
 *
 * @param models The trained model; or the members of an ensemble, whose mean is predicted.
 * @param options Engine, threads, path, how much may wait, and what is known besides the samples.
 * @returns The predictor.
 * @throws {RangeError} If no engine has that name, or a number is out of range.
 * @throws {TypeError} If there are no models, one is no trained model, or an option is something else or
 * has a misspelt name.
 * @throws {UnsupportedModelError} If the engine cannot run the model.
 * @throws {EngineUnavailableError} If the engine cannot run on this machine.
 *
 * @example A sample as it comes
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fit, openPredictor, predict } from "@waka/histone/training";
 * import { deepStrictEqual, strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * const { model } = await fit("experiment1", data, { epochs: 1, engine: "wasm" });
 * await using predictor = await openPredictor(model, { engine: "wasm" });
 * const [gene, cellType, signal] = [data.geneOf(3), data.cellTypeOf(3), data.countsOf(3)];
 * const all = await predict(model, data, { engine: "wasm" });
 * deepStrictEqual([...await predictor.predict([{ gene, cellType, signal }])], [all[3]]);
 * strictEqual(predictor.counters().samples, 1);
 * strictEqual(predictor.health().status, "ready");
 * ```
 */
export async function openPredictor(
  models: TrainedModel | readonly TrainedModel[],
  options: PredictorOptions = {},
): Promise<Predictor> {
  const { engine, threads, ...others } = plainOptions(options, "open a predictor");
  const { path = "direct", maxQueued = 65_536, collectCalls = false, ...sampleOptions } = others;
  checkInteger(maxQueued, { action: "open a predictor", name: "maxQueued", least: 1 });
  const members = isList(models) ? models : [models];
  if (members.length === 0) {
    throw new TypeError("Cannot open a predictor: there are 0 models, expected one or more");
  }
  for (const member of members) checkTrainedModel(member, "open a predictor");
  const paths = path === "auto" ? ["direct", "grouped"] as const : [path];
  const sessions = new PredictorSessions(members, { engine, threads, paths });
  try {
    await sessions.open();
    return new OpenPredictor(sessions, { path, maxQueued, collectCalls, sampleOptions });
  } catch (error) {
    await sessions[Symbol.asyncDispose]();
    throw error;
  }
}

/** Nothing where nothing was given, as in most calls, whose samples take a few microseconds. */
const NO_OPTIONS = {};

function plainOfCall<Options extends CallOptions>(options: Options | undefined): Options {
  return options === undefined ? NO_OPTIONS as Options : plainOptions(options, "predict");
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

/** What is known besides the samples. */
type SampleOptions = Omit<
  PredictorOptions,
  "engine" | "threads" | "path" | keyof PredictionQueueOptions
>;

interface OpenPredictorOptions extends PredictionQueueOptions {
  readonly path: PredictionPath | "auto";
  readonly sampleOptions: SampleOptions;
}

class OpenPredictor implements Predictor {
  readonly #sessions: PredictorSessions;
  readonly #queue: PredictionQueue;
  readonly #path: PredictionPath | "auto";
  readonly #options: SampleOptions;

  constructor(
    sessions: PredictorSessions,
    { path, sampleOptions, ...queueOptions }: OpenPredictorOptions,
  ) {
    this.#sessions = sessions;
    this.#queue = new PredictionQueue(sessions, queueOptions);
    this.#path = path;
    this.#options = sampleOptions;
  }

  get report(): EngineReport {
    return this.#sessions.report;
  }

  health(): PredictorHealth {
    return this.#sessions.health;
  }

  counters(): PredictorCounters {
    return this.#queue.counters;
  }

  async predict(
    samples: Dataset | readonly Sample[],
    options?: CallOptions,
  ): Promise<Float32Array<ArrayBuffer>> {
    return await this.#run(samples, plainOfCall(options), ({ members }) => meanOfMembers(members));
  }

  async predictDetails(
    samples: Dataset | readonly Sample[],
    details?: PredictDetailsOptions,
  ): Promise<PredictionDetails> {
    const { confidence, ...options } = plainOfCall(details);
    return await this.#run(samples, options, ({ data, members }) => {
      const predictions = meanOfMembers(members);
      const [model] = this.#sessions.models;
      const { unlabelled } = this.#options;
      return {
        predictions,
        ...(members.length > 1 && { spread: spreadOfMembers(members) }),
        ...(confidence !== undefined && {
          intervals: predictIntervals(model!, data, { predictions, confidence, unlabelled }),
        }),
      };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#queue.close();
    await this.#sessions[Symbol.asyncDispose]();
  }

  async #run<Answer>(
    samples: Dataset | readonly Sample[],
    { signal, onProgress }: CallOptions,
    answer: (
      predicted: { readonly data: Dataset; readonly members: Float32Array<ArrayBuffer>[] },
    ) => Answer,
  ): Promise<Answer> {
    const { geneEffects, onNote } = this.#options;
    // Plain JavaScript may give anything, and a queue that has counted NaN lets nobody in any more.
    if (!(samples instanceof Dataset || Array.isArray(samples))) {
      throw new TypeError(
        `Cannot predict: found ${showValue(samples)}, expected a data set or an array of samples`,
      );
    }
    const run = (hooks: Pick<SampleOptions & CallOptions, "onNote" | "onProgress">) =>
      this.#queue.run(samples.length, {
        signal,
        prepare: async () => {
          const [first] = this.#sessions.models;
          const data = samples instanceof Dataset ? samples : samplesFor(first!, samples);
          return await this.#prepare(data, hooks);
        },
        finish: ({ data, outputs }) => {
          const { device } = this.report;
          const members = this.#sessions.models.map((model, index) =>
            finishPredictions(outputs[index]!, { model, data }, { geneEffects, device })
          );
          return answer({ data, members });
        },
      });
    // Most calls have none, and take microseconds: watching nothing would be felt.
    if (onProgress === undefined && onNote === undefined) return await run({});
    return await withWatchedHooks({ onProgress, onNote }, run);
  }

  /** Finds what is wrong with samples before they wait. */
  async #prepare(
    data: Dataset,
    { onProgress, onNote }: CallOptions & Pick<SampleOptions, "onNote">,
  ): Promise<PredictorCall> {
    const { dropMarks = [], ...others } = this.#options;
    const options = { ...others, onNote };
    const subsets = [dropMarks];
    const sources = [];
    for (const model of this.#sessions.models) {
      const { sourceOf } = await prepareSamples(model, data, { ...options, subsets });
      sources.push(await sourceOf(0));
    }
    const order = sources.some(sharesByGene)
      ? orderByGene(data)
      : Uint32Array.from({ length: data.length }, (_, position) => position);
    const isFew = data.length < FEWEST_GROUPED;
    const path = this.#path !== "auto" ? this.#path : isFew ? "direct" : "grouped";
    return new PredictorCall({ data, sources, order, path, onProgress });
  }
}

function meanOfMembers(members: readonly Float32Array<ArrayBuffer>[]): Float32Array<ArrayBuffer> {
  return members.length === 1 ? members[0]! : meanOf(members);
}
