/**
 * Runs a task for each item, up to `limit` of them at a time, and yields the results in the order of the items. At most
 * `limit` results wait at any time, so memory is bounded even if the caller takes them slowly.
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
        const result = run(items[next]!, next++);
        // An error is thrown when the task's turn comes, unless an earlier task threw before it.
        result.catch(() => undefined);
        running.push(result);
      }
      yield await running[0]!;
      running.shift();
    }
  } finally {
    // Tasks close the files that they hold open before the caller continues.
    await Promise.allSettled(running);
  }
}
