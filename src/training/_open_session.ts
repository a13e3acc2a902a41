import type { Session } from "../engine/engine.ts";
import { type EngineReport, selectEngine } from "../engine/select.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import type { PredictOptions } from "./predict_options.ts";

/** Engines take memory for training on a batch, which a prediction does not need. */
const LARGEST_BATCH = 256;

/** What a session for predictions depends on besides the model. */
export type OpenSessionOptions = Pick<PredictOptions, "engine" | "threads" | "path">;

/** A session that predicts with one model. */
export interface OpenedSession {
  readonly session: Session;
  readonly report: EngineReport;
}

/** Opens a session with a copy of a model's weights. */
export async function openSession(
  { spec, weights, training: { seed, learningRate, batchSize } }: TrainedModel,
  { engine: name = "auto", threads, path }: OpenSessionOptions,
): Promise<OpenedSession> {
  const { engine, reason } = await selectEngine(name, spec);
  const session = await engine.createSession(spec, {
    members: [{ weights, seed, learningRate }],
    threads,
    path,
    batchSize: Math.min(batchSize, LARGEST_BATCH),
  });
  const { device } = session;
  const grouped = session.path === "grouped" ? ", grouped" : "";
  const arithmetic = `${await engine.arithmetic()}${grouped}`;
  return { session, report: { engine: engine.name, device, reason, arithmetic } };
}
