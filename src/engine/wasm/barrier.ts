/**
 * How threads share out work and wait for each other, over a few words of shared memory.
 *
 * @module
 */

import { sharedBuffer } from "../../base/shared_memory.ts";

/** Memory that threads share to work together. */
export interface BarrierMemory {
  /** Counters and flags, at the indices below. */
  readonly words: Int32Array;
  /** Loss of each part of the batch, then the running mean of the epoch. */
  readonly losses: Float64Array;
}

const ARRIVED = 0;
const GENERATION = 1;
const NEXT_TASK = 2;
const STOP_ASKED = 3;
const STOP_DECIDED = 4;
const SAMPLES_DONE = 5;
const WORDS = 6;

/**
 * Times that a thread checks the barrier before it sleeps, with a pause that leaves the core to its other hardware
 * thread: some 80 µs, about what it takes to be woken up. Without pauses, in older runtimes, 15 µs.
 */
const SPINS = 2000;

/** Makes the memory of threads whose batches have at most `parts` parts. */
export function createBarrierMemory(parts: number): BarrierMemory {
  return {
    words: new Int32Array(sharedBuffer(4 * WORDS)),
    losses: new Float64Array(sharedBuffer(8 * (parts + 1))),
  };
}

/** One thread's view of the barrier, of the tasks between two barriers, and of the job's progress. */
export class Barrier {
  readonly #words: Int32Array;
  readonly #threads: number;

  /** `threads` is how many wait for each other. */
  constructor({ words }: BarrierMemory, threads: number) {
    this.#words = words;
    this.#threads = threads;
  }

  /** Takes the next task that no thread has taken in this stage; returns its number. */
  takeTask(): number {
    return Atomics.add(this.#words, NEXT_TASK, 1);
  }

  /**
   * Waits until all threads are here. All memory that was written before can be read afterwards.
   *
   * @param complete What the last thread to come does before all continue.
   */
  wait(complete?: () => void): void {
    const words = this.#words;
    const generation = Atomics.load(words, GENERATION);
    if (Atomics.add(words, ARRIVED, 1) === this.#threads - 1) {
      complete?.();
      Atomics.store(words, ARRIVED, 0);
      Atomics.store(words, NEXT_TASK, 0);
      // One thread decides for all, so that no thread continues alone.
      Atomics.store(words, STOP_DECIDED, Atomics.load(words, STOP_ASKED));
      Atomics.add(words, GENERATION, 1);
      Atomics.notify(words, GENERATION);
      return;
    }
    for (let spin = 0; spin < SPINS; spin++) {
      if (Atomics.load(words, GENERATION) !== generation) return;
      Atomics.pause?.();
    }
    while (Atomics.load(words, GENERATION) === generation) {
      Atomics.wait(words, GENERATION, generation);
    }
  }

  /** Asks all threads to stop at the end of this stage. */
  askToStop(): void {
    Atomics.store(this.#words, STOP_ASKED, 1);
  }

  /** Whether they agreed to stop at the last barrier. */
  get stopping(): boolean {
    return Atomics.load(this.#words, STOP_DECIDED) === 1;
  }

  /** Whether they have been asked to stop; threads that need not continue together may do so before a barrier. */
  get stopAsked(): boolean {
    return Atomics.load(this.#words, STOP_ASKED) === 1;
  }

  /** Adds to the samples done in this job, from any thread. */
  addSamplesDone(samples: number): void {
    Atomics.add(this.#words, SAMPLES_DONE, samples);
  }

  /** Samples done in this job. */
  get samplesDone(): number {
    return Atomics.load(this.#words, SAMPLES_DONE);
  }

  set samplesDone(samples: number) {
    Atomics.store(this.#words, SAMPLES_DONE, samples);
  }

  /** Prepares for the next job; call it while no thread works. */
  reset(): void {
    for (const word of [ARRIVED, NEXT_TASK, STOP_ASKED, STOP_DECIDED, SAMPLES_DONE]) {
      Atomics.store(this.#words, word, 0);
    }
  }
}
