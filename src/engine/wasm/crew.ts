/**
 * How threads share out work and wait for each other, over a few words of shared memory.
 *
 * @module
 */

/** Memory that a crew's threads share. */
export interface CrewMemory {
  /** See the words below. */
  readonly words: Int32Array<SharedArrayBuffer>;
  /** Loss of each part of the batch, then the running mean of the epoch. */
  readonly losses: Float64Array<SharedArrayBuffer>;
}

const ARRIVED = 0;
const GENERATION = 1;
const NEXT_TASK = 2;
const STOP_ASKED = 3;
const STOP_DECIDED = 4;
const SAMPLES_DONE = 5;
const WORDS = 6;

/** Looks at the barrier this often before it sleeps: a stage lasts well under a millisecond. */
const SPINS = 2000;

/** Makes the memory of a crew whose batches have at most so many parts. */
export function createCrewMemory(parts: number): CrewMemory {
  return {
    words: new Int32Array(new SharedArrayBuffer(4 * WORDS)),
    losses: new Float64Array(new SharedArrayBuffer(8 * (parts + 1))),
  };
}

/** One thread's view of the crew. */
export class Crew {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #threads: number;

  /** `threads` is how many wait for each other. */
  constructor({ words }: CrewMemory, threads: number) {
    this.#words = words;
    this.#threads = threads;
  }

  /** Number of the next task nobody has taken in this stage. */
  takeTask(): number {
    return Atomics.add(this.#words, NEXT_TASK, 1);
  }

  /** Waits until all threads are here. All memory that was written before can be read afterwards. */
  meet(): void {
    const words = this.#words;
    const generation = Atomics.load(words, GENERATION);
    if (Atomics.add(words, ARRIVED, 1) === this.#threads - 1) {
      Atomics.store(words, ARRIVED, 0);
      Atomics.store(words, NEXT_TASK, 0);
      // Decided by one for all, so that none runs on alone.
      Atomics.store(words, STOP_DECIDED, Atomics.load(words, STOP_ASKED));
      Atomics.add(words, GENERATION, 1);
      Atomics.notify(words, GENERATION);
      return;
    }
    for (let spin = 0; spin < SPINS; spin++) {
      if (Atomics.load(words, GENERATION) !== generation) return;
    }
    while (Atomics.load(words, GENERATION) === generation) {
      Atomics.wait(words, GENERATION, generation);
    }
  }

  /** Asks all threads to stop after the stage at hand. */
  askToStop(): void {
    Atomics.store(this.#words, STOP_ASKED, 1);
  }

  /** Whether they agreed to when they last met. */
  get stopping(): boolean {
    return Atomics.load(this.#words, STOP_DECIDED) === 1;
  }

  /** Samples done in the run at hand. */
  get samplesDone(): number {
    return Atomics.load(this.#words, SAMPLES_DONE);
  }

  set samplesDone(samples: number) {
    Atomics.store(this.#words, SAMPLES_DONE, samples);
  }

  /** Makes ready for the next run; call while no thread works. */
  reset(): void {
    for (const word of [ARRIVED, NEXT_TASK, STOP_ASKED, STOP_DECIDED, SAMPLES_DONE]) {
      Atomics.store(this.#words, word, 0);
    }
  }
}
