/** Preset `waka3`. */

import { dense, dropout, gelu, stack } from "./_preset_layers.ts";
import type { PanelPreset } from "./_preset_types.ts";

/** The preset that reads a reference panel. */
export const waka3: PanelPreset = {
  description:
    "for real data: compares a sample with the same gene in the training cell types, whose marks and labels it keeps",
  parts: {
    branches: [
      {
        name: "sample",
        input: "summary",
        layers: [dense(256), gelu, dense(128), gelu],
      },
      { name: "others", input: "references", encoder: "sample" },
      { name: "marks", input: "summary", layers: [] },
      { name: "marksOfOthers", input: "references", encoder: "marks" },
      { name: "labels", input: "referenceLabels", layers: [] },
      { name: "known", input: "context", layers: [] },
    ],
    head: {
      join: [
        { type: "output", branch: "sample" },
        { type: "mean", branch: "others" },
        { type: "difference", branch: "sample", references: "others" },
        { type: "output", branch: "known" },
        {
          type: "distanceWeightedMean",
          near: "marks",
          references: "marksOfOthers",
          values: "labels",
          sharpness: 10,
        },
      ],
      layers: stack(
        [dense(128), gelu, dropout(0.1)],
        [dense(64), gelu, dropout(0.1)],
        [dense(1)],
      ),
    },
  },
  loss: "meanSquaredError",
  training: {
    learningRate: 0.003,
    batchSize: 512,
    epochs: 14,
    schedule: { type: "oneCycle", warmUp: 0.2 },
    weightDecay: 0.01,
    transform: "log1p",
    labelDropout: 0.2,
    geneDropout: 0.2,
    referenceDropout: 0.15,
    markDropout: 0.2,
  },
};
