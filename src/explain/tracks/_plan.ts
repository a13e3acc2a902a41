/** What is found out before tracks are written: the inputs, the samples by cell type, and the chromosomes. */

import type { Dataset } from "../../data/dataset.ts";
import { ContractError } from "../../errors.ts";
import type { Contig } from "../../genome/chromosomes.ts";
import { assemblyChromosomes } from "../../genome/tracks/read_chromosome_sizes.ts";
import { OVERLAP_RULES } from "../../genome/tracks/sweep_windows.ts";
import type { DataRecord } from "../../record.ts";
import {
  type CellTypeSamples,
  groupByCellType,
  shapeOfTracks,
  type TrackShape,
} from "./_values.ts";
import {
  type ReadTrackBlocks,
  TRACK_FILE_FORMATS,
  TRACK_INPUTS,
  type TrackInput,
  type WriteTracksOptions,
} from "./track_options.ts";
import type { AttributionMethod } from "../types.ts";

/** An input whose attributions become tracks. */
export interface PlannedInput {
  readonly input: TrackInput;
  readonly shape: TrackShape;
}

/** What tracks are written of. */
export interface TrackPlan {
  readonly method: AttributionMethod;
  readonly record: DataRecord;
  readonly inputs: readonly PlannedInput[];
  readonly groups: readonly CellTypeSamples[];
  /** `undefined` where lengths are not known, which only bigWig needs. */
  readonly chromosomes: readonly Required<Contig>[] | undefined;
  /** Sentences about what is left out. */
  readonly notes: readonly string[];
}

/** Looks through all blocks for their samples. */
export async function planTracks(
  readBlocks: ReadTrackBlocks,
  data: Dataset,
  options: WriteTracksOptions,
): Promise<TrackPlan> {
  checkOptions(options);
  const { record = data.record } = options;
  const chromosomes = chooseChromosomes(record, options);
  const positions: number[] = [];
  let first: { readonly method: AttributionMethod; readonly shapes: Shapes } | undefined;
  for await (const { method, rows, inputs } of readBlocks()) {
    first ??= {
      method,
      shapes: new Map(
        TRACK_INPUTS.flatMap((input) => {
          const found = inputs[input];
          return found === undefined ? [] : [[input, found.shape] as const];
        }),
      ),
    };
    for (const position of rows) positions.push(position);
  }
  if (first === undefined || positions.length === 0) {
    throw new RangeError("Cannot write tracks: there are no attributions, expected at least one");
  }
  const { method, shapes } = first;
  const { inputs, notes } = chooseInputs(shapes, record, options);
  const context = { data, record, bins: data.bins, method };
  return {
    method,
    record,
    inputs: inputs.map((input) => ({
      input,
      shape: shapeOfTracks(input, { shape: shapes.get(input)! }, context),
    })),
    groups: groupByCellType(data, positions),
    chromosomes,
    notes,
  };
}

type Shapes = ReadonlyMap<TrackInput, readonly number[]>;

function checkOptions({ format, overlaps, mostValues }: WriteTracksOptions): void {
  const choices: readonly (readonly [string, string | undefined, readonly string[]])[] = [
    ["format", format, TRACK_FILE_FORMATS],
    ["overlaps", overlaps, OVERLAP_RULES],
  ];
  for (const [name, value, known] of choices) {
    if (value === undefined || known.includes(value)) continue;
    throw new RangeError(
      `Cannot write tracks: ${name} is ${value}, expected one of ${known.join(", ")}`,
    );
  }
  if (mostValues === undefined || mostValues > 0) return;
  throw new RangeError(
    `Cannot write tracks: mostValues is ${mostValues}, expected a positive number`,
  );
}

/**
 * The chromosomes at whose ends windows are cut.
 *
 * @throws {ContractError} If their lengths are not known, and the format needs them.
 */
export function chooseChromosomes(
  { assembly }: DataRecord,
  { chromosomes, format = "bigwig" }: Pick<WriteTracksOptions, "chromosomes" | "format">,
): readonly Required<Contig>[] | undefined {
  if (chromosomes !== undefined) return chromosomes;
  const known = assemblyChromosomes(assembly);
  if (known.length > 0) return known;
  if (format !== "bigwig") return undefined;
  throw new ContractError(
    `Cannot write bigWig tracks: the lengths of the chromosomes of assembly ${assembly} are not known, expected a file ` +
      "of them, such as UCSC's chrom.sizes or the index of a genome; bedGraph tracks need none",
  );
}

function chooseInputs(
  shapes: Shapes,
  { sequence }: DataRecord,
  { inputs: wanted }: WriteTracksOptions,
): { readonly inputs: readonly TrackInput[]; readonly notes: readonly string[] } {
  const lacking = wanted?.find((input) => !shapes.has(input));
  if (lacking !== undefined || shapes.size === 0) {
    throw new ContractError(
      `Cannot write tracks: the attributions are not of ${
        lacking ?? TRACK_INPUTS.join(", ")
      }, expected an input whose values lie on the genome`,
    );
  }
  const inputs = wanted ?? [...shapes.keys()];
  if (!inputs.includes("sequence") || sequence?.orientation !== "unknown") {
    return { inputs, notes: [] };
  }
  const note =
    "DNA is in no track: the data do not say in which direction the letters of minus-strand genes run";
  const others = inputs.filter((input) => input !== "sequence");
  if (wanted === undefined && others.length > 0) return { inputs: others, notes: [note] };
  throw new ContractError(`Cannot write tracks: ${note}`);
}
