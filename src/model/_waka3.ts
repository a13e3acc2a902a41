/** Preset `waka3`. */

import { dense, dropout, gelu, stack } from "./_preset_layers.ts";
import type { PanelPreset } from "./_preset_types.ts";

/**
 * The preset that reads a reference panel: 123,650 parameters for five marks. One encoder reads the summary of the sample
 * and that of each reference; the head reads its output for the sample, its mean over the references, their difference,
 * statistics of the references' labels, and a mean of these labels that is weighted by how alike the marks are.
 *
 * It was found on real data: peaks of four cell types × 16,000 genes, with the labels log2(RPKM + 1) and the competition's,
 * on folds that hold out a cell type and a fifth of the genes. By the mix of the regimes' errors, a shared encoder, windows
 * in the direction of transcription, 14 epochs rather than 8 and, a little, hidden marks helped. Dropout on the join, more
 * weight decay or dropout in the head, lower rates, a number of references or a least distance in the context, and labels
 * inside the encoder of references did not: docs/science.md has figures. Dropout in the encoder helped by less than 0.01,
 * and would have each reference encoded for each sample instead of once a batch.
 *
 * The four shares of what is hidden in training make one model of all regimes: with and without marks of a new gene, with
 * labels alone, and with marks missing.
 */
export const waka3: PanelPreset = {
  description:
    "for real data: compares a sample with the same gene in the training cell types, whose marks and labels it keeps",
  reads: "panel",
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
    leastSteps: 300,
    epochs: 14,
    schedule: { type: "oneCycle", warmUp: 0.2 },
    weightDecay: 0.01,
    transform: "log1p",
    labelDropout: 0.15,
    geneDropout: 0.15,
    referenceDropout: 0.15,
    markDropout: 0.2,
  },
};
