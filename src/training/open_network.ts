/** A model's network with the samples that it reads, for those who look inside: gradients, predictions of edited inputs. */

import { checkTrainedModel } from "../model/check_trained.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Session } from "../engine/engine.ts";
import type { SampleSource } from "../engine/sample_source.ts";
import type { EngineReport } from "../engine/select.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { openSession, type OpenSessionOptions } from "./_open_session.ts";
import { predictSource, type PredictSourceOptions } from "./_predict_source.ts";

/** Where to compute, and what is known besides the samples. */
export interface OpenNetworkOptions extends OpenSessionOptions, PredictSourceOptions {}

/** A network that is ready. Dispose of it to give back its threads or GPU. */
export interface OpenNetwork extends AsyncDisposable {
  /** The model. */
  readonly model: TrainedModel;
  /** The network, as one member. Its outputs are not on the scale of labels, if the model has a label scale. */
  readonly session: Session;
  /** The samples: row i is row i of the data's columns. */
  readonly source: SampleSource;
  /** Makes the source of other samples for the same model; what is noted of them, nobody is told. */
  readonly sourceOf: (data: Dataset) => Promise<SampleSource>;
  /** Engine and device in words. */
  readonly report: EngineReport;
}

/**
 * Opens a model's network with the samples of a data set.
 *
 * @param model The trained model.
 * @param data The samples.
 * @param options Engine, threads, and what is known besides the samples.
 * @returns The network.
 * @throws As `predict` does.
 */
export async function openNetwork(
  model: TrainedModel,
  data: Dataset,
  options: OpenNetworkOptions,
): Promise<OpenNetwork> {
  checkTrainedModel(model, "explain");
  const source = await predictSource(model, data, options);
  const { session, report } = await openSession(model, options);
  return {
    model,
    session,
    source,
    sourceOf: (other) => predictSource(model, other, { ...options, onNote: undefined }),
    report,
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}
