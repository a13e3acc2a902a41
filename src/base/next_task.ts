/** What some hosts have to run a function after the events that are ready. */
interface HostImmediate {
  readonly setImmediate?: (callback: () => void) => unknown;
}

/**
 * Waits for one turn of the event loop: events that are ready, such as data that have arrived, are handled before.
 *
 * @returns Fulfilled afterwards; by a timer where the host lacks that call.
 */
export function nextTask(): Promise<void> {
  const { setImmediate } = globalThis as HostImmediate;
  return new Promise((resolve) => {
    if (setImmediate !== undefined) setImmediate(() => resolve());
    else setTimeout(resolve);
  });
}
