/** Where the marks lie in what a network reads: how values of its inputs are those of marks in bins. */

import { listSome } from "../../base/wording.ts";
import { ContractError } from "../../errors.ts";
import { modelInputs } from "../../model/inputs.ts";
import type { InputName, InputSpec } from "../../model/spec.ts";
import type { TrainedModel } from "../../model/trained_model.ts";
import { summaryWindows } from "../../panel/summary.ts";

/** A value that belongs to no place: a statistic of the whole window, or whether a mark was measured. */
const NO_PLACE = -1;

/** The values of one input. */
interface InputLayout {
  readonly name: InputName;
  /** Values of a sample. */
  readonly size: number;
  /** The mark of each value, `[value]`. */
  readonly marks: Int32Array;
  /** The place of each value, `[value]`. */
  readonly places: Int32Array;
}

/** Where the marks lie in a network's inputs. */
export interface MarkLayout {
  readonly marks: readonly string[];
  /** Where places begin, as bins, and at the end the number of bins. */
  readonly placeBins: Uint32Array<ArrayBuffer>;
  /** The inputs that are made of the sample's own marks. */
  readonly inputs: readonly InputLayout[];
  /** Whether other inputs may differ between cell types: the references, labels and statistics of a panel. */
  readonly hasContext: boolean;
}

/**
 * Finds the marks in the inputs of a model.
 *
 * @throws {ContractError} If it reads no marks.
 */
export function markLayout({ spec, record: { marks }, panel }: TrainedModel): MarkLayout {
  const all = modelInputs(spec);
  const signal = all.find((input) => input.name === "signal");
  const bounds = signal === undefined && panel !== undefined
    ? summaryWindows(panel.bins).bounds
    : undefined;
  // Beside a signal, which has a place for each bin, windows of a summary have none.
  const windows = bounds === undefined ? 0 : bounds.length - 1;
  const inputs = all.flatMap((input) => layoutOf(input, { marks: marks.length, windows }) ?? []);
  const placeBins = bounds ??
    (signal && Uint32Array.from({ length: signal.bins + 1 }, (_, bin) => bin));
  if (placeBins === undefined || inputs.length === 0) {
    throw new ContractError(
      `Cannot compare cell types with "${spec.name}": it reads ${
        listSome(all.map(({ name }) => name))
      }, expected a model that reads marks, which differ between cell types`,
    );
  }
  return {
    marks,
    placeBins,
    inputs,
    hasContext: all.some(({ name }) =>
      name !== "sequence" && !inputs.some((input) => input.name === name)
    ),
  };
}

function layoutOf(
  input: InputSpec,
  { marks, windows }: { readonly marks: number; readonly windows: number },
): InputLayout | undefined {
  switch (input.name) {
    case "signal":
      return makeLayout(input.name, input.bins * input.marks, (value) => [
        value % input.marks,
        Math.floor(value / input.marks),
      ]);
    case "markMask":
      return makeLayout(input.name, input.marks, (value) => [value, NO_PLACE]);
    case "summary": {
      const valuesOfMark = input.values / marks;
      return makeLayout(input.name, input.values, (value) => {
        const within = value % valuesOfMark;
        return [Math.floor(value / valuesOfMark), within < windows ? within : NO_PLACE];
      });
    }
    default:
      return undefined;
  }
}

function makeLayout(
  name: InputName,
  size: number,
  locate: (value: number) => readonly [mark: number, place: number],
): InputLayout {
  const located = Array.from({ length: size }, (_, value) => locate(value));
  return {
    name,
    size,
    marks: Int32Array.from(located, ([mark]) => mark),
    places: Int32Array.from(located, ([, place]) => place),
  };
}

/** Number of places of a layout. */
export function countPlaces({ placeBins }: MarkLayout): number {
  return placeBins.length - 1;
}
