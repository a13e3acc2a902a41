/** Presets that read the marks and the DNA around the TSS. */

import { conv, dense, dropout, flatten, leaky, pool, relu, stack } from "./_preset_layers.ts";
import type { DnaPreset, DnaPresetName, TrainingDefaults } from "./_preset_types.ts";
import type { BranchedSpec, Conv1dLayer, LayerSpec } from "./spec.ts";

/** What the authors trained their joint model with. */
const TRAINING: TrainingDefaults = { learningRate: 0.0005, batchSize: 100, epochs: 10 };

/** TSS ± 5,000 bp, the authors' windows. */
const AUTHORS_BASES = 10_000;

/** Layers of the two branches and of what follows their join. */
interface JointLayers {
  readonly marks: readonly LayerSpec[];
  readonly dna: readonly LayerSpec[];
  readonly head: readonly LayerSpec[];
}

/** The parts of a model that joins marks and DNA, each with a branch of its own. */
function joint({ marks, dna, head }: JointLayers): Pick<BranchedSpec, "branches" | "head"> {
  return {
    branches: [
      { name: "marks", input: "signal", layers: marks },
      { name: "dna", input: "sequence", layers: dna },
    ],
    head: {
      join: [{ type: "output", branch: "marks" }, { type: "output", branch: "dna" }],
      layers: head,
    },
  };
}

function preset(description: string, layers: JointLayers): DnaPreset {
  return {
    description,
    reads: "sequence",
    parts: joint(layers),
    mostBases: AUTHORS_BASES,
    loss: "meanSquaredError",
    training: TRAINING,
  };
}

/** A convolution over the letters, drawn as the authors draw it. */
function dnaConv(filters: number): Conv1dLayer {
  const [width, dilation, padding, initializer] = [6, 1, "same", "glorotNormal"] as const;
  return { type: "conv1d", filters, width, dilation, padding, initializer };
}

const firstMarks = [conv(50, 10), leaky, pool(5)];
const twoConvolutions = stack(firstMarks, [conv(50, 5), leaky, pool(3)]);
const threeDilated = stack(
  firstMarks,
  [conv(50, 5, { dilation: 3 }), leaky, pool(3)],
  [conv(50, 3, { dilation: 2 }), leaky, pool(3)],
);
const firstDna = [dnaConv(128), leaky, pool(32)];
const twoDna = [...firstDna, conv(128, 6), leaky, pool(3)];

/** What ends each branch of the final model: 82 values. */
const toBranchEnd = [flatten, dropout(0.5), dense(82)];
const finalHead = [dense(36), leaky, dropout(0.1), dense(1)];
const finalMarks = stack(twoConvolutions, toBranchEnd);
const firstHead = [dropout(0.5), dense(50), leaky, dense(10), leaky, dense(1)];
const wideHead = [dropout(0.5), dense(100), leaky, dense(1)];

/** The final model with other layers between the pooling over DNA and the branch's 82 values. */
function recurrentDna(description: string, layers: readonly LayerSpec[]): DnaPreset {
  return preset(description, {
    marks: finalMarks,
    dna: stack(firstDna, layers, [dropout(0.5), dense(82)]),
    head: finalHead,
  });
}

/** A convolution over the marks, two LSTMs over its positions, and the final model's branch over DNA. */
const lstmMarks = stack(
  firstMarks,
  [{ type: "lstm", units: 200, returnSequences: true }, { type: "lstm", units: 50 }],
  [dropout(0.5), dense(82)],
);

/**
 * The authors' later model, of marks and DNA (final report, April 2021), and ours beside it.
 *
 * `waka-dna` is what the authors' code says, `waka-dna-text` and `waka-dna-figure` what their text and figure say where
 * these differ. Each branch ends in 82 values; the head joins them. The authors call the model so that its dropout most
 * likely never acted; here it acts.
 *
 * `waka-dna-experiment1` to `6` are their experiments before the final model, which is the seventh. The authors say in
 * half a line what each changed. Our reading where they say no more:
 * - 1 has the report's three dilated convolutions over the marks and one over the DNA, both flattened; their join is
 *   followed by the report's head, with dropout 0.5 for 0.3. There are no dense layers in the branches.
 * - 2 has a second convolution over the DNA as large as the first, 128 filters of width 6, pooled by 3, as later
 *   convolutions over the marks are.
 * - 3 is 2 on the 4,000 bases in the middle.
 * - 4 is 2 without dilation, without the third convolution over the marks, and with dense layers of 100 and 1.
 * - 5 has the layers of 4. Its branches are trained apart, each with a head of its own, then kept as they are while
 *   the joint head is trained: see `branchSpec` and `carryBranches`. Trained like the others, it is 4 again.
 * - 6 has two convolutions over the marks and one over the DNA, each followed, after its pool, by dropout of 0.5.
 *
 * All convolutions over DNA have "same" padding; the first of each branch over DNA is drawn from Glorot's normal
 * distribution, as the authors draw it. All train with Adam at 0.0005, in batches of 100, for 10 epochs.
 *
 * `waka-dna-bigru10` and `waka-dna-lstm200` are what the history of the authors' repository tried and did not keep: a
 * bidirectional GRU of 10 units over the pooled DNA in place of flattening, and LSTMs of 200 and 50 units over the
 * marks after their first pooling.
 *
 * `waka-dna-gru` and `waka-dna-lstm` are ours, by the plan with which the first report ends, to join the marks with the
 * sequence by a recurrent network. Convolution and pooling over DNA as in `waka-dna`; then a bidirectional GRU or LSTM of
 * 32 units that returns its states at all of the 312 positions, as in DanQ (Quang and Xie 2016), since the last states
 * alone are 5,000 bases from the TSS; the largest of 8 positions each; and then as in `waka-dna`.
 */
export const WAKA_DNA: Readonly<Record<DnaPresetName, DnaPreset>> = {
  "waka-dna": preset("marks and DNA: the authors' later model, as their code has it", {
    marks: finalMarks,
    dna: stack(firstDna, toBranchEnd),
    head: finalHead,
  }),
  "waka-dna-text": preset("the same as the authors' text has it: 132 filters, a wider head", {
    marks: [...finalMarks, leaky],
    dna: stack([dnaConv(132), relu, pool(32)], toBranchEnd, [leaky]),
    head: [dense(100), leaky, dropout(0.1), dense(1)],
  }),
  "waka-dna-figure": preset("the same as the authors' figure has it: a head of 32", {
    marks: finalMarks,
    dna: stack(firstDna, toBranchEnd),
    head: [dense(32), leaky, dropout(0.1), dense(1)],
  }),
  "waka-dna-experiment1": preset("three dilated convolutions over marks, one over DNA", {
    marks: [...threeDilated, flatten],
    dna: [...firstDna, flatten],
    head: firstHead,
  }),
  "waka-dna-experiment2": preset("a second convolution over DNA", {
    marks: [...threeDilated, flatten],
    dna: [...twoDna, flatten],
    head: firstHead,
  }),
  "waka-dna-experiment3": {
    ...preset("the second on the 4,000 bases around the TSS", {
      marks: [...threeDilated, flatten],
      dna: [...twoDna, flatten],
      head: firstHead,
    }),
    mostBases: 4_000,
  },
  "waka-dna-experiment4": preset("no dilation, one convolution fewer, a head of 100", {
    marks: [...twoConvolutions, flatten],
    dna: [...twoDna, flatten],
    head: wideHead,
  }),
  "waka-dna-experiment5": preset("the fourth, its branches to be trained apart and then frozen", {
    marks: [...twoConvolutions, flatten],
    dna: [...twoDna, flatten],
    head: wideHead,
  }),
  "waka-dna-experiment6": preset("two convolutions over marks, one over DNA, dropout after each", {
    marks: stack(
      [...firstMarks, dropout(0.5)],
      [conv(50, 5), leaky, pool(3), dropout(0.5), flatten],
    ),
    dna: [...firstDna, dropout(0.5), flatten],
    head: [dense(100), leaky, dense(1)],
  }),
  "waka-dna-gru": recurrentDna("a bidirectional GRU over the positions of the DNA", [
    { type: "bidirectionalGru", units: 32, returnSequences: true },
    pool(8),
    flatten,
  ]),
  "waka-dna-lstm": recurrentDna("a bidirectional LSTM over the positions of the DNA", [
    { type: "lstm", units: 32, bidirectional: true, returnSequences: true },
    pool(8),
    flatten,
  ]),
  "waka-dna-bigru10": recurrentDna("a bidirectional GRU of 10 units in place of flattened DNA", [
    { type: "bidirectionalGru", units: 10 },
  ]),
  "waka-dna-lstm200": preset("LSTMs of 200 and 50 units over the marks", {
    marks: lstmMarks,
    dna: stack(firstDna, toBranchEnd),
    head: finalHead,
  }),
};
