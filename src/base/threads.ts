/** More would be a typing error. */
const MOST_THREADS = 1024;
/** So many are started on any machine, since some tell fewer cores than they have. */
const ALWAYS_GRANTED = 8;

/**
 * The number of threads to compute on.
 *
 * @param threads What was asked for; all cores if nothing was, one where nobody knows how many there are. Beyond the
 *   cores there are, which threads would only wait for, fewer are granted.
 * @throws {RangeError} If that is no integer from 1 to 1024.
 */
export function chooseThreads(threads?: number): number {
  const cores = globalThis.navigator?.hardwareConcurrency ?? 1;
  const chosen = threads ?? cores;
  if (Number.isInteger(chosen) && chosen >= 1 && chosen <= MOST_THREADS) {
    return Math.min(chosen, Math.max(ALWAYS_GRANTED, cores));
  }
  throw new RangeError(
    `Cannot compute: threads is ${chosen}, expected an integer from 1 to ${MOST_THREADS}`,
  );
}
