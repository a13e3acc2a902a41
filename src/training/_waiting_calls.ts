import type { PredictorCall } from "./_predictor_call.ts";

/** Samples of one call that a turn computes. */
export interface CallPart {
  readonly call: PredictorCall;
  readonly positions: Uint32Array;
}

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
   * Takes the samples of a turn: of the first call and of those that can be computed together with it. Each gets an equal
   * share of the room as long as it has samples, so that a call of few samples need not wait for one of many. Calls that
   * are not finished by that go to the end.
   *
   * @param room The most samples of a turn.
   * @returns Parts of one call or more; empty if no call waits.
   */
  take(room: number): readonly CallPart[] {
    const [first] = this.#calls;
    if (first === undefined) return [];
    const alike = first.key === undefined
      ? [first]
      : this.#calls.filter(({ key }) => key === first.key).slice(0, room);
    const shares = shareRoom(alike.map(({ waiting }) => waiting), room);
    const parts = alike.map((call, index) => ({ call, positions: call.take(shares[index]!) }));
    const taken = new Set(alike);
    const others = this.#calls.filter((call) => !taken.has(call));
    this.#calls = [...others, ...alike.filter(({ waiting }) => waiting > 0)];
    return parts;
  }
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
