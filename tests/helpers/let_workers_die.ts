/** Preloaded by a command, lets its second worker thread die in the middle of an epoch, some ten epochs on. */

/** As the engine names the second thread of a team. */
const SECOND = "histone 1";
/** Epochs of twelve steps take some 250 of a thread. */
const CALLS = 4000;

globalThis.Worker = class extends Worker {
  constructor(address: string | URL, options?: WorkerOptions) {
    const dying = new URL(`./dying_worker.ts?${CALLS}`, import.meta.url);
    super(options?.name === SECOND ? dying : address, options);
  }
};
