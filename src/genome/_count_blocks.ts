/** Counts the files of all samples, one cell type after another. */

import { freeArray } from "../base/free.ts";
import type { CompetitionBlock } from "../io/competition_writer.ts";
import { ControlCounts, type ControlValues, narrowCounts } from "./_control_counts.ts";
import { asControl, countFile, type CountFileOptions, readsOf } from "./_count_file.ts";
import { countSample, type SampleCounts } from "./_count_sample.ts";
import type { WarnOnce } from "./file_messages.ts";
import { CopyFinder } from "./find_copies.ts";
import type { Gene } from "./gene.ts";
import { mapInOrder } from "./_in_order.ts";
import type { ControlInput, PrepareOptions, SignalInput } from "./prepare_options.ts";
import { isNormalised, type SamplePlan } from "./_sample_plan.ts";
import type { CountOptions, SignalCounts } from "./signal/track.ts";
import type { GeneWindows } from "./windows.ts";

/** Options of {@linkcode countBlocks}. */
export interface CountBlocksOptions extends PrepareOptions, Pick<CountOptions, "chromosomes"> {
  readonly windows: GeneWindows;
  readonly warnOnce: WarnOnce;
  readonly assembly: string;
}

/** Counts the files of a plan into blocks, one for each cell type. Only one cell type is in memory at a time. */
export async function* countBlocks(
  genes: readonly Gene[],
  plan: SamplePlan,
  options: CountBlocksOptions,
): AsyncGenerator<CompetitionBlock, void, undefined> {
  const { labels, concurrency = 2 } = options;
  const ids = genes.map(({ id }) => id);
  const files = new FileCounter(genes, plan, options);
  const controls = new ControlCounts(
    plan.samples.flatMap(({ files }) => files),
    (input, file) => files.countControl(input, file),
  );
  const counts = mapInOrder(plan.samples, concurrency, (sample) =>
    countSample(sample, {
      ...options,
      genes,
      controls,
      countFile: (input) => files.countMark(input),
      onWarning: (message) => options.warnOnce(message, sample.files[0]?.name ?? ""),
    }));
  let signal = new SignalBuilder(plan.marks.length);
  let place = 0;
  for await (const values of counts) {
    const { cellType } = plan.samples[place++]!;
    if (signal.add(values) < plan.marks.length) continue;
    const block = { cellType, genes: ids, signal: signal.finish() };
    const own = labels?.get(cellType);
    yield own === undefined ? block : keepLabelled({ ...block, labels: own });
    signal = new SignalBuilder(plan.marks.length);
  }
}

/** Counts files, and says how far all of them are. */
class FileCounter {
  readonly #genes: readonly Gene[];
  readonly #options: CountBlocksOptions;
  readonly #totalReads: boolean;
  readonly #total: number;
  readonly #copies: CopyFinder;
  /** The number of genes done in each file. */
  readonly #done = new Map<ControlInput, number>();

  constructor(genes: readonly Gene[], plan: SamplePlan, options: CountBlocksOptions) {
    this.#genes = genes;
    this.#options = options;
    this.#copies = new CopyFinder(options.warnOnce);
    this.#totalReads = options.control !== undefined || isNormalised(options);
    const files = plan.samples.reduce((sum, { files }) => sum + files.length, 0);
    this.#total = (files + plan.controls.length) * genes.length;
  }

  async countMark(input: SignalInput): Promise<SignalCounts> {
    const counts = await countFile(input, this.#fileOptions(input));
    this.#copies.see(input, counts.values);
    return counts;
  }

  async countControl(control: ControlInput, file: SignalInput): Promise<ControlValues> {
    const asFile = asControl(control, file);
    const counts = await countFile(asFile, this.#fileOptions(control));
    this.#copies.see(asFile, counts.values);
    return {
      values: narrowCounts(counts.values, this.#options.rule),
      reads: readsOf(counts, control.name, "scale to the depth of a mark the control"),
    };
  }

  #fileOptions(file: ControlInput): CountFileOptions {
    const { onProgress, warnOnce } = this.#options;
    return {
      ...this.#options,
      genes: this.#genes,
      totalReads: this.#totalReads,
      onProgress: (genesDone) => {
        this.#done.set(file, genesDone);
        const done = [...this.#done.values()].reduce((sum, value) => sum + value);
        onProgress?.(Math.min(done, this.#total), this.#total);
      },
      onWarning: (message) => warnOnce(message, file.name),
    };
  }
}

/** Returns a block without the genes that have no label. It reuses the memory of the given block's signal. */
function keepLabelled(
  block: CompetitionBlock & {
    readonly genes: readonly string[];
    readonly signal: SampleCounts;
    readonly labels: Float64Array<ArrayBuffer>;
  },
): CompetitionBlock {
  const { cellType, genes, signal, labels } = block;
  const isLabelled = (_: unknown, gene: number) => !Number.isNaN(labels[gene]);
  const kept = labels.filter(isLabelled);
  if (kept.length === labels.length) return block;
  const width = signal.length / genes.length;
  let to = 0;
  for (const gene of genes.keys()) {
    if (!isLabelled(undefined, gene)) continue;
    signal.copyWithin(to, gene * width, (gene + 1) * width);
    to += width;
  }
  return {
    cellType,
    genes: genes.filter(isLabelled),
    signal: signal.subarray(0, to),
    labels: kept,
  };
}

/** Makes `[gene, bin, mark]` of marks that come one after another, each `[gene, bin]`, and frees each of them. */
class SignalBuilder {
  readonly #marks: number;
  #added = 0;
  #signal: SampleCounts = new Uint16Array();

  constructor(marks: number) {
    this.#marks = marks;
  }

  /** Adds the next mark, and returns how many there are. */
  add(values: SampleCounts): number {
    const length = values.length * this.#marks;
    if (this.#added === 0) this.#signal = emptyLike(values, length);
    // Large counts and other numbers take the wider type for all marks.
    if (values.BYTES_PER_ELEMENT > this.#signal.BYTES_PER_ELEMENT) {
      const narrow = this.#signal;
      this.#signal = emptyLike(values, length);
      this.#signal.set(narrow);
      freeArray(narrow);
    }
    for (let from = 0, to = this.#added; from < values.length; from++, to += this.#marks) {
      this.#signal[to] = values[from]!;
    }
    freeArray(values);
    return ++this.#added;
  }

  finish(): SampleCounts {
    return this.#signal;
  }
}

function emptyLike(values: SampleCounts, length: number): SampleCounts {
  if (values instanceof Uint16Array) return new Uint16Array(length);
  return values instanceof Uint32Array ? new Uint32Array(length) : new Float32Array(length);
}
