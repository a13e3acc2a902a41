import type { Barrier } from "../../barrier.ts";
import { GROUP_SAMPLES } from "../layout.ts";
import type { InputView } from "./input_view.ts";
import { JoinedGroups } from "./joined_groups.ts";
import type { JoinedProgram } from "./types.ts";

/** The most rows that a thread takes together, and how many times each takes some if there are few, so that all end together. */
const MOST_ROWS = 960;
const TURNS = 4;

/** Rows that threads share out. */
export interface SharedRows {
  /** What they are read from: the inputs in the model's order. */
  readonly views: readonly InputView[];
  readonly rows: Uint32Array;
  /** Receives a prediction for each. */
  readonly predicted: Float32Array;
  /** Not zero for the pieces of rows that a thread has taken. */
  readonly claims: Int32Array | undefined;
  /** Number of this thread, and how many there are. */
  readonly thread: number;
  readonly threads: number;
}

/** A thread that predicts whole samples with branches; threads share nothing but the rows to predict. */
export class JoinedThread {
  readonly #groups: JoinedGroups;

  /** Takes memory, and instantiates the kernels. */
  constructor(program: JoinedProgram) {
    this.#groups = new JoinedGroups(program);
  }

  /** Sets the weights, as `packJoinedImages` makes them. */
  setWeights(images: readonly Float32Array[]): void {
    this.#groups.setWeights(images);
  }

  /** Lets go of the inputs that rows were read from. */
  release(): void {
    this.#groups.use(undefined);
  }

  /** Predicts all samples of a batch. */
  predictBatch(views: readonly InputView[], predicted: Float32Array): void {
    const rows = Uint32Array.from({ length: predicted.length }, (_, sample) => sample);
    this.predictRows(views, rows, predicted);
  }

  /** Predicts rows of the inputs by itself. */
  predictRows(views: readonly InputView[], rows: Uint32Array, predicted: Float32Array): void {
    this.#groups.use(views);
    this.#groups.predict(rows, predicted);
  }

  /**
   * Predicts rows of the inputs, sharing them out among threads, which wait for each other at the end only. Each takes the
   * same pieces of the same rows from one call to the next, whose entries it has kept; when these are done, those of others.
   */
  predict(barrier: Barrier, shared: SharedRows): void {
    const { views, rows, predicted, claims, thread, threads } = shared;
    this.#groups.use(views);
    const groups = Math.ceil(rows.length / (GROUP_SAMPLES * TURNS * threads));
    const size = Math.min(MOST_ROWS, GROUP_SAMPLES * groups);
    for (const piece of piecesInOrder(Math.ceil(rows.length / size), { thread, threads })) {
      if (barrier.stopAsked) break;
      if (claims !== undefined && Atomics.exchange(claims, piece, 1) !== 0) continue;
      const first = size * piece;
      const own = rows.subarray(first, first + size);
      this.#groups.predict(own, predicted.subarray(first, first + own.length));
      barrier.addSamplesDone(own.length);
    }
    barrier.wait();
  }
}

/** All pieces in the order in which a thread takes those that are left: its own, then those of the next threads. */
function* piecesInOrder(
  pieces: number,
  { thread, threads }: Pick<SharedRows, "thread" | "threads">,
): Generator<number> {
  for (let step = 0; step < threads; step++) {
    for (let piece = (thread + step) % threads; piece < pieces; piece += threads) yield piece;
  }
}
