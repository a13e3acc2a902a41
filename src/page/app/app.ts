/** What people do on the page: calls of the worker, and what follows from their answers. */

import type { CallName, PageState } from "../protocol.ts";
import { type Answer, CallError, type Client, type Given } from "./client.ts";
import type { StepName, Store } from "./state.ts";

/** At which step something is done, and what it is called while it runs. */
export interface RunOptions {
  readonly step: StepName;
  readonly title: string;
}

/** The actions of the page. */
export class App {
  readonly store: Store;
  readonly #client: Client;

  constructor(client: Client, store: Store) {
    this.#client = client;
    this.store = store;
  }

  /** Asks what the machine can do and what was kept. */
  async open(): Promise<void> {
    const page = await this.#attempt("files", () => this.#client.call("open", {}));
    if (page === undefined) return;
    const { inputs, data, model, interrupted } = page;
    const wasKept = inputs.files.length > 0 || [data, model, interrupted].some(Boolean);
    this.store.update({ page, wasKept });
  }

  /**
   * Runs a call that takes time: its progress is shown, and it can be cancelled. Does nothing while another one runs.
   *
   * @returns The answer, or `undefined` if it failed or was cancelled, which the step then says.
   */
  async run<Name extends CallName>(
    name: Name,
    given: Given<Name>,
    { step, title }: RunOptions,
  ): Promise<Answer<Name> | undefined> {
    if (this.store.state.job) return undefined;
    const controller = new AbortController();
    this.store.fail(step, undefined);
    this.store.update({ job: { step, title, cancel: () => controller.abort() } });
    const answer = await this.#attempt(step, () =>
      this.#client.call(name, given, {
        signal: controller.signal,
        onProgress: (progress) => this.store.progress(progress),
      }));
    if (answer !== undefined) this.#take(name, answer);
    else if (name === "train" || name === "resumeTraining") await this.#refresh();
    this.store.update({ job: undefined });
    return answer;
  }

  /** Makes a call that answers immediately. */
  async ask<Name extends CallName>(
    name: Name,
    given: Given<Name>,
    step: StepName,
  ): Promise<Answer<Name> | undefined> {
    this.store.fail(step, undefined);
    const answer = await this.#attempt(step, () => this.#client.call(name, given));
    if (answer !== undefined) this.#take(name, answer);
    return answer;
  }

  /** What the worker does not say by itself: whether a training that ended early can be resumed. */
  async #refresh(): Promise<void> {
    const page = await this.#client.call("open", {}).catch(() => undefined);
    if (page !== undefined) this.store.update({ page });
  }

  async #attempt<T>(step: StepName, call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      this.store.fail(step, { message: error.message, isCancelled: error.code === "cancelled" });
      return undefined;
    }
  }

  /** Puts an answer where it belongs, and removes what it makes untrue. */
  #take(name: CallName, answer: unknown): void {
    const { store } = this;
    const change = changeOf(name, answer);
    if (name === "clear") {
      store.update({
        page: answer as PageState,
        failures: {},
        isStale: false,
        wasKept: false,
        explanation: undefined,
        counted: undefined,
      });
    } else if (name === "explain") {
      store.update({ explanation: answer as Answer<"explain"> });
    } else if (change) {
      if ("inputs" in change) store.update({ isStale: store.state.page?.data !== undefined });
      else if ("data" in change) store.update({ isStale: false });
      if ("predictions" in change) store.update({ explanation: undefined });
      store.updatePage(change);
    }
  }
}

type PageChange = { [Name in keyof PageState]?: PageState[Name] | undefined };

function changeOf(name: CallName, answer: unknown): PageChange | undefined {
  switch (name) {
    case "addFiles":
    case "addAddresses":
    case "removeFiles":
    case "assign":
    case "chooseGenes":
    case "takeExample":
      return { inputs: answer as PageState["inputs"] };
    case "prepare":
      return { data: answer as Answer<"prepare">, examination: undefined, predictions: undefined };
    case "examine":
      return { examination: answer as Answer<"examine"> };
    case "train":
    case "resumeTraining":
    case "useStarter":
    case "openModel":
      return {
        model: answer as Answer<"train">,
        predictions: undefined,
        interrupted: undefined,
      };
    case "predict":
      return { predictions: answer as Answer<"predict"> };
    default:
      return undefined;
  }
}
