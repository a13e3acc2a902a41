import { takeTurn } from "./take_turn.ts";

/** What some hosts have to run a function after the events that are ready. */
interface HostImmediate {
  readonly setImmediate?: (callback: () => void) => unknown;
}

/**
 * Waits for one turn of the event loop: events that are ready, such as data that have arrived, are handled before.
 *
 * @returns Fulfilled afterwards; where the host lacks that call, as {@linkcode takeTurn} does it.
 */
export function nextTask(): Promise<void> {
  const { setImmediate } = globalThis as HostImmediate;
  if (setImmediate === undefined) return takeTurn();
  return new Promise((resolve) => void setImmediate(() => resolve()));
}
