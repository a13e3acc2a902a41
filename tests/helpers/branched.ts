/** Models with branches and samples for them. */

import type { PackedArray } from "../../src/base/arrays.ts";
import {
  type InputColumn,
  type JoinedColumns,
  joinInputs,
} from "../../src/engine/joined_source.ts";
import {
  entrySize,
  NO_ENTRY,
  placesOf,
  type SampleSource,
} from "../../src/engine/sample_source.ts";
import { initialWeights } from "../../src/model/initial_weights.ts";
import { entryShape, isOverReferences } from "../../src/model/inputs.ts";
import { sizeOf } from "../../src/model/layer_shapes.ts";
import { parseSpec } from "../../src/model/parse_spec.ts";
import {
  type BranchedSpec,
  type InputSpec,
  isBranched,
  type ModelSpec,
} from "../../src/model/spec.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import type { OneModelOptions } from "./one_model.ts";

/** Every input, layers and term of a join, in sizes that no vector width divides; with dropout in three places. */
export const BRANCHED: BranchedSpec = parseBranched({
  name: "branched",
  inputs: [
    { name: "signal", bins: 19, marks: 3 },
    { name: "markMask", marks: 3 },
    { name: "sequence", bases: 23 },
    { name: "summary", values: 7 },
    { name: "references", references: 5, values: 7 },
    { name: "referenceLabels", references: 5, values: 2 },
    { name: "context", values: 6 },
  ],
  branches: [
    {
      name: "profile",
      input: "signal",
      layers: [
        { type: "conv1d", filters: 5, width: 4, dilation: 2, padding: "same" },
        { type: "activation", kind: "gelu" },
        { type: "maxPool1d", size: 3 },
        { type: "dropout", rate: 0.25 },
        { type: "linear", units: 3 },
        { type: "activation", kind: "leakyRelu", alpha: 0.1 },
        { type: "flatten" },
        { type: "dense", units: 9 },
        { type: "activation", kind: "gelu" },
      ],
    },
    { name: "mask", input: "markMask", layers: [] },
    {
      name: "dna",
      input: "sequence",
      layers: [
        { type: "conv1d", filters: 6, width: 3, dilation: 1, padding: "valid" },
        { type: "activation", kind: "leakyRelu", alpha: 0.05 },
        { type: "maxPool1d", size: 4 },
        { type: "flatten" },
        { type: "dense", units: 5 },
      ],
    },
    {
      name: "sample",
      input: "summary",
      layers: [
        { type: "linear", units: 11 },
        { type: "activation", kind: "gelu" },
        { type: "dropout", rate: 0.2 },
        { type: "dense", units: 6 },
      ],
    },
    { name: "others", input: "references", encoder: "sample" },
    { name: "labels", input: "referenceLabels", layers: [] },
    { name: "known", input: "context", layers: [{ type: "dense", units: 4 }] },
  ],
  head: {
    join: [
      { type: "output", branch: "profile" },
      { type: "output", branch: "mask" },
      { type: "output", branch: "dna" },
      { type: "output", branch: "sample" },
      { type: "output", branch: "known" },
      { type: "mean", branch: "others" },
      { type: "difference", branch: "sample", references: "others" },
      {
        type: "distanceWeightedMean",
        near: "sample",
        references: "others",
        values: "labels",
        sharpness: 3,
      },
      { type: "distanceWeightedMean", near: "sample", references: "others", sharpness: 1.5 },
    ],
    layers: [
      { type: "dense", units: 13 },
      { type: "activation", kind: "gelu" },
      { type: "dropout", rate: 0.3 },
      { type: "dense", units: 1 },
    ],
  },
  loss: "meanSquaredError",
});

/** The same without dropout, whose shared entries an engine may compute once in training too. */
export const BRANCHED_PLAIN: BranchedSpec = parseBranched({
  ...BRANCHED,
  name: "branched, no dropout",
  branches: BRANCHED.branches.map((branch) =>
    branch.layers === undefined ? branch : {
      name: branch.name,
      input: branch.input,
      layers: branch.layers.filter(({ type }) => type !== "dropout"),
    }
  ),
  head: {
    join: BRANCHED.head.join,
    layers: BRANCHED.head.layers.filter(({ type }) => type !== "dropout"),
  },
});

/** The same ending in a class. */
export const BRANCHED_BINARY: BranchedSpec = parseBranched({
  ...BRANCHED,
  name: "branched binary",
  head: {
    join: BRANCHED.head.join,
    layers: [...BRANCHED.head.layers, { type: "activation", kind: "sigmoid" }],
  },
  loss: "binaryCrossentropy",
});

/** The same with a loss of pairs. */
export const BRANCHED_RANKED: BranchedSpec = parseBranched({
  ...BRANCHED,
  name: "branched ranked",
  loss: "rank",
});

/** Checks a model with branches, and keeps its type. */
export function parseBranched(value: BranchedSpec): BranchedSpec {
  const spec = parseSpec(value);
  if (!isBranched(spec)) throw new TypeError("Cannot make a test's model: it has no branches");
  return spec;
}

/** Columns whose tables are numbers, none of them packed. */
export interface PlainColumns extends JoinedColumns {
  readonly columns: readonly PlainColumn[];
}

/** One of them. */
export interface PlainColumn extends InputColumn {
  readonly table: PackedArray;
}

/** Cell types and genes of the samples. */
const GENES = 4;

/**
 * Samples gene after gene: all samples of a gene share its sequence, context and references. The first has no reference,
 * the second all, each other one lacks some.
 */
export function branchedColumns(spec: BranchedSpec, samples: number): PlainColumns {
  const stream = new RandomStream(deriveKey(19, "branched", samples));
  const geneOf = Uint32Array.from({ length: samples }, (_, sample) => sample % GENES);
  const present = (sample: number, reference: number) =>
    sample > 0 && (sample === 1 || (sample * 7 + reference * 3) % 5 < 3);
  const columnOf = (input: InputSpec): PlainColumn => {
    const size = entrySize(input);
    if (isOverReferences(input)) {
      const { references } = input;
      const entryOf = Uint32Array.from({ length: samples * references }, (_, place) => {
        const [sample, reference] = [Math.floor(place / references), place % references];
        return present(sample, reference) ? geneOf[sample]! * references + reference : NO_ENTRY;
      });
      return { input, table: normals(stream, GENES * references * size), entryOf };
    }
    switch (input.name) {
      case "signal": {
        const table = Uint8Array.from({ length: samples * size }, () => stream.below(7));
        return { input, table, transform: "log1p" };
      }
      case "markMask": {
        const entryOf = Uint32Array.from({ length: samples }, (_, sample) => sample % 2);
        return { input, table: Float32Array.from({ length: 2 * size }, (_, i) => i % 3), entryOf };
      }
      case "sequence": {
        const table = Uint8Array.from({ length: GENES * size }, () => stream.below(5));
        return { input, table, entryOf: geneOf };
      }
      case "context":
        return { input, table: normals(stream, GENES * size), entryOf: geneOf };
      case "summary":
        return { input, table: normals(stream, samples * size) };
    }
  };
  const columns = spec.inputs.map(columnOf);
  const binary = spec.loss === "binaryCrossentropy";
  const labels = Float64Array.from(
    { length: samples },
    () => binary ? stream.below(2) : stream.normal(),
  );
  return { samples, labels, columns };
}

/** {@linkcode branchedColumns} as a source. */
export function branchedSource(spec: BranchedSpec, samples: number): SampleSource {
  return joinInputs(branchedColumns(spec, samples));
}

function normals(stream: RandomStream, length: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length }, () => stream.normal());
}

/** The same samples, each place of each sample with an entry of its own, as float32 after the transform. */
export function unshareColumns({ samples, labels, columns }: PlainColumns): PlainColumns {
  return {
    samples,
    labels,
    columns: columns.map(({ input, table, entryOf, transform }) => {
      const size = sizeOf(entryShape(input));
      const places = samples * placesOf(input);
      const own = new Float32Array(places * size);
      for (let place = 0; place < places; place++) {
        const entry = entryOf === undefined ? place : entryOf[place]!;
        if (entry === NO_ENTRY) continue;
        own.set(table.subarray(entry * size, (entry + 1) * size), place * size);
      }
      const identity = Uint32Array.from(
        { length: places },
        (_, place) => entryOf?.[place] === NO_ENTRY ? NO_ENTRY : place,
      );
      return {
        input,
        table: transform === "log1p" ? own.map(Math.log1p) : own,
        entryOf: identity,
      };
    }),
  };
}

/** Options with weights that are not zero anywhere, by which a forgotten bias shows. */
export function optionsFor(spec: ModelSpec): OneModelOptions {
  // Biases are zero at first, which would hide that one is missing.
  const weights = initialWeights(spec, 3).map((values) =>
    values.map((value, i) => value + 0.05 * Math.sin(i + 1))
  );
  return { weights, seed: 5, batchSize: 6, learningRate: 0.003 };
}
