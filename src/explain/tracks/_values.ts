/** Values of bins and bases on the genome, taken from blocks of attributions. */

import type { Dataset } from "../../data/dataset.ts";
import { ContractError } from "../../errors.ts";
import { summaryShape, summaryWindows } from "../../panel/summary.ts";
import type { DataRecord } from "../../record.ts";
import type { ReadTrackBlocks, TrackInput } from "./track_options.ts";
import type { AttributionMethod, InputAttributions } from "../types.ts";

const LETTERS = 4;
/** The code of a letter that is not known. */
const UNKNOWN_LETTER = 4;

/** How the values of an input become those of tracks. */
export interface TrackShape {
  /** Bins, or bases, of a sample. */
  readonly bins: number;
  /** Width of a bin, in base pairs. */
  readonly binSizeBp: number;
  /** Name of each track of a cell type; marks, or `DNA`. */
  readonly names: readonly string[];
  /** Writes the values of a sample, `[bin, track]` row-major. */
  readonly write: (sample: SampleValues, target: Float32Array) => void;
}

/** The attributions of a sample. */
export interface SampleValues {
  readonly values: Float32Array;
  /** Position in the data. */
  readonly position: number;
}

/** What the shape of an input depends on. */
export interface TrackContext {
  readonly data: Dataset;
  /** The record of what the models read. */
  readonly record: DataRecord;
  /** Number of bins of a sample, of which a summary is made. */
  readonly bins: number;
  readonly method: AttributionMethod;
}

/**
 * Finds out how the values of an input become those of tracks.
 *
 * @throws {ContractError} If the shape is not that of the record.
 */
export function shapeOfTracks(
  input: TrackInput,
  { shape }: Pick<InputAttributions, "shape">,
  context: TrackContext,
): TrackShape {
  switch (input) {
    case "signal":
      return shapeOfSignal(shape, context);
    case "summary":
      return shapeOfSummary(shape, context);
    case "sequence":
      return shapeOfSequence(shape, context);
  }
}

function shapeOfSignal(shape: readonly number[], { record }: TrackContext): TrackShape {
  const { marks, binSizeBp } = record;
  const [bins = 0, values] = shape;
  if (values !== marks.length) failShape("signal", shape, `[bins, ${marks.length}]`);
  return {
    bins,
    binSizeBp,
    names: marks,
    write: ({ values }, target) => target.set(values),
  };
}

/**
 * The windows of a summary have no bins of their own. Each bin has an equal share of its window's attribution, so that
 * the sum over bins is that over windows.
 */
function shapeOfSummary(
  shape: readonly number[],
  { record: { marks, binSizeBp }, bins }: TrackContext,
): TrackShape {
  const { windows, valuesOfMark, values: count } = summaryShape({ bins, marks: marks.length });
  if (shape.length !== 1 || shape[0] !== count) failShape("summary", shape, `[${count}]`);
  const { bounds } = summaryWindows(bins);
  return {
    bins,
    binSizeBp,
    names: marks,
    write({ values }, target) {
      for (let mark = 0; mark < marks.length; mark++) {
        for (let window = 0; window < windows; window++) {
          const [first, end] = [bounds[window]!, bounds[window + 1]!];
          const share = values[mark * valuesOfMark + window]! / (end - first);
          for (let bin = first; bin < end; bin++) target[bin * marks.length + mark] = share;
        }
      }
    },
  };
}

/**
 * One number for each base: the sum over the letters, of which all but the base's own are 0; of `gradient`, that of the
 * base's own letter; of `mutagenesis`, by how much the prediction falls if it becomes another, as the mean over
 * those.
 */
function shapeOfSequence(shape: readonly number[], { data, method }: TrackContext): TrackShape {
  const [bases = 0, letters] = shape;
  if (letters !== LETTERS) failShape("sequence", shape, "[bases, 4]");
  return {
    bins: bases,
    binSizeBp: 1,
    names: ["DNA"],
    write({ values, position }, target) {
      const codes = data.sequenceOf(position);
      for (let base = 0; base < bases; base++) {
        const letter = codes?.[base] ?? UNKNOWN_LETTER;
        const isKnown = letter < UNKNOWN_LETTER;
        const first = LETTERS * base;
        let sum = 0;
        for (let other = 0; other < LETTERS; other++) sum += values[first + other]!;
        if (method === "gradient") target[base] = isKnown ? values[first + letter]! : 0;
        else if (method === "mutagenesis") target[base] = -sum / (isKnown ? LETTERS - 1 : LETTERS);
        else target[base] = sum;
      }
    },
  };
}

function failShape(input: TrackInput, shape: readonly number[], wanted: string): never {
  throw new ContractError(
    `Cannot write tracks: attributions of ${input} are [${shape.join(", ")}], expected ${wanted}`,
  );
}

/** The samples of one cell type. */
export interface CellTypeSamples {
  readonly cellType: string;
  /** Their positions in the data, in the order of the blocks. */
  readonly positions: readonly number[];
}

/** Groups positions by cell type, in the order in which cell types first appear. */
export function groupByCellType(data: Dataset, positions: readonly number[]): CellTypeSamples[] {
  const groups = new Map<string, number[]>();
  for (const position of positions) {
    const cellType = data.cellTypeOf(position);
    const group = groups.get(cellType);
    if (group === undefined) groups.set(cellType, [position]);
    else group.push(position);
  }
  return Array.from(groups, ([cellType, positions]) => ({ cellType, positions }));
}

/**
 * Takes the values of the samples of some cell types from all blocks.
 *
 * @returns The values of each cell type, `[sample, bin, track]`, in the order of `groups`.
 */
export async function collectValues(
  readBlocks: ReadTrackBlocks,
  groups: readonly CellTypeSamples[],
  { input, shape, data }: {
    readonly input: TrackInput;
    readonly shape: TrackShape;
    readonly data: Dataset;
  },
): Promise<Float32Array<ArrayBuffer>[]> {
  const size = shape.bins * shape.names.length;
  const collected = groups.map(({ positions }) => new Float32Array(positions.length * size));
  const places = new Map(groups.map(({ cellType }, place) => [cellType, place]));
  const counts = groups.map(() => 0);
  for await (const { rows, inputs } of readBlocks()) {
    const attributions = inputs[input];
    if (attributions === undefined) continue;
    const sampleSize = attributions.values.length / rows.length;
    for (const [i, position] of rows.entries()) {
      const place = places.get(data.cellTypeOf(position));
      if (place === undefined) continue;
      const start = counts[place]!++ * size;
      shape.write({
        values: attributions.values.subarray(i * sampleSize, (i + 1) * sampleSize),
        position,
      }, collected[place]!.subarray(start, start + size));
    }
  }
  return collected;
}
