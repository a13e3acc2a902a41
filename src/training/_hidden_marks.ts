/** Which marks of a sample are hidden. */

import { ContractError } from "../errors.ts";
import type { SummarisedSamples } from "../panel/summarised_samples.ts";
import type { PanelVariants } from "./panel_variants.ts";

/**
 * Marks that are treated as not measured, `[mark]`: 1 for those.
 *
 * @throws {RangeError} If one is not among the marks, or no mark would be left.
 */
export function placeDropped(names: readonly string[], marks: readonly string[]): Uint8Array {
  const unknown = names.find((name) => !marks.includes(name));
  if (unknown !== undefined) {
    throw new RangeError(
      `Cannot drop mark "${unknown}": it is not one of the model's, ${marks.join(", ")}`,
    );
  }
  const dropped = Uint8Array.from(marks, (mark) => names.includes(mark) ? 1 : 0);
  if (dropped.includes(0)) return dropped;
  throw new RangeError(`Cannot drop all marks, ${marks.join(", ")}: expected one that is left`);
}

/** Which marks are hidden, by the sample's cell type and the mask of its variant. */
export class HiddenMarks {
  readonly #cellTypes: readonly string[];
  readonly #masks: number;
  readonly #patternOf: Uint32Array;
  readonly #hidden: readonly Uint8Array[];

  /** Lists the marks that are missing, dropped, or hidden by a mask. */
  constructor(
    summaries: SummarisedSamples,
    variants: PanelVariants,
    { drop, cellTypes }: { readonly drop: Uint8Array; readonly cellTypes: readonly string[] },
  ) {
    this.#cellTypes = cellTypes;
    const marks = drop.length;
    const patterns = new Map<string, number>();
    const hiddenIn: Uint8Array[] = [];
    this.#masks = variants.masks;
    this.#patternOf = Uint32Array.from({ length: summaries.measured.length / marks }, (_, type) => {
      const hidden = summaries.measuredIn(type).map((value, mark) => value === 0 ? 1 : drop[mark]!);
      const pattern = patterns.get(String(hidden)) ?? hiddenIn.push(hidden) - 1;
      patterns.set(String(hidden), pattern);
      return pattern;
    });
    this.#hidden = hiddenIn.flatMap((hidden) =>
      Array.from({ length: this.#masks }, (_, mask) => {
        const more = variants.hiddenBy(mask);
        const joined = hidden.map((value, mark) => value | more[mark]!);
        // A sample without any mark says nothing.
        return joined.includes(0) ? joined : hidden;
      })
    );
  }

  /**
   * A number for the marks that are hidden from the samples of a cell type under a mask.
   *
   * @throws {ContractError} If no mark of the cell type is left.
   */
  keyOf(cellType: number, mask: number): number {
    const key = this.#patternOf[cellType]! * this.#masks + mask;
    if (this.#hidden[key]!.includes(0)) return key;
    throw new ContractError(
      `Cannot use these data: ${
        this.#cellTypes[cellType]
      } has none of the marks that are to be read, expected one`,
    );
  }

  /** The hidden marks of a number, `[mark]`: 1 for those. */
  marksOf(key: number): Uint8Array {
    return this.#hidden[key]!;
  }
}
