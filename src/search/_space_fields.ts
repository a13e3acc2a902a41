/** Describes the fields of search spaces from outside, each axis by itself. */

import {
  boolean,
  type Field,
  integer,
  numberWithin,
  oneOf,
  optional,
  refuse,
  type ValueOf,
} from "../base/field.ts";
import { arrayOf, object } from "../base/fields.ts";
import { MAX_EXTENT } from "../base/limits.ts";
import { LOSS } from "../model/loss.ts";
import type { NumberRange } from "./space.ts";

const MAX_LAYERS = 16;
const MAX_BRANCHES = 6;

const extent = integer(1, MAX_EXTENT);
const share = numberWithin({ least: 0, below: 1 });
const positive = numberWithin({ above: 0 });
const units = arrayOf(extent, { most: MAX_LAYERS, items: "integers" });

/** Candidates for one choice, without repeats. */
function axis<Value>(candidate: Field<Value>): Field<Value[]> {
  return arrayOf(candidate, { least: 1, items: "candidates", distinct: true });
}

/** Candidates or a range of numbers. */
function numberAxis(candidate: Field<number>): Field<number[] | NumberRange> {
  const candidates = axis(candidate);
  const range = rangeOf(candidate);
  const wanted = `${candidates.wanted} or a range`;
  return {
    wanted,
    read(value, place) {
      if (Array.isArray(value) && value.length > 0) return candidates.read(value, place);
      if (typeof value !== "object" || value === null || Array.isArray(value)) {
        return refuse(place, value, wanted);
      }
      return range.read(value, place);
    },
  };
}

function rangeOf(bound: Field<number>): Field<NumberRange> {
  const fields = object({ from: bound, to: bound, scale: oneOf("linear", "log") });
  return {
    wanted: fields.wanted,
    read(value, place) {
      const range = fields.read(value, place);
      const { from, to, scale } = range;
      if (to <= from) refuse(`${place}.to`, to, `a number above from, ${from}`);
      if (scale === "log" && from === 0) refuse(`${place}.from`, from, "a number > 0 for log");
      return range;
    },
  };
}

const CONVOLUTION_FIELDS = {
  filters: optional(axis(extent)),
  width: optional(axis(extent)),
  dilation: optional(axis(extent)),
  pool: optional(axis(extent)),
};

const BRANCH = object({
  input: oneOf("markMask", "sequence", "summary", "references", "referenceLabels", "context"),
  convolution: optional(object(CONVOLUTION_FIELDS)),
  units: optional(axis(units)),
});

/** A space as it is written: what is left out is not filled in yet. */
export const SPACE = object({
  ...CONVOLUTION_FIELDS,
  blocks: arrayOf(object(CONVOLUTION_FIELDS), { least: 1, most: MAX_LAYERS, items: "objects" }),
  convolutions: optional(axis(extent)),
  padding: optional(axis(oneOf("same", "valid"))),
  activation: optional(axis(oneOf("leakyRelu", "relu", "gelu"))),
  batchNorm: optional(axis(boolean)),
  dropout: optional(numberAxis(share)),
  dense: optional(axis(units)),
  learningRate: optional(numberAxis(positive)),
  batchSize: optional(axis(extent)),
  linear: optional(axis(units)),
  signal: optional(axis(units)),
  branches: optional(arrayOf(BRANCH, { least: 1, most: MAX_BRANCHES, items: "branches" })),
  loss: optional(LOSS),
});

/** What {@linkcode SPACE} reads. */
export type WrittenSpace = ValueOf<typeof SPACE>;
