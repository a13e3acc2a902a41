import type { PredictorCall } from "./_predictor_call.ts";

/** Samples of one call that a turn computes. */
export interface CallPart {
  readonly call: PredictorCall;
  readonly positions: Uint32Array;
}

/** A call of so many samples is not divided, and larger ones get no fewer at a time. */
export const FEW = 24;

/** Calls that have samples which no turn has taken, in the order of their turns. */
export class WaitingCalls {
  #calls: PredictorCall[] = [];

  /** Whether no call waits. */
  get isEmpty(): boolean {
    return this.#calls.length === 0;
  }

  /** Puts a call at the end. */
  add(call: PredictorCall): void {
    this.#calls.push(call);
  }

  /** Takes a call out, if it is there. */
  remove(call: PredictorCall): void {
    this.#calls = this.#calls.filter((other) => other !== call);
  }

  /** Takes all out. */
  clear(): readonly PredictorCall[] {
    const calls = this.#calls;
    this.#calls = [];
    return calls;
  }

  /**
   * Takes the samples of a turn: of the first call and of those that can be computed together with it. Calls of few samples
   * have half of the room to themselves, if they need it, so that none waits for one of many. The others get equal shares,
   * and go to the end of the queue if they are not finished by that.
   *
   * @param room The most samples of a turn, at least {@linkcode FEW}.
   * @returns Parts of one call or more; empty if no call waits.
   */
  take(room: number): readonly CallPart[] {
    const [first] = this.#calls;
    if (first === undefined) return [];
    const alike = first.key === undefined
      ? [first]
      : this.#calls.filter(({ key }) => key === first.key);
    const few = alike.filter(({ waiting }) => waiting <= FEW);
    const small = fitting(few, room / 2);
    const left = room - small.reduce((sum, { waiting }) => sum + waiting, 0);
    const large = alike.filter(({ waiting }) => waiting > FEW);
    const chosen = small.concat(fitting(large.concat(without(few, small)), left));
    const shares = shareRoom(chosen.map(({ waiting }) => waiting), room);
    const parts = chosen.map((call, index) => ({ call, positions: call.take(shares[index]!) }));
    const unfinished = chosen.filter(({ waiting }) => waiting > 0);
    this.#calls = without(this.#calls, chosen).concat(unfinished);
    return parts;
  }
}

/** The first calls of which each gets a share that is worth a turn. */
function fitting(calls: readonly PredictorCall[], room: number): PredictorCall[] {
  let left = room;
  const beyond = calls.findIndex(({ waiting }) => (left -= Math.min(waiting, FEW)) < 0);
  return calls.slice(0, beyond < 0 ? calls.length : beyond);
}

function without(
  calls: readonly PredictorCall[],
  taken: readonly PredictorCall[],
): PredictorCall[] {
  const gone = new Set(taken);
  return calls.filter((call) => !gone.has(call));
}

/**
 * Divides room among those that want it: nobody gets more than wanted, and of two who get less neither gets more than the
 * other, but for one.
 *
 * @param wanted What each wants: integers, no more of them than there is room.
 * @param room What there is.
 */
export function shareRoom(wanted: readonly number[], room: number): number[] {
  const shares = wanted.map(() => 0);
  const modest = [...wanted.keys()].sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  let left = room;
  for (const [rank, index] of modest.entries()) {
    const fair = Math.ceil(left / (modest.length - rank));
    shares[index] = Math.min(wanted[index]!, fair);
    left -= shares[index];
  }
  return shares;
}
