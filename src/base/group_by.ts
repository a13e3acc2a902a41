/** The items of a key, of which there is at least one. */
export type Group<Item> = [Item, ...Item[]];

/**
 * Groups items by key, as `Map.groupBy` does, which Node 20 and older browsers lack.
 *
 * @returns The items of each key, in their order; keys in the order of their first items.
 */
export function groupBy<Key, Item>(
  items: Iterable<Item>,
  keyOf: (item: Item, index: number) => Key,
): Map<Key, Group<Item>> {
  const groups = new Map<Key, Group<Item>>();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index++);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
