/** Damage to JSON that leaves it JSON: other types, absurd numbers, deep nesting, keys that mean something to objects. */

import { between, pick } from "./choose.ts";
import { type Damage, LARGEST_BYTES, type Mutator } from "./mutate_bytes.ts";
import type { RandomStream } from "../../src/random.ts";
import { encode } from "./seed.ts";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Damages one value anywhere in a JSON text; a text that is no longer JSON is left as it is. */
export const mutateJson: Mutator = (bytes, { random }: Damage) => {
  try {
    const root = { root: JSON.parse(new TextDecoder().decode(bytes)) as Json };
    let tooDeep = "";
    mutateNode(pick(random, slotsOf(root)), random, (text) => tooDeep = text);
    const damaged = encode(
      (JSON.stringify(root.root) ?? "").replace(`"${DEEP_MARK}"`, () => tooDeep),
    );
    return damaged.length > LARGEST_BYTES ? bytes : damaged;
  } catch {
    // It is no longer JSON, or nested too deeply to be written.
    return bytes;
  }
};

/** Stands for a nesting that is too deep for `JSON.stringify` and is inserted as text. */
const DEEP_MARK = "nested deeply here";
/** The most values of a tree that are visited. */
const MOST_SLOTS = 20_000;

/** A value's place: the object or array that holds it, and its key. */
interface Slot {
  readonly parent: Record<string, Json>;
  readonly key: string;
}

function slotsOf(root: { root: Json }): Slot[] {
  const slots: Slot[] = [{ parent: root, key: "root" }];
  for (let i = 0; i < slots.length && slots.length < MOST_SLOTS; i++) {
    const value = slots[i]!.parent[slots[i]!.key];
    if (typeof value !== "object" || value === null) continue;
    const parent = value as Record<string, Json>;
    for (const key of Object.keys(parent)) slots.push({ parent, key });
  }
  return slots;
}

const ODD_VALUES: readonly (() => Json)[] = [
  () => null,
  () => true,
  () => "",
  () => "x".repeat(10_000),
  () => "__proto__",
  () => "../../../etc/passwd",
  () => [],
  () => ({}),
  () => [[[]]],
  () => ({ toString: null, valueOf: null }),
  () => ({ length: 2 ** 32 }),
  () => JSON.parse('{"__proto__":{"type":"dense"}}'),
  () => Array(5000).fill(0),
];

const ODD_NUMBERS: readonly number[] = [
  0,
  -0,
  1,
  -1,
  0.5,
  1e308,
  -1e308,
  5e-324,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  65_535,
  65_536,
  65_537,
];

function mutateNode(
  { parent, key }: Slot,
  random: RandomStream,
  nest: (text: string) => void,
): void {
  const value = parent[key];
  switch (random.below(9)) {
    case 0:
    case 1:
      parent[key] = pick(random, ODD_VALUES)();
      return;
    case 2:
    case 3:
      parent[key] = pick(random, ODD_NUMBERS);
      return;
    case 4:
      nest(nesting(random));
      parent[key] = DEEP_MARK;
      return;
    case 5:
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else delete parent[key];
      return;
    case 6:
      if (Array.isArray(value) && value.length > 0) {
        const times = between(random, 1, 300);
        for (let i = 0; i < times; i++) value.push(structuredClone(value[0]!));
      } else parent[key] = [value!];
      return;
    case 7:
      parent[key] = typeof value === "number" ? String(value) : { [key]: value! };
      return;
    default:
      if (typeof value === "object" && value !== null && !Array.isArray(value)) {
        value[pick(random, ["extra", "constructor", "hasOwnProperty", "type", "then"])] = 1;
      } else parent[key] = `${value}x`;
  }
}

function nesting(random: RandomStream): string {
  const depth = pick(random, [10, 1000, 20_000, 100_000]);
  return random.below(2) === 0
    ? "[".repeat(depth) + "]".repeat(depth)
    : '{"a":'.repeat(depth) + "1" + "}".repeat(depth);
}
