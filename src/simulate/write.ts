import { concatenate } from "../base/bytes.ts";
import { withWatchedHooks } from "../base/watched_hook.ts";
import { writeCompetition, type WriteCompetitionOptions } from "../io/competition_writer.ts";
import { pathOf, writeFileAtomic } from "../files/file.ts";
import { submissionId, writeSubmission } from "../io/submission.ts";
import type { SimulationPart } from "./layout.ts";
import { packSimulated } from "./sequence/pack.ts";
import { type SimulatedSequence, spellSequence } from "./sequence/sequence.ts";
import { recordOf } from "./simulated_record.ts";
import { checkFeatures, type SimulatedFeatures, type SimulationOptions } from "./options.ts";
import {
  simulate,
  type SimulatedBlock,
  type Simulation,
  type SimulationTruth,
} from "./simulation.ts";
import type { Progress } from "../progress.ts";

/** The progress of {@linkcode writeSimulation}: cell types written, in both files together. */
export interface SimulationProgress extends Progress {
  /** The file that is being written. */
  readonly file: string;
  /** The cell type that was just written. */
  readonly cellType: string;
}

/** Options of {@linkcode writeSimulation}. */
export interface WriteSimulationOptions extends SimulationOptions {
  /**
   * What the npz files hold: `log1p`, ln(1 + count) and labels as float32, as the competition's files do; or `counts`,
   * as float64. The counts are the same, and so are the genes.
   *
   * @default {"log1p"}
   */
  readonly features?: SimulatedFeatures | undefined;
  /**
   * Whether to deflate the npz files.
   *
   * @default {false}
   */
  readonly compress?: boolean | undefined;
  /** Called after each cell type. */
  readonly onProgress?: ((progress: SimulationProgress) => void) | undefined;
  /** Gives the work up, between two cell types: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Simulates a data set into files, each of which appears whole or not at all:
 *
 * - `train.npz` and `eval.npz` in the competition's format, eval without labels;
 * - `eval_labels.csv`, `id,expression`, the labels of eval in the order of the file;
 * - `truth.json`, a {@linkcode SimulationTruth};
 * - with the option `sequences`, also `seq_data.csv`, `gene,letters`, the DNA of all genes, which the npz files hold too.
 *
 * Only one cell type is in memory at a time.
 *
 * @param directory Path of the directory to write to; created if it does not exist. Files of these names are replaced.
 * @param options Sizes, seed, parameters, compression.
 * @returns The content of `truth.json`.
 * @throws {TypeError} If an option has an unknown name.
 * @throws {RangeError} If an option is out of range; the message names it.
 * @throws {WriteError} If the disk is full or must not be written to.
 * @throws The reason of `options.signal`, once it is aborted, and what `onProgress` throws or is rejected with.
 *
 * @example
 * ```ts
 * import { readDataset } from "@waka/histone/data";
 * import { writeSimulation } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const directory = await Deno.makeTempDir();
 * await writeSimulation(directory, { cellTypes: 2, genes: 3, newGenes: 1, bins: 4 });
 * strictEqual((await readDataset(`${directory}/train.npz`)).length, 6);
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function writeSimulation(
  directory: string,
  options: WriteSimulationOptions = {},
): Promise<SimulationTruth> {
  return await withWatchedHooks(options, (watched) => writeFiles(directory, watched));
}

async function writeFiles(
  directory: string,
  options: WriteSimulationOptions,
): Promise<SimulationTruth> {
  const { compress = false, features = "log1p", onProgress, signal, ...rest } = options;
  checkFeatures(features);
  // This throws if nothing can be written there.
  pathOf(directory);
  signal?.throwIfAborted();
  const simulation = simulate(rest);
  const total = simulation.cellTypes("train").length + simulation.cellTypes("eval").length;
  let done = 0;
  for (const part of ["train", "eval"] as const) {
    const file = `${part}.npz`;
    const written = (cellType: string) => {
      onProgress?.({ file, cellType, done: ++done, total, unit: "cell types" });
      signal?.throwIfAborted();
    };
    await writeFileAtomic(
      `${directory}/${file}`,
      (sink) =>
        writeCompetition(sink, fileBlocks(simulation, part, written), {
          ...formOf(simulation, { features, part }),
          compress,
        }),
    );
  }
  await writeFileAtomic(`${directory}/eval_labels.csv`, (sink) => writeLabels(sink, simulation));
  if (simulation.options.sequences !== undefined) {
    await writeFileAtomic(`${directory}/seq_data.csv`, (sink) => writeLetters(sink, simulation));
  }
  const truth = simulation.truth();
  await writeFileAtomic(`${directory}/truth.json`, `${JSON.stringify(truth, null, 2)}\n`);
  return truth;
}

/** How the writer makes what a file holds of the counts. The record of a file without labels does not speak of them. */
function formOf(
  simulation: Simulation,
  { features, part }: { readonly features: SimulatedFeatures; readonly part: SimulationPart },
): WriteCompetitionOptions {
  const { options } = simulation;
  const { sequences } = options;
  const expression = part === "train" ? options.expressionTransform : undefined;
  const record = recordOf(features, { expression, sequences });
  const packed = sequences && {
    sequences: packSimulated(simulation.sequences(part), 2 * sequences.halfWidthBp),
  };
  return features === "counts"
    ? { record, ...packed }
    : { record, ...packed, fromCounts: true, dtype: "float32" };
}

/** Yields the blocks as they are in the file, and calls `written` once the writer has taken a block. */
function* fileBlocks(
  simulation: Simulation,
  part: SimulationPart,
  written: (cellType: string) => void,
): Generator<Omit<SimulatedBlock, "labels"> & Partial<Pick<SimulatedBlock, "labels">>> {
  for (const { labels, ...rest } of simulation.blocks(part)) {
    yield part === "train" ? { labels, ...rest } : rest;
    written(rest.cellType);
  }
}

async function writeLabels(
  sink: WritableStream<Uint8Array>,
  simulation: Simulation,
): Promise<void> {
  const ids: string[] = [];
  const predictions: number[] = [];
  for (const { cellType, gene, label } of simulation.labels("eval")) {
    ids.push(submissionId(cellType, gene));
    predictions.push(label);
  }
  await writeSubmission(sink, { ids, predictions });
}

/** Writes the DNA of the genes of both files, each gene once: its id and its letters. */
async function writeLetters(
  sink: WritableStream<Uint8Array>,
  simulation: Simulation,
): Promise<void> {
  const writer = sink.getWriter();
  for (const sequence of allSequences(simulation)) {
    const id = new TextEncoder().encode(`${sequence.gene},`);
    await writer.write(concatenate(concatenate(id, spellSequence(sequence)), LINE_END));
  }
  await writer.close();
}

const LINE_END = new TextEncoder().encode("\n");

function* allSequences(simulation: Simulation): Generator<SimulatedSequence> {
  const written = new Set<string>();
  for (const part of ["train", "eval"] as const) {
    for (const sequence of simulation.sequences(part)) {
      if (!written.has(sequence.gene)) yield sequence;
      written.add(sequence.gene);
    }
  }
}
