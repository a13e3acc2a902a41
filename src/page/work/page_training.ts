/** Training, with checkpoints in the store, from which a reload resumes. */

import { ContractError } from "../../errors.ts";
import { decodeCheckpoint, encodeCheckpoint, type FitCheckpoint } from "../../training/mod.ts";
import type { ModelSummary, TrainSettings } from "../protocol.ts";
import type { CallContext } from "./call.ts";
import type { WorkEnvironment } from "./environment.ts";
import { CHECKPOINT_FILE, type HeldWork } from "./held_work.ts";
import { trainModel } from "./train_model.ts";

/** Trains models, and resumes what was interrupted. */
export class PageTraining {
  readonly #environment: WorkEnvironment;
  readonly #held: HeldWork;

  constructor(environment: WorkEnvironment, held: HeldWork) {
    this.#environment = environment;
    this.#held = held;
  }

  /** Trains a model from the start. What an earlier training left is replaced at its first checkpoint. */
  async train(settings: TrainSettings, context: CallContext): Promise<ModelSummary> {
    return await this.#run(settings, context);
  }

  /** Resumes a training that was interrupted, to the same model as if it had not been. */
  async resume(context: CallContext): Promise<ModelSummary> {
    const { training } = await this.#held.state();
    const file = await this.#environment.store.read(CHECKPOINT_FILE);
    if (training === undefined || file === undefined) {
      throw new ContractError("Cannot resume: no training was interrupted, expected one");
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    return await this.#run(training.settings, context, await decodeCheckpoint(bytes));
  }

  async #run(
    settings: TrainSettings,
    context: CallContext,
    resume?: FitCheckpoint,
  ): Promise<ModelSummary> {
    const { engine, threads, store } = this.#environment;
    const { data } = await this.#held.data(context);
    const trained = await trainModel({
      data,
      settings,
      engine,
      threads,
      resume,
      save: async (checkpoint) => {
        await store.write(CHECKPOINT_FILE, await encodeCheckpoint(checkpoint));
        await this.#held.change({ training: { settings, epoch: checkpoint.epoch } });
      },
    }, context);
    const { model, summary } = trained;
    const history = {
      settings: trained.settings,
      epochs: trained.history,
      samples: (await this.#held.state()).data?.digest ?? "",
    };
    await this.#held.takeModel(model, summary, history);
    return summary;
  }
}
