import { gradientSize } from "../engine/path_source.ts";
import type { InputSpec } from "../model/spec.ts";

/** Values of a block's samples, and its samples at most: some seconds of work. */
const BLOCK_VALUES = 1 << 21;
const BLOCK_SAMPLES = 256;

/** Chooses how many samples are explained together, by the number of values that each has of some inputs. */
export function chooseBlockSize(inputs: readonly InputSpec[]): number {
  const values = inputs.reduce((sum, input) => sum + gradientSize(input), 0);
  return Math.max(1, Math.min(BLOCK_SAMPLES, Math.floor(BLOCK_VALUES / Math.max(1, values))));
}
