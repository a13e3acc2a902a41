/** Preloaded by a command; makes its second worker thread die in the middle of an epoch, after some ten epochs. */

/** The engine's name of the second thread of a team. */
const SECOND = "histone 1";
/** An epoch of twelve steps takes some 250 calls of a thread. */
const CALLS = 4000;

globalThis.Worker = class extends Worker {
  constructor(address: string | URL, options?: WorkerOptions) {
    const dying = new URL(`./dying_worker.ts?${CALLS}`, import.meta.url);
    super(options?.name === SECOND ? dying : address, options);
  }
};
