/** Workers that are counted, and may be made to fail, in place of the runtime's own. */

/** What became of the workers that were started since. */
export interface CountedWorkers extends Disposable {
  readonly started: number;
  readonly running: number;
}

/**
 * Counts the workers that start from now on, until the count is disposed of.
 *
 * @param diesAfter Calls after which each of them dies in the middle of its work; never if absent.
 */
export function countWorkers(diesAfter?: number): CountedWorkers {
  const Original = globalThis.Worker;
  const running = new Set<Worker>();
  let started = 0;
  globalThis.Worker = class extends Original {
    constructor(address: string | URL, options?: WorkerOptions) {
      const dying = new URL(`./dying_worker.ts?${diesAfter}`, import.meta.url);
      super(diesAfter === undefined ? address : dying, options);
      started++;
      running.add(this);
    }
    override terminate(): void {
      super.terminate();
      running.delete(this);
    }
  };
  return {
    get started() {
      return started;
    },
    get running() {
      return running.size;
    },
    [Symbol.dispose]() {
      globalThis.Worker = Original;
    },
  };
}
