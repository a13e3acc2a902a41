/** Preset `waka2`. */

import { conv, dense, dropout, flatten, pool, relu, stack } from "./_preset_layers.ts";
import type { SequentialPreset } from "./_preset_types.ts";

/**
 * `waka2` is ours, not the report's: a network of 17,801 parameters on ln(1 + counts), and, added to its prediction,
 * how far each trained gene lies above or below that in every cell type (`fitGeneEffects`). The network was found by
 * `deno task search` on simulated data (simulator seeds 100 and 101; `tests/bench/waka2.ts` judges by other seeds): 59
 * random models in four narrowing spaces around wakawaka (1 to 3 convolutions of 8 to 50 filters, widths 3 to 20, pools
 * 1 to 20, dilations 1 to 3, dense layers from none to 64 and 32, both activations, batch normalisation, dropout 0 to
 * 0.5, learning rates 0.0002 to 0.01, batches of 50 to 250), on 3 folds by both gene and cell type, of 12 cell types ×
 * 1,500 genes and 20 × 2,000, mostly by successive halving, seeds 1 and 2: 15 minutes on two cores. It scored 2.714
 * where wakawaka on log counts scored 2.730 and folds differ by 0.03: nearly all of the preset's gain comes from the
 * gene effects. Its 5 epochs suit tens of thousands of samples; for the competition's 800,000 more may pay.
 */
export const waka2: SequentialPreset = {
  description:
    "better than the report's: log counts, a smaller network, and effects of trained genes",
  layers: stack(
    [conv(50, 10), relu, pool(5)],
    [conv(50, 3, { dilation: 3 }), relu, pool(2)],
    [conv(50, 3), relu, pool(3)],
    [flatten, dropout(0.5), dense(1)],
  ),
  loss: "meanSquaredError",
  training: {
    learningRate: 0.0006,
    batchSize: 100,
    epochs: 5,
    transform: "log1p",
    geneEffects: true,
  },
};
