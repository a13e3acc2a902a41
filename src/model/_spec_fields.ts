/** The fields of models from outside. Their names and ranges are checked here, how they fit each other is not. */

import {
  boolean,
  type Field,
  field,
  integer as integerFrom,
  numberWithin,
  oneOf,
  optional,
} from "../base/field.ts";
import { arrayOf, object, variant } from "../base/fields.ts";
import { MAX_EXTENT } from "../base/limits.ts";
import { LOSS } from "./loss.ts";
import type { BranchedSpec, BranchSpec, InputName, LayerSpec, SequentialSpec } from "./spec.ts";

// A model beyond these sizes is a typing error or an attack, not one of this kind.
/** The most layers of a model, all its branches and its head together. */
export const MAX_LAYERS = 256;
const MAX_BRANCHES = 32;
const MAX_TERMS = 64;
const MAX_REFERENCES = 256;
const MAX_SHARPNESS = 1e6;

const integer = integerFrom(1, MAX_EXTENT);
const references = integerFrom(1, MAX_REFERENCES);
const name: Field<string> = field(
  (value) => typeof value === "string" && /^\P{Cc}{1,200}$/u.test(value),
  "a text of 1 to 200 characters, none of them a control character",
);

const activation = oneOf("activation");

const LAYER: Field<LayerSpec> = variant("type", {
  conv1d: {
    filters: integer,
    width: integer,
    dilation: integer,
    padding: oneOf("same", "valid"),
    initializer: optional(oneOf("glorotUniform", "glorotNormal")),
  },
  // With the fields in the order in which models have always been written.
  activation: variant("kind", {
    relu: object({ type: activation, kind: oneOf("relu") }),
    leakyRelu: object({
      type: activation,
      kind: oneOf("leakyRelu"),
      alpha: numberWithin({ least: 0, most: 1 }),
    }),
    gelu: object({ type: activation, kind: oneOf("gelu") }),
    sigmoid: object({ type: activation, kind: oneOf("sigmoid") }),
  }),
  batchNorm: {
    momentum: numberWithin({ least: 0, below: 1 }),
    epsilon: numberWithin({ above: 0, most: 1 }),
  },
  maxPool1d: { size: integer },
  dropout: { rate: numberWithin({ least: 0, below: 1 }) },
  flatten: {},
  bidirectionalGru: { units: integer, returnSequences: optional(boolean) },
  lstm: { units: integer, bidirectional: optional(boolean), returnSequences: optional(boolean) },
  dense: { units: integer },
  linear: { units: integer },
});

const someLayers = arrayOf(LAYER, { most: MAX_LAYERS, items: "layers" });

/** A model of one branch. */
export const SEQUENTIAL: Field<SequentialSpec> = object({
  name,
  bins: integer,
  marks: integer,
  layers: arrayOf(LAYER, { least: 1, most: MAX_LAYERS, items: "layers" }),
  loss: LOSS,
});

const INPUT_KINDS = {
  signal: { bins: integer, marks: integer },
  markMask: { marks: integer },
  sequence: { bases: integer },
  summary: { values: integer },
  references: { references, values: integer },
  referenceLabels: { references, values: integer },
  context: { values: integer },
} as const;
const INPUT_NAMES = Object.keys(INPUT_KINDS) as InputName[];

const input = oneOf(...INPUT_NAMES);
const ENCODER_BRANCH = object({ name, input, layers: someLayers });
const SHARED_BRANCH = object({ name, input, encoder: name });
const BRANCH: Field<BranchSpec> = {
  wanted: "an object",
  read(value, place) {
    // Either kind may say of the other's field that it has none.
    const { encoder, layers } = Object(value);
    return encoder === undefined && !(layers === undefined && hasField(value, "encoder"))
      ? ENCODER_BRANCH.read(omitUndefined(value, "encoder"), place)
      : SHARED_BRANCH.read(omitUndefined(value, "layers"), place);
  },
};

function hasField(value: unknown, name: string): boolean {
  return Object.hasOwn(Object(value), name);
}

/** An object without a field that it has as `undefined`; any other value as it is. */
function omitUndefined(value: unknown, name: string): unknown {
  if (!hasField(value, name)) return value;
  const { [name]: omitted, ...others } = Object(value);
  return omitted === undefined ? others : value;
}

const TERM = variant("type", {
  output: { branch: name },
  mean: { branch: name },
  difference: { branch: name, references: name },
  distanceWeightedMean: {
    near: name,
    references: name,
    values: optional(name),
    sharpness: numberWithin({ above: 0, most: MAX_SHARPNESS }),
  },
});

/** A model of branches and a head. */
export const BRANCHED: Field<BranchedSpec> = object({
  name,
  inputs: arrayOf(variant("name", INPUT_KINDS), {
    least: 1,
    most: INPUT_NAMES.length,
    items: "inputs",
  }),
  branches: arrayOf(BRANCH, { least: 1, most: MAX_BRANCHES, items: "branches" }),
  head: object({
    join: arrayOf(TERM, { least: 1, most: MAX_TERMS, items: "terms" }),
    layers: someLayers,
  }),
  loss: LOSS,
});
