import { takeTurn } from "../base/take_turn.ts";
import type { ByteSource } from "./byte_source.ts";

/** So long a reader may compute before others have a turn, among them whoever aborts. */
const TURN_MS = 50;

/**
 * Makes a source whose reads end when a signal is aborted. Since readers ask for a piece at a time, that ends them, too; and
 * from time to time a read lets others have a turn, so that a reader of bytes in memory can be aborted at all.
 *
 * @param source The source, which closing the result closes.
 * @param signal Ends all reads.
 */
export function guardSource(source: ByteSource, signal: AbortSignal): ByteSource {
  let lastTurn = performance.now();
  const giveTurn = async (): Promise<void> => {
    await takeTurn();
    lastTurn = performance.now();
    signal.throwIfAborted();
  };
  /** Nothing to wait for, mostly: a read that is asked for ahead then begins before its reader computes on. */
  const pause = (): Promise<void> | undefined => {
    signal.throwIfAborted();
    return performance.now() - lastTurn > TURN_MS ? giveTurn() : undefined;
  };
  const { readInto } = source;
  return {
    name: source.name,
    size: source.size,
    readsAreCopies: source.readsAreCopies,
    identity: source.identity,
    blob: source.blob,
    async read(offset, length) {
      const turn = pause();
      if (turn !== undefined) await turn;
      return await unlessAborted(source.read(offset, length), signal);
    },
    readInto: readInto && (async (offset, target) => {
      const turn = pause();
      if (turn !== undefined) await turn;
      // Not left early: somebody else may use the target's memory after that.
      await readInto(offset, target);
      signal.throwIfAborted();
    }),
    willRead: source.willRead && ((ranges) => source.willRead?.(ranges)),
    close: () => source.close(),
  };
}

/** Makes the same source if there is no signal, and else one that it ends. */
export function guardedBy(source: ByteSource, signal: AbortSignal | undefined): ByteSource {
  return signal === undefined ? source : guardSource(source, signal);
}

/** Waits for something, but not longer than until a signal is aborted. */
function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    // The work itself may have led to it.
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
