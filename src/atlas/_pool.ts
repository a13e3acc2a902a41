/** Runs tasks of which some may fail, several at a time. */

/** A task that failed. */
export interface Failure<Item> {
  readonly item: Item;
  readonly error: unknown;
}

/** How many tasks may fail in a row: then what they share has failed, such as the connection or the disk. */
const MOST_IN_A_ROW = 3;

/** Options of {@linkcode runAll}. */
export interface RunAllOptions {
  /** How many tasks run at a time. */
  readonly limit: number;
  /** Called with each error; returns whether it concerns its own task only, so that the others may continue. */
  readonly mayContinue: (error: unknown) => boolean;
  /** Once it is aborted no further task starts, and its reason is thrown when those that run have ended. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a task for each item, in their order, up to `limit` of them at a time. A task that fails for a reason of its own
 * stops the others only if two more fail in a row, since one bad file of many is no reason to wait for the next morning.
 *
 * @returns The tasks that failed, and the items whose tasks did not start.
 */
export async function runAll<Item>(
  items: readonly Item[],
  run: (item: Item) => Promise<void>,
  { limit, mayContinue, signal }: RunAllOptions,
): Promise<{ readonly failures: readonly Failure<Item>[]; readonly left: readonly Item[] }> {
  const failures: Failure<Item>[] = [];
  let next = 0;
  let inARow = 0;
  const isStopped = () => inARow >= MOST_IN_A_ROW || signal?.aborted === true;
  const work = async () => {
    while (next < items.length && !isStopped()) {
      const item = items[next++]!;
      try {
        await run(item);
        inARow = 0;
      } catch (error) {
        failures.push({ item, error });
        inARow += mayContinue(error) ? 1 : MOST_IN_A_ROW;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  signal?.throwIfAborted();
  return { failures, left: items.slice(next) };
}
