/** What a unit's line says that it does, and how items are divided into units. */

import { type Field, field } from "../base/field.ts";
import type { Unit } from "../cluster/plan.ts";
import { checkValue } from "../runs/check_value.ts";

/** Consecutive items: the number of the first, from 0, and that after the last. */
export type Span = readonly [first: number, end: number];

/** A span in a unit's settings. */
export const SPAN: Field<Span> = field(
  (value) => Array.isArray(value) && value.length === 2 && value.every(Number.isSafeInteger),
  "two integers",
);

/** Units of fast items have so many that they take about this long, unless `--per-unit` says how many they have. */
const UNIT_SECONDS = 300;

/** How many items a unit has, by how long one takes. */
export function itemsPerUnit(secondsEach: number): number {
  return Math.max(1, Math.floor(UNIT_SECONDS / secondsEach));
}

/** Divides items into spans of at most so many. */
export function cutSpans(items: number, perUnit: number): Span[] {
  return Array.from({ length: Math.ceil(items / perUnit) }, (_, i): Span => {
    const first = i * perUnit;
    return [first, Math.min(first + perUnit, items)];
  });
}

/**
 * Reads what a unit does.
 *
 * @param unit The unit.
 * @param described What its settings are.
 * @throws {FormatError} If they are something else.
 */
export function settingsOf<Settings>(
  { settings, unit }: Unit,
  described: Field<Settings>,
): Settings {
  return checkValue(settings, described, { purpose: `do unit ${unit}`, file: "units.jsonl" });
}
