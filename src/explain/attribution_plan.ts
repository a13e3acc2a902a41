/** Options of an attribution, checked and with their defaults. */

import { checkInteger } from "../base/check_integer.ts";
import { showValue } from "../base/show_value.ts";
import type { Dataset } from "../data/dataset.ts";
import type { InputName } from "../model/spec.ts";
import { MOST_STEPS } from "./quadrature.ts";
import type { AttributeOptions, MatchBy } from "./attribute_options.ts";
import {
  ATTRIBUTION_METHODS,
  type AttributionMethod,
  BASELINE_KINDS,
  type BaselineKind,
} from "./types.ts";

/** A window that moves over the bins of a mark. */
export interface PlannedWindow {
  readonly bins: number;
  readonly stride: number;
}

/** What to do, whatever the model. */
export interface AttributionPlan {
  readonly method: AttributionMethod;
  readonly baseline: BaselineKind;
  readonly matchBy: MatchBy;
  readonly matches: number;
  readonly steps: number;
  /** `[sample]`: positions in the data set. */
  readonly positions: Uint32Array<ArrayBuffer>;
  readonly inputs: readonly InputName[] | undefined;
  readonly occlude: PlannedWindow | "mark";
  readonly window: readonly [start: number, end: number] | undefined;
  readonly seed: number;
  readonly blockSize: number | undefined;
}

const ACTION = "attribute";

/** Methods that compare a sample with a baseline of one kind. */
const WITH_BASELINE: readonly AttributionMethod[] = ["integrated-gradients", "occlusion"];

/** Whether a method compares a sample with a baseline of one kind. */
export function hasBaseline({ method }: Pick<AttributionPlan, "method">): boolean {
  return WITH_BASELINE.includes(method);
}

/**
 * Checks options.
 *
 * @throws {RangeError} If a setting is out of range or unknown.
 */
export function planAttribution(data: Dataset, options: AttributeOptions): AttributionPlan {
  const {
    method = "integrated-gradients",
    baseline = "zero",
    matchBy = "signal",
    matches = 20,
    steps = 50,
    seed = 0,
    occlude = "bin",
    blockSize,
    inputs,
    window,
  } = options;
  checkChoice(method, "method", ATTRIBUTION_METHODS);
  checkChoice(baseline, "baseline", BASELINE_KINDS);
  checkChoice(matchBy, "matchBy", ["signal", "label"]);
  checkInteger(steps, { action: ACTION, name: "steps", least: 1, most: MOST_STEPS });
  checkInteger(matches, { action: ACTION, name: "matches", least: 1 });
  checkInteger(seed, { action: ACTION, name: "seed", least: 0 });
  if (blockSize !== undefined) {
    checkInteger(blockSize, { action: ACTION, name: "blockSize", least: 1 });
  }
  const positions = options.rows === undefined
    ? Uint32Array.from({ length: data.length }, (_, position) => position)
    : checkPositions(options.rows, data);
  return {
    method,
    baseline,
    matchBy,
    matches,
    steps,
    positions,
    inputs,
    occlude: planOcclusion(occlude),
    window,
    seed,
    blockSize,
  };
}

function checkChoice(value: unknown, name: string, choices: readonly string[]): void {
  if ((choices as readonly unknown[]).includes(value)) return;
  throw new RangeError(
    `Cannot ${ACTION}: ${name} is ${showValue(value)}, expected one of ${choices.join(", ")}`,
  );
}

/**
 * Copies positions of samples.
 *
 * @throws {RangeError} If the data lack one.
 */
export function checkPositions(
  rows: ArrayLike<number>,
  { length }: Dataset,
): Uint32Array<ArrayBuffer> {
  for (let i = 0; i < rows.length; i++) {
    const position = rows[i]!;
    if (Number.isInteger(position) && position >= 0 && position < length) continue;
    throw new RangeError(
      `Cannot ${ACTION}: sample ${position} was requested, the data have ${length}`,
    );
  }
  return Uint32Array.from(rows);
}

function planOcclusion(
  occlude: NonNullable<AttributeOptions["occlude"]>,
): PlannedWindow | "mark" {
  if (occlude === "mark") return "mark";
  if (occlude === "bin") return { bins: 1, stride: 1 };
  if (typeof occlude !== "object") {
    throw new RangeError(
      `Cannot ${ACTION}: occlude is ${showValue(occlude)}, expected bin, mark, or a window`,
    );
  }
  const { bins, stride = 1 } = occlude;
  checkInteger(bins, { action: ACTION, name: "occlude.bins", least: 1 });
  checkInteger(stride, { action: ACTION, name: "occlude.stride", least: 1 });
  if (stride <= bins) return { bins, stride };
  throw new RangeError(
    `Cannot ${ACTION}: occlude.stride is ${stride}, expected at most the window's ${bins} bins`,
  );
}

/**
 * The part of an axis that is asked for.
 *
 * @throws {RangeError} If it is not a part of the axis.
 */
export function checkWindow(
  window: readonly [start: number, end: number],
  { length, what }: { readonly length: number; readonly what: string },
): readonly [start: number, end: number] {
  const [start, end] = window;
  const isInside = Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end &&
    end <= length;
  if (isInside) return window;
  throw new RangeError(
    `Cannot ${ACTION}: the window is from ${start} to ${end}, expected a part of 0 to ${length} (${what})`,
  );
}
