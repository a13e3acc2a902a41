import type { BranchedSpec, LayerSpec } from "../../src/model/spec.ts";

const gelu: LayerSpec = { type: "activation", kind: "gelu" };

/** A small model with every input, shared layers, and every term of a join. */
export const BRANCHED: BranchedSpec = {
  name: "branched",
  inputs: [
    { name: "signal", bins: 12, marks: 3 },
    { name: "markMask", marks: 3 },
    { name: "sequence", bases: 10 },
    { name: "summary", values: 6 },
    { name: "references", references: 4, values: 6 },
    { name: "referenceLabels", references: 4, values: 1 },
    { name: "context", values: 8 },
  ],
  branches: [
    {
      name: "profile",
      input: "signal",
      layers: [
        { type: "conv1d", filters: 4, width: 3, dilation: 1, padding: "same" },
        { type: "batchNorm", momentum: 0.9, epsilon: 0.001 },
        gelu,
        { type: "maxPool1d", size: 2 },
        { type: "linear", units: 2 },
      ],
    },
    { name: "measured", input: "markMask", layers: [] },
    {
      name: "dna",
      input: "sequence",
      layers: [
        { type: "conv1d", filters: 2, width: 3, dilation: 1, padding: "valid" },
        { type: "maxPool1d", size: 4 },
        { type: "flatten" },
      ],
    },
    { name: "others", input: "references", encoder: "own" },
    {
      name: "own",
      input: "summary",
      layers: [{ type: "linear", units: 5 }, gelu, { type: "dropout", rate: 0.2 }],
    },
    { name: "labels", input: "referenceLabels", layers: [] },
    { name: "known", input: "context", layers: [{ type: "dense", units: 2 }] },
  ],
  head: {
    join: [
      { type: "output", branch: "profile" },
      { type: "output", branch: "measured" },
      { type: "output", branch: "dna" },
      { type: "mean", branch: "others" },
      { type: "difference", branch: "own", references: "others" },
      {
        type: "distanceWeightedMean",
        near: "own",
        references: "others",
        values: "labels",
        sharpness: 2,
      },
      { type: "distanceWeightedMean", near: "own", references: "others", sharpness: 3 },
      { type: "output", branch: "known" },
    ],
    layers: [{ type: "dense", units: 7 }, gelu, { type: "dense", units: 1 }],
  },
  loss: "meanSquaredError",
};
