/** The work of `explain`: what it is, how it is divided into blocks, and the computation of those that are not kept yet. */

import { toHex } from "../base/platform.ts";
import { sha256 } from "../base/bytes.ts";
import { formatCountOf } from "../base/count.ts";
import type { Dataset } from "../data/dataset.ts";
import { selectEngine } from "../engine/select.ts";
import { ContractError } from "../errors.ts";
import { hasBaseline } from "../explain/attribution_plan.ts";
import { attributeBlocks, type AttributeOptions, type Attributions } from "../explain/mod.ts";
import { modelInputs, readsSequence } from "../model/inputs.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import type { Inputs } from "../runs/inputs.ts";
import { Interrupted } from "./flags.ts";
import { type AttributionBlock, freeBlock } from "./_attribution_bytes.ts";
import type { ExplainFlags } from "./_explain_flags.ts";
import { flagOf } from "./_flag_name.ts";
import type { ChosenSamples } from "./_explained_samples.ts";
import type { ExplanationDirectory } from "./_explanation_directory.ts";
import type { Plan } from "./_explanation_plan.ts";
import { ProgressLine } from "./_progress.ts";
import { VERSION } from "./version.ts";

/** What is explained. */
export interface ExplanationWork {
  readonly flags: ExplainFlags;
  readonly models: readonly TrainedModel[];
  readonly data: Dataset;
  readonly chosen: ChosenSamples;
  /** Samples whose marks are added to the models' panel. */
  readonly unlabelled: readonly Dataset[];
  /** Files that are read, with their digests; `model` is the models' files. */
  readonly inputs: Inputs;
  /** Samples of a block. */
  readonly blockSize: number;
  /** The engine and how it rounds. */
  readonly arithmetic: string;
}

/** Says which engine will compute, and how it rounds. */
export async function describeArithmetic(
  { engine: name }: ExplainFlags,
  { spec }: TrainedModel,
): Promise<string> {
  const { engine } = await selectEngine(name, spec);
  return await engine.arithmetic();
}

/** Number of blocks. */
export function countBlocks({ chosen, blockSize }: ExplanationWork): number {
  return Math.ceil(chosen.rows.length / blockSize);
}

/**
 * Refuses a method that has nothing to explain in what the models read.
 *
 * @throws {ContractError} Naming the model.
 */
export function checkMethod([model]: readonly TrainedModel[], { method }: ExplainFlags): void {
  const { spec } = model!;
  const readsMarks = modelInputs(spec).some(({ name }) => name !== "sequence");
  if (method === "mutagenesis" && !readsSequence(spec)) {
    throw new ContractError(
      `Cannot use --method mutagenesis with ${spec.name}: it reads no DNA, expected a model that does, or another method`,
    );
  }
  const comparesMarks = method === "integrated-gradients" || method === "expected-gradients" ||
    method === "occlusion";
  if (comparesMarks && !readsMarks) {
    throw new ContractError(
      `Cannot use --method ${method} with ${spec.name}: it reads no marks, expected --method mutagenesis or input-x-gradient`,
    );
  }
}

/** Describes all that the results depend on, so that work is resumed only as it was started. */
export async function planWork(work: ExplanationWork): Promise<Plan> {
  const { flags, chosen, inputs, blockSize, arithmetic } = work;
  const options = optionsOf(flags);
  const files = Object.entries(inputs).map(([name, { sha256 }]): [string, string] => [
    name === "model" ? "the digest of the models" : `the digest of ${flagOf(name)}`,
    sha256.slice(0, 16),
  ]);
  const rows = new Uint8Array(chosen.rows.buffer.slice(0));
  return {
    "the version of the program": VERSION,
    ...Object.fromEntries(files),
    "the digest of the chosen samples": `${toHex(await sha256(rows)).slice(0, 16)} (${
      formatCountOf(chosen.rows.length, "sample")
    })`,
    "--method": flags.method,
    "--baseline": options.baseline ?? null,
    "--match-by": options.matchBy ?? null,
    "--steps": options.steps ?? null,
    "--occlude": JSON.stringify(options.occlude ?? null),
    "--window": options.window?.join(":") ?? null,
    "--null": flags.null,
    "--null-shuffles": flags.null === "labels" ? flags.nullShuffles : null,
    "--seed": flags.seed,
    "--marks": flags.marks?.join(",") ?? null,
    "--drop-marks": flags.dropMarks?.join(",") ?? null,
    "--unknown-bases": flags.unknownBases ?? null,
    "--format": flags.format,
    "--tracks": flags.tracks ?? null,
    "--pages": String(flags.pages),
    "the arithmetic": arithmetic,
    "the number of samples of a block": blockSize,
  };
}

/** The settings of the method, with the defaults that depend on it. */
export function optionsOf(
  { method, baseline, matchBy, steps, occlude, window, seed }: ExplainFlags,
): Pick<
  AttributeOptions,
  "method" | "baseline" | "matchBy" | "steps" | "occlude" | "window" | "seed"
> {
  const kind = hasBaseline({ method }) ? baseline ?? "zero" : undefined;
  return {
    method,
    baseline: kind,
    matchBy: kind === "matched" ? matchBy ?? "signal" : undefined,
    steps: method === "integrated-gradients" || method === "expected-gradients"
      ? steps ?? 50
      : undefined,
    occlude: method === "occlusion" ? occlude ?? "bin" : undefined,
    window,
    seed,
  };
}

/** How samples are explained, whichever they are. */
export function attributeOptionsOf({ flags, unlabelled }: ExplanationWork): AttributeOptions {
  const { engine, threads, dropMarks, acceptAssembly } = flags;
  return { ...optionsOf(flags), unlabelled, engine, threads, dropMarks, acceptAssembly };
}

/** What is computed, and how. */
export interface ComputeOptions {
  /** Adds q-values to a block; the block itself without a null. */
  readonly test: (found: Attributions) => Attributions;
  readonly signal: AbortSignal;
  /** Numbers of the first block, and of that after the last: all by default. */
  readonly range?: readonly [first: number, end: number];
}

/**
 * Computes the blocks that are not kept yet, and keeps them.
 *
 * @throws The reason of the signal, once it is aborted.
 */
export async function computeBlocks(
  work: ExplanationWork,
  directory: ExplanationDirectory,
  { test, signal, range: [first, end] = [0, countBlocks(work)] }: ComputeOptions,
): Promise<void> {
  const { models, data, blockSize } = work;
  const missing = Array.from({ length: end - first }, (_, i) => first + i)
    .filter((block) => !directory.kept.has(block));
  if (directory.kept.size > 0) {
    console.info(
      `Resuming: ${directory.kept.size} of ${formatCountOf(end - first, "block")} are there`,
    );
  }
  if (missing.length === 0) return;
  const rows = work.chosen.rows.subarray(first * blockSize, end * blockSize);
  const left = rows.filter((_, i) => !directory.kept.has(first + Math.floor(i / blockSize)));
  const progress = new ProgressLine("samples");
  const before = rows.length - left.length;
  const notes = new Set<string>();
  const found = attributeBlocks(models, data, {
    ...attributeOptionsOf(work),
    rows: left,
    blockSize,
    onNote: (note) => notes.add(note),
    onProgress: ({ done }) =>
      progress.update({ done: before + done, total: rows.length, label: "explaining" }),
    signal,
  });
  try {
    let next = 0;
    for await (const block of found) {
      const tested = test(block);
      await directory.write(missing[next++]!, tested);
      freeBlock(tested);
    }
  } finally {
    progress.clear();
  }
  for (const note of notes) console.info(`Note: ${note}.`);
}

/** The message about work that was stopped. */
export function interruption(kept: number, blocks: number): Interrupted {
  return new Interrupted(
    kept === 0
      ? "Interrupted before the first block of samples was finished."
      : `Interrupted: ${kept} of ${
        formatCountOf(blocks, "block")
      } of samples are kept. The same command resumes.`,
  );
}

/**
 * Reads the blocks in their order, one at a time; each is given back when the next one is asked for.
 *
 * @throws {Interrupted} If the signal is aborted.
 */
export async function* readBlocks(
  work: ExplanationWork,
  directory: ExplanationDirectory,
  signal?: AbortSignal,
): AsyncGenerator<AttributionBlock, void, undefined> {
  const blocks = countBlocks(work);
  for (let number = 0; number < blocks; number++) {
    if (signal?.aborted) throw interruption(blocks, blocks);
    const block = await directory.read(number);
    yield block;
    freeBlock(block);
  }
}
