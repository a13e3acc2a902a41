/**
 * What is to be disposed of together, the last first: as much of `AsyncDisposableStack` as is needed here, since Node 20
 * and some browsers have none.
 */
export class DisposableList implements AsyncDisposable {
  #items: (AsyncDisposable | Disposable)[] = [];

  /** Adds `item`, and returns it. */
  use<Item extends AsyncDisposable | Disposable>(item: Item): Item {
    this.#items.push(item);
    return item;
  }

  /** Hands everything over to another list, which is returned; this one has nothing left to dispose of. */
  move(): DisposableList {
    const other = new DisposableList();
    [other.#items, this.#items] = [this.#items, other.#items];
    return other;
  }

  /**
   * Disposes of everything, of each even if another one fails.
   *
   * @throws {unknown} The error of the one that failed, or the first of several.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const errors: unknown[] = [];
    for (const item of this.#items.splice(0).reverse()) {
      try {
        if (Symbol.asyncDispose in item) await item[Symbol.asyncDispose]();
        else item[Symbol.dispose]();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
