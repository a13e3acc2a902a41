/**
 * Splits genes into bands that are counted one after another, so that memory has a bound however many genes, bins, marks
 * and controls there are. Files are read once for each band; those with an index, only around the band's genes.
 */

import type { Gene } from "./gene.ts";
import type { PrepareOptions } from "./prepare_options.ts";
import { isAveraged, isNormalised, type SamplePlan } from "./_sample_plan.ts";
import { mostCountThreads, SHARED_FORMATS } from "./signal/count_crew.ts";
import type { SignalFormat } from "./signal/track.ts";
import { type GeneWindows, geneWindows } from "./windows.ts";

/** Memory for counts, in bytes. 17,447 genes × 100 bins × 8 marks with controls fit, so they are one band. */
const MOST_COUNT_BYTES = 2 ** 27;
/** What a thread besides the caller's takes by itself, in bytes: its run-time, its program and an inflater. */
const THREAD_BYTES = 20 * 2 ** 20;
/** The share of the memory that threads leave to counts: smaller bands would read some parts of files more often. */
const SHARE_OF_COUNTS = 1 / 2;

/** Some neighbouring genes. */
export interface GeneBand {
  /** The place of the band among all bands. */
  readonly number: number;
  /** The place of its first gene among all genes. */
  readonly start: number;
  readonly genes: readonly Gene[];
  /** The windows of its genes, which have their places in the band. */
  readonly windows: GeneWindows;
}

/** Options of {@linkcode GeneBands}. */
export interface GeneBandsOptions extends PrepareOptions {
  /** The windows of all genes. */
  readonly windows: GeneWindows;
  /** What the files hold. */
  readonly formats?: ReadonlySet<SignalFormat> | undefined;
}

/** Bands of genes, in the order of the genes. */
export class GeneBands {
  /** Number of bands. */
  readonly count: number;
  readonly #genes: readonly Gene[];
  readonly #options: GeneBandsOptions;
  /** The bands that were used last. Files that are counted together are of one band or of two. */
  #recent: GeneBand[] = [];

  /**
   * @param genes All genes.
   * @param count How many bands they become, unless there are fewer genes.
   */
  constructor(genes: readonly Gene[], count: number, options: GeneBandsOptions) {
    this.count = Math.max(1, Math.min(count, genes.length));
    this.#genes = genes;
    this.#options = options;
  }

  /** How many files are counted at the same time. */
  get filesTogether(): number {
    return countTogether(this.#options);
  }

  /** The band with a number. */
  at(number: number): GeneBand {
    const known = this.#recent.find((band) => band.number === number);
    if (known !== undefined) return known;
    const made = this.#make(number);
    this.#recent = [made, ...this.#recent.slice(0, 1)];
    return made;
  }

  #make(number: number): GeneBand {
    const genes = this.#genes;
    if (this.count === 1) return { number, start: 0, genes, windows: this.#options.windows };
    const [start, end] = [number, number + 1].map((edge) => this.#startOf(edge));
    const own = genes.slice(start, end);
    const windows = geneWindows(own, this.#options);
    // What lies near genes of two bands is seen twice, but is one read.
    const earlier = geneWindows(genes.slice(0, start), this.#options);
    return { number, start: start!, genes: own, windows: { ...windows, earlier } };
  }

  #startOf(number: number): number {
    return Math.floor(number * this.#genes.length / this.count);
  }
}

/**
 * Into how many bands the genes of a plan are split.
 *
 * @param plan The files.
 * @param options How they are counted.
 */
export function countGeneBands(plan: SamplePlan, options: GeneBandsOptions): number {
  const { windows } = options;
  const values = windows.genes * windows.bins;
  return Math.ceil(values * bytesPerValue(plan, options) / bytesForCounts(options));
}

/** How many bands one file alone needs. */
export function countBandsOfFile(options: GeneBandsOptions): number {
  const { windows, mostCountBytes = MOST_COUNT_BYTES } = options;
  // Files are inspected one at a time, by this thread alone.
  const bytes = bytesOfFile(options) + bytesOfTasks(options);
  return Math.ceil(windows.genes * windows.bins * bytes / mostCountBytes);
}

/** How many bytes of the memory for counts the threads leave to them. */
function bytesForCounts(options: GeneBandsOptions): number {
  const { mostCountBytes = MOST_COUNT_BYTES, threads } = options;
  const helpers = isSharedOut(options) ? mostCountThreads(threads) - 1 : 0;
  return Math.max(SHARE_OF_COUNTS * mostCountBytes, mostCountBytes - helpers * THREAD_BYTES);
}

/** The share of the memory for counts that files take while they are counted; the other is for what they become. */
const SHARE_OF_FILES = 1 / 4;

/**
 * How many files are counted at the same time: as many as the options ask for and memory allows. All threads count each of
 * them, so that more than fit would be no faster.
 */
function countTogether(options: GeneBandsOptions): number {
  const { windows, concurrency = 2, mostCountBytes = MOST_COUNT_BYTES } = options;
  const bytes = windows.genes * windows.bins * bytesOfFile(options);
  return Math.max(1, Math.min(concurrency, Math.floor(SHARE_OF_FILES * mostCountBytes / bytes)));
}

/** Bytes for each gene and bin: of the files that are counted together, and of the marks that were counted. */
function bytesPerValue(plan: SamplePlan, options: GeneBandsOptions): number {
  const { concurrency = 2, control } = options;
  const files = plan.samples.length;
  const hasMeans = plan.hasReplicates && isAveraged(options);
  // The sum of replicates, the mark that waits for its control, and the mean so far.
  const sums = (plan.hasReplicates || control !== undefined ? 8 : 0) +
    (hasMeans && (control !== undefined || isNormalised(options)) ? 8 : 0);
  const narrowed = 4;
  // One more than fits leaves room for what waits to be collected as garbage.
  const together = Math.min(concurrency, files, 1 + countTogether(options));
  return together * (bytesOfFile(options) + sums + narrowed) + bytesOfTasks(options) +
    plan.marks.length * narrowed;
}

/** Bytes for each gene and bin of a file that is being counted; bedGraph keeps a bit for each base. */
function bytesOfFile(options: GeneBandsOptions): number {
  const { windows, formats } = options;
  const bits = formats?.has("bedgraph") ? windows.binSizeBp / 8 : 0;
  return (isSharedOut(options) ? 8 : bytesOfCounter(options)) + bits;
}

/** Bytes for each gene and bin that is being counted. A mean is a sum, and a number of bases. */
function bytesOfCounter({ rule }: GeneBandsOptions): number {
  return rule === "mean" ? 16 : 8;
}

/** Whether all files are counted a sequence at a time, and their numbers then put together. */
function isSharedOut({ formats }: GeneBandsOptions): boolean {
  return formats !== undefined && [...formats].every((format) => SHARED_FORMATS.has(format));
}

/** Bytes for each gene and bin of the sequences that threads are counting, as a share of all genes. */
function bytesOfTasks(options: GeneBandsOptions): number {
  if (!isSharedOut(options)) return 0;
  const { windows, threads } = options;
  const most = Math.max(0, ...windows.chromosomes.map(({ starts }) => starts.length));
  const counted = Math.min(windows.genes, mostCountThreads(threads) * most);
  return bytesOfCounter(options) * counted / windows.genes;
}
