/** Random choices, all drawn from one seeded stream. */

import type { RandomStream } from "../../src/random.ts";

/** One of the items, each equally likely. */
export function pick<Item>(random: RandomStream, items: readonly Item[]): Item {
  return items[random.below(items.length)]!;
}

/** An integer from `least` to `most`, both possible. */
export function between(random: RandomStream, least: number, most: number): number {
  return least + random.below(most - least + 1);
}

/** Whether an event of this probability happens. */
export function chance(random: RandomStream, probability: number): boolean {
  return random.uniform() < probability;
}
