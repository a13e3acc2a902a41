/**
 * The number of threads to compute on.
 *
 * @param threads What was asked for; all cores if nothing was, one where nobody knows how many there are.
 * @throws {RangeError} If that is no integer >= 1.
 */
export function chooseThreads(threads?: number): number {
  const chosen = threads ?? globalThis.navigator?.hardwareConcurrency ?? 1;
  if (Number.isSafeInteger(chosen) && chosen >= 1) return chosen;
  throw new RangeError(`Cannot compute: threads is ${chosen}, expected an integer >= 1`);
}
