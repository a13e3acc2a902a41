/** What the window knows, and who is told when it changes. */

import type { CountSettings, Explanation, PageProgress, PageState } from "../protocol.ts";

/** The name of a step. */
export type StepName = "files" | "counts" | "checks" | "model" | "predictions" | "why";

/** Something that runs in the worker and can be cancelled. */
export interface Job {
  readonly step: StepName;
  /** What is done, until the worker says it more exactly. */
  readonly title: string;
  readonly cancel: () => void;
}

/** What went wrong at a step, or was cancelled. */
export interface Failure {
  readonly message: string;
  readonly isCancelled: boolean;
}

/** All that the steps show. */
export interface AppState {
  /** What the worker has; missing until it has answered. */
  readonly page?: PageState | undefined;
  readonly job?: Job | undefined;
  readonly failures: Readonly<Partial<Record<StepName, Failure>>>;
  /** Whether files changed after they were counted. */
  readonly isStale: boolean;
  /** Whether the page began with what an earlier visit left. */
  readonly wasKept: boolean;
  readonly explanation?: Explanation | undefined;
  /** With what was counted last. */
  readonly counted?: CountSettings | undefined;
}

/** Holds the state and tells of changes. */
export class Store {
  #state: AppState = { failures: {}, isStale: false, wasKept: false };
  readonly #listeners = new Set<(state: AppState) => void>();
  readonly #progressListeners = new Set<(progress: PageProgress, job: Job) => void>();

  get state(): AppState {
    return this.#state;
  }

  /** Changes parts of the state. */
  update(change: Partial<AppState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener(this.#state);
  }

  /** Changes parts of what the worker has. */
  updatePage(change: Partial<Undefinable<PageState>>): void {
    if (this.#state.page === undefined) return;
    this.update({ page: withoutUndefined({ ...this.#state.page, ...change }) as PageState });
  }

  /** Sets or clears what went wrong at a step. */
  fail(step: StepName, failure: Failure | undefined): void {
    const failures = { ...this.#state.failures };
    if (failure) failures[step] = failure;
    else delete failures[step];
    this.update({ failures });
  }

  /** Tells of every change, and of the present state now. */
  subscribe(listener: (state: AppState) => void): void {
    this.#listeners.add(listener);
    listener(this.#state);
  }

  /** Tells how far the running job is; this happens often, so it is no change of the state. */
  onProgress(listener: (progress: PageProgress, job: Job) => void): void {
    this.#progressListeners.add(listener);
  }

  /** Passes progress of the running job. */
  progress(progress: PageProgress): void {
    const { job } = this.#state;
    if (job) { for (const listener of this.#progressListeners) listener(progress, job); }
  }
}

type Undefinable<T> = { [Name in keyof T]: T[Name] | undefined };

function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined));
}
