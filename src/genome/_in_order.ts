/**
 * Runs a task for each item, some at once, and gives the results in the order of the items. No more results
 * than `limit` wait at any time, so memory is bounded even if they are taken slowly.
 */
export async function* mapInOrder<Item, Result>(
  items: readonly Item[],
  limit: number,
  run: (item: Item, index: number) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const running: Promise<Result>[] = [];
  let next = 0;
  try {
    while (next < items.length || running.length > 0) {
      while (next < items.length && running.length < limit) {
        const result = run(items[next], next++);
        // Its error is thrown when its turn comes, unless an earlier one was.
        result.catch(() => undefined);
        running.push(result);
      }
      yield await running[0];
      running.shift();
    }
  } finally {
    // What they hold open is closed before the caller goes on.
    await Promise.allSettled(running);
  }
}
