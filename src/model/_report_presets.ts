/** Presets of the report and DeepChrome. */

import {
  conv,
  dense,
  dropout,
  flatten,
  leaky,
  norm,
  pool,
  relu,
  sigmoid,
  stack,
} from "./_preset_layers.ts";
import type { SequentialPreset, SequentialPresetName, TrainingDefaults } from "./_preset_types.ts";
import type { LayerSpec } from "./spec.ts";

const early: TrainingDefaults = { learningRate: 0.01, batchSize: 100, epochs: 20 };
const wideHead = [dense(625), leaky, dense(125), leaky, dense(1)];

/** The convolutional trunk of experiments 5 to 7. */
function normalisedTrunk(dilations: readonly [number, number]): LayerSpec[] {
  return stack(
    [conv(50, 10), leaky, norm, pool(5)],
    [conv(50, 5, { dilation: dilations[0] }), leaky, norm, pool(3)],
    [conv(50, 3, { dilation: dilations[1] }), leaky, norm, pool(3)],
  );
}

const wakawaka: SequentialPreset = {
  description: "the report's final model: three convolutions, dilations 1, 3 and 2",
  layers: stack(
    [conv(50, 10), leaky, pool(5)],
    [conv(50, 5, { dilation: 3 }), leaky, pool(3)],
    [conv(50, 3, { dilation: 2 }), leaky, pool(3)],
    [flatten, dropout(0.3)],
    [dense(50), leaky, dense(10), leaky, dense(1)],
  ),
  loss: "meanSquaredError",
  training: { learningRate: 0.001, batchSize: 250, epochs: 15 },
};

/** The final model with a bidirectional GRU in place of flattening. */
function recurrent(units: number): SequentialPreset {
  const gru: LayerSpec = { type: "bidirectionalGru", units };
  return {
    ...wakawaka,
    description: `wakawaka with a bidirectional GRU of ${units} units before the dense layers`,
    layers: wakawaka.layers.map((layer) => layer.type === "flatten" ? gru : layer),
  };
}

/**
 * The report's models and DeepChrome's.
 *
 * Where the report is silent, our reading: "same" padding; a block is convolution, activation, batch
 * normalisation, pooling, in this order; experiments 1 to 4 have one convolution of 8 filters, width 4, and
 * no pooling; LeakyReLU has slope 0.05 throughout and in experiments 3 to 7 follows every layer but the last;
 * 5 to 7 have the final model's filters and pools, dense layers of 625, 125 and 1, and keep experiment 4's
 * single dropout of 0.5 before flattening; the fourth convolution of 6 is 50 × 3 and has no pool.
 * Experiments 1 to 6 train at learning rate 0.01, batch 100, 20 epochs; 7 at 0.01, batch 250, 20 epochs.
 *
 * About `bigru10`, `bigru25` and `bigru50` the report says that they are the final model with a bidirectional GRU
 * between the convolutions and the dense layers. Our reading: the number is Keras' `units`, those of one direction;
 * Keras' defaults, so it passes on the last state of each direction and not one for each position, and takes the place
 * of flattening after the last pooling, where it reads 2 positions of 50 channels; dropout, dense layers and training
 * as in the final model. The reset gate acts before the recurrent product, as in Cho et al. 2014 and tf.js; Keras 2 has
 * it act after the product, with 3 · units more biases a direction, which tf.js refuses.
 *
 * DeepChrome (Singh et al. 2016, Bioinformatics 32:i639) has two output classes under a softmax; one
 * sigmoid output is the same model. The paper trains with stochastic gradient descent for 100 epochs; Adam
 * with learning rate 0.001, batch 100 and 20 epochs is our choice.
 */
export const REPORT: Readonly<Record<Exclude<SequentialPresetName, "waka2">, SequentialPreset>> = {
  wakawaka,
  experiment1: {
    description: "one convolution, ReLU, dropout, one dense unit",
    layers: [conv(8, 4), relu, flatten, dropout(0.3), dense(1)],
    loss: "meanSquaredError",
    training: early,
  },
  experiment2: {
    description: "experiment 1 with dense layers of 64 and 32",
    layers: stack(
      [conv(8, 4), relu, flatten, dropout(0.3)],
      [dense(64), relu, dropout(0.3), dense(32), relu, dropout(0.3), dense(1)],
    ),
    loss: "meanSquaredError",
    training: early,
  },
  experiment3: {
    description: "experiment 2 with dense layers of 625 and 125, LeakyReLU, dropout 0.5",
    layers: stack(
      [conv(8, 4), leaky, flatten, dropout(0.5)],
      [dense(625), leaky, dropout(0.5), dense(125), leaky, dropout(0.5), dense(1)],
    ),
    loss: "meanSquaredError",
    training: early,
  },
  experiment4: {
    description: "experiment 3 with one dropout, after the convolution",
    layers: [conv(8, 4), leaky, dropout(0.5), flatten, ...wideHead],
    loss: "meanSquaredError",
    training: early,
  },
  experiment5: {
    description: "three convolutions with batch normalisation and max pooling",
    layers: [...normalisedTrunk([1, 1]), dropout(0.5), flatten, ...wideHead],
    loss: "meanSquaredError",
    training: early,
  },
  experiment6: {
    description: "four convolutions, dilation 3 on the second and 2 on the third",
    layers: stack(
      normalisedTrunk([3, 2]),
      [conv(50, 3), leaky, norm],
      [dropout(0.5), flatten, ...wideHead],
    ),
    loss: "meanSquaredError",
    training: early,
  },
  experiment7: {
    description: "three convolutions, dilations kept, batch 250",
    layers: [...normalisedTrunk([3, 2]), dropout(0.5), flatten, ...wideHead],
    loss: "meanSquaredError",
    training: { ...early, batchSize: 250 },
  },
  experiment8: { ...wakawaka, description: "the final model, wakawaka by its number" },
  bigru10: recurrent(10),
  bigru25: recurrent(25),
  bigru50: recurrent(50),
  deepchrome: {
    description: "DeepChrome: high or low expression, one convolution",
    layers: stack(
      [conv(50, 10, { padding: "valid" }), relu, pool(5), dropout(0.5), flatten],
      [dense(625), relu, dense(125), relu, dense(1), sigmoid],
    ),
    loss: "binaryCrossentropy",
    training: { learningRate: 0.001, batchSize: 100, epochs: 20 },
  },
};
