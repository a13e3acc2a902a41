import { EngineUnavailableError } from "../errors.ts";

/** How long word of a lost device may come after the first failure that it caused. */
const GRACE_MS = 200;

/** Waits for a promise, but rejects as soon as the device is lost or reports an error that nobody asked for. */
export type Guard = <T>(promise: Promise<T>) => Promise<T>;

/**
 * Watches over a GPU device.
 *
 * @param device The device, just opened.
 * @param name Of the card or driver.
 * @returns What all work on it is to be waited for with; it rejects with an {@linkcode EngineUnavailableError} that says what
 *   became of the device.
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
    fail(`Cannot go on computing on ${name}: ${message}`);
  });
  device.lost.then(({ reason, message }) => {
    const why = [reason, message].filter(Boolean).join(", ");
    fail(`Cannot go on computing: ${name} was lost (${why || "no reason given"})`);
  });
  return async (promise) => {
    // A promise for each: one for all would hold what every race ended with, for as long as the device lives.
    const failed = Promise.withResolvers<never>();
    waiting.add(failed.reject);
    if (failure !== undefined) failed.reject(failure);
    try {
      return await Promise.race([failed.promise, promise]);
    } catch (error) {
      // What was waited for may fail of a loss before word of the loss comes.
      await Promise.race([device.lost, new Promise((resolve) => setTimeout(resolve, GRACE_MS))]);
      throw failure ?? error;
    } finally {
      waiting.delete(failed.reject);
    }
  };
}
