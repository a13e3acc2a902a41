/** Samples of a model that reads a panel, as tables of whole genes: what the benchmark compares such models on. */

import { sharedBuffer } from "../../src/base/shared_memory.ts";
import type { JoinedColumns } from "../../src/engine/joined_source.ts";
import { entrySize, NO_ENTRY } from "../../src/engine/sample_source.ts";
import type { BranchedSpec, InputName } from "../../src/model/spec.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";

/**
 * Every gene in every cell type: sample gene · cellTypes + cell type. The references of a sample are its gene's other cell
 * types, whose marks are the samples' own, as in training.
 */
export interface PanelTables {
  readonly cellTypes: number;
  /** `[sample]` */
  readonly labels: Float64Array<ArrayBuffer>;
  readonly tables: readonly PanelTable[];
}

/** The values of one input. */
export interface PanelTable {
  readonly name: InputName;
  /** `[sample, value]`, of references those that have the place of that sample. */
  readonly values: Float32Array;
  /** Values of one. */
  readonly size: number;
}

/** Random tables for the inputs of a model. */
export function makePanel(
  spec: BranchedSpec,
  { cellTypes, genes }: { readonly cellTypes: number; readonly genes: number },
): PanelTables {
  const samples = cellTypes * genes;
  const stream = new RandomStream(deriveKey(1, "panel of the benchmark"));
  const normals = (length: number) => sharedFloats(length, () => stream.normal());
  const drawn = new Map<InputName, Float32Array>();
  const tables = spec.inputs.map((input): PanelTable => {
    const size = entrySize(input);
    const values = input.name === "references" ? drawn.get("summary")! : normals(samples * size);
    drawn.set(input.name, values);
    return { name: input.name, values, size };
  });
  const labels = Float64Array.from(drawn.get("referenceLabels")!);
  return { cellTypes, labels, tables };
}

/** The samples as columns, each with all cell types of its gene but its own as references. */
export function leaveOwnOut(
  { cellTypes, labels, tables }: PanelTables,
  { inputs }: BranchedSpec,
): JoinedColumns {
  const samples = labels.length;
  const entryOf = new Uint32Array(sharedBuffer(4 * samples * cellTypes));
  for (let place = 0; place < entryOf.length; place++) {
    const [sample, reference] = [Math.floor(place / cellTypes), place % cellTypes];
    const first = sample - sample % cellTypes;
    entryOf[place] = reference === sample % cellTypes ? NO_ENTRY : first + reference;
  }
  return {
    samples,
    labels,
    columns: tables.map(({ name, values }) => {
      const input = inputs.find((known) => known.name === name)!;
      const shared = name === "references" || name === "referenceLabels";
      return { input, table: values, ...(shared && { entryOf }) };
    }),
  };
}

/** Values in memory that threads share, where the readers of this package put signals. */
export function sharedFloats(length: number, valueOf: (index: number) => number): Float32Array {
  const values = new Float32Array(sharedBuffer(4 * length));
  for (let index = 0; index < length; index++) values[index] = valueOf(index);
  return values;
}
