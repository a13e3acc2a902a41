import type { SessionState } from "../../src/engine/engine.ts";
import type { SignalColumns } from "../../src/engine/memory_source.ts";
import type { SequentialSpec as ModelSpec } from "../../src/model/spec.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import type { Subject } from "./one_model.ts";

/** The rows 0 … `count` − 1. */
export function allRows(count: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: count }, (_, row) => row);
}

/** Counts from 0 to 6, and labels that suit the model's loss. */
export function randomData(spec: ModelSpec, samples: number): SignalColumns {
  const stream = new RandomStream(deriveKey(17, "data", samples));
  const { bins, marks } = spec;
  const signal = Uint8Array.from({ length: samples * bins * marks }, () => stream.below(7));
  const binary = spec.loss === "binaryCrossentropy";
  const label = () => binary ? stream.below(2) : stream.normal();
  return {
    signal,
    labels: Float64Array.from({ length: samples }, label),
    bins,
    marks,
    transform: "none",
  };
}

/** Mean loss of one step on all samples, dropout on, and the gradients of the trainable weights. */
export async function lossAndGradients(
  subject: Subject,
  spec: ModelSpec,
  { data, weights }: { data: SignalColumns; weights: SessionState["weights"] },
): Promise<{ loss: number; gradients: Float64Array[] }> {
  const batchSize = data.labels!.length;
  const options = { weights, seed: 11, batchSize, learningRate: 1e-30 };
  await using session = await subject.open(spec, options);
  const loss = await session.runEpoch({ data, order: allRows(batchSize), epoch: 2 });
  const { firstMoments } = await session.state();
  return { loss, gradients: firstMoments.map((m) => Float64Array.from(m, (v) => v / 0.1)) };
}
