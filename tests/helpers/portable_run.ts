/** A run through the library from bytes to explanations, whose digests must be the same wherever it runs. */

import type { Bytes } from "../../src/base/bytes.ts";
import { toHex } from "../../src/base/platform.ts";
import { memorySource } from "../../src/engine/memory_source.ts";
import { selectEngine } from "../../src/engine/select.ts";
import type { SequentialSpec } from "../../src/model/spec.ts";
import type { TrainedModel } from "../../src/model/trained_model.ts";
import { Dataset } from "../../src/data/dataset.ts";
import { attribute } from "../../src/explain/attribute.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import { readAnnotation } from "../../src/genome/genes.ts";
import { openSignal } from "../../src/genome/signal/open_signal.ts";
import { geneWindows } from "../../src/genome/windows.ts";
import { simulateColumns } from "../../src/simulate/columns.ts";
import { fit } from "../../src/training/fit.ts";
import { predict } from "../../src/training/predict.ts";

/** The files that are counted, by their names in `fixtures/genome/`. */
export const PORTABLE_FILES = [
  "example/genes.gtf",
  "example/liver-H3K4me3.bam",
  "example/liver-H3K4me3.bam.bai",
  "example/lung-H3K4me3.tagAlign.gz",
  "reads_v3.1.cram",
  "reads_v3.1.cram.crai",
  "reads.tagAlign.gz",
  "reads.tagAlign.gz.csi",
  "signal.bw",
] as const;

/** What {@linkcode portableRun} finds: digests, and the engine's description of its device. */
export interface PortableRun {
  readonly bam: string;
  readonly tagAlign: string;
  readonly cram: string;
  readonly indexed: string;
  readonly bigWig: string;
  readonly weights: string;
  readonly losses: readonly number[];
  readonly predictions: string;
  readonly explanations: string;
  readonly branched: string;
  /** What a long prediction that a timer stops rejects with: others must have their turn while it computes. */
  readonly stopped: string;
  readonly device: string;
}

/** Counts two files, and trains, predicts and explains on engine `wasm`. */
export async function portableRun(
  read: (name: string) => Promise<Bytes>,
  onStep: (step: string) => void = () => {},
): Promise<PortableRun> {
  const source = async (name: string) => bytesSource(await read(name), name);
  const { genes } = await readAnnotation(await source(PORTABLE_FILES[0]));
  let windows = geneWindows(genes, { halfWidthBp: 5000, binSizeBp: 100 });
  const count = async (name: string, index?: string) => {
    onStep(name);
    const options = { index: index === undefined ? undefined : await source(index) };
    const track = await openSignal(await source(name), options);
    return await digest(
      (await track.count(windows, { rule: name.endsWith(".bw") ? "mean" : "reads" })).values,
    );
  };
  const bam = await count(PORTABLE_FILES[1], PORTABLE_FILES[2]);
  const tagAlign = await count(PORTABLE_FILES[3]);
  const placed = ["chr1", "chr2"].flatMap((chromosome) =>
    Array.from({ length: 20 }, (_, gene) => {
      const tss = 900 * gene + 1000;
      return { id: `${chromosome}:${tss}`, chromosome, tss, strand: "+" as const, line: 1 };
    })
  );
  windows = geneWindows(placed, { halfWidthBp: 1000, binSizeBp: 100 });
  const cram = await count(PORTABLE_FILES[4], PORTABLE_FILES[5]);
  const indexed = await count(PORTABLE_FILES[6], PORTABLE_FILES[7]);
  const bigWig = await count(PORTABLE_FILES[8]);
  const data = new Dataset(simulateColumns({ cellTypes: 4, genes: 150, bins: 50, seed: 2 }).train);
  const losses: number[] = [];
  onStep("training");
  const { model, device } = await fit("wakawaka", data, {
    engine: "wasm",
    epochs: 2,
    seed: 3,
    onEpoch: ({ loss }) => void losses.push(loss),
  });
  onStep("prediction");
  const predictions = await predict(model, data, { engine: "wasm" });
  onStep("explanation");
  const few = data.subset(Uint32Array.from({ length: 40 }, (_, row) => 7 * row));
  const { inputs } = await attribute([model], few, { engine: "wasm", steps: 8 });
  onStep("a model with branches");
  const joined = await fit("waka2", few, { engine: "wasm", epochs: 1, seed: 3 });
  onStep("a prediction that is stopped");
  const stopped = await stopPrediction(model);
  return {
    bam,
    tagAlign,
    cram,
    indexed,
    bigWig,
    weights: await digest(...model.weights),
    losses,
    predictions: await digest(predictions),
    explanations: await digest(inputs.signal!.values),
    branched: await digest(await predict(joined.model, few, { engine: "wasm" })),
    stopped,
    device,
  };
}

/** Predicts the same sample far longer than it takes until a timer stops that. */
async function stopPrediction({ spec, weights }: TrainedModel): Promise<string> {
  const { bins, marks } = spec as SequentialSpec;
  const signal = new Uint8Array(bins * marks);
  const source = memorySource({ signal, labels: undefined, bins, marks, transform: "none" });
  const { engine } = await selectEngine("wasm", spec);
  const members = [{ seed: 1, learningRate: 0.001, weights }];
  await using session = await engine.createSession(spec, { batchSize: 32, members });
  const controller = new AbortController();
  setTimeout(() => controller.abort("by a timer"));
  return await session.predict(source, [new Uint32Array(200_000)], { signal: controller.signal })
    .then(() => "it ended", String);
}

/** SHA-256 of arrays, in hexadecimal; a copy, since memory that threads share cannot be digested. */
async function digest(...arrays: readonly ArrayBufferView[]): Promise<string> {
  const bytes = new Uint8Array(arrays.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let end = 0;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), end);
    end += byteLength;
  }
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return toHex(hash);
}
