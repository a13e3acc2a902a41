import { deferred } from "../base/platform.ts";
import { EngineUnavailableError } from "../errors.ts";

/** How long the report of a lost device may lag the first failure that the loss caused, in milliseconds. */
const GRACE_MS = 200;

/** Waits for a promise, but rejects as soon as the device is lost or reports an error that no call returned. */
export type Guard = <T>(promise: Promise<T>) => Promise<T>;

/**
 * Watches a GPU device.
 *
 * @param device The device, just opened.
 * @param name Name of the card or driver.
 * @returns A function with which to wait for all work on the device; it rejects with an
 * {@linkcode EngineUnavailableError} that says what happened to the device.
 */
export function watchDevice(device: GPUDevice, name: string): Guard {
  let failure: EngineUnavailableError | undefined;
  const waiting = new Set<(failure: Error) => void>();
  const fail = (message: string) => {
    failure ??= new EngineUnavailableError(message);
    for (const reject of waiting) reject(failure);
  };
  device.addEventListener("uncapturederror", (event) => {
    const { message } = (event as GPUUncapturedErrorEvent).error;
    fail(`Cannot continue computing on ${name}: ${message}`);
  });
  device.lost.then(({ reason, message }) => {
    const why = [reason, message].filter(Boolean).join(", ");
    fail(`Cannot continue computing: ${name} was lost (${why || "no reason given"})`);
  });
  return async (promise) => {
    // One promise for each call: a single one would hold the results of all races for as long as the device lives.
    const failed = deferred<never>();
    waiting.add(failed.reject);
    if (failure !== undefined) failed.reject(failure);
    try {
      return await Promise.race([failed.promise, promise]);
    } catch (error) {
      // The awaited promise can reject before `device.lost` resolves.
      await Promise.race([device.lost, new Promise((resolve) => setTimeout(resolve, GRACE_MS))]);
      throw failure ?? error;
    } finally {
      waiting.delete(failed.reject);
    }
  };
}
